//! Strategies for documents.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};

/// Names of fields, some of which are alike in Rust or are its keywords.
const FIELDS: [&str; 12] = [
    "id",
    "name",
    "type",
    "@type",
    "createdAt",
    "created_at",
    "with-dash",
    "2nd",
    "extra",
    "self",
    "value",
    "items",
];
/// The property whose value selects a variant.
pub(crate) const TAG: &str = "kind";
/// The component whose values are tested.
pub(crate) const ROOT: &str = "Root";

/// A document whose components are built on each other, up to [`ROOT`].
pub(crate) fn document() -> impl Strategy<Value = Value> {
    let parts = vec(object(Vec::new()), 2..4).prop_map(|mut parts| {
        // The first part is extended: in what extends it, its limits would exclude all other fields.
        parts[0].as_object_mut().map(|part| part.shift_remove("additionalProperties"));
        parts
    });
    let variants = (variants(), any::<bool>(), any::<bool>());
    let rest = (vec(scalar(), 2), untagged(), object(Vec::new()), any::<bool>());
    (parts, variants, rest).prop_flat_map(|(parts, (variants, has_mapping, is_any), rest)| {
        let (scalars, untagged, mut own, is_nullable) = rest;
        // Two descriptions of a field are a loss that is reported.
        let base = parts[0]["properties"].clone();
        if let Some(own) = own["properties"].as_object_mut() {
            own.retain(|name, _| base.get(name).is_none());
        }
        if let Some(required) = own.get_mut("required").and_then(Value::as_array_mut) {
            required.retain(|name| base.get(name.as_str().unwrap_or_default()).is_none());
        }
        let mut schemas = Map::new();
        for (number, part) in parts.into_iter().enumerate() {
            schemas.insert(format!("Part{number}"), part);
        }
        for (number, scalar) in scalars.into_iter().enumerate() {
            schemas.insert(format!("Scalar{number}"), scalar);
        }
        schemas.insert("Tagged".to_owned(), tagged(&variants, has_mapping, is_any));
        for (number, variant) in variants.into_iter().enumerate() {
            schemas.insert(format!("Variant{number}"), variant);
        }
        schemas.insert("Untagged".to_owned(), untagged);
        schemas.insert("Extended".to_owned(), json!({"allOf": [refer("Part0"), own]}));
        if is_nullable {
            schemas
                .insert("Maybe".to_owned(), json!({"anyOf": [refer("Part1"), {"type": "null"}]}));
        }
        let names: Vec<String> = schemas.keys().cloned().collect();
        object(names).prop_map(move |root| {
            let mut schemas = schemas.clone();
            schemas.insert(ROOT.to_owned(), root);
            json!({
                "openapi": "3.1.0",
                "info": {"title": "Generated", "version": "1"},
                // What is sent has a default only if that is valid.
                "paths": {"/": {"put": {
                    "requestBody": {"required": true, "content": {"application/json": {"schema": refer(ROOT)}}},
                    "responses": {"200": {"description": "D.", "content": {"application/json": {"schema": refer(ROOT)}}}},
                }}},
                "components": {"schemas": schemas},
            })
        })
    })
}

fn refer(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn scalar() -> impl Strategy<Value = Value> {
    let text = || json!({"type": "string"});
    prop_oneof![
        3 => Just(text()),
        2 => select(vec!["date-time", "date", "uuid", "email"])
            .prop_map(|format| json!({"type": "string", "format": format})),
        1 => (0..3_u8, 8..12_u8)
            .prop_map(|(min, max)| json!({"type": "string", "minLength": min, "maxLength": max})),
        3 => texts().prop_map(|values| json!({"type": "string", "enum": values})),
        1 => select(vec!["one", "two words", "3", ""]).prop_map(|value| json!({"const": value})),
        1 => Just(json!({"type": ["string", "null"], "enum": ["a", "b", null]})),
        2 => select(vec!["int32", "int64"])
            .prop_map(|format| json!({"type": "integer", "format": format})),
        2 => Just(json!({"type": "integer"})),
        1 => Just(json!({"type": "integer", "enum": [1, 2, -3]})),
        2 => Just(json!({"type": "number"})),
        2 => Just(json!({"type": "boolean"})),
        1 => Just(json!({"const": true})),
    ]
}

fn texts() -> impl Strategy<Value = Vec<&'static str>> {
    subsequence(vec!["on", "off", "On", "in-between", "+1", "-1", "", "unknown", "ok"], 1..5)
}

/// A schema with a few levels, which may refer to the components of these names.
fn schema(names: Vec<String>) -> BoxedStrategy<Value> {
    let leaf = match names.is_empty() {
        true => scalar().boxed(),
        false => {
            prop_oneof![1 => scalar(), 3 => select(names).prop_map(|name| refer(&name))].boxed()
        }
    };
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            3 => inner.clone().prop_map(|items| json!({"type": "array", "items": items})),
            2 => inner.clone()
                .prop_map(|values| json!({"type": "object", "additionalProperties": values})),
            2 => inner.clone().prop_map(|one| json!({"anyOf": [one, {"type": "null"}]})),
            1 => inner.prop_map(|one| json!({"allOf": [one], "description": "D."})),
        ]
    })
    .boxed()
}

/// An object with required, optional and nullable fields.
fn object(names: Vec<String>) -> BoxedStrategy<Value> {
    let count = if names.is_empty() { 1..4 } else { 3..7 };
    subsequence(FIELDS.to_vec(), count)
        .prop_flat_map(move |fields| {
            let of = (schema(names.clone()), any::<bool>());
            (Just(fields.clone()), vec(of, fields.len()), 0..6_u8)
        })
        .prop_map(|(fields, schemas, rest)| {
            let mut required = Vec::new();
            let mut properties = Map::new();
            for (name, (schema, is_required)) in fields.into_iter().zip(schemas) {
                properties.insert(name.to_owned(), schema);
                required.extend(is_required.then_some(name));
            }
            let mut object = json!({"type": "object", "properties": properties});
            if !required.is_empty() {
                object["required"] = json!(required);
            }
            match rest {
                0 => object["additionalProperties"] = json!(false),
                1 => object["additionalProperties"] = json!({"type": "integer"}),
                _ => {}
            }
            object
        })
        .boxed()
}

/// Objects whose tag has a separate value, or two.
fn variants() -> impl Strategy<Value = Vec<Value>> {
    vec((object(Vec::new()), any::<bool>()), 2..4).prop_map(|all| {
        let variants = all.into_iter().enumerate().map(|(number, (mut object, has_two))| {
            let tag = match has_two {
                true => json!({"type": "string", "enum": [tag(number), format!("other{number}")]}),
                false => json!({"type": "string", "const": tag(number)}),
            };
            object["properties"][TAG] = tag;
            let mut required = object["required"].as_array().cloned().unwrap_or_default();
            required.push(json!(TAG));
            object["required"] = json!(required);
            object
        });
        variants.collect()
    })
}

fn tag(number: usize) -> String {
    format!("variant-{number}")
}

/// A union of variants, with or without a discriminator.
fn tagged(variants: &[Value], has_mapping: bool, is_any: bool) -> Value {
    let name = |number: usize| format!("Variant{number}");
    let all: Vec<Value> = (0..variants.len()).map(|number| refer(&name(number))).collect();
    let mut union = match is_any {
        true => json!({"anyOf": all}),
        false => json!({"oneOf": all}),
    };
    if has_mapping {
        let mut mapping = Map::new();
        for (number, variant) in variants.iter().enumerate() {
            let tag_schema = &variant["properties"][TAG];
            let only = [tag_schema["const"].clone()];
            let values = tag_schema["enum"].as_array().map_or(&only[..], Vec::as_slice);
            for value in values.iter().filter_map(Value::as_str) {
                mapping.insert(value.to_owned(), refer(&name(number))["$ref"].clone());
            }
        }
        union["discriminator"] = json!({"propertyName": TAG, "mapping": mapping});
    }
    union
}

/// A union without a tag: values of several JSON types, or objects that require different fields.
fn untagged() -> impl Strategy<Value = Value> {
    let types = vec![
        json!({"type": "string"}),
        json!({"type": "integer"}),
        json!({"type": "boolean"}),
        json!({"type": "array", "items": {"type": "string"}}),
        json!({"type": "object", "required": ["only"], "properties": {"only": {"type": "string"}}}),
        json!({"type": "object", "required": ["other"], "properties": {"other": {"type": "integer"}}, "additionalProperties": false}),
        json!({"type": "null"}),
    ];
    (subsequence(types, 2..4), any::<bool>()).prop_map(|(all, is_any)| match is_any {
        true => json!({"anyOf": all}),
        false => json!({"oneOf": all}),
    })
}
