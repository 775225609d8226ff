//! Rule: the fields in conditions become optional fields.

use openapi_document::references;
use serde_json::{Map, Value, json};

/// The maximum number of references and nested parts between a condition and its fields.
const MAX_DEPTH: usize = 8;

/// Removes the conditions and keeps their fields as optional fields.
pub(super) fn optional(schema: &mut Map<String, Value>, components: &Value) {
    let mut parts: Vec<Value> =
        ["then", "else"].into_iter().filter_map(|name| schema.shift_remove(name)).collect();
    schema.shift_remove("if");
    if let Some(Value::Object(dependent)) = schema.shift_remove("dependentSchemas") {
        parts.extend(dependent.into_iter().map(|(_, part)| part));
    }
    let mut found: Map<String, Value> = Map::new();
    for part in &parts {
        let mut fields = Map::new();
        fields_of(part, components, MAX_DEPTH, &mut fields);
        for (name, field) in fields {
            let all = found.entry(name).or_insert_with(|| json!([]));
            if let Some(all) = all.as_array_mut().filter(|all| !all.contains(&field)) {
                all.push(field);
            }
        }
    }
    if found.is_empty() {
        return;
    }
    let properties = schema.entry("properties").or_insert_with(|| json!({}));
    for (name, all) in found {
        if properties.get(&name).is_none() {
            properties[name] = either(all);
        }
    }
}

/// Returns a union of the descriptions of a field that several conditions describe.
fn either(mut all: Value) -> Value {
    match all.as_array_mut() {
        Some(all) if all.len() == 1 => all.remove(0),
        _ => json!({ "anyOf": all }),
    }
}

/// Collects the fields of a part, of its target, and of nested conditions.
fn fields_of(part: &Value, components: &Value, depth: usize, fields: &mut Map<String, Value>) {
    if depth == 0 {
        return;
    }
    let name = part["$ref"].as_str().and_then(references::schema_name);
    if let Some(target) = name.and_then(|name| components.get(references::unescape(name))) {
        fields_of(target, components, depth - 1, fields);
    }
    for all in ["allOf", "oneOf", "anyOf"] {
        for part in part[all].as_array().into_iter().flatten() {
            fields_of(part, components, depth - 1, fields);
        }
    }
    for inner in ["then", "else"] {
        fields_of(&part[inner], components, depth - 1, fields);
    }
    let own = part["properties"].as_object().into_iter().flatten();
    fields.extend(own.map(|(name, field)| (name.clone(), field.clone())));
}
