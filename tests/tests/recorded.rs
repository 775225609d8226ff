//! Recorded responses, in `tests/fixtures/recorded`: each body matches the description, and decodes
//! and encodes without a change.

#![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use openapi_document::pointer::child;
use serde_json::{Value, json};
use waterfall_api::types::*;
use waterfall_sandbox::DEMO_MASTER_KEY;

const RECORDED: &str = "tests/fixtures/recorded";

macro_rules! round_trips {
    ($($name:literal => $ty:ty,)*) => {
        /// Decodes a body as the type of a schema, and encodes it again.
        fn round_trip(schema: &str, body: &str) -> Value {
            match schema {
                $($name => {
                    let (value, deviations) =
                        waterfall_api::decode::<$ty>(body.as_bytes()).unwrap();
                    assert_eq!(deviations, [], "{body}");
                    assert_eq!(waterfall_api::additions::<$ty>(body.as_bytes()), [], "{body}");
                    serde_json::to_value(value).unwrap()
                })*
                other => panic!("there is no schema {other}"),
            }
        }
    };
}
waterfall_tests::for_each_schema!(round_trips);

/// Returns all recordings, as the paths of their files and the entries in them.
fn entries() -> Vec<(PathBuf, Value)> {
    let mut folders = vec![waterfall_tests::top().join(RECORDED)];
    let mut entries = Vec::new();
    while let Some(folder) = folders.pop() {
        for file in fs::read_dir(&folder).unwrap() {
            let path = file.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "har") {
                let har: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
                let all = har["log"]["entries"].as_array().unwrap().iter().cloned();
                entries.extend(all.map(|entry| (path.clone(), entry)));
            }
        }
    }
    entries
}

/// Returns the pointer of the operation of an entry.
fn operation(entry: &Value) -> String {
    let url: waterfall_api::Url = entry["request"]["url"].as_str().unwrap().parse().unwrap();
    let method = entry["request"]["method"].as_str().unwrap().to_lowercase();
    child(&child("/paths", url.path()), &method)
}

/// Returns the schema of a media type object, and its name.
fn schema<'a>(root: &'a Value, holder: &'a Value) -> (&'a Value, &'a str) {
    let holder = holder["$ref"].as_str().map_or(holder, |at| root.pointer(&at[1..]).unwrap());
    let schema = &holder["content"]["application/json"]["schema"];
    (schema, schema["$ref"].as_str().and_then(|at| at.rsplit('/').next()).unwrap())
}

#[track_caller]
fn check(root: &Value, holder: &Value, body: &str, place: &str) {
    let (schema, name) = schema(root, holder);
    let mut whole = schema.clone();
    whole["components"] = root["components"].clone();
    let validator = jsonschema::validator_for(&whole).unwrap();
    let value: Value = serde_json::from_str(body).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{place}: {errors:?} in {body}");
    assert_eq!(round_trip(name, body), value, "{place}");
}

#[test]
fn each_body_is_described_and_survives_a_round_trip() {
    let root = waterfall_tests::description().root;
    let mut seen = BTreeSet::new();
    for (path, entry) in entries() {
        let place = path.display().to_string();
        let described = root.pointer(&operation(&entry)).unwrap_or_else(|| panic!("{place}"));
        seen.insert(described["operationId"].as_str().unwrap().to_owned());
        assert_eq!(entry["_operation"], described["operationId"], "{place}");
        let (request, response) = (&entry["request"], &entry["response"]);
        if let Some(body) = request["postData"]["text"].as_str() {
            check(&root, &described["requestBody"], body, &place);
        }
        if let Some(status) = response["status"].as_u64().filter(|status| *status > 0) {
            let holder = &described["responses"][status.to_string()];
            check(&root, holder, response["content"]["text"].as_str().unwrap(), &place);
        }
    }
    let expected = json!([
        "detectJobChange",
        "findCompanyEnrichment",
        "findContactEnrichment",
        "findPhoneEnrichment",
        "findProspector",
        "getAccount",
        "launchCompanyEnrichment",
        "launchContactEnrichment",
        "launchPhoneEnrichment",
        "launchProspector",
        "listApiKeys",
        "listCompanyTitles",
        "revealCompany",
        "searchCompanies",
        "searchContacts",
        "verifyEmail",
    ]);
    let expected: BTreeSet<String> = serde_json::from_value(expected).unwrap();
    assert!(seen.is_superset(&expected), "missing: {:?}", expected.difference(&seen));
}

#[test]
fn the_people_of_the_sandbox_are_in_no_recording() {
    let key = DEMO_MASTER_KEY.to_string();
    let known = ["Jane", "Doe", "jane-doe-abc123", "acme", &key];
    for (path, entry) in entries() {
        let text = entry.to_string();
        let words: BTreeSet<&str> =
            text.split(|c: char| !c.is_alphanumeric() && c != '-').collect();
        for word in known {
            assert!(!words.contains(word), "{word} is in {}", path.display());
        }
    }
}
