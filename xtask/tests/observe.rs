//! Tests `observe` as a maintainer uses it.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails, as it should")]

#[path = "repository/mod.rs"]
mod repository;

use std::fs;

use openapi_review::observe::Observations;
use repository::Repository;
use repository::repo::{DESCRIPTION, OVERLAY};
use serde_json::{Value, json};

const ID: &str = "7d44db58-5de3-4e92-a2fb-8325d12c2e8b";
/// A file of `waterfall drift --output`, which the tests of the program write.
const FINDINGS: &str = "crates/waterfall-cli/tests/snapshots/drift_observations.snap";
const STATUS: &str = "$.output.job_change_status";

/// Returns the results of a program: jobs whose persons have a new field, a verified address that
/// is a text, and a new status.
fn results() -> Vec<Value> {
    let result = |index: usize| {
        let person = json!({
            "first_name": format!("Kunigunde{index}"),
            "professional_email": format!("kunigunde{index}@acme.example"),
            "email_verified": if index.is_multiple_of(2) { json!("verified-by-hand") } else { json!(true) },
            "nickname": format!("Kuni {index}"),
        });
        let change = if index.is_multiple_of(4) { "promoted-in-house" } else { "moved" };
        json!({
            "index": index,
            "input": format!("kunigunde{index}"),
            "job_id": format!("job-change/{ID}"),
            "job": {
                "status": "SUCCEEDED",
                "start_date": "2026-03-02T09:00:00Z",
                "input": {"task": {"custom_fields": {"Cost Center 77": "Falkenstein"}}},
                "output": {"job_change_status": change, "person": person},
            },
            "error": null,
            "duplicate_of": null,
        })
    };
    (0..40).map(result).collect()
}

fn write(repository: &Repository, results: &[Value]) {
    let lines: String = results.iter().map(|result| format!("{result}\n")).collect();
    fs::write(repository.path("results.jsonl"), lines).unwrap();
}

/// Returns all texts of a value that a description does not have, and the names that are data.
fn secrets(value: &Value, secrets: &mut Vec<String>) {
    match value {
        Value::String(text) => secrets.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| self::secrets(item, secrets)),
        Value::Object(members) => {
            secrets.extend(members.keys().filter(|name| name.contains(' ')).cloned());
            members.values().for_each(|value| self::secrets(value, secrets));
        }
        _ => {}
    }
}

#[test]
fn a_report_shows_counts_and_no_text_of_the_input() {
    let repository = Repository::bare("observe-report");
    let results = results();
    write(&repository, &results);
    let observe = ["observe", "results.jsonl", "--all", "--out", "seen.json"];
    let (code, text) = repository.say(&observe, "");
    assert_eq!(code, Some(1), "{text}");
    for line in [
        "findJobChange 200: 40 responses",
        "unknown-field: $.output.person.nickname\n  `nickname` is in 40 of 40 objects, as string",
        "type-mismatch: $.output.person.email_verified\n  seen as string in 20 of 40 values",
        "unknown-value: $.output.job_change_status\n  values that are not listed in 10 of 40 texts",
        "1 distinct value; --show-values '$.output.job_change_status' shows them",
        "1 unknown-field, 1 type-mismatch, 1 unknown-value",
    ] {
        assert!(text.contains(line), "{line:?} is not in\n{text}");
    }
    let (code, json) = repository.say(&["observe", "results.jsonl", "--json"], "");
    assert_eq!(code, Some(1));
    let report: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(report["findings"].as_array().unwrap().len(), 3);
    let file = repository.read("seen.json");
    let mut all = Vec::new();
    results.iter().for_each(|result| secrets(result, &mut all));
    // The description has these.
    all.retain(|text| !["SUCCEEDED", "moved"].contains(&text.as_str()));
    assert!(all.len() > 200);
    for secret in &all {
        for shown in [&text, &json, &file] {
            assert!(!shown.contains(secret.as_str()), "`{secret}` is in\n{shown}");
        }
    }
    let (_, with_values) =
        repository.say(&["observe", "results.jsonl", "--show-values", STATUS], "");
    assert!(with_values.contains("values: promoted-in-house (10)"), "{with_values}");
    assert!(!with_values.contains("verified-by-hand"));
    // The file replaces the responses.
    assert_eq!(Observations::from_json(&file).unwrap().samples(), 40);
    let (code, text) = repository.say(&["observe", "seen.json"], "");
    assert_eq!(code, Some(1));
    assert!(text.contains("`nickname` is in 40 of 40 objects"), "{text}");
}

#[test]
fn a_file_of_the_program_is_read() {
    let repository = Repository::bare("observe-program");
    let snapshot = fs::read_to_string(repository::repo::built_in().join(FINDINGS)).unwrap();
    let (_, findings) = snapshot.rsplit_once("---\n").unwrap();
    fs::write(repository.path("findings.json"), findings).unwrap();
    let (code, text) = repository.say(&["observe", "findings.json"], "");
    assert_eq!(code, Some(1), "{text}");
    for line in [
        "findContactEnrichment 200: 40 responses",
        "unknown-field: $.output.person.pets\n",
        "type-mismatch: $.output.person.email_verified\n  seen as string in 40 of 40 values",
    ] {
        assert!(text.contains(line), "{line:?} is not in\n{text}");
    }
}

#[test]
fn corrections_are_written_with_all_that_follows_or_not_at_all() {
    let repository = Repository::new("observe-write");
    write(&repository, &results());
    let before = repository.files();
    let observe = |arguments: &[&str]| {
        repository.say(&[&["observe", "results.jsonl"][..], arguments].concat(), "")
    };
    let (code, text) = observe(&["--write"]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("--select"), "{text}");
    let (code, text) = observe(&["--write", "--select", "all", "--dry-run"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("its values need consent: --show-values PATH"), "{text}");
    let (code, text) = observe(&["--write", "--select", "$.output.nothing"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("`--select $.output.nothing` selects nothing"), "{text}");
    assert_eq!(repository.files(), before);

    let overlay = repository.read(OVERLAY);
    let (code, text) = observe(&["--write", "--select", "all", "--show-values", STATUS]);
    assert_eq!(code, Some(0), "{text}");
    for part in
        ["field-added", "nickname", "email_verified", "promoted-in-house", "wrote 3 actions"]
    {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
    let after = repository.read(OVERLAY);
    let added = after.strip_prefix(overlay.trim_end()).unwrap();
    assert_eq!(added.matches("- target:").count(), 3, "{added}");
    assert!(added.contains("Seen as string in 20 of 40 values."), "{added}");
    let (code, text) = repository.say(&["check"], "");
    assert_eq!(code, Some(0), "{text}");
    let (code, text) = observe(&["--write", "--select", "all"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("the responses match the description"), "{text}");

    // The vendor finally describes the new field.
    let field = "        nickname:\n          type: string\n          description: A name.\n";
    let person = "    Person:\n";
    let description = repository.read(DESCRIPTION);
    let at = description.find(person).unwrap();
    let fields = at + description[at..].find("      properties:\n").unwrap();
    let fields = fields + "      properties:\n".len();
    let vendor = format!("{}{field}{}", &description[..fields], &description[fields..]);
    fs::write(repository.path("vendor.yaml"), vendor).unwrap();
    let (_, text) = repository.say(&["import", "vendor.yaml", "--dry-run"], "");
    let unneeded = "the action on `$.components.schemas.Person` no longer changes anything except documentation";
    assert!(text.contains(unneeded), "{text}");
}

#[test]
fn inputs_that_cannot_be_read_are_named() {
    let repository = Repository::bare("observe-inputs");
    fs::write(repository.path("body.json"), "{\n  \"status\": \"RUNNING\"\n}\n").unwrap();
    let (code, text) = repository.say(&["observe", "body.json"], "");
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("omitted: 1 of an unknown operation; `--operation ID` names"), "{text}");
    let named = ["observe", "body.json", "--operation", "findJobChange"];
    let (code, text) = repository.say(&named, "");
    assert!(text.contains("findJobChange 200: 1 response\n"), "{text}");
    assert_eq!(code, Some(0), "{text}");
    let (code, text) = repository.say(&["observe", "body.json", "--operation", "other"], "");
    assert_eq!(code, Some(2));
    assert!(text.contains("the description has no operation `other`"), "{text}");
    let (code, text) = repository.say(&["observe", "missing.jsonl"], "");
    assert_eq!(code, Some(2));
    assert!(text.contains("can't read missing.jsonl"), "{text}");
    let line = json!({"operation": "findJobChange", "status": 200, "body": {"status": "RUNNING"}});
    let (code, text) = repository.say(&["observe", "-"], &line.to_string());
    assert_eq!(code, Some(0), "{text}");
}
