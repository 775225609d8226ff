//! A union decodes to the variant that was sent. Tests instances of each variant of each union in
//! the fixtures, derived from the document alone.

#![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use std::collections::{BTreeMap, BTreeSet};

use openapi_client_codegen::operations::Selection;
use openapi_client_codegen::pipeline;
use openapi_client_codegen::report::Report;
use openapi_document::document::Document;
use openapi_document::{load, references};
use serde_json::{Map, Value, json};
use waterfall_tests::fixtures;
use waterfall_tests::repo::FIXTURES;
use waterfall_tests::unions::{Instance, Tally, Unions};

/// The maximum depth of schemas that extend each other.
const DEPTH: usize = 6;

/// One variant: the component that describes it, and the fields that select it.
struct Variant {
    name: String,
    tags: Vec<Map<String, Value>>,
}

fn document(name: &str) -> Document {
    let path = format!("{FIXTURES}/{name}.yaml");
    let text = std::fs::read_to_string(waterfall_tests::top().join(&path)).unwrap();
    load::load(&path, &text).unwrap()
}

fn referred(schema: &Value) -> Option<String> {
    schema["$ref"].as_str().and_then(references::schema_name).map(str::to_owned)
}

fn listed(schema: &Value) -> Option<&Vec<Value>> {
    schema["oneOf"].as_array().or(schema["anyOf"].as_array())
}

/// Returns the variants of a component that is a union of components, or a base.
fn variants(root: &Value, union: &str) -> Vec<Variant> {
    let schemas = &root["components"]["schemas"];
    let Some(schema) = schemas.get(union) else { return Vec::new() };
    let names: Vec<String> = match listed(schema) {
        Some(all) => all.iter().filter_map(referred).collect(),
        None => {
            let extends = |name: &&String| {
                let parts = schemas[name.as_str()]["allOf"].as_array().into_iter().flatten();
                parts.filter_map(referred).any(|part| part == union)
            };
            schemas.as_object().unwrap().keys().filter(extends).cloned().collect()
        }
    };
    let discriminator = &schema["discriminator"];
    let tags = |name: &String| {
        let Some(field) = discriminator["propertyName"].as_str().or(discriminator.as_str()) else {
            return vec![Map::new()];
        };
        let mapping = discriminator["mapping"].as_object().into_iter().flatten();
        let mut values: Vec<Value> = mapping
            .filter(|(_, target)| target.as_str().unwrap().rsplit('/').next().unwrap() == name)
            .map(|(value, _)| on_the_wire(&schemas[name], field, value))
            .collect();
        if values.is_empty() {
            values.push(json!(name));
        }
        values.into_iter().map(|value| Map::from_iter([(field.to_owned(), value)])).collect()
    };
    names.into_iter().map(|name| Variant { tags: tags(&name), name }).collect()
}

/// Returns the value of a mapping, which is a text in the document, as the type of its field.
fn on_the_wire(schema: &Value, field: &str, text: &str) -> Value {
    match schema["properties"][field]["type"].as_str() {
        Some("integer" | "boolean") => serde_json::from_str(text).unwrap(),
        _ => json!(text),
    }
}

/// Returns the fields and required names of an object, including inherited ones.
fn fields(root: &Value, schema: &Value, depth: usize) -> (Map<String, Value>, BTreeSet<String>) {
    let (mut all, mut required) = (Map::new(), BTreeSet::new());
    if depth == 0 {
        return (all, required);
    }
    if let Some(name) = referred(schema) {
        return fields(root, &root["components"]["schemas"][name], depth - 1);
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        let (more, names) = fields(root, part, depth - 1);
        all.extend(more);
        required.extend(names);
    }
    all.extend(schema["properties"].as_object().cloned().unwrap_or_default());
    let names = schema["required"].as_array().into_iter().flatten();
    required.extend(names.filter_map(Value::as_str).map(str::to_owned));
    (all, required)
}

/// Values of a schema: each listed value, or a single one.
fn values(root: &Value, schema: &Value) -> Vec<Value> {
    if let Some(name) = referred(schema) {
        return values(root, &root["components"]["schemas"][name]);
    }
    if let Some(value) = schema.get("const") {
        return vec![value.clone()];
    }
    if let Some(listed) = schema["enum"].as_array() {
        return listed.clone();
    }
    let value = match (schema["type"].as_str().unwrap_or("object"), schema["format"].as_str()) {
        ("string", Some("date")) => json!("2024-02-29"),
        ("string", Some("date-time")) => json!("2024-02-29T12:00:00Z"),
        ("string", _) => json!("text"),
        ("integer", _) => json!(3),
        ("number", _) => json!(1.5),
        ("boolean", _) => json!(true),
        ("array", _) => json!([values(root, &schema["items"])[0]]),
        _ if listed(schema).is_some() => {
            let all = listed(schema).unwrap();
            let simple = all.iter().find(|one| referred(one).is_none());
            values(root, simple.unwrap_or(&all[0]))[0].clone()
        }
        _ => json!(required(root, schema)),
    };
    vec![value]
}

/// Returns the required fields of an object.
fn required(root: &Value, schema: &Value) -> Map<String, Value> {
    let (all, required) = fields(root, schema, DEPTH);
    let fields = all.iter().filter(|(name, _)| required.contains(*name));
    fields.map(|(name, field)| (name.clone(), values(root, field)[0].clone())).collect()
}

/// Objects with the required fields only, with all fields, with each optional field, and with each
/// listed value.
fn instances(root: &Value, schema: &Value) -> Vec<Value> {
    let (all, required) = fields(root, schema, DEPTH);
    let value = |name: &str| values(root, &all[name])[0].clone();
    let with = |names: &[&String]| -> Map<String, Value> {
        let names = all.keys().filter(|name| required.contains(*name) || names.contains(name));
        names.map(|name| (name.clone(), value(name))).collect()
    };
    let mut out = vec![with(&[]), with(&all.keys().collect::<Vec<_>>())];
    out.extend(all.keys().map(|name| with(&[name])));
    for (name, property) in &all {
        for value in values(root, property) {
            let mut instance = with(&[]);
            instance.insert(name.clone(), value);
            out.push(instance);
        }
    }
    out.into_iter().map(Value::Object).collect()
}

/// Returns the unions that the report calls undecided.
fn undecided(document: &Document) -> BTreeSet<String> {
    let (mut prepared, mut report) = (document.clone(), Report::default());
    pipeline::prepare(&mut prepared, &Selection::default(), &mut report).unwrap();
    let lines = report.rewrites.iter();
    lines
        .filter(|line| line.code.id == "union-undecided")
        .map(|line| line.pointer.trim_start_matches("/components/schemas/").to_owned())
        .collect()
}

#[test]
fn every_instance_of_a_variant_decodes_to_it() {
    let (mut right, mut wrong, mut left_open) = (0, Vec::new(), 0);
    let mut documents: BTreeMap<&str, (Document, BTreeSet<String>)> = BTreeMap::new();
    for (fixture, union, variant_of) in fixtures::unions() {
        let (document, undecided) = documents.entry(fixture).or_insert_with(|| {
            let document = document(fixture);
            let undecided = undecided(&document);
            (document, undecided)
        });
        let root = &document.root;
        if undecided.contains(union) {
            left_open += 1;
            continue;
        }
        for Variant { name, tags } in variants(root, union) {
            let component = &root["components"]["schemas"][&name];
            let is_object =
                component["type"] == "object" || !fields(root, component, DEPTH).0.is_empty();
            if listed(component).is_some() || !is_object {
                continue;
            }
            for (instance, tag) in instances(root, component)
                .iter()
                .flat_map(|one| tags.iter().map(move |tag| (one, tag)))
            {
                let mut instance = instance.clone();
                instance.as_object_mut().unwrap().extend(tag.clone());
                let found = variant_of(&instance.to_string());
                match found == name {
                    true => right += 1,
                    false => {
                        wrong.push(format!("{fixture} {union}: {instance} is {found}, not {name}"))
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{right} right\n{}", wrong.join("\n"));
    assert!(right > 100, "{right}");
    assert_eq!(left_open, 18);
}

/// The number of random instances of each variant.
const COUNT: usize = 30;

/// The short version of `cargo run -p waterfall-tests --example unions`.
#[test]
fn random_instances_decode_to_their_variant_or_the_report_says_that_nothing_decides() {
    let mut documents: BTreeMap<&str, Unions> = BTreeMap::new();
    let (mut all, mut silent) = (0, Vec::new());
    for (fixture, union, variant_of) in fixtures::unions() {
        let of = documents.entry(fixture).or_insert_with(|| Unions::of(&document(fixture)));
        let decoded: Vec<(Instance, String)> = of
            .instances(union, COUNT)
            .into_iter()
            .map(|instance| {
                let found = variant_of(&instance.value.to_string());
                (instance, found)
            })
            .collect();
        let tally = of.judge(union, &decoded);
        let Tally { wrong, unknown, .. } = tally;
        all += decoded.len();
        if tally.against_document > 0 || !tally.is_reported && wrong + unknown > 0 {
            silent.push(format!("{fixture} {union}: {tally}\n{}", tally.examples.join("\n")));
        }
    }
    assert!(silent.is_empty(), "{}", silent.join("\n"));
    assert!(all > 1000, "{all}");
}

fn variant_of(fixture: &str, union: &str, value: &Value) -> String {
    let (_, _, variant_of) =
        fixtures::unions().into_iter().find(|(f, u, _)| *f == fixture && *u == union).unwrap();
    variant_of(&value.to_string())
}

#[test]
fn values_that_match_no_variant_are_kept() {
    for (fixture, union, value) in [
        ("shape/overlapping", "Boat", json!({"hull": "raft", "length": 2})),
        ("shape/overlapping", "Tree", json!({"tree": "Yew"})),
        ("shape/values_decide", "Trip", json!({"mode": "boat", "line": "1"})),
        ("shape/values_decide", "Trip", json!("boat")),
        ("shape/by_shape", "Contact", json!({"new": 1})),
        ("shape/by_shape", "Titled", json!(null)),
    ] {
        assert_eq!(variant_of(fixture, union, &value), "Unknown", "{union} {value}");
    }
    let value = json!({"kind": "new", "text": "a", "more": 1});
    assert_eq!(variant_of("shape/inherited", "Notice", &value), "NoticeBase");
}

#[test]
fn values_decode_to_the_variant_that_the_document_determines() {
    for (fixture, union, value, variant) in [
        (
            "shape/several_tags",
            "Keyed",
            json!({"resource": "user", "verb": "deleted"}),
            "UserDeleted",
        ),
        (
            "shape/several_tags",
            "Keyed",
            json!({"resource": "team", "verb": "created"}),
            "TeamCreated",
        ),
        ("shape/several_tags", "Keyed", json!({"resource": "team", "verb": "deleted"}), "Unknown"),
        (
            "shape/tags_beside",
            "Entry",
            json!({"type": "ALIAS", "name": "a", "value": "192.0.2.1"}),
            "Alias",
        ),
        ("shape/dangling_mapping", "Action", json!({"type": "resize", "size": 1}), "Resize"),
        ("shape/aliases", "Video", json!(7), "VideoNumber"),
        ("shape/lists_of_elements", "Decided", json!(["a"]), "Words"),
        ("shape/lists_of_elements", "Lists", json!(["a"]), "Words"),
        ("shape/lists_of_elements", "Lists", json!(["a", true]), "Mixed"),
        ("shape/more_specific", "Thumbnail", json!("a"), "String"),
        ("shape/more_specific", "Thumbnail", json!({"a": 1}), "File"),
        ("shape/more_specific", "Filter", json!("a"), "String"),
        ("shape/more_specific", "Limit", json!("a"), "Filter"),
        ("shape/more_specific", "Share", json!(1), "Count"),
        ("shape/more_specific", "Share", json!(1.5), "Ratio"),
        (
            "shape/untyped_null",
            "Labels",
            json!([[{"name": "a", "value": {"b": 1}}]]),
            "LabelArrayArray",
        ),
        ("shape/untyped_null", "Labels", json!([{"name": "a", "value": [{"b": 1}]}]), "LabelArray"),
        ("down_convert/beside_older_reference", "Address", json!({"source": "mr"}), "Foreign"),
        ("operations/recursive_parameter", "Limit", json!(1), "Integer"),
    ] {
        assert_eq!(variant_of(fixture, union, &value), variant, "{union} {value}");
    }
}

#[test]
fn nested_unions_are_distinguished_by_their_contents() {
    let of = |value| variant_of("shape/values_decide", "Nested", &value);
    assert_eq!(of(json!({"mode": "tram", "line": "1"})), "Trip");
    assert_eq!(of(json!({"ok": false})), "Flagged");
    assert_eq!(of(json!(7)), "Integer");
}

#[test]
fn a_new_variant_neither_breaks_a_list_nor_is_a_deviation() {
    type List = openapi_client_runtime::List<fixtures::shape_values_decide::types::Trip>;
    let body = r#"[{"mode": "tram"}, {"mode": "boat", "sails": 2}, 7]"#;
    let (all, deviations) = openapi_client_runtime::decode::<List>(body.as_bytes()).unwrap();
    assert_eq!(all.len(), 3);
    let expected = "$[2]: expected an object, found an integer";
    assert_eq!(deviations.iter().map(ToString::to_string).collect::<Vec<_>>(), [expected]);
    let written: Value = serde_json::to_value(&all).unwrap();
    assert_eq!(written, serde_json::from_str::<Value>(body).unwrap());
}
