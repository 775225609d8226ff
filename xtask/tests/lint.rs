//! Each rule of `lint` on a document of its own, `lint/CODE.yaml`: what it
//! finds there is in the snapshot, what it should pass over is there too.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use xtask::diagnostic::{Severity, Sources};
use xtask::lint::{self, RULES};
use xtask::load;

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lint"))
}

#[test]
fn every_rule_finds_what_it_should() {
    for rule in RULES {
        let file = format!("{}.yaml", rule.code);
        let text = fs::read_to_string(folder().join(&file))
            .unwrap_or_else(|error| panic!("the rule {} needs {file}: {error}", rule.code));
        let mut findings = lint::lint(&load::load(&file, &text).unwrap());
        findings.retain(|finding| finding.code == rule.code);
        let mut sources = Sources::new(folder());
        let report = lint::report(&findings, Severity::Warning, &mut sources);
        insta::with_settings!({ snapshot_path => "lint", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(rule.code, report);
        });
    }
}

#[test]
fn codes_are_words_with_dashes_and_unique() {
    let codes: std::collections::BTreeSet<&str> = RULES.iter().map(|rule| rule.code).collect();
    assert_eq!(codes.len(), RULES.len());
    assert!(codes.iter().all(|code| code.chars().all(|c| c.is_ascii_lowercase() || c == '-')));
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
    let api = folder().join("../../../tests/fixtures/quirks/whole/client.yaml");
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
