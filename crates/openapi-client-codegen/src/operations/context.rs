//! What the rules about operations share.

use openapi_document::references;
use serde_json::{Map, Value};

use crate::codes::Code;
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

impl Context<'_> {
    /// Whether a media type describes values that are more than a text or bytes.
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

/// The schema behind references, and behind an `allOf` of one.
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

/// Whether a value may have a list or an object within a list or an object.
pub(super) fn is_nested(schema: &Value, schemas: &Value) -> bool {
    let found = target(schema, schemas, 0);
    let any = |union: &str| {
        let all = found[union].as_array().into_iter().flatten();
        all.into_iter().any(|one| is_nested(one, schemas))
    };
    let mut properties = Map::new();
    let parts = found["allOf"].as_array().into_iter().flatten();
    for part in parts.map(|part| target(part, schemas, 0)).chain([found]) {
        for (name, property) in part["properties"].as_object().into_iter().flatten() {
            // Of several descriptions, the first counts.
            properties.entry(name).or_insert_with(|| property.clone());
        }
    }
    let mut inner = properties.values().chain([&found["items"], &found["additionalProperties"]]);
    inner.any(|inner| is_compound(inner, schemas)) || any("oneOf") || any("anyOf")
}

/// Whether a value may be a list or an object.
fn is_compound(schema: &Value, schemas: &Value) -> bool {
    let found = target(schema, schemas, 0);
    ["array", "object"].iter().any(|kind| found["type"] == *kind)
        || ["properties", "items"].iter().any(|name| found.get(*name).is_some())
        || ["oneOf", "anyOf", "allOf"].iter().any(|union| {
            let all = found[*union].as_array().into_iter().flatten();
            all.into_iter().any(|one| is_compound(one, schemas))
        })
}

/// Where a node of a rewritten operation was: its pointer within the operation, and the
/// one in the document.
pub(super) type Origin = (String, String);

/// An operation can't come out: the cause, and the reason in words.
pub(super) type Dropped = (&'static Code, String);

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
    TYPES.contains(&essence) || essence.ends_with("+json-seq")
}

/// A schema that a media type or a parameter gives; 3.2 has `itemSchema`.
pub(super) fn schema_of(media: &Value) -> Value {
    match media.get("schema") {
        Some(schema @ (Value::Object(_) | Value::Bool(_))) => schema.clone(),
        _ => Value::Object(Map::new()),
    }
}
