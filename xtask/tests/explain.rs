//! Tests `explain` as a maintainer uses it.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails, as it should")]

use std::collections::BTreeSet;
use std::process::{Command, Output};

use openapi_client_codegen::codes;
use openapi_review::explain::{self, Explanation};

fn xtask(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask")).arg("explain").args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn all() -> Vec<Explanation> {
    explain::all().into_iter().chain(codes::explanations()).collect()
}

#[test]
fn a_code_is_explained_for_every_report_that_has_it() {
    let output = xtask(&["field-added"]);
    assert_eq!(output.status.code(), Some(0));
    insta::assert_snapshot!("explain_field_added", text(&output.stdout));
    insta::assert_snapshot!("explain_lint", text(&xtask(&["date-without-format"]).stdout));
}

#[test]
fn an_unknown_code_is_an_error() {
    let output = xtask(&["no-such-code"]);
    assert_eq!(output.status.code(), Some(2));
    let error = text(&output.stderr);
    assert!(error.contains("there is no code `no-such-code`"), "{error}");
}

#[test]
fn without_a_code_all_are_explained() {
    let page = text(&xtask(&[]).stdout);
    for explanation in all() {
        assert!(page.contains(&format!("{} ({})\n", explanation.code, explanation.topic)));
    }
}

#[test]
fn every_text_is_complete() {
    let mut known = BTreeSet::new();
    for explanation in all() {
        let Explanation { code, topic, meaning, reason, action, .. } = explanation;
        assert!(known.insert((code, topic)), "{code} is there twice");
        for text in [meaning, reason, action] {
            assert!(!text.trim().is_empty(), "{code}: {text:?}");
        }
        assert!(meaning.ends_with('.') && action.ends_with('.'), "{code}");
    }
}
