//! Tests `lint` as a maintainer uses it.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails, as it should")]

use std::path::Path;
use std::process::{Command, Output};

use openapi_review::lint::RULES;

/// Returns the documents of the rules, one each.
fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/openapi-review/tests/lint"))
}

fn xtask(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("lint")
        .args(arguments)
        .current_dir(folder())
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn our_description_is_clean() {
    let output = xtask(&["--deny"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    assert_eq!(text(&output.stdout), "nothing found\n");
}

#[test]
fn findings_fail_only_where_they_are_denied() {
    let api = folder().join("../../../../tests/fixtures/quirks/whole/client.yaml");
    let api = api.to_str().unwrap();
    let warned = xtask(&[api]);
    assert_eq!(warned.status.code(), Some(0));
    assert!(text(&warned.stdout).contains("warning[inline-schema]"), "{}", text(&warned.stdout));
    let denied = xtask(&[api, "--deny"]);
    assert_eq!(denied.status.code(), Some(1));
    assert!(text(&denied.stdout).contains("error[inline-schema]"));
    let codes: Vec<&str> = RULES.iter().map(|rule| rule.code).collect();
    let allowed = xtask(&[api, "--deny", "--allow", &codes.join(",")]);
    assert_eq!(allowed.status.code(), Some(0));
}

#[test]
fn a_broken_document_or_an_unknown_code_is_an_error() {
    let output = xtask(&["undefined-tag.yaml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("not an OpenAPI document"), "{}", text(&output.stderr));
    assert_eq!(xtask(&["gone.yaml"]).status.code(), Some(2));
    let output = xtask(&["--allow", "nonsense"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("unused-component"), "{}", text(&output.stderr));
}
