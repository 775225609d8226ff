//! Generates documents and values, and passes the values through the types of the generated
//! clients. `jsonschema` decides which values are valid.
//!
//! `ANY_DOCUMENT_SEED` and `ANY_DOCUMENT_COUNT` set the seed and the number of documents.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that unwraps fails, as it should"
)]

mod diff;
mod edits;
mod schemas;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use jsonschema::Validator;
use openapi_client_codegen::config::{Config, Runtime};
use openapi_client_codegen::generate::generate;
use openapi_client_codegen::operations::Selection;
use openapi_client_codegen::surface;
use openapi_review::rust_names::pascal;
use openapi_review::surface::{Constructor, TypeItem};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config as Runs, RngAlgorithm, TestRng, TestRunner};
use schemas::ROOT;
use serde::Deserialize;
use serde_json::{Value, json};
use values::{Edit, Values};
use waterfall_tests::{outside, repo, top};

/// The default seed.
const SEED: u64 = 1;
/// The default number of documents.
const COUNT: usize = 40;
/// The number of values of each document, and of those that are edited.
const VALUES: usize = 60;
/// The number of failures of each kind that are printed.
const SHOWN: usize = 4;

/// Reads lines `document TAB value`, and prints what becomes of each value. Without a value, prints
/// the default of the type that is named instead of the document.
const MAIN: &str = r##"
use serde::{Serialize, de::DeserializeOwned};
use serde_json::json;

fn pass<T: DeserializeOwned + Serialize + std::fmt::Debug>(text: &str) -> serde_json::Value {
    match openapi_client_runtime::decode::<T>(text.as_bytes()) {
        Ok((value, deviations)) => {
            let deviations: Vec<String> = deviations.iter().map(ToString::to_string).collect();
            let is_unknown = format!("{value:?}").contains("Unknown(");
            let written = serde_json::to_value(&value).unwrap();
            json!({"written": written, "deviations": deviations, "is_unknown": is_unknown})
        }
        Err(error) => json!({"error": error.to_string()}),
    }
}

fn default<T: Default + Serialize>(_: &str) -> serde_json::Value {
    json!({"written": T::default(), "deviations": [], "is_unknown": false})
}

fn main() {
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        let (name, text) = line.split_once('\t').unwrap();
        println!("{}", function(name)(text));
    }
}
"##;

/// What becomes of a value.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Passed {
    error: Option<String>,
    written: Value,
    deviations: Vec<String>,
    is_unknown: bool,
}

/// A generated document.
struct Generated {
    root: Value,
    report: String,
    /// The components whose types have defaults.
    defaults: Vec<String>,
}

/// A value that is passed through a type.
struct Case {
    document: usize,
    /// The component.
    component: String,
    /// None for the default of the type.
    value: Option<Value>,
    edit: Edit,
}

fn setting<T: std::str::FromStr>(name: &str, default: T) -> T {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn rng(seed: u64) -> TestRng {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    TestRng::from_seed(RngAlgorithm::ChaCha, &bytes)
}

#[test]
fn values_of_any_document_pass_through_its_types() {
    let (seed, count) = (setting("ANY_DOCUMENT_SEED", SEED), setting("ANY_DOCUMENT_COUNT", COUNT));
    let folder = outside::folder(env!("CARGO_TARGET_TMPDIR"), "any_document");
    let documents = documents(&folder, seed, count);
    let cases = cases(&documents, seed);
    write_program(&folder, &documents);
    let passed = run(&folder, &cases);
    let mut failures: BTreeMap<(&str, Edit), Vec<String>> = BTreeMap::new();
    let (mut valid, mut invalid) = (0, 0);
    let validators: Vec<[Validator; 2]> =
        documents.iter().map(|one| validators(&one.root)).collect();
    for (case, passed) in cases.iter().zip(passed) {
        let document = &documents[case.document];
        let [strict, loose] = &validators[case.document];
        let fault = match &case.value {
            None => fault_of_default(document, case, &passed),
            Some(value) if strict.is_valid(value) => {
                valid += 1;
                fault_of_valid(value, &passed)
            }
            Some(value) => {
                invalid += 1;
                fault_of_invalid(value, case.edit, !loose.is_valid(value), &passed)
            }
        };
        if let Some(fault) = fault {
            let value =
                case.value.as_ref().map_or_else(|| "the default".to_owned(), Value::to_string);
            let Passed { error, written, deviations, .. } = &passed;
            failures.entry((fault, case.edit)).or_default().push(format!(
                "document {} of seed {seed}, `{}`\n  value:   {value}\n  written: {written}\n  \
                 error: {error:?}, deviations: {deviations:?}\n  document: {}\n  report: {}",
                case.document, case.component, document.root, document.report
            ));
        }
    }
    println!("{count} documents of seed {seed}: {valid} valid values, {invalid} invalid ones");
    let failures: Vec<String> = failures
        .iter()
        .map(|((fault, edit), all)| {
            let shown: Vec<&str> = all.iter().take(SHOWN).map(String::as_str).collect();
            format!("{} times: {fault} (edit: {edit:?}), such as\n{}", all.len(), shown.join("\n"))
        })
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    assert!(cases.iter().any(|case| case.value.is_none()));
    assert!(valid > 20 * count && invalid > 10 * count, "{valid} valid, {invalid} invalid");
}

/// A valid value decodes without a deviation, and is written as it was.
fn fault_of_valid(value: &Value, passed: &Passed) -> Option<&'static str> {
    match passed {
        Passed { error: Some(_), .. } => Some("a valid value does not decode"),
        Passed { deviations, .. } if !deviations.is_empty() => Some("a valid value deviates"),
        Passed { is_unknown: true, .. } => Some("a valid value matches no variant"),
        Passed { written, .. } if !same(written, value) => {
            Some("a valid value is written otherwise")
        }
        _ => None,
    }
}

/// An invalid value does not decode, or it is written as it was. If its structure is wrong, it does
/// not decode silently.
fn fault_of_invalid(
    value: &Value,
    edit: Edit,
    is_certain: bool,
    passed: &Passed,
) -> Option<&'static str> {
    // Null is not among these: a field keeps it apart from an absent value.
    const STRUCTURE: [Edit; 3] = [Edit::Type, Edit::Missing, Edit::Field];
    let is_silent = passed.error.is_none() && passed.deviations.is_empty() && !passed.is_unknown;
    match passed {
        Passed { error: None, written, .. } if !same(written, value) => {
            Some("an invalid value is written otherwise")
        }
        _ if is_silent && is_certain && STRUCTURE.contains(&edit) => {
            Some("an invalid value decodes silently")
        }
        _ => None,
    }
}

/// The default of a type is valid.
fn fault_of_default(document: &Generated, case: &Case, passed: &Passed) -> Option<&'static str> {
    let is_valid = validator(&document.root, &case.component).is_valid(&passed.written);
    (!is_valid).then_some("the default is invalid")
}

/// Returns whether two values are equal. `1` and `1.0` are, and so are UUIDs in letters of any case.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            a == b || (a.is_f64() || b.is_f64()) && a.as_f64() == b.as_f64()
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            let is_there = |(name, value): (&String, &Value)| {
                b.get(name).is_some_and(|other| same(value, other))
            };
            a.len() == b.len() && a.iter().all(is_there)
        }
        (Value::String(a), Value::String(b)) => {
            a == b || a.eq_ignore_ascii_case(b) && uuid::Uuid::parse_str(a).is_ok()
        }
        (a, b) => a == b,
    }
}

fn documents(folder: &Path, seed: u64, count: usize) -> Vec<Generated> {
    let config = Config { runtime: Runtime::at(repo::RUNTIME), ..repo::config() };
    let mut runner = TestRunner::new_with_rng(Runs::default(), rng(seed));
    let mut all = Vec::new();
    for number in 0..count {
        let root = schemas::document().new_tree(&mut runner).unwrap().current();
        let path = folder.join(format!("d{number}.json"));
        fs::write(&path, root.to_string()).unwrap();
        let made = generate(&path, None, &Selection::default(), &config);
        let made = made.unwrap_or_else(|diagnostic| panic!("{diagnostic}\n{root}"));
        fs::write(folder.join(format!("src/d{number}.rs")), &made.code).unwrap();
        let surface = surface::of(&made.emitted);
        // Only what is sent has to be valid.
        let has_default = |name: &&String| match surface.types.get(&pascal(name)) {
            Some(TypeItem::Struct(item)) => {
                item.constructor == Constructor::Default
                    && made.emitted.requests.contains(&pascal(name))
            }
            _ => false,
        };
        let components = root["components"]["schemas"].as_object().unwrap();
        let defaults = components.keys().filter(has_default).cloned().collect();
        let lines = made.report.rewrites.iter();
        let report: Vec<String> =
            lines.map(|line| format!("{} {}", line.code.id, line.pointer)).collect();
        all.push(Generated { root, report: report.join(", "), defaults });
    }
    all
}

fn cases(documents: &[Generated], seed: u64) -> Vec<Case> {
    let mut cases = Vec::new();
    for (document, generated) in documents.iter().enumerate() {
        let mut values = Values::of(&generated.root, rng(seed ^ (document as u64 + 1) << 32));
        let mut case = |component: &str, value, edit| {
            cases.push(Case { document, component: component.to_owned(), value, edit });
        };
        for _ in 0..VALUES {
            let value = values.value(ROOT);
            let (edited, edit) = values.edited(&value);
            case(ROOT, Some(value), Edit::None);
            case(ROOT, Some(edited), edit);
        }
        for component in &generated.defaults {
            case(component, None, Edit::None);
        }
    }
    cases
}

/// Returns what validates a component of a document.
fn validator(root: &Value, component: &str) -> Validator {
    let schema = json!({
        "$ref": format!("#/components/schemas/{component}"),
        "components": root["components"],
    });
    jsonschema::draft202012::options().should_validate_formats(true).build(&schema).unwrap()
}

/// Returns what validates the root of a document, and the same without what clients are known to
/// tolerate.
fn validators(root: &Value) -> [Validator; 2] {
    let mut loose = root.clone();
    loosen(&mut loose, root);
    [validator(root, ROOT), validator(&loose, ROOT)]
}

/// Several alternatives may match, a part of an `allOf` does not limit the fields of others, a
/// nullable field may be absent, and lists of values, formats and limits are open.
fn loosen(schema: &mut Value, root: &Value) {
    match schema {
        Value::Object(members) => {
            let only = members.shift_remove("const").map(|value| json!([value]));
            let listed = members.shift_remove("enum").filter(Value::is_array).or(only);
            if let Some(listed) = listed.as_ref().and_then(Value::as_array) {
                let kinds: BTreeSet<&str> = listed.iter().map(kind).collect();
                members.insert("type".to_owned(), json!(kinds));
            }
            if members.get("type").is_some_and(Value::is_string) {
                ["format", "minLength", "maxLength"]
                    .iter()
                    .for_each(|name| drop(members.shift_remove(*name)));
            }
            if let Some(one) = members.shift_remove("oneOf") {
                members.insert("anyOf".to_owned(), one);
            }
            for part in members.get_mut("allOf").and_then(Value::as_array_mut).into_iter().flatten()
            {
                part.as_object_mut().map(|part| part.shift_remove("additionalProperties"));
            }
            let properties = members.get("properties").cloned().unwrap_or_default();
            if let Some(required) = members.get_mut("required").and_then(Value::as_array_mut) {
                required.retain(|name| !is_nullable(&properties[name.as_str().unwrap()], root));
            }
            members.values_mut().for_each(|inner| loosen(inner, root));
        }
        Value::Array(items) => items.iter_mut().for_each(|inner| loosen(inner, root)),
        _ => {}
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "string",
        Value::Number(_) => "integer",
        Value::Bool(_) => "boolean",
        _ => "null",
    }
}

fn is_nullable(schema: &Value, root: &Value) -> bool {
    if let Some(path) = schema["$ref"].as_str() {
        return is_nullable(root.pointer(path.trim_start_matches('#')).unwrap(), root);
    }
    let mut unions = ["oneOf", "anyOf", "allOf"].iter().filter_map(|name| schema[*name].as_array());
    schema["type"] == "null"
        || schema["type"].as_array().is_some_and(|all| all.contains(&json!("null")))
        || unions.any(|all| all.iter().any(|one| is_nullable(one, root)))
}

/// Writes a program with the clients of all documents.
fn write_program(folder: &Path, documents: &[Generated]) {
    let runtime = top().canonicalize().unwrap().join("crates/openapi-client-runtime");
    let dependencies = format!(
        "openapi-client-runtime = {{ path = {runtime:?} }}\nserde = \"1\"\nserde_json = \"1\""
    );
    fs::write(folder.join("Cargo.toml"), outside::manifest("any_document", &dependencies)).unwrap();
    let (mut main, mut arms) = (String::new(), String::new());
    for (number, document) in documents.iter().enumerate() {
        writeln!(main, "#[allow(warnings)]\nmod d{number};").unwrap();
        writeln!(arms, "\"{number} {ROOT}\" => pass::<d{number}::types::{ROOT}>,").unwrap();
        for component in &document.defaults {
            let ty = pascal(component);
            writeln!(
                arms,
                "\"{number} default {component}\" => default::<d{number}::types::{ty}>,"
            )
            .unwrap();
        }
    }
    writeln!(
        main,
        "fn function(name: &str) -> fn(&str) -> serde_json::Value {{\nmatch name {{\n{arms}_ => \
         panic!(\"{{name}}\"),\n}}\n}}\n{MAIN}"
    )
    .unwrap();
    fs::write(folder.join("src/main.rs"), main).unwrap();
}

fn run(folder: &Path, cases: &[Case]) -> Vec<Passed> {
    let built = outside::cargo(folder, &["build", "--offline", "--quiet"]).output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let mut child = outside::cargo(folder, &["run", "--offline", "--quiet"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines: String = cases
        .iter()
        .map(|Case { document, component, value, .. }| match value {
            Some(value) => format!("{document} {component}\t{value}\n"),
            None => format!("{document} default {component}\t\n"),
        })
        .collect();
    let mut input = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "the program ended early");
    writer.join().unwrap().unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
