use serde::Deserialize;
use uuid::Uuid;

use super::Timestamp;

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Account {
    pub account_usage: Option<AccountUsage>,
    pub balance_remaining_usd: Option<f64>,
    pub key_usage: Option<AccountUsage>,
    pub price: Option<AccountPrice>,
    pub server_date: Option<Timestamp>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct AccountPrice {
    pub mobile_phones_usd: Option<f64>,
    pub persons_safe_usd: Option<f64>,
    pub search_contact_found_usd: Option<f64>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct AccountUsage {
    pub company_reveal_found: Option<i64>,
    pub company_reveal_requests: Option<i64>,
    pub end_date: Option<String>,
    pub enrichment_company_companies: Option<i64>,
    pub enrichment_company_requests: Option<i64>,
    pub enrichment_contact_persons: Option<i64>,
    pub enrichment_contact_persons_phones: Option<i64>,
    pub enrichment_contact_requests: Option<i64>,
    pub enrichment_phone_phones: Option<i64>,
    pub enrichment_phone_requests: Option<i64>,
    pub job_change_found: Option<i64>,
    pub job_change_requests: Option<i64>,
    pub prospector_persons: Option<i64>,
    pub prospector_persons_phones: Option<i64>,
    pub prospector_requests: Option<i64>,
    pub search_company_found: Option<i64>,
    pub search_company_requests: Option<i64>,
    pub search_contact_found: Option<i64>,
    pub search_contact_requests: Option<i64>,
    pub start_date: Option<String>,
    pub verify_email_requests: Option<i64>,
    pub verify_email_verified: Option<i64>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct ApiKey {
    pub active: Option<bool>,
    pub api_key: Option<String>,
    pub interval_seconds: Option<i64>,
    pub master: Option<bool>,
    pub notes: Option<String>,
    pub per_interval: Option<i64>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct ApiKeyList {
    pub api_keys: Option<Vec<ApiKey>>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Company {
    pub address: Option<String>,
    pub country: Option<String>,
    pub crunchbase_url: Option<String>,
    pub description: Option<String>,
    pub domain: Option<String>,
    pub employees_count: Option<i64>,
    pub founded: Option<i64>,
    pub funding_details: Option<FundingDetails>,
    pub id: Option<Uuid>,
    pub industry: Option<String>,
    pub linkedin_followers: Option<i64>,
    pub linkedin_id: Option<String>,
    pub linkedin_url: Option<String>,
    pub logo_url: Option<String>,
    pub name: Option<String>,
    pub recent_job_posting_count: Option<i64>,
    pub size: Option<String>,
    pub technologies: Option<Vec<String>>,
    #[serde(rename = "type")]
    pub type_: Option<String>,
    pub website: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
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

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct FundingDetails {
    pub funding_rounds: Option<Vec<FundingRound>>,
    pub total_funding_rounds: Option<i64>,
    pub total_funding_usd: Option<i64>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct FundingRound {
    pub amount_raised_usd: Option<i64>,
    pub investor_count: Option<i64>,
    pub investor_names: Option<Vec<String>>,
    pub round_date: Option<String>,
    pub round_name: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct IpGeo {
    pub city: Option<String>,
    pub country: Option<String>,
    pub state: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct JsonWebKey {
    pub alg: Option<String>,
    pub crv: Option<String>,
    pub kid: Option<String>,
    pub kty: String,
    #[serde(rename = "use")]
    pub use_: Option<String>,
    pub x: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct JsonWebKeySet {
    pub keys: Vec<JsonWebKey>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Person {
    pub about: Option<String>,
    pub company_domain: Option<String>,
    pub company_id: Option<Uuid>,
    pub company_linkedin_id: Option<String>,
    pub company_linkedin_url: Option<String>,
    pub company_name: Option<String>,
    pub company_website: Option<String>,
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

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct ProspectorCompany {
    pub company_name: Option<String>,
    pub country: Option<String>,
    pub domain: Option<String>,
    pub generic_emails: Option<Vec<String>>,
    pub id: Option<Uuid>,
    pub linkedin_address: Option<String>,
    pub linkedin_description: Option<String>,
    pub linkedin_employees_count: Option<IntegerOrText>,
    pub linkedin_followers: Option<IntegerOrText>,
    pub linkedin_founded: Option<IntegerOrText>,
    pub linkedin_id: Option<String>,
    pub linkedin_industry: Option<String>,
    pub linkedin_logo_url: Option<String>,
    pub linkedin_size: Option<String>,
    pub linkedin_type: Option<String>,
    pub linkedin_url: Option<String>,
    pub size: Option<String>,
    pub website: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Usage {
    pub balance_remaining_usd: Option<f64>,
    pub companies_count: Option<i64>,
    pub companies_usd: Option<f64>,
    pub persons_count: Option<i64>,
    pub persons_usd: Option<f64>,
    pub phones_count: Option<i64>,
    pub phones_usd: Option<f64>,
    pub total_usd: Option<f64>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct VerifiedEmail {
    pub domain: Option<String>,
    pub email: Option<String>,
    pub email_status: Option<EmailStatus>,
    pub mx_records: Option<Vec<String>>,
    pub smtp_provider: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompanyRevealConfidence {
    VeryHigh,
    High,
    Medium,
    Low,
    #[serde(untagged)]
    Other(String),
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompanyRevealType {
    Company,
    Education,
    Government,
    Isp,
    #[serde(untagged)]
    Other(String),
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmailStatus {
    Valid,
    Invalid,
    Risky,
    Unknown,
    #[serde(untagged)]
    Other(String),
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobChangeStatus {
    Moved,
    Left,
    NoChange,
    Unknown,
    #[serde(untagged)]
    Other(String),
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum IntegerOrText {
    Integer(i64),
    Text(String),
}
