//! What the rules about operations share.

use serde_json::{Map, Value};

use crate::report::Report;

/// What a rule knows of the operation that it changes.
pub(super) struct Context<'a> {
    /// The component schemas.
    pub(super) schemas: &'a Value,
    /// The JSON pointer of the operation.
    pub(super) pointer: String,
    /// What is rewritten and dropped.
    pub(super) report: &'a mut Report,
}

/// An operation can't come out, for this reason.
pub(super) type Dropped = String;

/// A content type without its parameters, in small letters.
pub(super) fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_lowercase()
}

pub(super) fn is_json(content_type: &str) -> bool {
    let essence = essence(content_type);
    essence == "application/json" || essence == "text/json" || essence.ends_with("+json")
}

/// One JSON value in each line, or record.
pub(super) fn is_json_lines(essence: &str) -> bool {
    const TYPES: [&str; 8] = [
        "application/jsonl",
        "application/x-jsonl",
        "application/json-lines",
        "application/jsonlines",
        "application/x-jsonlines",
        "application/x-ndjson",
        "application/ndjson",
        "application/json-seq",
    ];
    TYPES.contains(&essence)
}

/// A schema that a media type or a parameter gives; 3.2 has `itemSchema`.
pub(super) fn schema_of(media: &Value) -> Value {
    match media.get("schema") {
        Some(schema @ (Value::Object(_) | Value::Bool(_))) => schema.clone(),
        _ => Value::Object(Map::new()),
    }
}
