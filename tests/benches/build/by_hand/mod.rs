//! A client of the API as one writes it by hand: reqwest, serde, the operations,
//! and the types that they need. It has all operations and all fields of the description, like
//! the generated client.

mod error;
mod jobs;
mod requests;
mod results;

pub use error::*;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
pub use jobs::*;
pub use requests::*;
use reqwest::{Method, RequestBuilder, Response};
pub use results::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
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

    pub async fn find_prospector(&self, job: &Uuid) -> Result<ProspectorJob, Error> {
        self.find_job("/v1/prospector", job).await
    }

    pub async fn launch_prospector(&self, body: &ProspectorLaunch) -> Result<LaunchedJob, Error> {
        self.send(Method::POST, "/v1/prospector", body).await
    }

    pub async fn find_contact_enrichment(&self, job: &Uuid) -> Result<ContactEnrichmentJob, Error> {
        self.find_job("/v1/enrichment/contact", job).await
    }

    pub async fn launch_contact_enrichment(
        &self,
        body: &ContactEnrichmentLaunch,
    ) -> Result<LaunchedJob, Error> {
        self.send(Method::POST, "/v1/enrichment/contact", body).await
    }

    pub async fn find_phone_enrichment(&self, job: &Uuid) -> Result<PhoneEnrichmentJob, Error> {
        self.find_job("/v1/enrichment/phone", job).await
    }

    pub async fn launch_phone_enrichment(
        &self,
        body: &PhoneEnrichmentLaunch,
    ) -> Result<LaunchedJob, Error> {
        self.send(Method::POST, "/v1/enrichment/phone", body).await
    }

    pub async fn find_company_enrichment(&self, job: &Uuid) -> Result<CompanyEnrichmentJob, Error> {
        self.find_job("/v1/enrichment/company", job).await
    }

    pub async fn launch_company_enrichment(
        &self,
        body: &CompanyEnrichmentLaunch,
    ) -> Result<LaunchedJob, Error> {
        self.send(Method::POST, "/v1/enrichment/company", body).await
    }

    pub async fn find_contact_search(&self, job: &Uuid) -> Result<ContactSearchJob, Error> {
        self.find_job("/v1/search/contact", job).await
    }

    pub async fn search_contacts(
        &self,
        body: &ContactSearchRequest,
    ) -> Result<ContactSearchJob, Error> {
        self.send(Method::POST, "/v1/search/contact", body).await
    }

    pub async fn find_company_search(&self, job: &Uuid) -> Result<CompanySearchJob, Error> {
        self.find_job("/v1/search/company", job).await
    }

    pub async fn search_companies(
        &self,
        body: &CompanySearchRequest,
    ) -> Result<CompanySearchJob, Error> {
        self.send(Method::POST, "/v1/search/company", body).await
    }

    pub async fn find_job_change(&self, job: &Uuid) -> Result<JobChangeJob, Error> {
        self.find_job("/v1/job/change", job).await
    }

    pub async fn detect_job_change(&self, body: &JobChangeRequest) -> Result<JobChangeJob, Error> {
        self.send(Method::POST, "/v1/job/change", body).await
    }

    pub async fn find_company_reveal(&self, job: &Uuid) -> Result<CompanyRevealJob, Error> {
        self.find_job("/v1/company-reveal", job).await
    }

    pub async fn reveal_company(
        &self,
        body: &CompanyRevealRequest,
    ) -> Result<CompanyRevealJob, Error> {
        self.send(Method::POST, "/v1/company-reveal", body).await
    }

    pub async fn find_company_titles(&self, job: &Uuid) -> Result<CompanyTitlesJob, Error> {
        self.find_job("/v1/company-titles", job).await
    }

    pub async fn list_company_titles(
        &self,
        body: &CompanyTitlesRequest,
    ) -> Result<CompanyTitlesJob, Error> {
        self.send(Method::POST, "/v1/company-titles", body).await
    }

    pub async fn verify_email(
        &self,
        body: &EmailVerificationRequest,
    ) -> Result<EmailVerificationJob, Error> {
        self.send(Method::POST, "/v1/verify/email", body).await
    }

    /// `month`, or `start` with `end`.
    pub async fn get_account(
        &self,
        month: Option<&str>,
        start: Option<&str>,
        end: Option<&str>,
    ) -> Result<Account, Error> {
        let request = self.request(Method::GET, "/v2/account");
        let query = [("month", month), ("start_date", start), ("end_date", end)];
        read(request.query(&query).send().await?).await
    }

    pub async fn list_api_keys(&self) -> Result<ApiKeyList, Error> {
        self.get("/v1/api-keys").await
    }

    pub async fn modify_api_key(&self, body: &ApiKeyChanges) -> Result<ApiKey, Error> {
        self.send(Method::PUT, "/v1/api-keys", body).await
    }

    pub async fn create_api_key(&self, body: &NewApiKey) -> Result<ApiKey, Error> {
        self.send(Method::POST, "/v1/api-keys", body).await
    }

    pub async fn get_webhook_keys(&self) -> Result<JsonWebKeySet, Error> {
        let url = format!("{}/.well-known/jwks.json", self.base_url);
        read(self.http.get(url).send().await?).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.base_url);
        self.http.request(method, url).header("x-api-key", &self.key)
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        read(self.request(Method::GET, path).send().await?).await
    }

    async fn find_job<T: DeserializeOwned>(&self, path: &str, job: &Uuid) -> Result<T, Error> {
        let request = self.request(Method::GET, path).query(&[("job_id", job)]);
        read(request.send().await?).await
    }

    async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Error> {
        read(self.request(method, path).json(body).send().await?).await
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

/// With or without an offset.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Timestamp(pub String);

impl Timestamp {
    pub fn instant(&self) -> Option<jiff::Timestamp> {
        let local = || self.0.parse::<DateTime>().ok();
        self.0.parse().ok().or_else(|| Some(local()?.to_zoned(TimeZone::UTC).ok()?.timestamp()))
    }
}
