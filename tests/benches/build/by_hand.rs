//! A client of the API as one writes it by hand: reqwest, serde, the operations,
//! and the types that they need.

use reqwest::{Response, StatusCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

pub struct Client {
    base_url: String,
    key: String,
    http: reqwest::Client,
}

impl Client {
    pub fn new(base_url: &str, key: &str) -> Self {
        Self { base_url: base_url.to_owned(), key: key.to_owned(), http: reqwest::Client::new() }
    }

    pub async fn launch(&self, launch: &ContactEnrichmentLaunch) -> Result<LaunchedJob, Error> {
        let url = format!("{}/v1/enrichment/contact", self.base_url);
        let request = self.http.post(url).header("x-api-key", &self.key).json(launch);
        read(request.send().await?).await
    }

    pub async fn find(&self, job: &Uuid) -> Result<ContactEnrichmentJob, Error> {
        let url = format!("{}/v1/enrichment/contact", self.base_url);
        let request = self.http.get(url).header("x-api-key", &self.key);
        read(request.query(&[("job_id", job)]).send().await?).await
    }

    pub async fn webhook_keys(&self) -> Result<JsonWebKeySet, Error> {
        let url = format!("{}/.well-known/jwks.json", self.base_url);
        read(self.http.get(url).send().await?).await
    }
}

async fn read<T: DeserializeOwned>(response: Response) -> Result<T, Error> {
    let status = response.status();
    let body = response.bytes().await?;
    if status.is_success() {
        return Ok(serde_json::from_slice(&body)?);
    }
    Err(Error::Refused(status, Box::new(serde_json::from_slice(&body)?)))
}

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

/// With or without an offset.
#[derive(Debug, Clone, Deserialize)]
pub struct Timestamp(pub String);

impl Timestamp {
    pub fn instant(&self) -> Option<jiff::Timestamp> {
        let local = || self.0.parse::<jiff::civil::DateTime>().ok();
        self.0
            .parse()
            .ok()
            .or_else(|| Some(local()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp()))
    }
}

#[derive(Debug, Clone, Deserialize)]
pub struct ContactEnrichmentInput {
    pub task: Option<ContactEnrichmentTask>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct ContactEnrichmentJob {
    pub error: Option<String>,
    pub input: Option<ContactEnrichmentInput>,
    pub output: Option<ContactEnrichmentOutput>,
    pub start_date: Timestamp,
    pub status: JobState,
    pub stop_date: Option<Timestamp>,
}

#[derive(Debug, Clone, Default, Serialize)]
pub struct ContactEnrichmentLaunch {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_fields: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_phones: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub linkedin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_url: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct ContactEnrichmentOutput {
    pub person: Option<Person>,
    pub usage: Option<Usage>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct ContactEnrichmentTask {
    pub context_id: Option<Uuid>,
    pub custom_fields: Option<Map<String, Value>>,
    pub domain: Option<String>,
    pub email: Option<String>,
    pub first_name: Option<String>,
    pub full_name: Option<String>,
    pub include_phones: Option<bool>,
    pub job_id: Option<Uuid>,
    pub last_name: Option<String>,
    pub linkedin: Option<String>,
    pub linkedin_url: Option<String>,
    pub webhook_url: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct ErrorEnvelope {
    pub category: Option<ErrorCategory>,
    pub code: ErrorCode,
    pub error: Option<Texts>,
    pub message: Option<String>,
    pub status: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Experience {
    pub company_domain: Option<String>,
    pub company_linkedin_id: Option<String>,
    pub company_linkedin_url: Option<String>,
    pub company_name: Option<String>,
    pub description: Option<String>,
    pub end_date: Option<String>,
    pub end_month: Option<i64>,
    pub end_year: Option<i64>,
    pub is_current: Option<bool>,
    pub location: Option<String>,
    pub start_date: Option<String>,
    pub start_month: Option<i64>,
    pub start_year: Option<i64>,
    pub title: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct JsonWebKey {
    pub alg: Option<String>,
    pub crv: Option<String>,
    pub kid: Option<String>,
    pub kty: String,
    #[serde(rename = "use")]
    pub use_: Option<String>,
    pub x: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct JsonWebKeySet {
    pub keys: Vec<JsonWebKey>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct LaunchedJob {
    pub job_id: Uuid,
    pub start_date: Timestamp,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Person {
    pub about: Option<String>,
    pub company_domain: Option<String>,
    pub company_id: Option<Uuid>,
    pub company_linkedin_id: Option<String>,
    pub company_name: Option<String>,
    pub country: Option<String>,
    pub department: Option<String>,
    pub domain_age_days: Option<i64>,
    pub email_confidence: Option<String>,
    pub email_verified: Option<bool>,
    pub email_verified_status: Option<String>,
    pub experiences: Option<Vec<Experience>>,
    pub first_name: Option<String>,
    pub id: Option<Uuid>,
    pub last_name: Option<String>,
    pub linkedin_id: Option<String>,
    pub linkedin_url: Option<String>,
    pub location: Option<String>,
    pub mobile_phone: Option<String>,
    pub mx_record: Option<String>,
    pub personal_email: Option<String>,
    pub phone_numbers: Option<Vec<String>>,
    pub professional_email: Option<String>,
    pub seniority: Option<String>,
    pub smtp_provider: Option<String>,
    pub title: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Usage {
    pub balance_remaining_usd: Option<f64>,
    pub persons_count: Option<i64>,
    pub phones_count: Option<i64>,
    pub total_usd: Option<f64>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Texts {
    One(String),
    Several(Vec<String>),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum JobState {
    Running,
    Succeeded,
    Failed,
    TimedOut,
    Aborted,
    #[serde(untagged)]
    Other(String),
}

#[derive(Debug, Clone, Deserialize)]
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

#[derive(Debug, Clone, Deserialize)]
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
    NotFoundJobNotFound,
    NotFoundNotFound,
    RateLimitRateLimitExceeded,
    RoutingInvalidPathOrMethod,
    InternalUnclassifiedError,
    #[serde(untagged)]
    Other(String),
}
