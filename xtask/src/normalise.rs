//! Stage 4: what progenitor refuses, or turns into worse types, though it is
//! valid 3.0.
//!
//! Afterwards every object, enum, union and limited string has a name, every
//! field carries a [marker](crate::markers), and nothing is left that would
//! make a decoder refuse or change a value.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::document::Document;
use crate::{markers, schemas};

const COMPONENT: &str = "#/components/schemas/";

/// Rewrites a 3.0 document in place.
pub fn normalise(document: &mut Document) {
    let root = &mut document.root;
    prune_examples(root);
    schemas::for_each(root, &mut |schema, _| relax(schema));
    let mut components = take_components(root);
    let nullable = strip_null(&mut components);
    name_bodies(root, &mut components);
    name_inner(&mut components);
    let tags = tags(&components);
    for (name, schema) in &mut components {
        let tag = tags.get(name).map(String::as_str);
        schemas::within(schema, "", &mut |schema, _| mark(schema, &nullable, tag));
    }
    root["components"]["schemas"] = Value::Object(components.into_iter().collect());
    // What is left outside the components are parameters.
    schemas::for_each(root, &mut |schema, pointer| {
        if !pointer.starts_with("/components/schemas") {
            date_time(schema);
        }
    });
}

type Components = BTreeMap<String, Value>;

fn take_components(root: &mut Value) -> Components {
    match root.pointer_mut("/components/schemas").map(Value::take) {
        Some(Value::Object(named)) => named.into_iter().collect(),
        _ => Components::new(),
    }
}

/// Examples become fixtures, not code, and typify stumbles over some.
fn prune_examples(root: &mut Value) {
    match root {
        Value::Object(members) => {
            let is_schema_map =
                members.values().all(Value::is_object) && members.contains_key("example");
            if !is_schema_map {
                members.shift_remove("example");
            }
            if !members.get("examples").is_some_and(|examples| examples["type"].is_string()) {
                members.shift_remove("examples");
            }
            members.values_mut().for_each(prune_examples);
        }
        Value::Array(items) => items.iter_mut().for_each(prune_examples),
        _ => {}
    }
}

/// Drops what would make a decoder stricter or a value different: typify writes
/// a `default` back as if it had been sent, picks a narrower integer for a
/// bound, a set for `uniqueItems`, and refuses what a `pattern` doesn't match.
/// A text's length limits stay: they hold for requests.
fn relax(schema: &mut Value) {
    const DROPPED: [&str; 12] = [
        "default",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "pattern",
        "minItems",
        "maxItems",
        "uniqueItems",
        "minProperties",
        "maxProperties",
    ];
    let Some(schema) = schema.as_object_mut() else { return };
    schema.retain(|name, _| !DROPPED.contains(&name.as_str()));
    if schema.get("type").is_some_and(|name| name == "string")
        && !matches!(
            schema.get("format").and_then(Value::as_str),
            None | Some("uuid" | "date-time" | "binary")
        )
    {
        schema.shift_remove("format");
    }
}

/// A component that may itself be null: its uses may be null, it is not.
fn strip_null(components: &mut Components) -> BTreeSet<String> {
    components
        .iter_mut()
        .filter_map(|(name, schema)| {
            let nullable = schema.as_object_mut()?.shift_remove("nullable")?;
            (nullable == Value::Bool(true)).then(|| name.clone())
        })
        .collect()
}

/// Inline schemas of bodies become components named after the operation.
fn name_bodies(root: &mut Value, components: &mut Components) {
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
fn name_inner(components: &mut Components) {
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

/// The field of each variant of a union of objects whose value can be one only:
/// variant → field.
fn tags(components: &Components) -> BTreeMap<String, String> {
    let unions = components.values().filter_map(|schema| {
        schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array)
    });
    unions
        .flatten()
        .filter_map(|alternative| alternative["$ref"].as_str()?.strip_prefix(COMPONENT))
        .filter_map(|variant| {
            let properties = components.get(variant)?["properties"].as_object()?;
            let (field, _) =
                properties.iter().find(|(_, property)| one_value(property, components))?;
            Some((variant.to_owned(), field.clone()))
        })
        .collect()
}

fn one_value(property: &Value, components: &Components) -> bool {
    let target = reference(property).and_then(|name| components.get(name)).unwrap_or(property);
    target["enum"].as_array().is_some_and(|values| values.len() == 1)
}

/// The component that a property refers to, on its own or within an `allOf`.
fn reference(schema: &Value) -> Option<&str> {
    let only = match schema["allOf"].as_array().map(Vec::as_slice) {
        Some([only]) => only,
        _ => schema,
    };
    only["$ref"].as_str()?.strip_prefix(COMPONENT)
}

/// Marks the fields and elements of one schema; inner schemas are done.
fn mark(schema: &mut Value, nullable: &BTreeSet<String>, tag: Option<&str>) {
    date_time(schema);
    let Some(schema) = schema.as_object_mut() else { return };
    for element in ["items", "additionalProperties"] {
        if let Some(element) =
            schema.get_mut(element).filter(|element| is_null_allowed(element, nullable))
        {
            *element = markers::mark(markers::NULLABLE, &[core(element)]);
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
        let mut inner = core(property);
        if tag == Some(name) {
            inner = markers::mark(markers::TAG, &[inner]);
        }
        let mut marked = markers::mark(marker, &[inner]);
        if let Some(description) = property.get("description") {
            marked["description"] = description.clone();
        }
        *property = marked;
    }
}

fn is_null_allowed(schema: &Value, nullable: &BTreeSet<String>) -> bool {
    schema["nullable"] == Value::Bool(true)
        || reference(schema).is_some_and(|name| nullable.contains(name))
}

/// A schema without what belongs to its place rather than to its type.
fn core(schema: &Value) -> Value {
    if let Some(name) = reference(schema) {
        return json!({ "$ref": format!("{COMPONENT}{name}") });
    }
    let mut core = schema.clone();
    if let Some(core) = core.as_object_mut() {
        core.shift_remove("nullable");
        core.shift_remove("description");
    }
    core
}

/// A date-time is kept as it came, not as RFC 3339 would have it.
fn date_time(schema: &mut Value) {
    if schema["type"] == "string" && schema["format"] == "date-time" {
        let mut marked = markers::mark(markers::TIMESTAMP, &[]);
        for member in ["nullable", "description"] {
            if let Some(value) = schema.get(member) {
                marked[member] = value.clone();
            }
        }
        *schema = marked;
    }
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
