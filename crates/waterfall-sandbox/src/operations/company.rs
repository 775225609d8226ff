//! Company enrichment.

use serde_json::json;

use super::company_choice;
use crate::companies::Company;
use crate::endpoint::{Endpoint, JobType};
use crate::form::Rule;
use crate::operation::{Counters, Findings, JobOperation};
use crate::prices;
use crate::rng::identity;

const CHOICE: [&str; 3] = ["domain", "linkedin", "name"];

pub(super) const OPERATION: JobOperation = JobOperation {
    kind: JobType::Company,
    launch: Endpoint::LaunchCompany,
    find: Some(Endpoint::FindCompany),
    at_once: false,
    feature: None,
    form: &[
        ("domain", Rule::Text(2, 500)),
        ("linkedin", Rule::TextOrNull(0, 500)),
        ("name", Rule::Text(1, 500)),
        ("webhook_url", Rule::Url),
        ("custom_fields", Rule::CustomFields),
    ],
    renamed: &[],
    only_if_sent: &[],
    counters: Some(Counters {
        requests: "enrichment_company_requests",
        found: "enrichment_company_companies",
        phones: None,
    }),
    identify: |fields| {
        company_choice::required(fields, CHOICE)?;
        Ok(identity(fields))
    },
    run: |launch| {
        let company = company_choice::required(&launch.fields, CHOICE)?;
        let output = json!({ "company": company.as_ref().map(Company::to_json) });
        let found = usize::from(company.is_some());
        Ok(Findings::new(output).with_companies(found, prices::COMPANY))
    },
};
