//! Validates launches: first the form of the body, then its contents.
//!
//! The form is checked for all fields: the API rejects unknown fields and texts that
//! are too long. Contents are checked only for the search strategy in use, because the
//! API ignores the fields of the others.

use std::sync::Arc;

use axum::http::Uri;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::directive::{DIRECTIVE, Directive};
use crate::domain;
use crate::email::Email;
use crate::envelope::{ApiError, Code};

/// A launch that the API would accept.
#[derive(Debug, Clone)]
pub(crate) struct Launch {
    pub(crate) query: Query,
    pub(crate) directive: Directive,
    /// The fields as they were received.
    pub(crate) fields: Map<String, Value>,
    /// The custom fields verbatim, because a `Value` cannot hold every number.
    pub(crate) custom_fields: Option<Arc<RawValue>>,
}

/// The person to find, by search strategy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Query {
    Email(Email),
    /// The last segment of the profile's URL, in lower case.
    Linkedin(String),
    Name {
        first: String,
        last: String,
        domain: String,
    },
}

impl Launch {
    pub(crate) fn parse(body: &[u8]) -> Result<Self, ApiError> {
        let fields = form(body)?;
        let custom_fields = raw_custom_fields(body)?;
        let nothing = Map::new();
        let custom = fields.get("custom_fields").and_then(Value::as_object).unwrap_or(&nothing);
        let directive = Directive::read(custom).map_err(bad_request)?;
        let query = Query::of(&fields)?;
        Ok(Self { query, directive, fields, custom_fields })
    }

    pub(crate) fn webhook_url(&self) -> Option<&str> {
        self.fields.get("webhook_url")?.as_str()
    }

    pub(crate) fn wants_phones(&self) -> bool {
        self.fields.get("include_phones") == Some(&Value::Bool(true))
    }
}

fn bad_request(detail: impl Into<String>) -> ApiError {
    ApiError::new(Code::BadRequest).details(vec![detail.into()])
}

/// The fields of the body, with types and lengths checked.
fn form(body: &[u8]) -> Result<Map<String, Value>, ApiError> {
    let fields = match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => fields,
        Ok(Value::Null) => return Err(ApiError::new(Code::MissingBody)),
        Ok(_) => return Err(bad_request("body: must be an object")),
        Err(error) => return Err(bad_request(format!("body: not JSON ({error})"))),
    };
    let faults: Vec<String> = fields
        .iter()
        .filter_map(|(name, value)| fault_of(name, value).map(|fault| format!("{name}: {fault}")))
        .collect();
    if faults.is_empty() {
        Ok(fields)
    } else {
        Err(ApiError::new(Code::BadRequest).details(faults))
    }
}

fn fault_of(name: &str, value: &Value) -> Option<String> {
    match name {
        // These two may be null, which means absent.
        "email" | "linkedin" if value.is_null() => None,
        "email" => text_fault(value, 0, usize::MAX),
        "linkedin" => text_fault(value, 0, 500),
        "full_name" => text_fault(value, 0, 250),
        "first_name" | "last_name" => text_fault(value, 0, 100),
        "domain" => text_fault(value, 4, 500),
        "webhook_url" => text_fault(value, 0, usize::MAX).or_else(|| url_fault(value)),
        "include_phones" => (!value.is_boolean()).then(|| "must be a boolean".to_owned()),
        "custom_fields" => custom_fields_fault(value),
        _ => Some("unknown field".to_owned()),
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

fn raw_custom_fields(body: &[u8]) -> Result<Option<Arc<RawValue>>, ApiError> {
    #[derive(Deserialize)]
    struct Part {
        custom_fields: Option<Box<RawValue>>,
    }
    let part: Part = serde_json::from_slice(body).map_err(|_| bad_request("body: not JSON"))?;
    Ok(part.custom_fields.map(Arc::from))
}

impl Query {
    /// The first strategy that the launch has the fields for, in the API's order.
    fn of(fields: &Map<String, Value>) -> Result<Self, ApiError> {
        let text = |name: &str| fields.get(name).and_then(Value::as_str);
        if let Some(email) = text("email") {
            return Ok(Self::Email(Email::parse(email)?));
        }
        if let Some(profile) = text("linkedin") {
            let slug = linkedin_slug(profile);
            return Ok(Self::Linkedin(slug.ok_or_else(|| {
                bad_request("linkedin: must be the URL of a profile or its last segment")
            })?));
        }
        let names = match (text("full_name"), text("first_name"), text("last_name")) {
            (Some(full), _, _) => Some(split_name(full)),
            (None, Some(first), Some(last)) => Some((first.trim(), last.trim())),
            _ => None,
        };
        let (Some((first, last)), Some(domain)) = (names, text("domain")) else {
            return Err(bad_request(
                "requires one of: email; linkedin; full_name and domain; first_name, \
                 last_name and domain",
            ));
        };
        let parts_fit =
            is_name(first) && (is_name(last) || last.is_empty() && text("full_name").is_some());
        if !parts_fit {
            return Err(ApiError::new(Code::BadName));
        }
        Ok(Self::Name {
            first: first.to_owned(),
            last: last.to_owned(),
            domain: domain::parse(domain)?,
        })
    }
}

/// The last word is the last name.
fn split_name(full: &str) -> (&str, &str) {
    let full = full.trim();
    full.rsplit_once(char::is_whitespace)
        .map_or((full, ""), |(first, last)| (first.trim_end(), last))
}

/// The API does not document its rule for names. Here, a name consists of letters and
/// the punctuation of names.
fn is_name(text: &str) -> bool {
    let fits = |c: char| c.is_alphabetic() || !c.is_ascii() || " '.,-()".contains(c);
    text.chars().any(char::is_alphabetic) && text.chars().all(fits)
}

fn linkedin_slug(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let address = ["https://", "http://"].iter().find_map(|scheme| text.strip_prefix(scheme));
    let bare = address.unwrap_or(&text);
    let slug = match bare.split_once("linkedin.com/in/") {
        Some((host, path)) if host.is_empty() || host.ends_with('.') => {
            path.split(['/', '?', '#']).next().unwrap_or_default()
        }
        None if address.is_none() => bare,
        _ => return None,
    };
    let fits =
        !slug.is_empty() && !slug.contains(|c: char| c.is_whitespace() || "/?#@".contains(c));
    fits.then(|| slug.to_owned())
}
