//! Reads the keywords of one schema separately.

use serde_json::{Map, Value};

use crate::diff::shape::{Additional, Shape};
use crate::diff::types::Types;

/// Keywords that only people read.
const DOCS: [&str; 8] =
    ["title", "description", "example", "examples", "externalDocs", "$comment", "$schema", "$id"];
const LOWER: [&str; 4] = ["minimum", "minLength", "minItems", "minProperties"];
const UPPER: [&str; 4] = ["maximum", "maxLength", "maxItems", "maxProperties"];

pub(crate) fn is_docs(name: &str) -> bool {
    DOCS.contains(&name) || name.starts_with("x-")
}

pub(crate) fn own(shape: &mut Shape, schema: &Map<String, Value>, pointer: &str) {
    for keyword in schema.keys() {
        shape.at.insert(keyword.clone(), pointer.to_owned());
    }
    types_and_values(shape, schema);
    for keyword in ["format", "pattern"] {
        if let Some(text) = schema.get(keyword).and_then(Value::as_str) {
            shape.texts.entry(keyword).or_default().insert(text.to_owned());
        }
    }
    bounds(shape, schema);
    shape.unique = schema.get("uniqueItems") == Some(&Value::Bool(true));
    let required = schema.get("required").and_then(Value::as_array);
    shape.required =
        required.into_iter().flatten().filter_map(|name| Some(name.as_str()?.to_owned())).collect();
    let flag = |name: &str| schema.get(name) == Some(&Value::Bool(true));
    shape.read_only = flag("readOnly");
    shape.write_only = flag("writeOnly");
    shape.deprecated = flag("deprecated");
    shape.default = schema.get("default").cloned();
    if let Some(factor) = schema.get("multipleOf") {
        shape.opaque.insert("multipleOf".to_owned(), vec![factor.clone()]);
    }
    for (name, value) in schema.iter().filter(|(name, _)| is_docs(name)) {
        shape.docs.entry(name.clone()).or_default().push(value.clone());
    }
}

fn types_and_values(shape: &mut Shape, schema: &Map<String, Value>) {
    let named = schema.get("type");
    let mut types = named.map_or(Types::default(), Types::named);
    let only = schema.get("const");
    let list = schema.get("enum").and_then(Value::as_array);
    let values: Option<Vec<&Value>> = match (only, list) {
        (Some(only), Some(list)) => {
            let is_only = |value: &&Value| canonical(value) == canonical(only);
            Some(list.iter().filter(is_only).collect())
        }
        (Some(only), None) => Some(vec![only]),
        (None, list) => list.map(|list| list.iter().collect()),
    };
    if let Some(values) = values {
        let listed = values.iter().any(|value| value.is_null());
        if named.is_none() {
            types = values.iter().map(|value| Types::of(value)).fold(Types::NONE, Types::or);
        } else {
            // Only listed values are allowed, regardless of `type`.
            types = types.without_null();
        }
        if listed {
            types = types.or(Types::NULL);
        }
        shape.values =
            Some(values.into_iter().filter(|value| !value.is_null()).map(canonical).collect());
    }
    (shape.types, shape.own_types) = (types, types);
}

/// Equal values have equal texts: 1 and 1.0 do.
pub(crate) fn canonical(value: &Value) -> String {
    match value.as_f64() {
        Some(number) if !value.is_i64() && !value.is_u64() && number.fract() == 0.0 => {
            format!("{number:.0}")
        }
        _ => value.to_string(),
    }
}

fn bounds(shape: &mut Shape, schema: &Map<String, Value>) {
    let number = |name: &str| schema.get(name).and_then(Value::as_f64);
    for (keyword, exclusive, bounds) in [
        ("minimum", "exclusiveMinimum", &mut shape.lower),
        ("maximum", "exclusiveMaximum", &mut shape.upper),
    ] {
        let flag = schema.get(exclusive) == Some(&Value::Bool(true));
        if let Some(bound) = number(exclusive).or_else(|| number(keyword).filter(|_| flag)) {
            bounds.insert(exclusive, bound);
        }
        if let Some(bound) = number(keyword).filter(|_| !flag) {
            bounds.insert(keyword, bound);
        }
    }
    for keyword in &LOWER[1..] {
        // No length is less than zero.
        if let Some(bound) = number(keyword).filter(|bound| *bound > 0.0) {
            shape.lower.insert(keyword, bound);
        }
    }
    for keyword in &UPPER[1..] {
        if let Some(bound) = number(keyword) {
            shape.upper.insert(keyword, bound);
        }
    }
}

/// Removes limits on the number of fields that follow from the fields.
pub(crate) fn implied_bounds(shape: &mut Shape) {
    let (least, most) = (shape.required.len() as f64, shape.properties.len() as f64);
    if shape.lower.get("minProperties").is_some_and(|bound| *bound <= least) {
        shape.lower.remove("minProperties");
    }
    let is_closed = shape.additional == Additional::Nothing && shape.patterned.is_empty();
    if is_closed && shape.upper.get("maxProperties").is_some_and(|bound| *bound >= most) {
        shape.upper.remove("maxProperties");
    }
}

/// More than 0 means at least 1 for an integer.
pub(crate) fn whole_bounds(shape: &mut Shape) {
    if let Some(bound) = shape.lower.remove("exclusiveMinimum") {
        let bound = bound.floor() + 1.0;
        shape.lower.entry("minimum").and_modify(|least| *least = least.max(bound)).or_insert(bound);
    }
    if let Some(bound) = shape.upper.remove("exclusiveMaximum") {
        let bound = bound.ceil() - 1.0;
        shape.upper.entry("maximum").and_modify(|most| *most = most.min(bound)).or_insert(bound);
    }
}

/// Keywords of 3.1 that correspond to formats of 3.0.
pub(crate) fn binary(shape: &mut Shape) {
    for (keyword, value, format) in [
        ("contentEncoding", "base64", "byte"),
        ("contentMediaType", "application/octet-stream", "binary"),
    ] {
        if shape.opaque.get(keyword).is_some_and(|values| values[..] == [Value::from(value)]) {
            shape.opaque.remove(keyword);
            shape.texts.entry("format").or_default().insert(format.to_owned());
        }
    }
}

pub(crate) fn is_null(schema: &Value) -> bool {
    let null_type = match &schema["type"] {
        Value::Array(names) => names.len() == 1 && names[0] == "null",
        name => name == "null",
    };
    null_type
        || schema.get("const").is_some_and(Value::is_null)
        || schema["enum"].as_array().is_some_and(|values| values.len() == 1 && values[0].is_null())
}
