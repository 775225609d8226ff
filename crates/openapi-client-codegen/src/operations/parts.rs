//! Rule: each field of a multipart body is a part, and binary fields are files.

use openapi_document::references;
use serde_json::{Map, Value, json};

use crate::operations::context::target;
use crate::operations::markers::PART;

/// The maximum depth of a hierarchy of schemas.
const MAX_DEPTH: usize = 8;

/// Returns the schema of the body with all of its fields.
pub(super) fn schema(given: &Value, encoding: &Value, schemas: &Value) -> Value {
    let mut out = json!({ "type": "object", "properties": {}, "required": [] });
    collect(given, schemas, MAX_DEPTH, &mut out);
    // Undescribed parts may be files, by any name.
    if let Some(rest) = out.get_mut("additionalProperties") {
        file(rest, schemas, false);
    }
    if let Some(properties) = out["properties"].as_object_mut().filter(|all| !all.is_empty()) {
        for (name, property) in properties {
            let is_typed = |kind: &str| {
                encoding[name]["contentType"].as_str().is_some_and(|text| text.starts_with(kind))
            };
            let is_other =
                ["image/", "video/", "audio/", "application/octet-stream", "application/pdf"];
            let is_encoded = is_other.into_iter().any(is_typed);
            file(property, schemas, is_encoded);
        }
        return out;
    }
    // The parts are not described, so each of them may be a file.
    json!({ "type": "object", "additionalProperties": part() })
}

fn part() -> Value {
    json!({ "type": "string", PART: true })
}

fn collect(given: &Value, schemas: &Value, depth: usize, out: &mut Value) {
    if depth == 0 {
        return;
    }
    if let Some(name) = given["$ref"].as_str().and_then(references::schema_name) {
        return collect(&schemas[references::unescape(name)], schemas, depth - 1, out);
    }
    let schema = given;
    for extended in schema["allOf"].as_array().into_iter().flatten() {
        collect(extended, schemas, depth - 1, out);
    }
    for alternative in
        ["oneOf", "anyOf"].iter().filter_map(|name| schema[*name].as_array()).flatten()
    {
        alternative_fields(alternative, schemas, depth, out);
    }
    if let (Some(properties), Some(all)) =
        (schema["properties"].as_object(), out["properties"].as_object_mut())
    {
        all.extend(properties.clone());
    }
    let rest = schema.get("additionalProperties").filter(|rest| rest.is_object());
    if let Some(rest) = rest.filter(|rest| is_bytes(target(rest, schemas, 0))) {
        out["additionalProperties"] = rest.clone();
    }
    if let (Some(required), Some(all)) =
        (schema["required"].as_array(), out["required"].as_array_mut())
    {
        all.extend(required.iter().cloned());
    }
}

/// Adds the fields of an alternative as optional fields. A field of several alternatives becomes a
/// union of the descriptions.
fn alternative_fields(alternative: &Value, schemas: &Value, depth: usize, out: &mut Value) {
    let mut own = json!({ "properties": {}, "required": [] });
    collect(alternative, schemas, depth - 1, &mut own);
    let fields = own["properties"].as_object().cloned().unwrap_or_default();
    let Some(all) = out["properties"].as_object_mut() else { return };
    for (name, field) in fields {
        match all.get_mut(&name) {
            None => drop(all.insert(name, field)),
            Some(there) if *there == field || is_bytes(target(there, schemas, 0)) => {}
            Some(there) if is_bytes(target(&field, schemas, 0)) => *there = field,
            Some(there) => *there = json!({ "anyOf": [there.take(), field] }),
        }
    }
}

/// Converts a binary property, or the binary elements of a list, to files.
fn file(property: &mut Value, schemas: &Value, is_encoded: bool) {
    let schema = target(property, schemas, 0);
    if is_bytes(schema) || (is_encoded && !has_type_keywords(schema)) {
        let kept = annotations(property);
        *property = part();
        keep(property, kept);
    } else if schema["type"] == "array" {
        let items = target(&schema["items"], schemas, 0);
        if is_bytes(items) || (is_encoded && !has_type_keywords(items)) {
            let kept = annotations(property);
            *property = json!({ "type": "array", "items": part() });
            keep(property, kept);
        }
    }
}

fn keep(property: &mut Value, kept: Map<String, Value>) {
    if let Some(property) = property.as_object_mut() {
        property.extend(kept);
    }
}

fn annotations(property: &Value) -> Map<String, Value> {
    let kept = ["description", "nullable"].into_iter();
    kept.filter_map(|name| Some((name.to_owned(), property.get(name)?.clone()))).collect()
}

/// Returns whether a schema is binary: 3.0 has a format, 3.1 a media type without an encoding.
fn is_bytes(schema: &Value) -> bool {
    let media = schema["contentMediaType"].as_str().unwrap_or("text/plain");
    let is_text = media.starts_with("text/") || media.contains("json") || media.contains("xml");
    schema["format"] == "binary"
        || schema["type"] == "file"
        || (!is_text && schema.get("contentEncoding").is_none())
}

fn has_type_keywords(schema: &Value) -> bool {
    let is_text = schema["type"] == "string" || schema.get("type").is_none();
    let members = ["properties", "items", "oneOf", "anyOf", "allOf", "enum", "contentEncoding"];
    !is_text || members.into_iter().any(|name| schema.get(name).is_some())
}
