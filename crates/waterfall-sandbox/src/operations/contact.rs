//! Contact enrichment.

use serde_json::json;

use super::person;
use crate::endpoint::{Endpoint, JobType};
use crate::form::Rule;
use crate::operation::{Counters, Findings, JobOperation};
use crate::person_query::{Preference, Query};
use crate::prices;

pub(super) const OPERATION: JobOperation = JobOperation {
    kind: JobType::Contact,
    launch: Endpoint::Launch,
    find: Some(Endpoint::Find),
    at_once: false,
    feature: None,
    form: &[
        ("linkedin", Rule::TextOrNull(0, 500)),
        ("first_name", Rule::Text(0, 100)),
        ("last_name", Rule::Text(0, 100)),
        ("full_name", Rule::Text(0, 250)),
        ("domain", Rule::Text(4, 500)),
        // The length has a separate error code.
        ("email", Rule::TextOrNull(0, usize::MAX)),
        ("webhook_url", Rule::Url),
        ("custom_fields", Rule::CustomFields),
        ("include_phones", Rule::Flag),
    ],
    renamed: &[("linkedin", "linkedin_url")],
    only_if_sent: &["include_phones"],
    counters: Some(Counters {
        requests: "enrichment_contact_requests",
        found: "enrichment_contact_persons",
        phones: Some("enrichment_contact_persons_phones"),
    }),
    identify: |fields| Query::of(fields, Preference::Email).map(|query| query.number()),
    run: |launch| {
        let person = person::of(launch, Preference::Email, launch.wants_phones())?;
        let phones = person.as_ref().map_or(0, person::phone_count);
        Ok(Findings::new(json!({ "person": person }))
            .with_persons(usize::from(person.is_some()), prices::PERSON)
            .with_phones(phones, prices::PHONE))
    },
};
