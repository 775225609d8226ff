//! The outlines of schemas, which the decoders of unions use.
//!
//! An outline is a small part of JSON Schema with only the keywords that distinguish the variants
//! of a union. It is written into the client as JSON.

use std::collections::BTreeMap;

use openapi_document::references;
use serde_json::{Map, Value, json};

use crate::idents;
use crate::shape::schema::{Schema, reference};
use crate::shape::values;

/// The maximum depth of inline schemas in an outline.
const MAX_DEPTH: usize = 4;
/// The maximum number of references between a union and an outline in the client.
const MAX_STEPS: usize = 2;

/// The limits on the number of elements in a list.
pub(super) const LENGTHS: [&str; 2] = ["minItems", "maxItems"];

/// Returns the outline of a schema.
pub(super) fn of(schema: &Value) -> Value {
    inner(schema, MAX_DEPTH)
}

fn inner(schema: &Value, depth: usize) -> Value {
    let mut out = Map::new();
    if schema["nullable"] == json!(true) {
        out.insert("nullable".to_owned(), json!(true));
    }
    if let Some(name) = reference(schema) {
        out.insert("$ref".to_owned(), json!(name));
        return Value::Object(out);
    }
    if let Some(alternatives) = schema["oneOf"].as_array() {
        if depth > 0 {
            let all: Vec<Value> = alternatives.iter().map(|one| inner(one, depth - 1)).collect();
            out.insert("oneOf".to_owned(), json!(all));
        }
        return Value::Object(out);
    }
    let Some(kind) = schema["type"].as_str() else { return Value::Object(out) };
    out.insert("type".to_owned(), json!(kind));
    match kind {
        "array" if depth > 0 => {
            for name in LENGTHS {
                if let Some(count) = schema.get(name) {
                    out.insert(name.to_owned(), count.clone());
                }
            }
            let items = inner(&schema["items"], depth - 1);
            if items != json!({}) {
                out.insert("items".to_owned(), items);
            }
        }
        "object" if depth > 0 => object(schema, depth, &mut out),
        "array" | "object" => {}
        _ => scalar(schema, &mut out),
    }
    Value::Object(out)
}

/// Returns the minimum and the maximum number of elements in a list.
pub(super) fn lengths(list: &Value) -> (u64, u64) {
    let [min, max] = LENGTHS.map(|name| list[name].as_u64());
    (min.unwrap_or(0), max.unwrap_or(u64::MAX))
}

fn scalar(schema: &Value, out: &mut Schema) {
    let known = known(schema);
    if !known.is_empty() {
        out.insert("enum".to_owned(), json!(known));
    }
    let format = schema.get("format").or_else(|| schema.get(values::FORMAT));
    if let Some(format) = format.filter(|_| schema["type"] == "string") {
        out.insert("format".to_owned(), format.clone());
    }
}

/// Returns the values that the document lists for a scalar.
pub(super) fn known(schema: &Value) -> Vec<Value> {
    let listed = schema["enum"].as_array().or_else(|| schema[values::KNOWN].as_array());
    let listed = listed.into_iter().flatten();
    listed
        .map(|value| match value {
            Value::String(text) => json!(idents::on_the_wire(text)),
            value => value.clone(),
        })
        .collect()
}

fn object(schema: &Value, depth: usize, out: &mut Schema) {
    if let Some(required) = schema["required"].as_array() {
        let names = required.iter().filter_map(Value::as_str).map(idents::on_the_wire);
        out.insert("required".to_owned(), json!(names.collect::<Vec<_>>()));
    }
    let properties = schema["properties"].as_object().into_iter().flatten();
    let properties: Schema = properties
        .map(|(name, property)| (idents::on_the_wire(name).to_owned(), inner(property, depth - 1)))
        .collect();
    if !properties.is_empty() {
        out.insert("properties".to_owned(), Value::Object(properties));
    }
    match schema.get("additionalProperties") {
        Some(Value::Bool(false)) => drop(out.insert("closed".to_owned(), json!(true))),
        Some(rest @ Value::Object(_)) => {
            let rest = inner(rest, depth - 1);
            if rest != json!({}) {
                out.insert("rest".to_owned(), rest);
            }
        }
        _ => {}
    }
}

/// Returns the outlines of all components that `outlines` refer to, directly or through other
/// outlines.
pub(super) fn referred<'a>(
    outlines: impl IntoIterator<Item = &'a Value>,
    components: &Schema,
) -> BTreeMap<String, Value> {
    let mut found: BTreeMap<String, Value> = BTreeMap::new();
    let mut names = Vec::new();
    outlines.into_iter().for_each(|outline| references_in(outline, &mut names));
    for _ in 0..MAX_STEPS {
        let mut next = Vec::new();
        for name in names {
            if !found.contains_key(&name)
                && let Some(component) = components.get(&name)
            {
                let mut outline = of(target(component, components));
                if component["nullable"] == json!(true) {
                    outline["nullable"] = json!(true);
                }
                references_in(&outline, &mut next);
                found.insert(name, outline);
            }
        }
        names = next;
    }
    found
}

fn references_in(outline: &Value, names: &mut Vec<String>) {
    match outline {
        Value::Object(members) => {
            // This may also be a property named `$ref`, whose outline is not a string.
            names.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|value| references_in(value, names));
        }
        Value::Array(items) => items.iter().for_each(|item| references_in(item, names)),
        _ => {}
    }
}

/// Returns the target of references.
pub(super) fn target<'a>(schema: &'a Value, components: &'a Schema) -> &'a Value {
    let mut schema = schema;
    for _ in 0..16 {
        match reference(schema).and_then(|name| components.get(&references::unescape(name))) {
            Some(next) => schema = next,
            None => break,
        }
    }
    schema
}
