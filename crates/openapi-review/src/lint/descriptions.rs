//! Finds nodes without a description.

use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;
use openapi_document::node_kind::{NodeKind, walk};
use serde_json::Value;

use crate::lint::answers::operation_name;
use crate::lint::rule::Rule;

pub(super) const RULE: Rule = Rule {
    code: "missing-description",
    meaning: "An operation, schema or field has no description.",
    action: "Describe it in a sentence.",
    reference: "https://spec.openapis.org/oas/v3.1.1.html#schema-object",
    reason: "the description is the documentation of the Rust item",
    check,
};

fn check(document: &Document) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    walk(&document.root, &mut |kind, pointer, value| {
        let Some(what) = what(kind, pointer, value) else { return };
        let said = ["description", "summary", "title", "$ref"]
            .iter()
            .any(|name| value[name].as_str().is_some_and(|text| !text.trim().is_empty()));
        if !said && !inherits(value) {
            diagnostics.push(document.diagnostic(pointer, format!("{what} has no description")));
        }
    });
    diagnostics
}

/// Returns the kind of the node, if it should have a description.
fn what(kind: NodeKind, pointer: &str, value: &Value) -> Option<String> {
    let name = pointer.rsplit('/').next()?;
    let parent = pointer.rsplit('/').nth(1)?;
    match kind {
        NodeKind::Operation => Some(operation_name(pointer)),
        NodeKind::Parameter => Some(format!("the parameter `{}`", value["name"].as_str()?)),
        NodeKind::Schema if pointer == format!("/components/schemas/{name}") => {
            Some(format!("the schema `{name}`"))
        }
        NodeKind::Schema if parent == "properties" => Some(format!("the property `{name}`")),
        _ => None,
    }
}

/// A property that is a component, or null, is described at the component.
fn inherits(value: &Value) -> bool {
    ["allOf", "anyOf", "oneOf"].iter().any(|name| {
        value[name].as_array().is_some_and(|parts| parts.iter().any(|part| !part["$ref"].is_null()))
    })
}
