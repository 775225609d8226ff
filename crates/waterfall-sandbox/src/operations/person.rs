//! The common parts of contact and phone enrichment: one person, whom a launch can select.

use serde_json::{Value, json};

use crate::directive::Wanted;
use crate::directory;
use crate::envelope::ApiError;
use crate::operation::Launch;
use crate::person_query::{Preference, Query};

/// Returns the person whom a launch finds. Includes phone numbers only if requested.
pub(super) fn of(
    launch: &Launch,
    preference: Preference,
    phones: bool,
) -> Result<Option<Value>, ApiError> {
    let persona = directory::persona(&Query::of(&launch.fields, preference)?);
    Ok(match &launch.directive.person {
        Wanted::AsFound => persona.find(phones),
        Wanted::Nobody => None,
        Wanted::With(fields) => {
            let mut person = persona.always_find(phones);
            for (name, value) in fields {
                person[name.as_str()] = value.clone();
            }
            Some(person)
        }
    })
}

/// Returns the number of the person's phone numbers.
pub(super) fn phone_count(person: &Value) -> usize {
    person["phone_numbers"].as_array().map_or(0, Vec::len)
}

/// Returns the person with these fields only; those that are absent are null.
pub(super) fn only(person: &Value, fields: &[&str]) -> Value {
    let value = |name: &&str| ((*name).to_owned(), person[*name].clone());
    Value::Object(fields.iter().map(value).collect())
}

/// Returns the person without contact data, as searches return people.
pub(super) fn without_channels(mut person: Value) -> Value {
    for name in [
        "personal_email",
        "professional_email",
        "mobile_phone",
        "email_verified",
        "email_confidence",
        "email_verified_status",
        "domain_age_days",
        "smtp_provider",
        "mx_record",
    ] {
        person[name] = Value::Null;
    }
    person["phone_numbers"] = json!([]);
    person
}
