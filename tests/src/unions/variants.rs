//! The unions of a document and their variants.

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::{Draft, Validator};
use openapi_document::references;
use openapi_review::rust_names::pascal;
use serde_json::{Map, Value, json};

/// The maximum depth of nested unions that are resolved.
const DEPTH: usize = 4;

/// A component that is a union.
#[derive(Debug)]
#[non_exhaustive]
pub struct Union {
    /// The variants, including those of nested unions.
    pub variants: Vec<Variant>,
}

/// A variant.
#[derive(Debug)]
#[non_exhaustive]
pub struct Variant {
    /// Its names in Rust; empty if the document does not name it.
    pub names: BTreeSet<String>,
    /// Its schema.
    pub schema: Value,
    /// Fields that a discriminator sets; each map selects the variant.
    pub tags: Vec<Map<String, Value>>,
}

/// Returns the component that a reference leads to.
pub(super) fn referred(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str().and_then(references::schema_name)
}

pub(super) fn target<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let mut schema = schema;
    for _ in 0..8 {
        match referred(schema) {
            Some(name) => schema = &root["components"]["schemas"][name],
            None => break,
        }
    }
    schema
}

pub(super) fn listed(schema: &Value) -> Option<&Vec<Value>> {
    schema["oneOf"].as_array().or(schema["anyOf"].as_array())
}

/// Returns whether an alternative describes more than null and required fields.
fn is_variant(one: &Value) -> bool {
    let says = |name: &str| one.get(name).is_some();
    one["type"] != "null"
        && one["enum"] != json!([null])
        && ["$ref", "type", "properties", "const", "enum", "oneOf", "anyOf", "allOf", "items"]
            .iter()
            .any(|name| says(name))
}

/// Returns the document with every union in a field or a list as a component.
pub(super) fn hoisted(root: &Value) -> Value {
    let mut root = root.clone();
    let mut found = Map::new();
    let schemas = root["components"]["schemas"].as_object_mut();
    for (name, schema) in schemas.into_iter().flatten() {
        hoist_within(schema, name, &mut found);
    }
    if let Some(schemas) = root["components"]["schemas"].as_object_mut() {
        schemas.extend(found);
    }
    root
}

fn hoist_within(schema: &mut Value, name: &str, found: &mut Map<String, Value>) {
    let Some(members) = schema.as_object_mut() else { return };
    for (member, value) in members.iter_mut() {
        match (member.as_str(), value) {
            ("properties", Value::Object(properties)) => {
                for (property, inner) in properties {
                    hoist(inner, &format!("{name}_{property}_hoisted"), found);
                }
            }
            ("items" | "additionalProperties", inner) => {
                hoist(inner, &format!("{name}_{member}_hoisted"), found);
            }
            ("oneOf" | "anyOf" | "allOf", Value::Array(all)) => {
                for (number, inner) in all.iter_mut().enumerate() {
                    hoist_within(inner, &format!("{name}_{number}"), found);
                }
            }
            _ => {}
        }
    }
}

fn hoist(schema: &mut Value, name: &str, found: &mut Map<String, Value>) {
    hoist_within(schema, name, found);
    if listed(schema).is_some_and(|all| all.iter().filter(|one| is_variant(one)).count() > 1) {
        let inner = std::mem::replace(schema, json!({"$ref": references::to_schema(name)}));
        found.insert(name.to_owned(), inner);
    }
}

/// Returns all unions by the names of their types.
pub(super) fn unions(root: &Value) -> BTreeMap<String, Union> {
    let schemas = root["components"]["schemas"].as_object().into_iter().flatten();
    let unions = schemas.filter_map(|(name, schema)| {
        let variants = variants(root, name, schema, DEPTH);
        (variants.len() > 1).then(|| (pascal(name), Union { variants }))
    });
    unions.collect()
}

fn variants(root: &Value, name: &str, schema: &Value, depth: usize) -> Vec<Variant> {
    let discriminator = &schema["discriminator"];
    let alternatives: Vec<Value> = match listed(schema) {
        Some(all) => all.iter().filter(|one| is_variant(one)).cloned().collect(),
        None if discriminator["propertyName"].is_string() => subtypes(root, name),
        None => return Vec::new(),
    };
    let mut beside = schema.clone();
    if let Some(beside) = beside.as_object_mut() {
        beside.retain(|name, _| ["properties", "required", "type"].contains(&name.as_str()));
    }
    let is_object = beside.get("properties").is_some() || beside["type"] == "object";
    let has_more = is_object && listed(schema).is_some();
    let mut out = Vec::new();
    for one in alternatives {
        let name = referred(&one).map(str::to_owned);
        let tags = name
            .as_deref()
            .map_or_else(Vec::new, |name| typed(root, &one, tags(discriminator, name)));
        let inner = match &name {
            Some(name) if depth > 0 => variants(root, name, target(root, &one), depth - 1),
            None if depth > 0 && listed(&one).is_some() => variants(root, "", &one, depth - 1),
            _ => Vec::new(),
        };
        let title = one["title"].as_str().map(str::to_owned);
        let names: BTreeSet<String> = name.or(title).iter().map(|name| pascal(name)).collect();
        let schema = match has_more {
            true => json!({"allOf": [one, beside]}),
            false => one,
        };
        match inner.is_empty() {
            true => out.push(Variant { names, schema, tags }),
            false => out.extend(inner.into_iter().map(|mut inner| {
                inner.names.extend(names.iter().cloned());
                inner.tags = joined(&inner.tags, &tags);
                inner
            })),
        }
    }
    scalars(root, &mut out);
    out
}

/// Scalars of a JSON type are one variant in Rust, with any of their names.
fn scalars(root: &Value, variants: &mut [Variant]) {
    let kind = |variant: &Variant| {
        let kind = scalar_kind(target(root, &variant.schema))?;
        Some(if kind == "integer" { "number".to_owned() } else { kind })
    };
    let kinds: Vec<Option<String>> = variants.iter().map(kind).collect();
    let mut of_kind: BTreeMap<&String, BTreeSet<String>> = BTreeMap::new();
    for (kind, variant) in kinds.iter().zip(variants.iter()) {
        if let Some(kind) = kind {
            of_kind.entry(kind).or_default().extend(variant.names.iter().cloned());
        }
    }
    for (kind, variant) in kinds.iter().zip(variants) {
        if let Some(kind) = kind {
            variant.names.extend(of_kind[kind].iter().cloned());
            variant.names.insert(pascal(kind));
            variant.names.extend((kind == "number").then(|| "Integer".to_owned()));
        }
    }
}

fn scalar_kind(schema: &Value) -> Option<String> {
    let first = schema["enum"].get(0).or(schema.get("const"));
    let kind = schema["type"].as_str().or(first.map(|value| match value {
        Value::String(_) => "string",
        Value::Number(_) => "number",
        Value::Bool(_) => "boolean",
        _ => "object",
    }))?;
    ["string", "integer", "number", "boolean"].contains(&kind).then(|| kind.to_owned())
}

fn joined(inner: &[Map<String, Value>], outer: &[Map<String, Value>]) -> Vec<Map<String, Value>> {
    if outer.is_empty() {
        return inner.to_vec();
    }
    let empty = [Map::new()];
    let inner = if inner.is_empty() { &empty } else { inner };
    let both = inner.iter().flat_map(|inner| {
        outer.iter().map(move |outer| {
            let mut both = outer.clone();
            both.extend(inner.clone());
            both
        })
    });
    both.collect()
}

/// Returns the components that extend a component, directly or indirectly.
fn subtypes(root: &Value, base: &str) -> Vec<Value> {
    let schemas = root["components"]["schemas"].as_object();
    let mut found: BTreeSet<&str> = BTreeSet::new();
    let mut todo = vec![base];
    while let Some(base) = todo.pop() {
        let extends = |schema: &Value| {
            let parts = schema["allOf"].as_array().into_iter().flatten();
            parts.filter_map(referred).any(|part| part == base)
        };
        for (name, _) in schemas.into_iter().flatten().filter(|(_, schema)| extends(schema)) {
            if found.insert(name) {
                todo.push(name);
            }
        }
    }
    found.iter().map(|name| json!({"$ref": references::to_schema(name)})).collect()
}

/// Returns each value of the discriminator that selects a component.
fn tags(discriminator: &Value, name: &str) -> Vec<Map<String, Value>> {
    let Some(field) = discriminator["propertyName"].as_str() else { return Vec::new() };
    let mapping = discriminator["mapping"].as_object().into_iter().flatten();
    let names = |target: &Value| {
        target.as_str().and_then(|target| target.rsplit('/').next()).is_some_and(|to| to == name)
    };
    let mut values: Vec<String> =
        mapping.filter(|(_, to)| names(to)).map(|(value, _)| value.clone()).collect();
    if values.is_empty() {
        values.push(name.to_owned());
    }
    values.into_iter().map(|value| Map::from_iter([(field.to_owned(), json!(value))])).collect()
}

/// Tags as they are on the wire, if a field is not a text.
fn typed(root: &Value, schema: &Value, tags: Vec<Map<String, Value>>) -> Vec<Map<String, Value>> {
    let properties = &target(root, schema)["properties"];
    let typed = tags.into_iter().map(|mut one| {
        for (field, value) in &mut one {
            let kind = &properties[field.as_str()]["type"];
            let parsed = value.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
            if let Some(parsed) = parsed.filter(|_| *kind == "integer" || *kind == "boolean") {
                *value = parsed;
            }
        }
        one
    });
    typed.collect()
}

/// Returns what validates a schema, in the dialect of the document.
fn validator(root: &Value, schema: &Value) -> Option<Validator> {
    let is_older = root["openapi"].as_str().is_some_and(|version| version.starts_with("3.0"));
    let draft = if is_older { Draft::Draft4 } else { Draft::Draft202012 };
    jsonschema::options().with_draft(draft).build(schema).ok()
}

impl Union {
    /// Returns the variants that a value matches according to the document.
    pub(super) fn matching(&self, root: &Value, value: &Value) -> Vec<usize> {
        let matches = |variant: &Variant| {
            let schema = json!({"allOf": [variant.schema], "components": root["components"]});
            let has_tag = variant.tags.is_empty()
                || variant.tags.iter().any(|tags| {
                    tags.iter().all(|(field, tag)| value.get(field).is_none_or(|one| one == tag))
                });
            // A schema that is not valid itself excludes nothing.
            has_tag && validator(root, &schema).is_none_or(|one| one.is_valid(value))
        };
        let all = self.variants.iter().enumerate();
        all.filter(|(_, variant)| matches(variant)).map(|(number, _)| number).collect()
    }
}
