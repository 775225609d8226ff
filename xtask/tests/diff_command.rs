//! Tests `diff` as a reviewer uses it: revisions, files, overlays, exit codes.

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
    // An unresolved reference there is no reason not to compare the clients.
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

/// Returns a document with one operation that takes two texts in its path.
fn orders(server: &str, path: &str, first: &str, second: &str) -> String {
    let parameter = |name: &str| {
        format!("{{name: {name}, in: path, required: true, schema: {{type: string}}}}")
    };
    let (one, two) = (parameter(first), parameter(second));
    format!(
        "openapi: 3.1.0\ninfo: {{title: T, version: '1'}}\nservers: [{{url: '{server}'}}]\npaths:\n  \
         '{path}/{{{first}}}/{{{second}}}':\n    get:\n      operationId: a\n      parameters: \
         [{one}, {two}]\n      responses: {{'200': {{description: x}}}}\n"
    )
}

#[test]
fn names_of_arguments_and_prefixes_of_servers_break_nothing() {
    let repository = Repository::committed("diff-names");
    let write = |name: &str, text: String| {
        let path = repository.path(name).display().to_string();
        fs::write(&path, text).unwrap();
        path
    };
    let old = write("old.yaml", orders("https://a.example", "/v1/orders", "id", "line"));
    let code = |new: &str| {
        let output = diff(&repository, &[&old, "--spec", new, "--fail-on", "breaking"]);
        (output.status.code(), said(&output))
    };
    let renamed = write("1.yaml", orders("https://a.example", "/v1/orders", "orderId", "line"));
    assert_eq!(code(&renamed).0, Some(0), "{}", code(&renamed).1);
    let moved = write("2.yaml", orders("https://a.example/v1", "/orders", "id", "line"));
    assert_eq!(code(&moved).0, Some(0), "{}", code(&moved).1);
    // Calls of the method still compile, but send each value in place of the other.
    let swapped = write("3.yaml", orders("https://a.example", "/v1/orders", "line", "id"));
    let (code, report) = code(&swapped);
    assert_eq!(code, Some(1), "{report}");
    assert!(report.contains("arguments of one type changed places"), "{report}");
}

#[test]
fn accepted_changes_do_not_fail_and_docs_can_be_hidden() {
    let repository = Repository::committed("diff-rules");
    repository.edit(
        DESCRIPTION,
        "    JobState:\n      type: string",
        "    JobState:\n      type: integer",
    );
    let arguments = ["--api-only", "--fail-on", "breaking", "--hide", "docs"];
    assert_eq!(diff(&repository, &arguments).status.code(), Some(1));
    let rules = repository.path("openapi/diff.yaml");
    let accepted = |code: &str| {
        format!(
            "accepted: [{{code: {code}, at: /components/schemas/JobState/*, reason: Known.}}]\n"
        )
    };
    fs::write(&rules, accepted("type")).unwrap();
    let output = diff(&repository, &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("accepted: Known."), "{}", said(&output));
    fs::write(&rules, accepted("nonsense")).unwrap();
    let output = diff(&repository, &arguments);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("openapi/diff.yaml:1"), "{}", said(&output));
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
