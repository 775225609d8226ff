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
        let variants = variants(root, name, schema, &mut vec![name.to_owned()]);
        (variants.len() > 1).then(|| (pascal(name), Union { variants }))
    });
    unions.collect()
}

/// Returns the variants of a union. `within` has the names of the unions that contain it.
fn variants(root: &Value, name: &str, schema: &Value, within: &mut Vec<String>) -> Vec<Variant> {
    let discriminator = &schema["discriminator"];
    let alternatives: Vec<Value> = match listed(schema) {
        Some(all) => all.iter().filter(|one| is_variant(one)).cloned().collect(),
        None if discriminator["propertyName"].is_string() => subtypes(root, name),
        None => return Vec::new(),
    };
    let mut beside = schema.clone();
    if let Some(beside) = beside.as_object_mut() {
        const SHARED: [&str; 4] = ["properties", "required", "type", "allOf"];
        beside.retain(|name, _| SHARED.contains(&name.as_str()));
    }
    let is_object = beside["type"] == "object"
        || ["properties", "required", "allOf"].iter().any(|name| beside.get(*name).is_some());
    let has_more = is_object && listed(schema).is_some();
    let mut out = Vec::new();
    for one in alternatives {
        let name = referred(&one).map(str::to_owned);
        let tags = name
            .as_deref()
            .map_or_else(Vec::new, |name| typed(root, &one, tags(root, discriminator, name)));
        let tags = possible(root, &one, tags);
        let inherited = name.as_deref().filter(|_| tags.is_empty());
        let tags = inherited.map_or(tags, |name| inherited_tags(root, name));
        // The variants of a union that contains this one are there already.
        if name.as_ref().is_some_and(|name| within.contains(name)) {
            continue;
        }
        within.push(name.clone().unwrap_or_default());
        let inner = match &name {
            _ if within.len() > DEPTH => Vec::new(),
            Some(name) => variants(root, name, target(root, &one), within),
            None if listed(&one).is_some() => variants(root, "", &one, within),
            None => Vec::new(),
        };
        within.pop();
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
        let kind = scalar_kind(without_aliases(root, &variant.schema))?;
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

/// Returns the schema that others refer to, directly or as the only part of an `allOf`.
fn without_aliases<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let mut schema = target(root, schema);
    for _ in 0..DEPTH {
        match schema["allOf"].as_array().map(Vec::as_slice) {
            Some([only]) if schema.get("properties").is_none() => schema = target(root, only),
            _ => break,
        }
    }
    schema
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

/// Returns each value of the discriminator that selects a component. If a value selects a component
/// that does not exist, it may belong to any component without a value.
fn tags(root: &Value, discriminator: &Value, name: &str) -> Vec<Map<String, Value>> {
    let Some(field) = discriminator["propertyName"].as_str() else { return Vec::new() };
    let mapping = discriminator["mapping"].as_object().into_iter().flatten();
    let named = |target: &Value| {
        let last = target.as_str()?.rsplit('/').next()?;
        let stem = [".yaml", ".yml", ".json"].iter().find_map(|end| last.strip_suffix(end));
        Some(stem.unwrap_or(last).to_owned())
    };
    let names = |target: &Value| named(target).is_some_and(|to| to == name);
    let mut values: Vec<String> =
        mapping.filter(|(_, to)| names(to)).map(|(value, _)| value.clone()).collect();
    let targets = discriminator["mapping"].as_object().into_iter().flatten();
    let exists = |target: &Value| {
        named(target).is_some_and(|name| root["components"]["schemas"].get(name).is_some())
    };
    let is_complete = targets.map(|(_, target)| target).all(exists);
    if values.is_empty() && is_complete {
        values.push(name.to_owned());
    }
    values.into_iter().map(|value| Map::from_iter([(field.to_owned(), json!(value))])).collect()
}

/// Replaces the tags that the variant itself does not allow by its own values.
fn possible(
    root: &Value,
    schema: &Value,
    tags: Vec<Map<String, Value>>,
) -> Vec<Map<String, Value>> {
    let properties = &target(root, schema)["properties"];
    let mut out = Vec::new();
    for tags in tags {
        for (field, value) in &tags {
            let property = target(root, &properties[field.as_str()]);
            let listed = property.get("const").map(std::slice::from_ref);
            let listed = listed.or(property["enum"].as_array().map(Vec::as_slice));
            match listed.filter(|all| !all.contains(value)) {
                None => out.push(tags.clone()),
                Some(own) => {
                    let own = own.iter().map(|one| Map::from_iter([(field.clone(), one.clone())]));
                    out.extend(own);
                }
            }
        }
    }
    out
}

/// Returns each value that selects a component by the discriminator of a schema that it extends.
fn inherited_tags(root: &Value, name: &str) -> Vec<Map<String, Value>> {
    let schema = &root["components"]["schemas"][name];
    let bases = schema["allOf"].as_array().into_iter().flatten().filter_map(referred);
    let mut all = bases.map(|base| {
        let discriminator = &root["components"]["schemas"][base]["discriminator"];
        typed(root, schema, tags(root, discriminator, name))
    });
    all.find(|tags| !tags.is_empty()).unwrap_or_default()
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

/// Converts `nullable` of 3.0 to JSON Schema.
fn nulls(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            members.values_mut().for_each(nulls);
            let has_type = ["type", "allOf", "oneOf", "anyOf", "$ref"]
                .iter()
                .any(|name| members.contains_key(*name));
            if has_type && members.get("nullable") == Some(&json!(true)) {
                members.shift_remove("nullable");
                let inner = std::mem::take(members);
                *schema = json!({"anyOf": [{"type": "null"}, inner]});
            }
        }
        Value::Array(items) => items.iter_mut().for_each(nulls),
        _ => {}
    }
}

/// Decides which variants of a union a value matches according to the document.
pub(super) struct Matcher<'a> {
    union: &'a Union,
    /// `None` for a schema that is not valid itself.
    validators: Vec<Option<Validator>>,
}

impl<'a> Matcher<'a> {
    pub(super) fn of(root: &Value, union: &'a Union) -> Self {
        let mut components = root["components"]["schemas"].clone();
        nulls(&mut components);
        let schema = |one: &Variant| {
            let mut schema = one.schema.clone();
            nulls(&mut schema);
            json!({"allOf": [schema], "components": {"schemas": components}})
        };
        let validators = union.variants.iter().map(|one| validator(root, &schema(one))).collect();
        Self { union, validators }
    }

    /// Returns why a value does not match a variant.
    pub(super) fn mismatch(&self, variant: usize, value: &Value) -> Option<String> {
        let error = self.validators[variant].as_ref()?.iter_errors(value).next()?;
        Some(format!("{error} at {}", error.instance_path()))
    }

    /// Returns the variants that a value matches.
    pub(super) fn matching(&self, value: &Value) -> Vec<usize> {
        let matches = |number: &usize| {
            let variant = &self.union.variants[*number];
            let has = |tags: &Map<String, Value>, without: bool| {
                let is_this = |(field, tag)| value.get(field).map_or(without, |one| one == tag);
                tags.iter().all(is_this)
            };
            let has_tag = match variant.tags.is_empty() {
                // The values of other variants do not select this one.
                true => !self
                    .union
                    .variants
                    .iter()
                    .any(|other| other.tags.iter().any(|tags| has(tags, false))),
                false => variant.tags.iter().any(|tags| has(tags, true)),
            };
            // A schema that is not valid itself excludes nothing.
            has_tag && self.validators[*number].as_ref().is_none_or(|one| one.is_valid(value))
        };
        (0..self.union.variants.len()).filter(matches).collect()
    }
}
