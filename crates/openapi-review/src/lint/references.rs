//! Finds operations without a name, and references without a target.

use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;
use openapi_document::node_kind::{NodeKind, walk};
use openapi_document::pointer::child;
use serde_json::Value;

use crate::lint::answers::operation_name;
use crate::lint::rule::Rule;

pub(super) const DANGLING: Rule = Rule {
    code: "dangling-reference",
    meaning: "The target of a reference does not exist.",
    action: "Correct its target, or add the component.",
    reference: "https://spec.openapis.org/oas/v3.1.1.html#reference-object",
    reason: "nothing can be generated for a missing target",
    check: dangling,
};

pub(super) const WITHOUT_ID: Rule = Rule {
    code: "operation-without-id",
    meaning: "An operation has no `operationId`.",
    action: "Add one.",
    reference: "https://spec.openapis.org/oas/v3.1.1.html#operation-object",
    reason: "the name of its method is derived from its path, and changes with the path",
    check: without_id,
};

fn dangling(document: &Document) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    walk(&document.root, &mut |_, pointer, value| {
        let Some(Value::String(reference)) = value.get("$ref") else { return };
        let message = match reference.strip_prefix('#').map(|path| document.root.pointer(path)) {
            Some(Some(_)) => return,
            None if !reference.is_empty() => format!("`{reference}` is in another document"),
            _ => format!("`{reference}` is not in the document"),
        };
        diagnostics.push(document.diagnostic(&child(pointer, "$ref"), message));
    });
    diagnostics
}

fn without_id(document: &Document) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    walk(&document.root, &mut |kind, pointer, operation| {
        let named = operation["operationId"].as_str().is_some_and(|id| !id.is_empty());
        if kind == NodeKind::Operation && pointer.starts_with("/paths/") && !named {
            let message = format!("{} has no `operationId`", operation_name(pointer));
            let help = "add one, here or in the overlay: it becomes the name of the method";
            diagnostics.push(document.diagnostic(pointer, message).help(help));
        }
    });
    diagnostics
}
