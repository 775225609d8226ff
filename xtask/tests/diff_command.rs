//! `diff`, as a reviewer meets it: revisions, files, overlays, exit codes.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails, as it should")]

mod repository;

use std::fs;
use std::process::Output;

use repository::Repository;
use repository::repo::DESCRIPTION;

fn diff(repository: &Repository, arguments: &[&str]) -> Output {
    repository.xtask(&[&["diff"], arguments].concat(), "")
}

fn said(output: &Output) -> String {
    String::from_utf8([&output.stdout[..], &output.stderr[..]].concat()).unwrap()
}

#[test]
fn what_is_committed_is_the_default() {
    let repository = Repository::committed("diff-default");
    let output = diff(&repository, &["--fail-on", "breaking"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("nothing changed since HEAD"), "{}", said(&output));
    repository.edit(
        DESCRIPTION,
        "    JobState:\n      type: string",
        "    JobState:\n      type: integer",
    );
    let output = diff(&repository, &[]);
    assert_eq!(output.status.code(), Some(0));
    assert!(said(&output).contains("`JobState` is integer, was string"), "{}", said(&output));
    assert!(said(&output).contains("--> openapi/waterfall.yaml:"), "{}", said(&output));
    assert_eq!(diff(&repository, &["HEAD", "--fail-on", "breaking"]).status.code(), Some(1));
}

#[test]
fn a_file_gets_those_corrections_that_still_fit() {
    let repository = Repository::committed("diff-file");
    let old = repository.path("old.yaml");
    let text = fs::read_to_string(repository.path(DESCRIPTION)).unwrap();
    fs::write(&old, text.replace("    ErrorEnvelope:\n", "    OldEnvelope:\n")).unwrap();
    let output = diff(&repository, &[old.to_str().unwrap(), "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let note = report["notes"][0].as_str().unwrap();
    assert!(note.contains("ErrorEnvelope") && note.contains("matches nothing"), "{note}");
    // What leads nowhere there is no reason not to compare the clients.
    assert_eq!(report["client"]["not_compared"], serde_json::Value::Null);
}

#[test]
fn any_two_documents_are_compared_as_they_are() {
    let repository = Repository::committed("diff-two");
    let write = |name: &str, status: &str| {
        let path = repository.path(name).display().to_string();
        let text = format!(
            "openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\npaths:\n  /a:\n    get:\n      \
             operationId: a\n      responses: {{'{status}': {{description: x}}}}\n"
        );
        fs::write(&path, text).unwrap();
        path
    };
    let (old, new) = (write("old.yaml", "200"), write("new.yaml", "204"));
    let output = diff(&repository, &[&old, "--spec", &new, "--fail-on", "breaking"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("response 200 is gone"), "{}", said(&output));
    assert!(!said(&output).contains("note:"), "{}", said(&output));
    let output = diff(&repository, &["HEAD", "--spec", &new]);
    assert!(said(&output).contains("GET /.well-known/jwks.json is gone"), "{}", said(&output));
}

#[test]
fn the_clients_are_left_out_on_request() {
    let repository = Repository::committed("diff-api");
    repository.edit(
        DESCRIPTION,
        "    JobState:\n      type: string",
        "    JobState:\n      type: integer",
    );
    let output = diff(&repository, &["--api-only", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["client"]["not_compared"], "--api-only");
    assert_eq!(report["client"]["changes"], serde_json::json!([]));
    assert_eq!(report["api"]["verdict"], "breaking");
}

#[test]
fn what_cannot_be_read_is_an_error() {
    let repository = Repository::committed("diff-error");
    let output = diff(&repository, &["no-such-thing"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("no-such-thing"), "{}", said(&output));
    fs::write(repository.path(DESCRIPTION), "swagger: '2.0'\n").unwrap();
    let output = diff(&repository, &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("Swagger 2.0 is not supported"), "{}", said(&output));
}
