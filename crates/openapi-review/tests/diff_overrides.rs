//! `diff`: a repository's decisions about changes.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails, as it should")]

use openapi_document::load::load;
use openapi_review::diff::{self, ClientReport, Overrides, Report, Verdict};

const OLD: &str = "openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /a:
    get: {operationId: a, responses: {'200': {description: x}, '404': {description: x}}}
  /b:
    get: {operationId: b, responses: {'200': {description: x}}}
";

fn report() -> Report {
    let new =
        OLD.replace(", '404': {description: x}", "").replace("operationId: b", "operationId: c");
    let (old, new) = (load("old.yaml", OLD).unwrap(), load("new.yaml", &new).unwrap());
    diff::compare("old", &old, &new, ClientReport::not_compared("--api-only"))
}

fn overrides(text: &str) -> Result<Overrides, String> {
    Overrides::read(load("diff.yaml", text).unwrap()).map_err(|diagnostic| diagnostic.to_string())
}

fn applied(text: &str) -> Report {
    let mut report = report();
    overrides(text).unwrap().apply(&mut report);
    report
}

#[test]
fn without_decisions_it_breaks() {
    let report = report();
    assert_eq!(report.count(Verdict::Breaking), 1);
    assert_eq!(report.count(Verdict::Compatible), 1);
    assert!(report.is_breaking());
}

#[test]
fn an_accepted_change_is_shown_and_does_not_count() {
    let report = applied(
        "accepted: [{code: answer-removed, at: /paths/*/get/responses/404, reason: Never sent.}]",
    );
    assert!(!report.is_breaking());
    assert_eq!((report.count(Verdict::Breaking), report.accepted()), (0, 1));
    let page = diff::text(&report, "1.0.0");
    assert!(page.contains("accepted: Never sent."), "{page}");
    assert!(diff::markdown(&report, "1.0.0").contains("(accepted: Never sent.)"));
    let json = diff::json(&report, "1.0.0");
    assert_eq!(json["api"]["counts"]["breaking"], 0);
    assert_eq!(json["api"]["changes"][0]["accepted"], "Never sent.");
}

#[test]
fn an_entry_that_accepts_nothing_is_a_note() {
    let report = applied("accepted: [{code: answer-removed, at: /paths/~1b, reason: Gone.}]");
    assert!(report.is_breaking());
    assert!(
        report.notes[0].contains("diff.yaml:1") && report.notes[0].contains("delete the entry")
    );
}

#[test]
fn severities_can_be_changed() {
    let report =
        applied("severity: [{code: operation-id, verdict: breaking, reason: SDKs use it.}]");
    assert_eq!(report.count(Verdict::Breaking), 2);
    let report = applied("severity: [{code: answer-removed, verdict: compatible, reason: Known.}]");
    assert!(!report.is_breaking());
}

#[test]
fn docs_can_be_hidden_and_are_counted() {
    let new = OLD.replace("title: T", "title: T, description: Longer");
    let (old, new) = (load("old.yaml", OLD).unwrap(), load("new.yaml", &new).unwrap());
    let mut report = diff::compare("old", &old, &new, ClientReport::not_compared("--api-only"));
    assert!(diff::markdown(&report, "1.0.0").contains("<details><summary>1 docs only</summary>"));
    report.hide_docs();
    assert!(report.api.is_empty());
    assert_eq!(
        (report.count(Verdict::DocsOnly), report.api_verdict()),
        (1, Some(Verdict::DocsOnly))
    );
    assert!(!diff::markdown(&report, "1.0.0").contains("<details>"));
}

#[test]
fn mistakes_in_the_file_have_a_place() {
    for (text, expected) in [
        ("accepted: [{code: nope, at: /a, reason: x}]", "no change has the code `nope`"),
        ("accepted: [{code: type, at: /a}]", "an entry needs a text `reason`"),
        ("severity: [{code: type, reason: x}]", "a severity has a `verdict` or a `step`"),
    ] {
        let error = overrides(text).unwrap_err();
        assert!(error.contains(expected) && error.contains("diff.yaml:1"), "{error}");
    }
}
