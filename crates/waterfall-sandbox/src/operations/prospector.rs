//! Prospector: people at one company by title and place.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::{person, titles};
use crate::companies::Company;
use crate::directory::{self, Member};
use crate::domain;
use crate::endpoint::{Endpoint, JobType};
use crate::envelope::{ApiError, Code};
use crate::form::{Fields, Rule, bad_request, flag, integer, text, texts};
use crate::operation::{Counters, Findings, JobOperation, Launch};
use crate::prices;
use crate::rng::identity;

pub(super) const OPERATION: JobOperation = JobOperation {
    kind: JobType::Prospector,
    launch: Endpoint::LaunchProspector,
    find: Some(Endpoint::FindProspector),
    at_once: false,
    feature: None,
    form: &[
        ("domain", Rule::Text(2, 500)),
        ("company_name", Rule::Text(1, 500)),
        ("linkedin", Rule::TextOrNull(0, 500)),
        ("title_filter", Rule::Text(2, 10_000)),
        ("title_filters", Rule::TitleFilters(1, 5)),
        ("location_name", Rule::Text(1, 200)),
        ("location_country", Rule::Text(1, 200)),
        ("location_countries", Rule::Texts { items: (0, 50), length: (0, 200) }),
        ("excluded_names", Rule::Texts { items: (0, 200), length: (0, 250) }),
        ("limit", Rule::Integer(1, 500)),
        ("include_phones", Rule::Flag),
        ("verified_only", Rule::Flag),
        ("webhook_url", Rule::Url),
        ("custom_fields", Rule::CustomFields),
    ],
    renamed: &[],
    only_if_sent: &[],
    counters: Some(Counters {
        requests: "prospector_requests",
        found: "prospector_persons",
        phones: Some("prospector_persons_phones"),
    }),
    identify: |fields| {
        domain_of(fields)?;
        if titles::filters(fields)?.is_empty() {
            return Err(ApiError::new(Code::MissingTitleFilters));
        }
        Ok(identity(fields))
    },
    run,
};

fn domain_of(fields: &Fields) -> Result<String, ApiError> {
    let text = text(fields, "domain").ok_or_else(|| bad_request("domain: Field required"))?;
    domain::parse(text)
}

fn run(launch: &Launch) -> Result<Findings, ApiError> {
    let fields = &launch.fields;
    let company = Company::with_domain(&domain_of(fields)?);
    let members = company.as_ref().map(directory::members).unwrap_or_default();
    let persons = select(fields, &members)?;
    let persons: Vec<Value> =
        persons.into_iter().map(|one| one.persona.always_find(launch.wants_phones())).collect();
    let phones = persons.iter().map(person::phone_count).sum();
    let company = company.as_ref().map(Company::to_prospector_json);
    let count = persons.len();
    Ok(Findings::new(json!({ "company": company, "persons": persons }))
        .with_persons(count, prices::PERSON)
        .with_phones(phones, prices::PHONE))
}

/// The filters are applied in order until the limit is reached.
fn select<'a>(fields: &Fields, members: &'a [Member]) -> Result<Vec<&'a Member>, ApiError> {
    let limit = integer(fields, "limit", 10);
    let excluded = texts(fields, "excluded_names");
    let verified_only = flag(fields, "verified_only", true);
    let mut selected = Vec::new();
    let mut seen = HashSet::new();
    for filter in titles::filters(fields)? {
        for member in members {
            let person = &member.person;
            let fits = filter.matches(titles::title(person))
                && !titles::is_named(person, &excluded)
                && is_in_place(fields, person)
                && (!verified_only || person["email_verified"] == true);
            if fits && selected.len() < limit && seen.insert(&member.persona.slug) {
                selected.push(member);
            }
        }
    }
    Ok(selected)
}

/// A non-empty list of countries overrides the single country. With a place and a list, a match of
/// either is sufficient.
fn is_in_place(fields: &Fields, person: &Value) -> bool {
    let location = person["location"].as_str().unwrap_or_default().to_lowercase();
    let by_name = text(fields, "location_name").map(|name| location.contains(&name.to_lowercase()));
    let countries = texts(fields, "location_countries");
    if !countries.is_empty() {
        return titles::is_one_of(person, "country", &countries) || by_name == Some(true);
    }
    let country = text(fields, "location_country");
    let by_country = country.map(|country| titles::is_one_of(person, "country", &[country]));
    by_name.unwrap_or(true) && by_country.unwrap_or(true)
}
