//! What contact and phone enrichment share: one person, whom a launch can choose.

use serde_json::{Value, json};

use crate::directive::Wanted;
use crate::directory;
use crate::envelope::ApiError;
use crate::operation::Launch;
use crate::person_query::{Preference, Query};

/// The person whom a launch finds. Phone numbers only if requested.
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

/// The number of the person's phone numbers.
pub(super) fn phone_count(person: &Value) -> usize {
    person["phone_numbers"].as_array().map_or(0, Vec::len)
}

/// The person with these fields only; those that are absent are null.
pub(super) fn only(person: &Value, fields: &[&str]) -> Value {
    let value = |name: &&str| ((*name).to_owned(), person[*name].clone());
    Value::Object(fields.iter().map(value).collect())
}

/// The person without ways to contact them, as searches return people.
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
