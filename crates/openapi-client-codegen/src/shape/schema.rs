//! The representation of schemas in the rules, and references between schemas.

use openapi_document::references;
use serde_json::{Map, Value};

pub(super) type Schema = Map<String, Value>;
/// Keywords that restrict values. An `allOf` with one of them beside it is more than a reference.
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

/// Returns whether a schema is a chain of references that leads to `name`.
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

/// Returns the component that a schema refers to, directly or through an `allOf` with a single
/// part.
pub(super) fn reference(schema: &Value) -> Option<&str> {
    let only = match schema["allOf"].as_array().map(Vec::as_slice) {
        Some([only]) if STRUCTURAL.iter().all(|name| schema.get(name).is_none()) => only,
        _ => schema,
    };
    only["$ref"].as_str().and_then(references::schema_name)
}
