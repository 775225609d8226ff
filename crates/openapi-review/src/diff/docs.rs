//! Compares documentation.

use std::collections::BTreeSet;

use openapi_document::pointer::child;
use serde_json::Value;

use crate::diff::change::{Finding, Side};

/// Records that documentation has changed.
pub(crate) fn docs(
    old: &Value,
    new: &Value,
    pointers: (&str, &str),
    subject: &str,
    findings: &mut Vec<Finding>,
) {
    let is_docs = |name: &str| {
        ["summary", "description", "tags", "externalDocs", "example", "examples", "title"]
            .contains(&name)
            || name.starts_with("x-")
    };
    let names: BTreeSet<&String> = [old, new]
        .iter()
        .filter_map(|value| value.as_object())
        .flat_map(|value| value.keys())
        .collect();
    let changed: Vec<&str> = names
        .into_iter()
        .filter(|name| is_docs(name) && old.get(name.as_str()) != new.get(name.as_str()))
        .map(String::as_str)
        .collect();
    let Some(first) = changed.first() else { return };
    let at = if new.get(first).is_some() {
        (Side::New, child(pointers.1, first))
    } else {
        (Side::Old, child(pointers.0, first))
    };
    findings.push(Finding::docs(at, format!("{subject}: {} changed", changed.join(", "))));
}
