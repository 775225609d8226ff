//! Edits documents, and compares the verdict of `diff` with values that one of the two documents
//! allows and the other does not.

use std::collections::BTreeMap;

use openapi_document::load::load;
use openapi_review::diff::{self, Verdict};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config as Runs, TestRunner};
use serde_json::{Value, json};

use crate::edits::Edits;
use crate::schemas;
use crate::values::{Edit, Values};
use crate::{SHOWN, rng, setting, validator};

/// The default seed.
const SEED: u64 = 1;
/// The default number of edits.
const EDITS: usize = 300;
/// The number of values of each side that are compared.
const VALUES: usize = 150;
/// The maximum share of breaking changes, in percent, for which no value is found: the removal of a
/// field breaks callers although the object allows other fields, and some values are rare.
const UNPROVED: usize = 20;

#[test]
fn a_change_that_breaks_is_called_breaking() {
    let (seed, count) = (setting("ANY_EDIT_SEED", SEED), setting("ANY_EDIT_COUNT", EDITS));
    let mut runner = TestRunner::new_with_rng(Runs::default(), rng(seed));
    let mut missed: Vec<String> = Vec::new();
    let mut unproved: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let (mut breaking, mut harmless) = (0, 0);
    for number in 0..count {
        let old = schemas::document().new_tree(&mut runner).unwrap().current();
        let components = old["components"]["schemas"].as_object().unwrap();
        let names: Vec<&String> = components.keys().collect();
        let component = names[number % names.len()].clone();
        let seed = seed ^ (number as u64 + 1) << 32;
        let (new, edit) = Edits::new(rng(seed)).edited(&old, &component);
        let witnesses = witnesses(&old, &new, &component, seed);
        for (is_sent, witness) in [(true, &witnesses[0]), (false, &witnesses[1])] {
            let changes = diff::api(
                &load("old.json", &body(&old, &component, is_sent)).unwrap(),
                &load("new.json", &body(&new, &component, is_sent)).unwrap(),
            );
            let is_breaking = changes.iter().any(|change| change.verdict == Verdict::Breaking);
            let lines: Vec<String> = changes
                .iter()
                .map(|change| {
                    format!("  {}: {} [{}]", change.verdict, change.message, change.reason)
                })
                .collect();
            let way = if is_sent { "sent" } else { "received" };
            let text = format!("{number}, {way}: {edit}\n{}", lines.join("\n"));
            match (is_breaking, witness) {
                (false, Some(value)) => missed.push(format!("{text}\n  value: {value}")),
                (true, None) => {
                    breaking += 1;
                    let edit = edit.split(" at ").next().unwrap().to_owned();
                    unproved.entry(format!("{edit}, {way}")).or_default().push(text);
                }
                (true, Some(_)) => breaking += 1,
                (false, None) => harmless += 1,
            }
        }
    }
    let without: usize = unproved.values().map(Vec::len).sum();
    println!("{breaking} breaking, of which {without} without a value; {harmless} harmless");
    for (edit, all) in &unproved {
        println!("{} times without a value: {edit}, such as\n{}", all.len(), all[0]);
    }
    let shown: Vec<&str> = missed.iter().take(SHOWN * 5).map(String::as_str).collect();
    assert!(missed.is_empty(), "{} missed, such as\n{}", missed.len(), shown.join("\n"));
    assert!(
        breaking > count / 4 && harmless > count / 4,
        "{breaking} breaking, {harmless} harmless"
    );
    assert!(without * 100 <= breaking * UNPROVED, "{without} of {breaking}");
}

/// Returns a document with one operation, which sends or receives the component.
fn body(root: &Value, component: &str, is_sent: bool) -> String {
    let content = json!({"application/json": {
        "schema": {"$ref": format!("#/components/schemas/{component}")},
    }});
    let mut operation = json!({"responses": {"200": {"description": "D."}}});
    match is_sent {
        true => operation["requestBody"] = json!({"required": true, "content": content}),
        false => operation["responses"]["200"]["content"] = content,
    }
    let mut root = root.clone();
    root["paths"] = json!({"/": {"post": operation}});
    root.to_string()
}

/// Returns a value that the old document describes and the new one does not allow, and one that the
/// new document describes and the old one does not allow.
fn witnesses(old: &Value, new: &Value, component: &str, seed: u64) -> [Option<Value>; 2] {
    let sides =
        [old, new].map(|root| (root, validator(&alternatives_may_overlap(root), component)));
    let mut found = [None, None];
    let [old, new] = &sides;
    for (((root, own), (_, other)), found) in [(old, new), (new, old)].into_iter().zip(&mut found) {
        let mut values = Values::of(root, rng(seed));
        *found = (0..VALUES)
            .flat_map(|_| {
                let value = values.value(component);
                let (edited, edit) = values.edited(&value);
                // Callers do not send fields that are not described.
                [Some(value), Some(edited).filter(|_| edit != Edit::Field)]
            })
            .flatten()
            .find(|value| own.is_valid(value) && !other.is_valid(value));
    }
    found
}

/// Returns the document with `anyOf` in place of `oneOf`: a value of two alternatives is a mistake
/// of the document, not a value that it excludes.
fn alternatives_may_overlap(schema: &Value) -> Value {
    match schema {
        Value::Object(members) => members
            .iter()
            .map(|(name, inner)| {
                let name = if name == "oneOf" { "anyOf" } else { name };
                (name.to_owned(), alternatives_may_overlap(inner))
            })
            .collect(),
        Value::Array(items) => items.iter().map(alternatives_may_overlap).collect(),
        other => other.clone(),
    }
}
