//! Schemas as the rules see them, and where they lead.

use openapi_document::references;
use serde_json::{Map, Value};

pub(super) type Schema = Map<String, Value>;
/// Keywords that say something about values, so that an `allOf` with them
/// beside it is more than a reference.
pub(super) const STRUCTURAL: [&str; 9] = [
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "oneOf",
    "anyOf",
    "minLength",
    "maxLength",
];

/// Whether a schema that is only a reference leads to `name`.
pub(super) fn leads_to(source: &Schema, schema: &Value, name: &str) -> bool {
    let mut schema = schema;
    for _ in 0..=source.len() {
        match reference(schema) {
            Some(next) if next == name => return true,
            Some(next) => schema = source.get(next).unwrap_or(&Value::Null),
            None => return false,
        }
    }
    true
}

/// The component that a schema refers to, on its own or within an `allOf` that
/// has nothing else.
pub(super) fn reference(schema: &Value) -> Option<&str> {
    let only = match schema["allOf"].as_array().map(Vec::as_slice) {
        Some([only]) if STRUCTURAL.iter().all(|name| schema.get(name).is_none()) => only,
        _ => schema,
    };
    only["$ref"].as_str().and_then(references::schema_name)
}
