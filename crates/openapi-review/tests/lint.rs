//! Runs each rule of `lint` on its own document, `lint/CODE.yaml`. The snapshot contains its
//! findings; the document also contains places that the rule should ignore.

use std::fs;
use std::path::Path;

use openapi_document::load;
use openapi_document::render::{Severity, Sources};
use openapi_review::lint::{self, RULES};

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
