//! Rule: a discriminator's mapping makes the field that identifies the
//! variants of a union a one-value enum in each of them.

use std::collections::BTreeMap;

use openapi_document::pointer::child;
use openapi_document::references;
use serde_json::{Value, json};

use crate::report::Report;
use crate::shape::schema::Schema;

const RULE: &str = "discriminators";

/// Variant → field and value; `None` where there are several.
type Tags = BTreeMap<String, Option<(String, String)>>;

pub(super) fn mark(source: &Schema, shaped: &mut Schema, report: &mut Report) {
    let mut tags = Tags::new();
    source.values().for_each(|schema| find(schema, &mut tags));
    for (variant, tag) in tags {
        let at = child("/components/schemas", &variant);
        let Some((field, value)) = tag else {
            report.lossy(&at, RULE, "several values name this variant: it is told apart by shape");
            continue;
        };
        let required = shaped.get(&variant).is_some_and(|schema| {
            schema["required"]
                .as_array()
                .is_some_and(|names| names.iter().any(|name| *name == field))
        });
        let property = shaped
            .get_mut(&variant)
            .and_then(|schema| schema.get_mut("properties")?.get_mut(&field));
        if let Some(property) = property.filter(|_| required) {
            report.lossless(&at, RULE, format!("`{field}` is always `{value}`"));
            *property = json!({ "type": "string", "enum": [value] });
        }
    }
}

fn find(schema: &Value, tags: &mut Tags) {
    match schema {
        Value::Object(members) => {
            if let Some(discriminator) = members.get("discriminator") {
                read(discriminator, members, tags);
            }
            members.values().for_each(|value| find(value, tags));
        }
        Value::Array(items) => items.iter().for_each(|item| find(item, tags)),
        _ => {}
    }
}

fn read(discriminator: &Value, members: &Schema, tags: &mut Tags) {
    let Some(field) = discriminator["propertyName"].as_str() else { return };
    if !members.contains_key("oneOf") && !members.contains_key("anyOf") {
        return;
    }
    for (value, target) in discriminator["mapping"].as_object().into_iter().flatten() {
        let Some(target) = target.as_str() else { continue };
        let variant = references::schema_name(target).unwrap_or(target).to_owned();
        let tag = (field.to_owned(), value.clone());
        match tags.get_mut(&variant) {
            Some(there) if there.as_ref() != Some(&tag) => *there = None,
            Some(_) => {}
            None => drop(tags.insert(variant, Some(tag))),
        }
    }
}
