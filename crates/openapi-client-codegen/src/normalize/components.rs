//! Shared by the rules: component schemas and references to them.

use openapi_document::references;
use std::collections::BTreeMap;

use serde_json::Value;

/// The component schemas by name.
pub(super) type Components = BTreeMap<String, Value>;

/// Returns the component that a property refers to, directly or through an `allOf`.
pub(super) fn reference(schema: &Value) -> Option<&str> {
    let only = match schema["allOf"].as_array().map(Vec::as_slice) {
        Some([only]) => only,
        _ => schema,
    };
    only["$ref"].as_str().and_then(references::schema_name)
}
