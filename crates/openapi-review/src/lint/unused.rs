//! Finds components that no operation needs.

use std::collections::BTreeSet;

use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;
use openapi_document::pointer::child;
use openapi_document::reach::{self, Ways};
use openapi_document::views;
use serde_json::Value;

use crate::lint::rule::Rule;

pub(super) const RULE: Rule = Rule {
    code: "unused-component",
    meaning: "Nothing refers to a component.",
    action: "Delete it, or refer to it.",
    reference: "https://spec.openapis.org/oas/v3.1.1.html#components-object",
    reason: "it becomes unused code, or a reference to it is missing",
    check,
};

fn check(document: &Document) -> Vec<Diagnostic> {
    let used = used(&document.root);
    let mut diagnostics = Vec::new();
    for (section, components) in views::members(&document.root["components"]) {
        for name in components.as_object().into_iter().flat_map(|named| named.keys()) {
            let pointer = child(&child("/components", section), name);
            if !section.starts_with("x-") && !used.contains(&pointer) {
                diagnostics.push(document.diagnostic(&pointer, format!("nothing uses `{name}`")));
            }
        }
    }
    diagnostics
}

/// Returns the pointers of all components that operations and webhooks lead to.
fn used(root: &Value) -> BTreeSet<String> {
    // Default requirements of all operations count as well.
    let default = serde_json::json!({ "security": root["security"] });
    let mut used = reach::reached(root, [&root["paths"], &root["webhooks"]], Ways::ALL);
    used.extend(reach::reached(root, [&default], Ways::ALL));
    used
}
