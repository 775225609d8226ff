//! Parses a query that is one text.

use serde_json::{Map, Value};

use crate::query_spec::spec::QuerySpec;
use crate::query_spec::{columns, word};

const OBJECT: &str = "pass one object per line, such as {\"email\": \"jane.doe@acme.com\"}";
const OBJECTS: &str = "pass one object per line";
const ARRAY: &str = "pass it on stdin, and - as the only QUERY";

/// Returns the JSON object that a text contains, if it begins as one. The error does not repeat the
/// text.
pub(crate) fn object(text: &str) -> Result<Option<Map<String, Value>>, String> {
    match text.as_bytes().first() {
        Some(b'{') => serde_json::from_str(text)
            .map(Some)
            .map_err(|error| format!("not a JSON object: {error}; {OBJECTS}")),
        Some(b'[') if serde_json::from_str::<Value>(text).is_ok() => {
            Err(format!("the query is a JSON array; {ARRAY}"))
        }
        _ => Ok(None),
    }
}

/// Parses a LinkedIn profile, an e-mail address, or a JSON object. The error does not repeat
/// the text.
pub(crate) fn parse(text: &str) -> Result<QuerySpec, String> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text == "{" || text == "[" {
        return Err(format!("`{text}` begins JSON that is incomplete; {OBJECT}"));
    }
    if text.starts_with('{') {
        return match serde_json::from_str(text) {
            Ok(row) => columns::parse(&row),
            Err(error) => Err(format!("not a JSON object: {error}; {OBJECT}")),
        };
    }
    if text.starts_with('[') && serde_json::from_str::<Value>(text).is_ok() {
        return Err(format!("the contact is a JSON array; {ARRAY}"));
    }
    word::parse(text)
}
