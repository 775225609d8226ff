//! Checks the form of request bodies: fields, types and lengths.

use std::net::Ipv4Addr;

use axum::http::Uri;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::directive::DIRECTIVE;
use crate::envelope::{ApiError, Code};

/// The fields of a body.
pub(crate) type Fields = Map<String, Value>;

/// The fields that an operation accepts. It rejects any other.
pub(crate) type Form = &'static [(&'static str, Rule)];

/// The type of a field. Lengths are in characters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Rule {
    Text(usize, usize),
    /// Like the previous variant, but null means absent.
    TextOrNull(usize, usize),
    /// An http or https URL.
    Url,
    UrlOrNull,
    Flag,
    /// An integer in this range.
    Integer(u64, u64),
    /// This number of items, each a string of this length.
    Texts {
        items: (usize, usize),
        length: (usize, usize),
    },
    /// `YYYY-MM-DD`.
    Date,
    Ipv4,
    Uuid,
    /// This number of items, each with a `name` and a `filter`.
    TitleFilters(usize, usize),
    /// At most this number of items, each with a `name` and `titles`.
    TitleLists(usize),
    CustomFields,
}

/// The length of a title filter.
pub(crate) const FILTER_LENGTH: (usize, usize) = (2, 10_000);

/// Returns the fields of a body that has this form.
pub(crate) fn read(body: &[u8], form: Form) -> Result<Fields, ApiError> {
    let fields = match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => fields,
        Ok(Value::Null) => return Err(ApiError::new(Code::MissingBody)),
        Ok(_) => return Err(bad_request("body: must be an object")),
        Err(error) => return Err(bad_request(format!("body: not JSON ({error})"))),
    };
    let faults: Vec<String> = fields
        .iter()
        .filter_map(|(name, value)| {
            let rule = form.iter().find(|(known, _)| known == name);
            let fault = match rule {
                Some((_, rule)) => rule.fault(value)?,
                None => "Extra inputs are not permitted".to_owned(),
            };
            Some(format!("{name}: {fault}"))
        })
        .collect();
    if faults.is_empty() {
        Ok(fields)
    } else {
        Err(ApiError::new(Code::BadRequest).details(faults))
    }
}

pub(crate) fn bad_request(detail: impl Into<String>) -> ApiError {
    ApiError::new(Code::BadRequest).details(vec![detail.into()])
}

/// Returns a field that is present and not null.
pub(crate) fn text<'a>(fields: &'a Fields, name: &str) -> Option<&'a str> {
    fields.get(name).and_then(Value::as_str)
}

/// Returns the strings of a list; none if it is absent.
pub(crate) fn texts<'a>(fields: &'a Fields, name: &str) -> Vec<&'a str> {
    let list = fields.get(name).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Returns an integer, or its default.
pub(crate) fn integer(fields: &Fields, name: &str, default: u64) -> usize {
    let number = fields.get(name).and_then(whole).unwrap_or(default);
    usize::try_from(number).unwrap_or(usize::MAX)
}

pub(crate) fn flag(fields: &Fields, name: &str, default: bool) -> bool {
    fields.get(name).and_then(Value::as_bool).unwrap_or(default)
}

/// Returns an integer, also if it is written with a fraction of zero.
fn whole(value: &Value) -> Option<u64> {
    let from_float = |number: f64| {
        (number.fract() == 0.0 && (0.0..1e15).contains(&number)).then_some(number as u64)
    };
    value.as_u64().or_else(|| value.as_f64().and_then(from_float))
}

impl Rule {
    fn fault(self, value: &Value) -> Option<String> {
        match self {
            Self::TextOrNull(..) | Self::UrlOrNull if value.is_null() => None,
            Self::Text(min, max) | Self::TextOrNull(min, max) => text_fault(value, min, max),
            Self::Url | Self::UrlOrNull => {
                text_fault(value, 0, usize::MAX).or_else(|| url_fault(value))
            }
            Self::Flag => (!value.is_boolean()).then(|| "must be a boolean".to_owned()),
            Self::Integer(min, max) => integer_fault(value, min, max),
            Self::Texts { items, length } => {
                list_fault(value, items.0, items.1, |item| text_fault(item, length.0, length.1))
            }
            Self::Date => parsed_fault(value, "must be a date, YYYY-MM-DD", |text| {
                text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
            }),
            Self::Ipv4 => parsed_fault(value, "Input is not a valid IPv4 address", |text| {
                text.parse::<Ipv4Addr>().is_ok()
            }),
            Self::Uuid => parsed_fault(value, "must be a UUID", |text| {
                text.len() == 36 && Uuid::try_parse(text).is_ok()
            }),
            Self::TitleFilters(min, max) => list_fault(value, min, max, |item| {
                named_fault(item, "filter", |filter| {
                    text_fault(filter, FILTER_LENGTH.0, FILTER_LENGTH.1)
                })
            }),
            Self::TitleLists(max) => list_fault(value, 0, max, |item| {
                named_fault(item, "titles", |titles| {
                    list_fault(titles, 0, usize::MAX, |title| text_fault(title, 0, usize::MAX))
                })
            }),
            Self::CustomFields => custom_fields_fault(value),
        }
    }
}

fn text_fault(value: &Value, min: usize, max: usize) -> Option<String> {
    let Some(text) = value.as_str() else { return Some("must be a string".to_owned()) };
    let length = text.chars().count();
    if length < min {
        Some(format!("must have at least {min} characters"))
    } else if length > max {
        Some(format!("must have at most {max} characters"))
    } else {
        None
    }
}

fn integer_fault(value: &Value, min: u64, max: u64) -> Option<String> {
    let fits = whole(value).is_some_and(|number| (min..=max).contains(&number));
    (!fits).then(|| format!("must be an integer from {min} to {max}"))
}

fn parsed_fault(value: &Value, fault: &str, is_valid: fn(&str) -> bool) -> Option<String> {
    let fits = value.as_str().is_some_and(is_valid);
    (!fits).then(|| fault.to_owned())
}

fn list_fault(
    value: &Value,
    min: usize,
    max: usize,
    item_fault: impl Fn(&Value) -> Option<String>,
) -> Option<String> {
    let Some(items) = value.as_array() else { return Some("must be a list".to_owned()) };
    if items.len() < min {
        return Some(format!("must have at least {min} items"));
    }
    if items.len() > max {
        return Some(format!("must have at most {max} items"));
    }
    let fault = |(index, item)| item_fault(item).map(|fault| format!("item {index}: {fault}"));
    items.iter().enumerate().find_map(fault)
}

/// Returns an object with a name and one more member.
fn named_fault(
    value: &Value,
    member: &str,
    member_fault: impl Fn(&Value) -> Option<String>,
) -> Option<String> {
    let Some(object) = value.as_object() else { return Some("must be an object".to_owned()) };
    let missing = |name: &str| format!("{name}: Field required");
    match (object.get("name"), object.get(member)) {
        (None, _) => Some(missing("name")),
        (_, None) => Some(missing(member)),
        (Some(name), Some(value)) => {
            let fault = text_fault(name, 0, usize::MAX).map(|fault| format!("name: {fault}"));
            fault.or_else(|| member_fault(value).map(|fault| format!("{member}: {fault}")))
        }
    }
}

/// Custom fields are strings, numbers or booleans, except the sandbox's own
/// [`DIRECTIVE`].
fn custom_fields_fault(value: &Value) -> Option<String> {
    let Some(fields) = value.as_object() else { return Some("must be an object".to_owned()) };
    let is_scalar = |value: &Value| value.is_string() || value.is_number() || value.is_boolean();
    let (name, _) = fields.iter().find(|(name, value)| *name != DIRECTIVE && !is_scalar(value))?;
    Some(format!("`{name}` must be a string, a number or a boolean"))
}

fn url_fault(value: &Value) -> Option<String> {
    let uri: Option<Uri> = value.as_str().and_then(|text| text.parse().ok());
    let fits = uri.is_some_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.host().is_some_and(|host| !host.is_empty())
    });
    (!fits).then(|| "must be an http or https URL".to_owned())
}
