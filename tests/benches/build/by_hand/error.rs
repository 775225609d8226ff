use reqwest::StatusCode;
use serde::Deserialize;

#[derive(Debug)]
pub enum Error {
    Http(reqwest::Error),
    Json(serde_json::Error),
    Refused(StatusCode, Box<ErrorEnvelope>),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Http(error) => error.fmt(f),
            Self::Json(error) => error.fmt(f),
            Self::Refused(status, _) => write!(f, "the API answered {status}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<reqwest::Error> for Error {
    fn from(error: reqwest::Error) -> Self {
        Self::Http(error)
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error)
    }
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ErrorEnvelope {
    pub category: Option<ErrorCategory>,
    pub code: ErrorCode,
    pub error: Option<Texts>,
    pub message: Option<String>,
    pub status: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Texts {
    One(String),
    Several(Vec<String>),
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ErrorCategory {
    Auth,
    Permission,
    Quota,
    Validation,
    NotFound,
    RateLimit,
    Routing,
    Internal,
    #[serde(untagged)]
    Other(String),
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ErrorCode {
    AuthBadApiKey,
    AuthMissingApiKey,
    AuthNeedMasterApiKey,
    PermissionFeatureNotEnabled,
    PermissionIncludePhonesRequiresPhoneEnrichment,
    PermissionNeedAdminApiKey,
    QuotaAccountOverQuota,
    ValidationBadDomain,
    ValidationBadDomainDisposable,
    ValidationBadDomainEmailProvider,
    ValidationBadDomainInvalidCharacters,
    ValidationBadDomainNoMx,
    ValidationBadDomainProviderDomain,
    ValidationBadDomainServiceDomain,
    ValidationBadDomainSocialMedia,
    ValidationBadDomainTopLevel,
    ValidationBadDomainUrlShortener,
    ValidationBadEmailConsecutiveDigits,
    ValidationBadEmailInvalid,
    ValidationBadEmailPersonalNotAllowed,
    ValidationBadEmailProfessionalNotAllowed,
    ValidationBadEmailRole,
    ValidationBadEmailTooLong,
    ValidationBadEmailTooManyDigits,
    ValidationBadJobId,
    ValidationBadNameInvalid,
    ValidationBadRequest,
    ValidationMissingBody,
    ValidationMissingJobIdParameter,
    ValidationBadTitleFilter,
    ValidationBadTitleFilterExtraLeftParenthesis,
    ValidationBadTitleFilterExtraRightParenthesis,
    ValidationBadTitleFilterExtraString,
    ValidationBadTitleFilterMissingRightParenthesis,
    ValidationBadTitleFilterMissingString,
    ValidationBadTitleFilterMissingStringOrNotOrLeftParenthesis,
    ValidationMissingTitleFilters,
    ValidationCannotEditMasterApiKey,
    ValidationSubkeyRateExceedsMaster,
    NotFoundJobNotFound,
    NotFoundNotFound,
    NotFoundAccountOrKeyNotFound,
    NotFoundApiKeyNotFound,
    NotFoundNoMasterApiKeyFound,
    RateLimitRateLimitExceeded,
    RoutingInvalidPathOrMethod,
    InternalUnclassifiedError,
    InternalFailedCreateApiKey,
    InternalFailedEditApiKey,
    #[serde(untagged)]
    Other(String),
}
