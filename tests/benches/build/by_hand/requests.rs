use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ApiKeyChanges {
    pub active: bool,
    pub api_key: String,
    pub notes: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_interval: Option<i64>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CompanyEnrichmentLaunch {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_fields: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub linkedin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_url: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CompanyRevealRequest {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_fields: Option<Map<String, Value>>,
    pub ip: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_url: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CompanySearchRequest {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_fields: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub industries: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_countries: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_number: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_size: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sizes: Option<Vec<String>>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CompanyTitlesRequest {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_linkedin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_fields: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_number: Option<i64>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
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

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ContactSearchRequest {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_employee_ranges: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_industries: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_linkedin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_location_countries: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_linkedin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_fields: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub departments: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub excluded_names: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub experience_start_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub experience_start_date_new_hire: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub included_names: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_countries: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_number: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_size: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seniorities: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title_filters: Option<Vec<TitleFilter>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title_lists: Option<Vec<TitleList>>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct EmailVerificationRequest {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_fields: Option<Map<String, Value>>,
    pub email: String,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct JobChangeRequest {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_domain: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_linkedin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_full_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_linkedin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_fields: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub personal_email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub professional_email: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PhoneEnrichmentLaunch {
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
    pub last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub linkedin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_url: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ProspectorLaunch {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_fields: Option<Map<String, Value>>,
    pub domain: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub excluded_names: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_phones: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub linkedin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_countries: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_country: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title_filter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title_filters: Option<Vec<TitleFilter>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified_only: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_url: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct NewApiKey {
    pub notes: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_interval: Option<i64>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TitleFilter {
    pub filter: String,
    pub name: String,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TitleList {
    pub name: String,
    pub titles: Vec<String>,
}
