//! A contact that is one text.

use serde_json::Value;

use crate::query_spec::spec::QuerySpec;
use crate::query_spec::{columns, word};

const OBJECT: &str = "pass one object per line, such as {\"email\": \"jane.doe@acme.com\"}";
const ARRAY: &str = "pass it on stdin: waterfall enrich - < contacts.json";

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
