//! Stage: separates the types of requests and responses if they differ.
//!
//! A required `readOnly` field is required only in responses, a required `writeOnly` field only in
//! requests. If a component contains such a field, directly or through references, and is used in
//! both directions, a copy for requests is added, with the suffix `Request`.

use std::collections::{BTreeMap, BTreeSet};

use openapi_document::document::Document;
use openapi_document::pointer::child;
use openapi_document::references;
use openapi_document::schemas;
use serde_json::{Map, Value, json};

use crate::codes;
use crate::report::Report;

/// The maximum depth of a hierarchy of schemas.
const MAX_DEPTH: usize = 8;

/// Splits the components of a 3.0 document. The operations must have been
/// [rewritten](crate::operations).
pub fn split(document: &mut Document, report: &mut Report) {
    let root = &mut document.root;
    if !is_marked(root) {
        return;
    }
    let Some(components) = root["components"]["schemas"].as_object().cloned() else { return };
    let differing = differing(&components);
    if differing.is_empty() {
        return relax_paths(root, &components, &BTreeMap::new());
    }
    let sent = reached(&components, of_paths(root, true));
    let received = reached(&components, of_paths(root, false));
    let mut renamed: BTreeMap<String, String> = BTreeMap::new();
    for name in differing.iter().filter(|name| sent.contains(*name)) {
        let at = child("/components/schemas", name);
        if !received.contains(name) {
            renamed.insert(name.clone(), name.clone());
        } else if is_base(&components[name]) {
            let text = "a required `readOnly` or `writeOnly` field of a base schema is optional";
            report.record(&at, &codes::REQUEST_TYPE_SHARED, text);
        } else {
            let request = free_name(&components, name);
            report.record(&at, &codes::REQUEST_TYPE, format!("requests use {request}"));
            renamed.insert(name.clone(), request);
        }
    }
    let Some(schemas) = root["components"]["schemas"].as_object_mut() else { return };
    for (name, request) in &renamed {
        let mut schema = components[name].clone();
        relax(&mut schema, &components, "readOnly");
        refer(&mut schema, &renamed);
        schemas.insert(request.clone(), schema);
    }
    for name in differing.iter().filter(|name| received.contains(*name)) {
        if let Some(schema) = schemas.get_mut(name) {
            relax(schema, &components, "writeOnly");
            if is_base(schema) && sent.contains(name) {
                relax(schema, &components, "readOnly");
            }
        }
    }
    relax_paths(root, &components, &renamed);
}

/// Returns whether any field is restricted to one direction.
fn is_marked(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.iter().any(|(name, value)| {
            (*value == json!(true) && ["readOnly", "writeOnly"].contains(&name.as_str()))
                || is_marked(value)
        }),
        Value::Array(items) => items.iter().any(is_marked),
        _ => false,
    }
}

fn is_base(schema: &Value) -> bool {
    schema.get("discriminator").is_some() && schema.get("oneOf").or(schema.get("anyOf")).is_none()
}

fn free_name(components: &Map<String, Value>, name: &str) -> String {
    let numbered = (2_usize..).map(|n| format!("{name}Request{n}"));
    let mut names = std::iter::once(format!("{name}Request")).chain(numbered);
    names.find(|name| !components.contains_key(name)).unwrap_or_else(|| name.to_owned())
}

/// Returns the schemas of all request bodies or of all response bodies.
fn of_paths(root: &Value, is_sent: bool) -> Vec<&Value> {
    let items = root["paths"].as_object().into_iter().flatten();
    let operations = items.filter_map(|(_, item)| item.as_object()).flat_map(|item| item.values());
    operations
        .flat_map(|operation| match is_sent {
            true => vec![&operation["requestBody"], &operation["parameters"]],
            false => vec![&operation["responses"]],
        })
        .collect()
}

fn reached<'a>(
    components: &Map<String, Value>,
    from: impl IntoIterator<Item = &'a Value>,
) -> BTreeSet<String> {
    let mut names = Vec::new();
    from.into_iter().for_each(|value| references_in(value, &mut names));
    let mut reached = BTreeSet::new();
    while let Some(name) = names.pop() {
        if reached.insert(name.clone())
            && let Some(schema) = components.get(&name)
        {
            references_in(schema, &mut names);
            names.extend(extending(components, &name).filter(|_| is_base(schema)));
        }
    }
    reached
}

/// Returns the components that extend a base.
fn extending<'a>(
    components: &'a Map<String, Value>,
    base: &'a str,
) -> impl Iterator<Item = String> + 'a {
    let extends = move |schema: &Value| {
        let parts = schema["allOf"].as_array().into_iter().flatten();
        parts.filter_map(referred).any(|name| name == base)
    };
    components.iter().filter(move |(_, schema)| extends(schema)).map(|(name, _)| name.clone())
}

fn referred(schema: &Value) -> Option<String> {
    let name = schema["$ref"].as_str().and_then(references::schema_name)?;
    Some(references::unescape(name))
}

fn references_in(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            names.extend(referred(value));
            members.values().for_each(|value| references_in(value, names));
        }
        Value::Array(items) => items.iter().for_each(|item| references_in(item, names)),
        _ => {}
    }
}

/// Returns the components with a field that is required in one direction only, directly or through
/// references.
fn differing(components: &Map<String, Value>) -> BTreeSet<String> {
    let mut differing: BTreeSet<String> = components
        .iter()
        .filter(|(_, schema)| has_required(schema, components))
        .map(|(name, _)| name.clone())
        .collect();
    if differing.is_empty() {
        return differing;
    }
    let leads: BTreeMap<&String, BTreeSet<String>> = components
        .iter()
        .map(|(name, schema)| {
            let mut names = Vec::new();
            references_in(schema, &mut names);
            (name, names.into_iter().collect())
        })
        .collect();
    loop {
        let more: Vec<String> = leads
            .iter()
            .filter(|(name, to)| !differing.contains(**name) && !to.is_disjoint(&differing))
            .map(|(name, _)| (*name).clone())
            .collect();
        if more.is_empty() {
            return differing;
        }
        differing.extend(more);
    }
}

/// Returns whether a schema or a nested schema has a field that is required in one direction only.
fn has_required(schema: &Value, components: &Map<String, Value>) -> bool {
    let mut copy = schema.clone();
    ["readOnly", "writeOnly"].iter().any(|direction| {
        let before = copy.clone();
        relax(&mut copy, components, direction);
        copy != before
    })
}

/// Makes the fields of a direction optional, at every level.
fn relax(schema: &mut Value, components: &Map<String, Value>, direction: &str) {
    schemas::within(schema, "", &mut |schema, _| {
        if schema.get("required").is_none() && schema.get("allOf").is_none() {
            return;
        }
        let mut fields = BTreeSet::new();
        directed(schema, components, direction, MAX_DEPTH, &mut fields);
        if !fields.is_empty() {
            without(schema, &fields);
        }
    });
}

/// Returns the fields of a direction, including those of extended schemas.
fn directed(
    schema: &Value,
    components: &Map<String, Value>,
    direction: &str,
    depth: usize,
    fields: &mut BTreeSet<String>,
) {
    if depth == 0 {
        return;
    }
    if let Some(target) = referred(schema).and_then(|name| components.get(&name)) {
        return directed(target, components, direction, depth - 1, fields);
    }
    let properties = schema["properties"].as_object().into_iter().flatten();
    let marked = properties.filter(|(_, one)| is_directed(one, components, direction, depth));
    fields.extend(marked.map(|(name, _)| name.clone()));
    for part in schema["allOf"].as_array().into_iter().flatten() {
        directed(part, components, direction, depth - 1, fields);
    }
}

/// Returns whether a field is restricted to a direction, directly or through a reference.
fn is_directed(
    property: &Value,
    components: &Map<String, Value>,
    direction: &str,
    depth: usize,
) -> bool {
    let is = |schema: &Value| depth > 0 && is_directed(schema, components, direction, depth - 1);
    property[direction] == json!(true)
        || referred(property).and_then(|name| components.get(&name)).is_some_and(is)
        || property["allOf"].as_array().is_some_and(|parts| parts.iter().any(is))
}

fn without(schema: &mut Value, fields: &BTreeSet<String>) {
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|name| name.as_str().is_none_or(|name| !fields.contains(name)));
        if required.is_empty() {
            schema.as_object_mut().map(|schema| schema.shift_remove("required"));
        }
    }
    let parts = schema.get_mut("allOf").and_then(Value::as_array_mut);
    parts.into_iter().flatten().for_each(|part| without(part, fields));
}

/// Replaces references by references to the components for requests.
fn refer(value: &mut Value, renamed: &BTreeMap<String, String>) {
    if let Some(request) = referred(value).and_then(|name| renamed.get(&name)) {
        value["$ref"] = json!(references::to_schema(request));
    }
    match value {
        Value::Object(members) => {
            if let Some(mapping) =
                members.get_mut("discriminator").and_then(|d| d.get_mut("mapping"))
            {
                for target in mapping.as_object_mut().into_iter().flat_map(Map::values_mut) {
                    let text = target.as_str().unwrap_or_default();
                    let name = references::schema_name(text).unwrap_or(text);
                    if let Some(request) = renamed.get(&references::unescape(name)) {
                        *target = json!(references::to_schema(request));
                    }
                }
            }
            members.values_mut().for_each(|value| refer(value, renamed));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| refer(item, renamed)),
        _ => {}
    }
}

/// Makes the fields of a direction optional in the schemas of operations. Request bodies then refer
/// to the components for requests.
fn relax_paths(
    root: &mut Value,
    components: &Map<String, Value>,
    renamed: &BTreeMap<String, String>,
) {
    let Some(paths) = root["paths"].as_object_mut() else { return };
    for operation in paths.values_mut().filter_map(Value::as_object_mut).flat_map(Map::values_mut) {
        for (part, direction) in [("requestBody", "readOnly"), ("responses", "writeOnly")] {
            let Some(part) = operation.get_mut(part) else { continue };
            if direction == "readOnly" {
                refer(part, renamed);
            }
            bodies(part, &mut |schema| relax(schema, components, direction));
        }
    }
}

fn bodies(value: &mut Value, visit: &mut impl FnMut(&mut Value)) {
    let Some(members) = value.as_object_mut() else { return };
    for (name, value) in members {
        match name.as_str() {
            "schema" => visit(value),
            _ => bodies(value, visit),
        }
    }
}
