//! Rule: every object, enum, union and limited string has a name.

use serde_json::{Map, Value, json};

use super::{COMPONENT, Components};

/// Inline schemas of bodies become components named after the operation.
pub(super) fn name_bodies(root: &mut Value, components: &mut Components) {
    let Some(paths) = root.get_mut("paths").and_then(Value::as_object_mut) else { return };
    for operation in paths.values_mut().filter_map(Value::as_object_mut).flat_map(Map::values_mut) {
        let Some(id) = operation["operationId"].as_str().map(pascal_case) else { continue };
        name_media(operation.get_mut("requestBody"), &format!("{id}Body"), components);
        let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else {
            continue;
        };
        for (status, response) in responses {
            let kind = if status.starts_with('2') { "Response" } else { "Error" };
            name_media(Some(response), &format!("{id}{kind}"), components);
        }
    }
}

fn name_media(body: Option<&mut Value>, name: &str, components: &mut Components) {
    let media = body.and_then(|body| body.get_mut("content")).and_then(Value::as_object_mut);
    for schema in
        media.into_iter().flat_map(Map::values_mut).filter_map(|media| media.get_mut("schema"))
    {
        if needs_name(schema) {
            hoist(schema, name, components);
        }
    }
}

/// Inline schemas inside components become components named after their
/// place, repeatedly, until none is left.
pub(super) fn name_inner(components: &mut Components) {
    let mut todo: Vec<String> = components.keys().cloned().collect();
    while let Some(name) = todo.pop() {
        let Some(mut schema) = components.remove(&name) else { continue };
        let mut inner = Components::new();
        name_members(&mut schema, &name, components, &mut inner);
        components.insert(name, schema);
        todo.extend(inner.keys().cloned());
        components.append(&mut inner);
    }
}

fn name_members(schema: &mut Value, name: &str, taken: &Components, inner: &mut Components) {
    let Some(schema) = schema.as_object_mut() else { return };
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        for (field, property) in properties {
            name_one(property, &format!("{name}{}", pascal_case(field)), taken, inner);
        }
    }
    for (member, suffix) in [("items", "Item"), ("additionalProperties", "Value")] {
        if let Some(element) = schema.get_mut(member) {
            name_one(element, &format!("{name}{suffix}"), taken, inner);
        }
    }
    for union in ["oneOf", "anyOf"] {
        if let Some(Value::Array(alternatives)) = schema.get_mut(union) {
            for (index, alternative) in alternatives.iter_mut().enumerate() {
                name_one(alternative, &format!("{name}Variant{index}"), taken, inner);
            }
        }
    }
}

fn name_one(schema: &mut Value, name: &str, taken: &Components, inner: &mut Components) {
    if !needs_name(schema) {
        // An array or a map of inline things: they are named, it is not.
        return name_members(schema, name, taken, inner);
    }
    let mut free = name.to_owned();
    while taken.contains_key(&free) || inner.contains_key(&free) {
        free.push_str("Inner");
    }
    hoist(schema, &free, inner);
}

fn hoist(schema: &mut Value, name: &str, components: &mut Components) {
    let nullable = schema.as_object_mut().and_then(|schema| schema.shift_remove("nullable"));
    let description = schema.get("description").cloned();
    components.insert(name.to_owned(), schema.take());
    *schema = json!({ "$ref": format!("{COMPONENT}{name}") });
    if nullable.is_some() || description.is_some() {
        let reference = schema.take();
        *schema = json!({ "allOf": [reference] });
        for (member, value) in [("nullable", nullable), ("description", description)] {
            if let Some(value) = value {
                schema[member] = value;
            }
        }
    }
}

/// Objects with fields, enums, unions and limited strings become Rust types,
/// which need a name.
fn needs_name(schema: &Value) -> bool {
    ["properties", "enum", "oneOf", "anyOf"].iter().any(|member| schema.get(member).is_some())
        || schema["type"] == "string"
            && (schema.get("maxLength").is_some() || schema.get("minLength").is_some())
}

fn pascal_case(name: &str) -> String {
    let mut pascal = String::with_capacity(name.len());
    let mut upper = true;
    for c in name.chars() {
        if c.is_alphanumeric() {
            if upper {
                pascal.extend(c.to_uppercase())
            } else {
                pascal.push(c)
            }
            upper = false;
        } else {
            upper = true;
        }
    }
    pascal
}
