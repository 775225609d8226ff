//! Rule: a base schema with a discriminator becomes a union of the schemas that extend it.
//!
//! The fields of the base are kept in another schema, which is the variant for values that match no
//! other variant.

use std::collections::{BTreeMap, BTreeSet};

use openapi_document::pointer::child;
use openapi_document::references;
use serde_json::{Value, json};

use crate::codes;
use crate::report::Report;
use crate::shape::discriminator;
use crate::shape::schema::Schema;

/// The member of the alternative that is the base itself.
pub(super) const OWN: &str = "x-own";

/// Rewrites all base schemas with a discriminator and without a list of alternatives.
pub(super) fn unions(source: &mut Schema, report: &mut Report) {
    let extended = extended(source);
    let bases: Vec<String> =
        source.iter().filter(|(_, schema)| is_base(schema)).map(|(name, _)| name.clone()).collect();
    let subtypes: BTreeMap<String, Vec<String>> = bases
        .into_iter()
        .map(|base| {
            let subtypes = subtypes(source, &base, &extended);
            (base, subtypes)
        })
        .collect();
    for (base, subtypes) in subtypes {
        let at = child("/components/schemas", &base);
        if subtypes.is_empty() {
            if source[&base]["discriminator"]["mapping"].is_object() {
                report.record(
                    &at,
                    &codes::DISCRIMINATOR_MAPPING,
                    "no schema extends it; the mapping is ignored",
                );
            }
            continue;
        }
        let own = own_name(source, &base);
        report.record(
            &at,
            &codes::DISCRIMINATOR_SUBTYPES,
            format!("becomes a union of the schemas that extend it ({})", subtypes.len()),
        );
        let mut schema = source[&base].take();
        let discriminator = schema["discriminator"].take();
        let nullable = schema.get("nullable").cloned();
        for member in ["discriminator", "nullable"] {
            schema.as_object_mut().map(|schema| schema.shift_remove(member));
        }
        let mut alternatives: Vec<Value> =
            subtypes.iter().map(|name| json!({ "$ref": references::to_schema(name) })).collect();
        alternatives.push(json!({ "$ref": references::to_schema(&own), OWN: true }));
        let mut union = json!({ "oneOf": alternatives, "discriminator": discriminator });
        for (member, value) in
            [("nullable", nullable), ("description", schema.get("description").cloned())]
        {
            if let Some(value) = value {
                union[member] = value;
            }
        }
        source[&base] = union;
        source.insert(own.clone(), schema);
        extend(source, &base, &own, extended.get(&base));
    }
}

fn is_base(schema: &Value) -> bool {
    schema["discriminator"]["propertyName"].is_string()
        && ["oneOf", "anyOf"].iter().all(|union| schema.get(union).is_none())
}

/// Returns the schemas that directly extend each schema.
fn extended(source: &Schema) -> BTreeMap<String, BTreeSet<String>> {
    let mut extended: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, schema) in source {
        for part in schema["allOf"].as_array().into_iter().flatten() {
            if let Some(base) = part["$ref"].as_str().and_then(references::schema_name) {
                extended.entry(base.to_owned()).or_default().insert(name.clone());
            }
        }
    }
    extended
}

/// Returns the schemas in the mapping and all schemas that extend the base, directly or indirectly,
/// in the order of the document.
fn subtypes(
    source: &Schema,
    base: &str,
    extended: &BTreeMap<String, BTreeSet<String>>,
) -> Vec<String> {
    let mapping = &source[base]["discriminator"]["mapping"];
    let mut found: BTreeSet<String> = discriminator::targets(mapping).collect();
    let mut todo = vec![base];
    while let Some(name) = todo.pop() {
        for subtype in extended.get(name).into_iter().flatten() {
            if found.insert(subtype.clone()) || name == base {
                todo.push(subtype);
            }
        }
        if todo.len() > source.len() {
            break;
        }
    }
    source.keys().filter(|name| *name != base && found.contains(*name)).cloned().collect()
}

fn own_name(source: &Schema, base: &str) -> String {
    let numbered = (2_usize..).map(|n| format!("{base}Base{n}"));
    let mut names = std::iter::once(format!("{base}Base")).chain(numbered);
    names.find(|name| !source.contains_key(name)).unwrap_or_else(|| base.to_owned())
}

/// Makes subtypes extend the base's fields instead of the union.
fn extend(source: &mut Schema, base: &str, own: &str, subtypes: Option<&BTreeSet<String>>) {
    let (base, own) = (references::to_schema(base), references::to_schema(own));
    let names: Vec<String> = subtypes.into_iter().flatten().cloned().collect();
    for name in names {
        // A subtype that is itself a base has already been renamed.
        let renamed = source[&name].get("oneOf").and_then(Value::as_array).and_then(|all| {
            all.last()?["$ref"].as_str().and_then(references::schema_name).map(str::to_owned)
        });
        for name in renamed.into_iter().chain([name]) {
            let parts = source.get_mut(&name).and_then(|schema| schema["allOf"].as_array_mut());
            for part in parts.into_iter().flatten().filter(|part| part["$ref"] == base) {
                part["$ref"] = json!(own);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_that_extends_a_base_becomes_a_union() {
        let mut source = json!({
            "A": {"properties": {"k": {}}, "discriminator": {"propertyName": "k"}},
            "B": {"allOf": [{"$ref": "#/components/schemas/A"}, {}], "discriminator": {"propertyName": "k"}},
            "C": {"allOf": [{"$ref": "#/components/schemas/B"}, {}]},
            "D": {"properties": {"a": {"allOf": [{"$ref": "#/components/schemas/A"}]}}},
        })
        .as_object()
        .cloned()
        .unwrap_or_default();
        unions(&mut source, &mut Report::default());
        let names = |name: &str| -> Vec<String> {
            let all = source[name]["oneOf"].as_array().into_iter().flatten();
            all.map(|one| {
                one["$ref"].as_str().unwrap_or_default().replace("#/components/schemas/", "")
            })
            .collect()
        };
        assert_eq!(names("A"), ["B", "C", "ABase"]);
        assert_eq!(names("B"), ["C", "BBase"]);
        assert_eq!(source["BBase"]["allOf"][0]["$ref"], "#/components/schemas/ABase");
        assert_eq!(source["C"]["allOf"][0]["$ref"], "#/components/schemas/BBase");
        assert_eq!(source["D"]["properties"]["a"]["allOf"][0]["$ref"], "#/components/schemas/A");
    }
}
