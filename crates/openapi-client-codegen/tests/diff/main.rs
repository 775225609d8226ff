//! The reports of `diff` about edits of a description.

#![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

mod client;
mod edits;
mod reports;
mod schemas;

use openapi_client_codegen::compare;
use openapi_document::document::Document;
use openapi_document::load::load;
use openapi_review::diff::{Report, Verdict};

const SHOP: &str = include_str!("shop.yaml");

fn document(text: &str) -> Document {
    load("shop.yaml", text).unwrap()
}

/// Returns the description with the first `from` after `anchor` replaced by `to`.
fn edited(text: &str, anchor: &str, from: &str, to: &str) -> String {
    let start = text.find(anchor).unwrap_or_else(|| panic!("no {anchor:?}"));
    let (before, after) = text.split_at(start);
    assert!(after.contains(from), "no {from:?} after {anchor:?}");
    format!("{before}{}", after.replacen(from, to, 1))
}

fn compared(old: &str, new: &str) -> Report {
    compare::compare("old", &document(old), &document(new))
}

fn verdict(report: &Report) -> &'static str {
    report.api_verdict().map_or("same", Verdict::as_str)
}
