//! Rule: fields that depend on conditions are optional ones.

use openapi_document::references;
use serde_json::{Map, Value, json};

/// How many references and parts lead from a condition to its fields.
const MAX_DEPTH: usize = 8;

/// Takes the conditions out, and leaves their fields.
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

/// A field that each condition describes differently is one of these.
fn either(mut all: Value) -> Value {
    match all.as_array_mut() {
        Some(all) if all.len() == 1 => all.remove(0),
        _ => json!({ "anyOf": all }),
    }
}

/// The fields of a part, of what it refers to, and of conditions within it.
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
