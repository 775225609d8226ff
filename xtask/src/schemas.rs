//! Finding schemas in an OpenAPI document.

use serde_json::Value;

use crate::document::child;

/// Members of a schema that hold one schema.
const ONE: [&str; 4] = ["items", "additionalProperties", "not", "contains"];
/// Members of a schema that hold a list of schemas.
const LIST: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];
/// Members of a schema that hold schemas by name.
const NAMED: [&str; 2] = ["properties", "patternProperties"];
/// Members of any object that hold data, in which nothing is a schema.
const DATA: [&str; 4] = ["example", "examples", "default", "enum"];

/// Calls `visit` with every schema of the document and its JSON pointer, inner
/// ones before outer ones.
pub fn for_each(root: &mut Value, visit: &mut impl FnMut(&mut Value, &str)) {
    for part in ["paths", "webhooks", "components"] {
        if let Some(part_value) = root.get_mut(part) {
            outside(part_value, &format!("/{part}"), visit);
        }
    }
}

/// Calls `visit` with `schema` and every schema in it, inner ones first.
pub fn within(schema: &mut Value, pointer: &str, visit: &mut impl FnMut(&mut Value, &str)) {
    if let Some(members) = schema.as_object_mut() {
        for (name, value) in members.iter_mut() {
            let at = child(pointer, name);
            match value {
                // `additionalProperties: false` is a flag, not a schema.
                Value::Bool(_) if name == "additionalProperties" => {}
                value if ONE.contains(&name.as_str()) => within(value, &at, visit),
                Value::Array(items) if LIST.contains(&name.as_str()) => {
                    for (index, item) in items.iter_mut().enumerate() {
                        within(item, &child(&at, index), visit);
                    }
                }
                Value::Object(named) if NAMED.contains(&name.as_str()) => {
                    for (name, value) in named.iter_mut() {
                        within(value, &child(&at, name), visit);
                    }
                }
                _ => {}
            }
        }
    }
    visit(schema, pointer);
}

fn outside(value: &mut Value, pointer: &str, visit: &mut impl FnMut(&mut Value, &str)) {
    match value {
        Value::Object(members) => {
            for (name, value) in members.iter_mut() {
                let at = child(pointer, name);
                match (name.as_str(), &mut *value) {
                    ("schema", schema) => within(schema, &at, visit),
                    ("schemas", Value::Object(named)) if pointer == "/components" => {
                        for (name, schema) in named.iter_mut() {
                            within(schema, &child(&at, name), visit);
                        }
                    }
                    (name, _) if DATA.contains(&name) => {}
                    (_, value) => outside(value, &at, visit),
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                outside(item, &child(pointer, index), visit);
            }
        }
        _ => {}
    }
}
