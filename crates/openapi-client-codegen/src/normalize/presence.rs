//! Rule: [markers](crate::markers) state whether a field may be absent or null.

use openapi_document::references;
use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::markers;
use crate::normalize::components::{Components, reference};
use crate::operations::markers::PART;
use crate::shape::{EXACT, VARIANT};

/// Makes components not nullable. Returns the nullable ones, whose uses are nullable instead.
pub(super) fn strip_null(components: &mut Components) -> BTreeSet<String> {
    let mut nullable: BTreeSet<String> = components
        .iter_mut()
        .filter_map(|(name, schema)| {
            let nullable = schema.as_object_mut()?.shift_remove("nullable")?;
            (nullable == Value::Bool(true)).then(|| name.clone())
        })
        .collect();
    // A component that refers to a nullable component, or is a union with one, is also nullable.
    loop {
        let more: Vec<String> = components
            .iter()
            .filter(|(name, schema)| {
                !nullable.contains(*name) && is_null_allowed(schema, &nullable)
            })
            .map(|(name, _)| name.clone())
            .collect();
        if more.is_empty() {
            return nullable;
        }
        nullable.extend(more);
    }
}

/// Marks the fields and elements of one schema. Nested schemas have already been marked.
pub(super) fn mark(schema: &mut Value, nullable: &BTreeSet<String>) {
    own_type(schema);
    let Some(schema) = schema.as_object_mut() else { return };
    for element in ["items", "additionalProperties"] {
        if let Some(element) =
            schema.get_mut(element).filter(|element| is_null_allowed(element, nullable))
        {
            *element = markers::mark(markers::NULLABLE, vec![core(element.take())]);
        }
    }
    let required: BTreeSet<String> = schema
        .get("required")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        .unwrap_or_default();
    let Some(Value::Object(properties)) = schema.get_mut("properties") else { return };
    for (name, property) in properties {
        let marker = match (required.contains(name), is_null_allowed(property, nullable)) {
            (true, false) => markers::REQUIRED,
            (true, true) => markers::REQUIRED_NULLABLE,
            (false, false) => markers::OPTIONAL,
            (false, true) => markers::OPTIONAL_NULLABLE,
        };
        let description = property.get("description").cloned();
        let inner = core(property.take());
        let mut marked = markers::mark(marker, vec![inner]);
        if let Some(description) = description {
            marked["description"] = description;
        }
        *property = marked;
    }
}

fn is_null_allowed(schema: &Value, nullable: &BTreeSet<String>) -> bool {
    schema["nullable"] == Value::Bool(true)
        || reference(schema).is_some_and(|name| nullable.contains(name))
        || schema["oneOf"].as_array().is_some_and(|alternatives| {
            alternatives.iter().any(|alternative| is_null_allowed(alternative, nullable))
        })
}

/// Returns a schema without the members that belong to its location instead of its type.
pub(super) fn core(mut schema: Value) -> Value {
    if let Some(name) = reference(&schema) {
        return json!({ "$ref": references::to_schema(name) });
    }
    if let Some(schema) = schema.as_object_mut() {
        schema.shift_remove("nullable");
        schema.shift_remove("description");
        schema.shift_remove(VARIANT);
    }
    schema
}

/// Replaces some scalars by types of the runtime: date-times, which keep their text; secrets, which
/// `Debug` hides; files; and large numbers, which keep their digits.
pub(super) fn own_type(schema: &mut Value) {
    let is_text = schema["type"] == "string";
    let marker = match () {
        () if is_text && schema["format"] == "date-time" => Some(markers::TIMESTAMP),
        () if is_text && schema["format"] == "password" => Some(markers::SECRET),
        () if is_text && schema[PART] == json!(true) => Some(markers::FILE),
        () if schema[EXACT] == json!(true) => Some(markers::NUMBER),
        () => None,
    };
    if let Some(marker) = marker {
        let mut marked = markers::mark(marker, Vec::new());
        for member in ["nullable", "description", VARIANT] {
            if let Some(value) = schema.get(member) {
                marked[member] = value.clone();
            }
        }
        *schema = marked;
    }
}
