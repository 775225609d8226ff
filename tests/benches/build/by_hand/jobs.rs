use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::results::*;
use super::{Timestamp, TitleFilter, TitleList};

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct CompanyEnrichmentInput {
    pub task: Option<CompanyEnrichmentTask>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CompanyEnrichmentJob {
    pub error: Option<String>,
    pub input: Option<CompanyEnrichmentInput>,
    pub output: Option<CompanyEnrichmentOutput>,
    pub start_date: Timestamp,
    pub status: JobState,
    pub stop_date: Option<Timestamp>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct CompanyEnrichmentOutput {
    pub company: Option<Company>,
    pub usage: Option<Usage>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct CompanyEnrichmentTask {
    pub context_id: Option<Uuid>,
    pub custom_fields: Option<Map<String, Value>>,
    pub domain: Option<String>,
    pub job_id: Option<Uuid>,
    pub linkedin: Option<String>,
    pub name: Option<String>,
    pub webhook_url: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct CompanyRevealInput {
    pub task: Option<CompanyRevealTask>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CompanyRevealJob {
    pub error: Option<String>,
    pub input: Option<CompanyRevealInput>,
    pub output: Option<CompanyRevealOutput>,
    pub start_date: Timestamp,
    pub status: JobState,
    pub stop_date: Option<Timestamp>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct CompanyRevealOutput {
    pub company: Option<Company>,
    pub confidence_score: Option<CompanyRevealConfidence>,
    pub ip: Option<String>,
    pub ip_geo: Option<IpGeo>,
    #[serde(rename = "type")]
    pub type_: Option<CompanyRevealType>,
    pub usage: Option<Usage>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct CompanyRevealTask {
    pub context_id: Option<Uuid>,
    pub custom_fields: Option<Map<String, Value>>,
    pub ip: Option<String>,
    pub job_id: Option<Uuid>,
    pub webhook_url: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct CompanySearchInput {
    pub task: Option<CompanySearchTask>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CompanySearchJob {
    pub error: Option<String>,
    pub input: Option<CompanySearchInput>,
    pub output: Option<CompanySearchOutput>,
    pub start_date: Timestamp,
    pub status: JobState,
    pub stop_date: Option<Timestamp>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct CompanySearchOutput {
    pub companies: Option<Vec<Company>>,
    pub usage: Option<Usage>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct CompanySearchTask {
    pub context_id: Option<Uuid>,
    pub custom_fields: Option<Map<String, Value>>,
    pub industries: Option<Vec<String>>,
    pub job_id: Option<Uuid>,
    pub location_countries: Option<Vec<String>>,
    pub page_number: Option<i64>,
    pub page_size: Option<i64>,
    pub sizes: Option<Vec<String>>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct CompanyTitlesInput {
    pub task: Option<CompanyTitlesTask>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CompanyTitlesJob {
    pub error: Option<String>,
    pub input: Option<CompanyTitlesInput>,
    pub output: Option<CompanyTitlesOutput>,
    pub start_date: Timestamp,
    pub status: JobState,
    pub stop_date: Option<Timestamp>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct CompanyTitlesOutput {
    pub has_more_pages: Option<bool>,
    pub titles: Option<Vec<String>>,
    pub usage: Option<Usage>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct CompanyTitlesTask {
    pub company_linkedin: Option<String>,
    pub context_id: Option<Uuid>,
    pub custom_fields: Option<Map<String, Value>>,
    pub domain: Option<String>,
    pub job_id: Option<Uuid>,
    pub page_number: Option<i64>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct ContactEnrichmentInput {
    pub task: Option<ContactEnrichmentTask>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ContactEnrichmentJob {
    pub error: Option<String>,
    pub input: Option<ContactEnrichmentInput>,
    pub output: Option<ContactEnrichmentOutput>,
    pub start_date: Timestamp,
    pub status: JobState,
    pub stop_date: Option<Timestamp>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct ContactEnrichmentOutput {
    pub person: Option<Person>,
    pub usage: Option<Usage>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
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

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct ContactSearchInput {
    pub task: Option<ContactSearchTask>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ContactSearchJob {
    pub error: Option<String>,
    pub input: Option<ContactSearchInput>,
    pub output: Option<ContactSearchOutput>,
    pub start_date: Timestamp,
    pub status: JobState,
    pub stop_date: Option<Timestamp>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct ContactSearchOutput {
    pub persons: Option<Vec<Person>>,
    pub usage: Option<Usage>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct ContactSearchTask {
    pub company_employee_ranges: Option<Vec<String>>,
    pub company_industries: Option<Vec<String>>,
    pub company_linkedin: Option<String>,
    pub company_location_countries: Option<Vec<String>>,
    pub company_name: Option<String>,
    pub contact_linkedin: Option<String>,
    pub context_id: Option<Uuid>,
    pub custom_fields: Option<Map<String, Value>>,
    pub departments: Option<Vec<String>>,
    pub domain: Option<String>,
    pub excluded_names: Option<Vec<String>>,
    pub experience_start_date: Option<String>,
    pub experience_start_date_new_hire: Option<String>,
    pub headline: Option<String>,
    pub included_names: Option<Vec<String>>,
    pub job_id: Option<Uuid>,
    pub location_countries: Option<Vec<String>>,
    pub page_number: Option<i64>,
    pub page_size: Option<i64>,
    pub seniorities: Option<Vec<String>>,
    pub title_filters: Option<Vec<TitleFilter>>,
    pub title_lists: Option<Vec<TitleList>>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct EmailVerificationInput {
    pub task: Option<EmailVerificationTask>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct EmailVerificationJob {
    pub error: Option<String>,
    pub input: Option<EmailVerificationInput>,
    pub output: Option<EmailVerificationOutput>,
    pub start_date: Timestamp,
    pub status: JobState,
    pub stop_date: Option<Timestamp>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct EmailVerificationOutput {
    pub email: Option<VerifiedEmail>,
    pub usage: Option<Usage>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct EmailVerificationTask {
    pub context_id: Option<Uuid>,
    pub custom_fields: Option<Map<String, Value>>,
    pub email: Option<String>,
    pub job_id: Option<Uuid>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct JobChangeInput {
    pub task: Option<JobChangeTask>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct JobChangeJob {
    pub error: Option<String>,
    pub input: Option<JobChangeInput>,
    pub output: Option<JobChangeOutput>,
    pub start_date: Timestamp,
    pub status: JobState,
    pub stop_date: Option<Timestamp>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct JobChangeOutput {
    pub job_change_status: Option<JobChangeStatus>,
    pub person: Option<Person>,
    pub usage: Option<Usage>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct JobChangeTask {
    pub company_domain: Option<String>,
    pub company_linkedin: Option<String>,
    pub contact_full_name: Option<String>,
    pub contact_linkedin: Option<String>,
    pub context_id: Option<Uuid>,
    pub custom_fields: Option<Map<String, Value>>,
    pub job_id: Option<Uuid>,
    pub personal_email: Option<String>,
    pub professional_email: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct PhoneEnrichmentInput {
    pub task: Option<PhoneEnrichmentTask>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct PhoneEnrichmentJob {
    pub error: Option<String>,
    pub input: Option<PhoneEnrichmentInput>,
    pub output: Option<PhoneEnrichmentOutput>,
    pub start_date: Timestamp,
    pub status: JobState,
    pub stop_date: Option<Timestamp>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct PhoneEnrichmentOutput {
    pub person: Option<Person>,
    pub usage: Option<Usage>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct PhoneEnrichmentTask {
    pub context_id: Option<Uuid>,
    pub custom_fields: Option<Map<String, Value>>,
    pub domain: Option<String>,
    pub email: Option<String>,
    pub first_name: Option<String>,
    pub full_name: Option<String>,
    pub job_id: Option<Uuid>,
    pub last_name: Option<String>,
    pub linkedin: Option<String>,
    pub linkedin_url: Option<String>,
    pub webhook_url: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct ProspectorInput {
    pub task: Option<ProspectorTask>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ProspectorJob {
    pub error: Option<String>,
    pub input: Option<ProspectorInput>,
    pub output: Option<ProspectorOutput>,
    pub start_date: Timestamp,
    pub status: JobState,
    pub stop_date: Option<Timestamp>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct ProspectorOutput {
    pub company: Option<ProspectorCompany>,
    pub persons: Option<Vec<Person>>,
    pub usage: Option<Usage>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct ProspectorTask {
    pub company_name: Option<String>,
    pub context_id: Option<Uuid>,
    pub custom_fields: Option<Map<String, Value>>,
    pub domain: Option<String>,
    pub excluded_names: Option<Vec<String>>,
    pub include_phones: Option<bool>,
    pub job_id: Option<Uuid>,
    pub limit: Option<i64>,
    pub linkedin: Option<String>,
    pub location_countries: Option<Vec<String>>,
    pub location_country: Option<String>,
    pub location_name: Option<String>,
    pub title_filter: Option<String>,
    pub title_filters: Option<Vec<TitleFilter>>,
    pub verified_only: Option<bool>,
    pub webhook_url: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct LaunchedJob {
    pub job_id: Uuid,
    pub start_date: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
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
