//! Phone enrichment.

use serde_json::json;

use super::person;
use crate::endpoint::{Endpoint, Feature, JobType};
use crate::form::Rule;
use crate::operation::{Counters, Findings, JobOperation};
use crate::person_query::{Preference, Query};
use crate::prices;

pub(super) const OPERATION: JobOperation = JobOperation {
    kind: JobType::Phone,
    launch: Endpoint::LaunchPhone,
    find: Some(Endpoint::FindPhone),
    at_once: false,
    feature: Some(Feature::Phone),
    form: &[
        ("linkedin", Rule::TextOrNull(0, 500)),
        ("email", Rule::TextOrNull(0, usize::MAX)),
        ("full_name", Rule::Text(0, 250)),
        ("first_name", Rule::Text(0, 100)),
        ("last_name", Rule::Text(0, 100)),
        ("domain", Rule::Text(4, 500)),
        ("webhook_url", Rule::Url),
        ("custom_fields", Rule::CustomFields),
    ],
    renamed: &[],
    only_if_sent: &[],
    counters: Some(Counters {
        requests: "enrichment_phone_requests",
        found: "enrichment_phone_phones",
        phones: None,
    }),
    identify: |fields| Query::of(fields, Preference::Linkedin).map(|query| query.number()),
    run: |launch| {
        let person = person::of(launch, Preference::Linkedin, true)?;
        let phones = person.as_ref().map_or(0, person::phone_count);
        let person = person.map(|person| person::only(&person, &FIELDS));
        let findings = Findings::new(json!({ "person": person }));
        let findings = findings.with_phones(phones, prices::PHONE);
        Ok(Findings { found: findings.phones, ..findings })
    },
};

/// The fields of the person that phone enrichment fills.
const FIELDS: [&str; 7] = [
    "id",
    "first_name",
    "last_name",
    "linkedin_id",
    "linkedin_url",
    "mobile_phone",
    "phone_numbers",
];
