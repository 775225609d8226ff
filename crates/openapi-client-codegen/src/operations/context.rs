//! Shared by the rules about operations.

use openapi_document::references;
use serde_json::{Map, Value};

use crate::codes::Code;
use crate::report::Report;

/// The context of an operation that a rule changes.
pub(super) struct Context<'a> {
    /// The component schemas.
    pub(super) schemas: &'a Value,
    /// The JSON pointer of the operation.
    pub(super) pointer: String,
    /// The report of changes and dropped operations.
    pub(super) report: &'a mut Report,
}

impl Context<'_> {
    /// Returns whether a media type describes more than a string or bytes.
    pub(super) fn describes(&self, media: &Value) -> bool {
        const DESCRIBES: [&str; 7] =
            ["properties", "additionalProperties", "items", "oneOf", "anyOf", "allOf", "enum"];
        let schema = target(&media["schema"], self.schemas, 0);
        let is_scalar_text = |kind: &str| ["string", "file"].contains(&kind);
        media.get("itemSchema").is_some()
            || DESCRIBES.iter().any(|name| schema.get(*name).is_some())
            || schema["type"].as_str().is_some_and(|kind| !is_scalar_text(kind))
    }
}

/// Returns the target of references and of an `allOf` with a single part.
pub(super) fn target<'a>(schema: &'a Value, schemas: &'a Value, depth: usize) -> &'a Value {
    let only = match schema["allOf"].as_array().map(Vec::as_slice) {
        Some([only]) => only,
        _ => schema,
    };
    match only["$ref"].as_str().and_then(|text| text.rsplit('/').next()) {
        Some(name) if depth < 16 => target(
            schemas.get(references::unescape(name)).unwrap_or(&Value::Null),
            schemas,
            depth + 1,
        ),
        _ => only,
    }
}

/// The original location of a part of a rewritten operation: the pointer in the operation, and the
/// pointer in the document.
pub(super) type Origin = (String, String);

/// The code and the reason for dropping an operation.
pub(super) type Dropped = (&'static Code, String);

/// Returns a content type in lowercase and without parameters.
pub(super) fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_lowercase()
}

pub(super) fn is_json(content_type: &str) -> bool {
    let essence = essence(content_type);
    essence == "application/json" || essence == "text/json" || essence.ends_with("+json")
}

/// Returns whether a media type has one JSON value per line or record.
pub(super) fn is_json_lines(essence: &str) -> bool {
    const TYPES: [&str; 13] = [
        "application/jsonl",
        "application/x-jsonl",
        "application/json-lines",
        "application/jsonlines",
        "application/x-jsonlines",
        "application/x-ndjson",
        "application/ndjson",
        "application/json-seq",
        "application/stream+json",
        "application/x-json-stream",
        "application/x-json-lines",
        "text/jsonl",
        "text/x-ndjson",
    ];
    TYPES.contains(&essence) || essence.ends_with("+json-seq")
}

/// Returns the schema of a media type or parameter, including `itemSchema` of 3.2.
pub(super) fn schema_of(media: &Value) -> Value {
    match media.get("schema") {
        Some(schema @ (Value::Object(_) | Value::Bool(_))) => schema.clone(),
        _ => Value::Object(Map::new()),
    }
}
