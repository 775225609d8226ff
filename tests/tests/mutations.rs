//! Mutates every fixture once at each place.
//!
//! Three validators must agree on each mutant: the description's schema, the schema that schemars
//! derives from the generated type, and the type itself.

#![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use std::collections::{BTreeMap, BTreeSet};

use openapi_document::examples::collect;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;
use waterfall_api::types::*;
use waterfall_api::{DecodeError, Deviation};

/// Mutants that the description rejects but the derived schema accepts: the prefix and suffix of
/// the place, and the reason. `*` matches any schema. An unused entry fails the test.
const DERIVED_IS_LOOSER: [(&str, &str, &str); 9] = [
    ("*/limit = ", "", "the server checks the size of numbers"),
    ("*/title_filters = []", "", "and the number of elements"),
    ("*/start_date = ", "", "a date-time in any format is kept"),
    ("*/stop_date = ", "", "the same"),
    ("*/server_date = ", "", "the same"),
    ("*/api_key = ", "", "a secret is not checked by its type"),
    ("*/custom_fields", "", "a scalar is any JSON value"),
    ("*/", " removed", "no type states which fields name a person"),
    ("* = {}", "", "the same"),
];

/// Mutants that decode and encode to a different value, by kind of mutation. An unused
/// entry fails the test.
const REWRITTEN: [(Kind, &str); 1] = [(Kind::Capitals, "a UUID is written in lower case")];

/// The open enums in the fixtures, in addition to the state of a job. They keep any text.
const OPEN_ENUMS: [&str; 4] = [
    "/output/job_change_status = \"",
    "/output/type = \"",
    "/output/confidence_score = \"",
    "/output/email/email_status = \"",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Null,
    Removed,
    WrongType,
    OtherText,
    LongText,
    Capitals,
    LargeInteger,
    Added,
    Emptied,
    IntegerWithPoint,
}

/// The operations of a generated type that the tests need.
struct Type {
    derived: fn() -> Value,
    round_trip: fn(&Value) -> Result<Value, String>,
    deviations: fn(&Value) -> Result<Vec<Deviation>, DecodeError>,
}

macro_rules! types {
    ($($schema:literal => $type:ty,)*) => {
        fn types() -> BTreeMap<&'static str, Type> {
            BTreeMap::from([$(
                ($schema, Type {
                    derived: derived::<$type>,
                    round_trip: round_trip::<$type>,
                    deviations: deviations::<$type>,
                }),
            )*])
        }
    };
}

waterfall_tests::for_each_schema!(types);

fn derived<T: schemars::JsonSchema>() -> Value {
    schemars::SchemaGenerator::default().into_root_schema_for::<T>().to_value()
}

fn round_trip<T: DeserializeOwned + Serialize>(value: &Value) -> Result<Value, String> {
    let decoded: T = serde_json::from_str(&value.to_string()).map_err(|error| error.to_string())?;
    serde_json::to_value(&decoded).map_err(|error| error.to_string())
}

fn deviations<T: DeserializeOwned>(value: &Value) -> Result<Vec<Deviation>, DecodeError> {
    waterfall_api::decode::<T>(value.to_string().as_bytes()).map(|(_, deviations)| deviations)
}

fn described(schema: &str) -> jsonschema::Validator {
    let components = waterfall_tests::description().root["components"].clone();
    let reference = format!("#/components/schemas/{schema}");
    jsonschema::validator_for(&json!({ "$ref": reference, "components": components })).unwrap()
}

struct Mutant {
    kind: Kind,
    what: String,
    value: Value,
}

fn mutants(original: &Value) -> Vec<Mutant> {
    let mut pointers = Vec::new();
    nodes(original, String::new(), &mut pointers);
    let mut mutants = Vec::new();
    for pointer in pointers {
        let node = original.pointer(&pointer).unwrap();
        for (kind, replacement) in replacements(node) {
            let mut value = original.clone();
            *value.pointer_mut(&pointer).unwrap() = replacement.clone();
            let shown: String = replacement.to_string().chars().take(40).collect();
            mutants.push(Mutant { kind, what: format!("{pointer} = {shown}"), value });
        }
        if node.is_object() {
            let mut value = original.clone();
            value.pointer_mut(&pointer).unwrap()["added_later"] = json!({"deep": [null, 1]});
            mutants.push(Mutant {
                kind: Kind::Added,
                what: format!("{pointer} + added_later"),
                value,
            });
        }
        if let Some((parent, member)) = pointer.rsplit_once('/') {
            let mut value = original.clone();
            if let Some(object) = value.pointer_mut(parent).unwrap().as_object_mut() {
                object.remove(&member.replace("~1", "/").replace("~0", "~"));
                mutants.push(Mutant {
                    kind: Kind::Removed,
                    what: format!("{pointer} removed"),
                    value,
                });
            }
        }
    }
    mutants
}

fn nodes(value: &Value, pointer: String, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                nodes(value, openapi_document::pointer::child(&pointer, name), found);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                nodes(value, format!("{pointer}/{index}"), found);
            }
        }
        _ => {}
    }
    found.push(pointer);
}

fn replacements(node: &Value) -> Vec<(Kind, Value)> {
    let mut all = vec![(Kind::Null, Value::Null)];
    let others =
        [json!(true), json!(7.5), json!(7), json!("text"), json!(["text"]), json!({"a": 1})];
    all.extend(
        others
            .into_iter()
            .filter(|other| type_of(other) != type_of(node))
            .map(|other| (Kind::WrongType, other)),
    );
    match node {
        Value::String(text) => {
            all.push((Kind::OtherText, json!("SOMETHING_NEW")));
            all.push((Kind::LongText, json!("é".repeat(600))));
            all.push((Kind::Capitals, json!(text.to_uppercase())));
        }
        Value::Number(number) if number.is_i64() => {
            all.push((Kind::IntegerWithPoint, json!(7.0)));
            all.push((Kind::LargeInteger, json!(u64::MAX)));
        }
        Value::Array(_) => all.push((Kind::Emptied, json!([]))),
        Value::Object(_) => all.push((Kind::Emptied, json!({}))),
        _ => {}
    }
    all.retain(|(_, replacement)| replacement != node);
    all
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Runs `check` over every mutant of every fixture, and over the fixtures.
fn for_each_mutant(mut check: impl FnMut(&str, &Type, &Mutant)) {
    let types = types();
    let mut count = 0;
    for example in collect(&waterfall_tests::description()) {
        let ty = &types[example.schema.as_str()];
        let itself = Mutant {
            kind: Kind::Emptied,
            what: "unchanged".to_owned(),
            value: example.value.clone(),
        };
        for mutant in mutants(&example.value).into_iter().chain([itself]) {
            count += 1;
            check(&example.schema, ty, &mutant);
        }
    }
    assert!(count > 2_000, "only {count} mutants: fixtures are missing");
}

#[test]
fn the_derived_schema_and_the_description_agree() {
    let mut validators = BTreeMap::new();
    let mut wrong = Vec::new();
    let mut used = BTreeSet::new();
    for_each_mutant(|schema, ty, mutant| {
        let (described, derived) = validators.entry(schema.to_owned()).or_insert_with(|| {
            (described(schema), jsonschema::validator_for(&(ty.derived)()).unwrap())
        });
        let verdicts = (described.is_valid(&mutant.value), derived.is_valid(&mutant.value));
        let what = format!("{schema}{}", mutant.what);
        match (verdicts, looser(&what)) {
            ((false, true), Some((begins, ..))) => drop(used.insert(*begins)),
            ((described, derived), _) if described != derived => {
                wrong.push(format!("{what}: described {described}, derived {derived}"));
            }
            _ => {}
        }
    });
    assert!(wrong.is_empty(), "{} disagreements:\n{}", wrong.len(), wrong.join("\n"));
    for (begins, _, reason) in DERIVED_IS_LOOSER {
        assert!(used.contains(begins), "the exception {begins} ({reason}) is not needed");
    }
}

fn looser(what: &str) -> Option<&'static (&'static str, &'static str, &'static str)> {
    DERIVED_IS_LOOSER.iter().find(|(begins, ends, _)| {
        let rest = begins.strip_prefix('*').map_or(what.strip_prefix(begins), |begins| {
            let schema = what.find(|c: char| !c.is_alphanumeric())?;
            what[schema..].strip_prefix(begins)
        });
        rest.is_some_and(|rest| rest.ends_with(ends))
    })
}

#[test]
fn values_that_the_description_accepts_decode() {
    let mut validators = BTreeMap::new();
    let mut wrong = Vec::new();
    for_each_mutant(|schema, ty, mutant| {
        let validator = validators.entry(schema.to_owned()).or_insert_with(|| described(schema));
        if let Err(error) = (ty.round_trip)(&mutant.value)
            && validator.is_valid(&mutant.value)
        {
            wrong.push(format!("{schema}{} {:?}: {error}", mutant.what, mutant.kind));
        }
    });
    assert!(wrong.is_empty(), "{} don't decode:\n{}", wrong.len(), wrong.join("\n"));
}

/// Returns whether a value satisfies the minimum that its type requires: an object with the
/// required fields and, if it is a request, no unknown ones.
fn has_what_is_indispensable(schema: &Value, value: &Value) -> bool {
    let is_request = schema["additionalProperties"] == false;
    let mut required = schema["required"].as_array().into_iter().flatten();
    value.is_object()
        && !(is_request && value.get("added_later").is_some())
        && required.all(|name| {
            let name = name.as_str().unwrap();
            let property = &schema["properties"][name];
            match (property["type"].as_str(), property["format"].as_str()) {
                (_, Some("uuid")) => {
                    value[name].as_str().is_some_and(|id| id.parse::<Uuid>().is_ok())
                }
                (Some("boolean"), _) => value[name].is_boolean(),
                // A component: a text with limits, or an open enum.
                _ => value[name].is_string(),
            }
        })
}

#[test]
fn values_of_other_types_decode() {
    let mut wrong = Vec::new();
    let mut refused = 0;
    let root = waterfall_tests::description().root;
    for_each_mutant(|schema, ty, mutant| {
        let decodes = (ty.round_trip)(&mutant.value);
        refused += decodes.is_err() as usize;
        let described = &root["components"]["schemas"][schema];
        if decodes.is_ok() != has_what_is_indispensable(described, &mutant.value) {
            wrong.push(format!("{schema}{} {:?}: {decodes:?}", mutant.what, mutant.kind));
        }
    });
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(refused > 0, "nothing was refused");
}

#[test]
fn excluded_values_are_deviations() {
    let mut validators = BTreeMap::new();
    let mut wrong = Vec::new();
    for_each_mutant(|schema, ty, mutant| {
        // Null is accepted wherever a field may be absent.
        if mutant.kind == Kind::Null {
            return;
        }
        let validator = validators.entry(schema.to_owned()).or_insert_with(|| described(schema));
        let Ok(deviations) = (ty.deviations)(&mutant.value) else { return };
        let is_excluded = !validator.is_valid(&mutant.value);
        // Lengths, formats and the size of integers are not JSON Schema types.
        let is_stricter =
            matches!(mutant.kind, Kind::OtherText | Kind::LongText | Kind::LargeInteger);
        let is_looser = looser(&format!("{schema}{}", mutant.what)).is_some()
            || OPEN_ENUMS.iter().any(|place| mutant.what.starts_with(place));
        if !is_stricter && !is_looser && deviations.is_empty() == is_excluded {
            wrong.push(format!("{schema}{} {:?}: {deviations:?}", mutant.what, mutant.kind));
        }
    });
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn decoded_values_round_trip() {
    let mut wrong = Vec::new();
    let mut used = BTreeSet::new();
    for_each_mutant(|schema, ty, mutant| {
        let Ok(encoded) = (ty.round_trip)(&mutant.value) else { return };
        if same(&encoded, &mutant.value) {
            return;
        }
        match REWRITTEN.iter().find(|(kind, _)| *kind == mutant.kind) {
            Some((kind, _)) if same(&small(&encoded), &small(&mutant.value)) => {
                used.insert(*kind);
            }
            _ => wrong.push(format!("{schema}{}: {encoded}", mutant.what)),
        }
    });
    assert!(wrong.is_empty(), "{} was encoded differently:\n{}", wrong.len(), wrong.join("\n"));
    for (kind, reason) in REWRITTEN {
        assert!(used.contains(&kind), "the exception {kind:?} ({reason}) is not needed");
    }
}

/// Returns the value with all texts in lower case.
fn small(value: &Value) -> Value {
    serde_json::from_str(&value.to_string().to_lowercase()).unwrap()
}

/// Compares JSON values; numbers by value, so that 1 equals 1.0.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) if a.is_f64() || b.is_f64() => {
            a.as_f64() == b.as_f64()
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| same(a, b)))
        }
        (a, b) => a == b,
    }
}

#[test]
fn every_field_has_a_value_in_some_fixture() {
    let description = waterfall_tests::description();
    let schemas = &description.root["components"]["schemas"];
    let mut seen = BTreeSet::new();
    for example in collect(&description) {
        see(schemas, &example.schema, &example.value, &mut seen);
    }
    let mut missing = BTreeSet::new();
    for (schema, content) in schemas.as_object().unwrap() {
        let fields = content["properties"].as_object().into_iter().flatten();
        missing.extend(
            fields
                .map(|(field, _)| format!("{schema}.{field}"))
                .filter(|name| !seen.contains(name)),
        );
    }
    assert_eq!(missing, BTreeSet::new(), "add a value to an example");
}

/// Collects each field of a schema that has a value, recursively.
fn see(schemas: &Value, schema: &str, value: &Value, seen: &mut BTreeSet<String>) {
    let properties = &schemas[schema]["properties"];
    for (field, value) in value.as_object().into_iter().flatten() {
        if value.is_null() {
            continue;
        }
        seen.insert(format!("{schema}.{field}"));
        let text = properties[field.as_str()].to_string();
        for inner in text.split("#/components/schemas/").skip(1) {
            let name: String = inner.chars().take_while(|c| c.is_alphanumeric()).collect();
            let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
            items.iter().for_each(|item| see(schemas, &name, item, seen));
        }
    }
}

#[test]
fn every_named_example_is_a_fixture() {
    let description = waterfall_tests::description();
    let fixtures: BTreeSet<String> =
        collect(&description).into_iter().map(|example| example.name).collect();
    let named = description.root["components"]["examples"].as_object().unwrap();
    let named: BTreeSet<String> = named.keys().cloned().collect();
    assert_eq!(named, fixtures);
}

#[test]
fn no_snapshot_belongs_to_a_removed_example() {
    let fixtures = collect(&waterfall_tests::description());
    let fixtures: BTreeSet<String> = fixtures
        .iter()
        .map(|example| format!("{}_{}.snap", example.schema, example.name))
        .collect();
    let folder = waterfall_tests::top().join("tests/snapshots/examples");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let files: BTreeSet<String> = files.map(|name| name.into_string().unwrap()).collect();
    assert_eq!(files, fixtures);
}
