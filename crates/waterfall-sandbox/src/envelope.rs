//! The API's error envelope and its codes.

use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

macro_rules! codes {
    ($($name:ident $text:literal $message:literal,)+) => {
        /// The error codes of the API that the sandbox uses.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Code { $($name,)+ }

        impl Code {
            pub(crate) fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            fn message(self) -> &'static str {
                match self { $(Self::$name => $message,)+ }
            }
        }
    };
}

codes! {
    AuthBadApiKey "AUTH_BAD_API_KEY" "The API key is not valid.",
    AuthMissingApiKey "AUTH_MISSING_API_KEY" "The x-api-key header is missing.",
    NeedMasterKey "AUTH_NEED_MASTER_API_KEY" "The master API key is needed.",
    FeatureNotEnabled "PERMISSION_FEATURE_NOT_ENABLED"
        "This feature is not enabled for the account.",
    PermissionPhones "PERMISSION_INCLUDE_PHONES_REQUIRES_PHONE_ENRICHMENT"
        "include_phones needs phone enrichment, which is not enabled for the account.",
    OverQuota "QUOTA_ACCOUNT_OVER_QUOTA" "The account is over its quota.",
    BadDomain "VALIDATION_BAD_DOMAIN" "The domain is not valid.",
    DomainDisposable "VALIDATION_BAD_DOMAIN_DISPOSABLE" "The domain gives out disposable addresses.",
    DomainEmailProvider "VALIDATION_BAD_DOMAIN_EMAIL_PROVIDER" "The domain is an e-mail provider's.",
    DomainCharacters "VALIDATION_BAD_DOMAIN_INVALID_CHARACTERS"
        "The domain has characters that a domain can't have.",
    DomainNoMx "VALIDATION_BAD_DOMAIN_NO_MX" "The domain has no MX record.",
    DomainProvider "VALIDATION_BAD_DOMAIN_PROVIDER_DOMAIN" "The domain is a hosting provider's.",
    DomainService "VALIDATION_BAD_DOMAIN_SERVICE_DOMAIN" "The domain is a service's, not a company's.",
    DomainSocialMedia "VALIDATION_BAD_DOMAIN_SOCIAL_MEDIA" "The domain is a social network's.",
    DomainTopLevel "VALIDATION_BAD_DOMAIN_TOP_LEVEL" "The domain's top level is not valid.",
    DomainUrlShortener "VALIDATION_BAD_DOMAIN_URL_SHORTENER" "The domain is a URL shortener's.",
    EmailConsecutiveDigits "VALIDATION_BAD_EMAIL_CONSECUTIVE_DIGITS"
        "The email has too many digits in a row.",
    EmailInvalid "VALIDATION_BAD_EMAIL_INVALID" "The email is not valid.",
    EmailRole "VALIDATION_BAD_EMAIL_ROLE" "The email is a role's, not a person's.",
    EmailTooLong "VALIDATION_BAD_EMAIL_TOO_LONG" "The email is too long.",
    EmailTooManyDigits "VALIDATION_BAD_EMAIL_TOO_MANY_DIGITS" "The email has too many digits.",
    BadJobId "VALIDATION_BAD_JOB_ID" "The job_id is not valid.",
    BadName "VALIDATION_BAD_NAME_INVALID" "The name is not valid.",
    BadRequest "VALIDATION_BAD_REQUEST" "The request body is not valid.",
    MissingBody "VALIDATION_MISSING_BODY" "The request has no body.",
    MissingJobId "VALIDATION_MISSING_JOB_ID_PARAMETER" "The query parameter job_id is missing.",
    TitleFilter "VALIDATION_BAD_TITLE_FILTER" "The title filter is not valid.",
    TitleFilterExtraLeft "VALIDATION_BAD_TITLE_FILTER_EXTRA_LEFT_PARENTHESIS"
        "The title filter has a left parenthesis too many.",
    TitleFilterExtraRight "VALIDATION_BAD_TITLE_FILTER_EXTRA_RIGHT_PARENTHESIS"
        "The title filter has a right parenthesis too many.",
    TitleFilterExtraString "VALIDATION_BAD_TITLE_FILTER_EXTRA_STRING"
        "The title filter has a string too many.",
    TitleFilterMissingRight "VALIDATION_BAD_TITLE_FILTER_MISSING_RIGHT_PARENTHESIS"
        "The title filter lacks a right parenthesis.",
    TitleFilterMissingString "VALIDATION_BAD_TITLE_FILTER_MISSING_STRING"
        "The title filter lacks a string.",
    TitleFilterMissingOperand
        "VALIDATION_BAD_TITLE_FILTER_MISSING_STRING_OR_NOT_OR_LEFT_PARENTHESIS"
        "The title filter lacks a string, a NOT or a left parenthesis.",
    MissingTitleFilters "VALIDATION_MISSING_TITLE_FILTERS" "A title filter is missing.",
    CannotEditMaster "VALIDATION_CANNOT_EDIT_MASTER_API_KEY"
        "The master API key cannot be edited.",
    SubkeyRate "VALIDATION_SUBKEY_RATE_EXCEEDS_MASTER"
        "The rate of the key exceeds the master key's.",
    BadQuery "VALIDATION_BAD_REQUEST" "The query is not valid.",
    ApiKeyNotFound "NOT_FOUND_API_KEY_NOT_FOUND" "The API key was not found.",
    NoMasterKey "NOT_FOUND_NO_MASTER_API_KEY_FOUND" "The account has no master API key.",
    CompanyNotFound "NOT_FOUND_NOT_FOUND" "Company not found.",
    JobNotFound "NOT_FOUND_JOB_NOT_FOUND" "There is no job with this job_id, or it has expired.",
    NotFound "NOT_FOUND_NOT_FOUND" "There is no such thing.",
    RateLimitExceeded "RATE_LIMIT_RATE_LIMIT_EXCEEDED" "The rate limit of this API key is exceeded.",
    InvalidRoute "ROUTING_INVALID_PATH_OR_METHOD" "There is no such path, or not with this method.",
    Unclassified "INTERNAL_UNCLASSIFIED_ERROR" "An unexpected error happened.",
}

impl Code {
    /// Returns the first part of the code, which is its category in the API.
    pub(crate) fn category(self) -> &'static str {
        const CATEGORIES: [&str; 8] = [
            "AUTH",
            "PERMISSION",
            "QUOTA",
            "VALIDATION",
            "NOT_FOUND",
            "RATE_LIMIT",
            "ROUTING",
            "INTERNAL",
        ];
        let code = self.as_str();
        CATEGORIES.into_iter().find(|category| code.starts_with(category)).unwrap_or("INTERNAL")
    }

    /// Returns the HTTP status that the API uses for the code.
    pub(crate) fn status(self) -> StatusCode {
        match self.category() {
            "AUTH" if self == Self::AuthMissingApiKey => StatusCode::UNAUTHORIZED,
            "AUTH" | "PERMISSION" => StatusCode::FORBIDDEN,
            "QUOTA" => StatusCode::PAYMENT_REQUIRED,
            "VALIDATION" | "ROUTING" => StatusCode::BAD_REQUEST,
            "NOT_FOUND" => StatusCode::NOT_FOUND,
            "RATE_LIMIT" => StatusCode::TOO_MANY_REQUESTS,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Returns the code that fits a status best.
    pub(crate) fn for_status(status: StatusCode) -> Self {
        match status.as_u16() {
            400 => Self::BadRequest,
            401 => Self::AuthMissingApiKey,
            402 => Self::OverQuota,
            403 => Self::AuthBadApiKey,
            404 => Self::NotFound,
            429 => Self::RateLimitExceeded,
            _ => Self::Unclassified,
        }
    }
}

/// An error response of the API.
#[derive(Debug, Clone)]
pub(crate) struct ApiError {
    pub(crate) code: Code,
    details: Option<Value>,
    /// Boxed, because headers are rare and the map is large.
    pub(crate) headers: Option<Box<HeaderMap>>,
}

impl ApiError {
    pub(crate) fn new(code: Code) -> Self {
        Self { code, details: None, headers: None }
    }

    /// Sets the details as one string.
    pub(crate) fn detail(mut self, text: impl Into<String>) -> Self {
        self.details = Some(Value::String(text.into()));
        self
    }

    /// Sets the details as an array of strings; the API has at most ten.
    pub(crate) fn details(mut self, texts: Vec<String>) -> Self {
        self.details = Some(texts.into_iter().take(10).collect());
        self
    }

    pub(crate) fn with_headers(mut self, headers: HeaderMap) -> Self {
        self.headers = (!headers.is_empty()).then(|| Box::new(headers));
        self
    }

    pub(crate) fn body(&self) -> Value {
        let mut body = json!({
            "status": "error",
            "message": self.code.message(),
            "category": self.code.category(),
            "code": self.code.as_str(),
        });
        if let Some(details) = &self.details {
            body["error"] = details.clone();
        }
        body
    }
}
