//! The kind of a delivery: from its path, from the ID of a known job, or from its content.

use serde_json::{Map, Value};
use waterfall_api::DecodeError;
use waterfall_api::jobs::*;

use crate::known_kinds::for_each_kind;
use crate::snapshot::any::AnySnapshot;
use crate::snapshot::delivered_body::DeliveredBody;

macro_rules! by_word {
    ($($variant:ident: $kind:ident, $word:literal, $name:literal;)*) => {
        /// Decodes a delivery as a job of the kind with this word.
        pub(super) fn decode(
            kind: Option<&str>,
            body: DeliveredBody,
        ) -> Result<AnySnapshot, DecodeError> {
            match kind {
                $(Some($word) => body.decode::<$kind>().map(AnySnapshot::$variant),)*
                _ => body.decode_unknown(),
            }
        }

        fn known(word: &str) -> Option<&'static str> {
            match word {
                $($word => Some($word),)*
                _ => None,
            }
        }
    };
}
for_each_kind!(by_word);

const CONTACT: &str = "contact";
const PHONE: &str = "phone";
const COMPANY: &str = "company";
const PROSPECTOR: &str = "prospector";
const COMPANY_REVEAL: &str = "company-reveal";

/// Returns the kind at the end of a path, as in the webhook URL of a kind.
pub(super) fn of_path(path: &str) -> Option<&'static str> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    known(path.trim_end_matches('/').rsplit('/').next()?)
}

/// Returns the kind by path, unless the output has the shape of another kind; otherwise by content.
pub(super) fn of_delivery(by_path: Option<&'static str>, body: &[u8]) -> Option<&'static str> {
    let job: Value = serde_json::from_slice(body).unwrap_or_default();
    let shape = Shape::of_output(&job);
    if let Some(kind) = by_path
        && shape.as_ref().is_none_or(|shape| shape.fits(kind))
    {
        return Some(kind);
    }
    shape.or_else(|| Shape::of_task(&job))?.kind(&job)
}

/// The shape of a job's JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// A contact or a phone enrichment.
    Person,
    Company,
    Prospector,
    CompanyReveal,
    /// A job whose results are not delivered, as far as is known.
    Other,
}

fn object<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Map<String, Value>> {
    path.iter().try_fold(value, |value, name| value.get(name))?.as_object()
}

fn has_any(object: Option<&Map<String, Value>>, names: &[&str]) -> bool {
    object.is_some_and(|object| names.iter().any(|name| object.contains_key(*name)))
}

impl Shape {
    fn of_output(job: &Value) -> Option<Self> {
        const PAGED: [&str; 3] = ["page_number", "page_size", "contact_linkedin"];

        let output = object(job, &["output"]);
        let task = object(job, &["input", "task"]);
        let has = |name| has_any(output, &[name]);
        if has_any(output, &["job_change_status", "companies", "titles"]) {
            Some(Self::Other)
        } else if has("persons") {
            Some(if has_any(task, &PAGED) { Self::Other } else { Self::Prospector })
        } else if has("person") {
            Some(Self::Person)
        } else if has_any(output, &["ip", "ip_geo", "confidence_score"]) {
            Some(Self::CompanyReveal)
        } else if has("company") {
            let by_task = Self::of_task(job);
            let is_other = |shape: &Self| matches!(shape, Self::Prospector | Self::CompanyReveal);
            let is_prospector = has_any(
                object(job, &["output", "company"]),
                &["company_name", "linkedin_industry"],
            );
            let by_company = if is_prospector { Self::Prospector } else { Self::Company };
            Some(by_task.filter(is_other).unwrap_or(by_company))
        } else {
            None
        }
    }

    /// Returns the launch, which the API repeats with all of its fields.
    fn of_task(job: &Value) -> Option<Self> {
        const PERSON: [&str; 6] =
            ["include_phones", "linkedin_url", "email", "full_name", "first_name", "last_name"];
        const SEARCH: [&str; 4] = ["title_filter", "verified_only", "limit", "excluded_names"];
        const OTHER: [&str; 4] = ["page_number", "contact_linkedin", "company_linkedin", "sizes"];

        let task = object(job, &["input", "task"]);
        if has_any(task, &OTHER) {
            Some(Self::Other)
        } else if has_any(task, &["ip"]) {
            Some(Self::CompanyReveal)
        } else if has_any(task, &SEARCH) {
            Some(Self::Prospector)
        } else if has_any(task, &PERSON) {
            Some(Self::Person)
        } else if has_any(task, &["name"]) {
            Some(Self::Company)
        } else {
            match of_task_url(job)? {
                CONTACT | PHONE => Some(Self::Person),
                COMPANY => Some(Self::Company),
                PROSPECTOR => Some(Self::Prospector),
                COMPANY_REVEAL => Some(Self::CompanyReveal),
                _ => None,
            }
        }
    }

    /// Returns whether a job of this kind may have this shape.
    fn fits(self, kind: &str) -> bool {
        match self {
            Self::Person => matches!(kind, CONTACT | PHONE),
            Self::Company => matches!(kind, COMPANY | COMPANY_REVEAL | PROSPECTOR),
            Self::Prospector => kind == PROSPECTOR,
            Self::CompanyReveal => kind == COMPANY_REVEAL,
            Self::Other => !matches!(kind, CONTACT | PHONE | COMPANY | PROSPECTOR | COMPANY_REVEAL),
        }
    }

    fn kind(self, job: &Value) -> Option<&'static str> {
        match self {
            Self::Person => of_person(job),
            Self::Company => Some(COMPANY),
            Self::Prospector => Some(PROSPECTOR),
            Self::CompanyReveal => Some(COMPANY_REVEAL),
            Self::Other => None,
        }
    }
}

/// Returns the kind at the end of the launch's webhook URL.
fn of_task_url(job: &Value) -> Option<&'static str> {
    of_path(object(job, &["input", "task"])?.get("webhook_url")?.as_str()?)
}

/// Contact and phone enrichments have the same fields. Several signs distinguish them, the most
/// reliable first. A job that found nobody and has none of these signs may be of either kind.
fn of_person(job: &Value) -> Option<&'static str> {
    const EMAIL: [&str; 5] = [
        "professional_email",
        "email_verified",
        "email_verified_status",
        "email_confidence",
        "mx_record",
    ];
    let task = object(job, &["input", "task"]);
    let usage = object(job, &["output", "usage"]);
    let person = object(job, &["output", "person"]);
    // Values of an unexpected type are ignored.
    let is_set = |name: &str| match person.and_then(|person| person.get(name)) {
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(items)) => !items.is_empty(),
        Some(Value::Bool(_)) => true,
        _ => false,
    };
    if has_any(usage, &["persons_count", "persons_usd"]) || has_any(task, &["include_phones"]) {
        return Some(CONTACT);
    }
    if has_any(usage, &["phones_count", "phones_usd"]) {
        return Some(PHONE);
    }
    if let Some(kind @ (CONTACT | PHONE)) = of_task_url(job) {
        return Some(kind);
    }
    if EMAIL.iter().copied().any(is_set) {
        return Some(CONTACT);
    }
    if has_any(task, &["linkedin"]) {
        return Some(PHONE);
    }
    if has_any(task, &["linkedin_url"]) {
        return Some(CONTACT);
    }
    person?;
    let has_phone = ["mobile_phone", "phone_numbers"].into_iter().any(is_set);
    Some(if has_phone { PHONE } else { CONTACT })
}

#[cfg(test)]
mod tests;
