//! Job change: whether a person still works at a company.

use serde_json::{Map, Value, json};

use super::{company_choice, person};
use crate::directory::{self, experiences};
use crate::domain;
use crate::endpoint::{Endpoint, JobType};
use crate::envelope::ApiError;
use crate::form::{Fields, Rule, bad_request, text};
use crate::operation::{Counters, Findings, JobOperation, Launch};
use crate::person_query::Query;
use crate::prices;
use crate::rng::identity;

pub(super) const OPERATION: JobOperation = JobOperation {
    kind: JobType::JobChange,
    launch: Endpoint::DetectJobChange,
    find: Some(Endpoint::FindJobChange),
    at_once: true,
    feature: None,
    form: &[
        ("company_domain", Rule::Text(2, 500)),
        ("company_linkedin", Rule::TextOrNull(0, 500)),
        ("contact_linkedin", Rule::TextOrNull(0, 500)),
        ("professional_email", Rule::Text(0, usize::MAX)),
        ("personal_email", Rule::Text(0, usize::MAX)),
        ("contact_full_name", Rule::TextOrNull(0, 250)),
        ("custom_fields", Rule::CustomFields),
    ],
    renamed: &[],
    only_if_sent: &[],
    counters: Some(Counters {
        requests: "job_change_requests",
        found: "job_change_found",
        phones: None,
    }),
    identify: |fields| {
        question(fields)?;
        Ok(identity(fields))
    },
    run,
};

/// Returns the person, and the domain of the company, if there is such a company.
fn question(fields: &Fields) -> Result<(Query, Option<String>), ApiError> {
    let company = company_choice::of(fields, ["company_domain", "company_linkedin", ""])?;
    let company = company.map(|company| company.map(|company| company.domain));
    let professional = text(fields, "professional_email");
    let by_name = |domain: &Option<String>| {
        let name = text(fields, "contact_full_name")?;
        // A name is unique only with a domain.
        text(fields, "company_domain")?;
        Some(Query::by_full_name(name, domain.as_deref().unwrap_or(crate::companies::NOBODY)))
    };
    let query = if let Some(domain) = &company {
        let profile = text(fields, "contact_linkedin");
        let by_profile = profile.map(|profile| Query::by_profile("contact_linkedin", profile));
        let emails = professional.or_else(|| text(fields, "personal_email"));
        by_profile.or_else(|| emails.map(Query::by_email)).or_else(|| by_name(domain))
    } else {
        professional.map(Query::by_email)
    };
    let query = query.ok_or_else(|| {
        bad_request(
            "requires one of: company_domain or company_linkedin, each with contact_linkedin, \
             professional_email or personal_email; company_domain and contact_full_name; \
             professional_email",
        )
    })??;
    let company = company.unwrap_or_else(|| {
        let (_, host) = professional?.rsplit_once('@')?;
        domain::parse(host).ok()
    });
    Ok((query, company))
}

fn run(launch: &Launch) -> Result<Findings, ApiError> {
    let (query, company) = question(&launch.fields)?;
    let person = directory::find(&query, false);
    let (status, person) = match (&person, &company) {
        (Some(person), Some(domain)) => verdict(person, domain),
        _ => ("unknown", json!({})),
    };
    let output = json!({ "job_change_status": status, "person": person });
    Ok(Findings::new(output).with_result(status != "unknown", prices::JOB_CHANGE))
}

/// Returns the result according to the person's experiences. Without a change there is no profile.
fn verdict(person: &Value, domain: &str) -> (&'static str, Value) {
    let is_current = |one: &Value| one["is_current"] == true;
    let mut at_company =
        experiences(person).filter(|one| one["company_domain"] == domain).peekable();
    if at_company.peek().is_none() {
        ("unknown", json!({}))
    } else if at_company.any(is_current) {
        ("no_change", json!({}))
    } else if experiences(person).any(is_current) {
        ("moved", profile(person))
    } else {
        ("left", profile(person))
    }
}

/// The fields of a profile, which has no e-mail and phone fields.
const FIELDS: [&str; 16] = [
    "id",
    "first_name",
    "last_name",
    "linkedin_id",
    "linkedin_url",
    "about",
    "location",
    "country",
    "company_id",
    "company_linkedin_id",
    "company_name",
    "company_domain",
    "title",
    "seniority",
    "department",
    "experiences",
];

fn profile(person: &Value) -> Value {
    let mut profile = person::only(person, &FIELDS);
    profile["experiences"] = experiences(person).map(dated).collect();
    profile
}

/// Here, a position has dates instead of years and months.
fn dated(experience: &Value) -> Value {
    let Some(fields) = experience.as_object() else { return experience.clone() };
    let is_kept = |name: &str| !name.ends_with("_year") && !name.ends_with("_month");
    let mut dated: Map<String, Value> = fields
        .iter()
        .filter(|(name, _)| is_kept(name))
        .map(|(n, v)| (n.clone(), v.clone()))
        .collect();
    for end in ["start", "end"] {
        let year = experience[format!("{end}_year")].as_u64();
        let month = experience[format!("{end}_month")].as_u64().unwrap_or(1);
        let date = year.map(|year| format!("{year:04}-{month:02}-01"));
        dated.insert(format!("{end}_date"), json!(date));
    }
    Value::Object(dated)
}
