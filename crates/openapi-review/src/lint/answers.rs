//! Finds responses without a described body.

use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;
use openapi_document::methods::METHODS;
use openapi_document::node_kind::{NodeKind, walk};
use openapi_document::pointer::child;
use openapi_document::views;
use serde_json::Value;

use crate::lint::rule::Rule;

pub(super) const ERROR_WITHOUT_SCHEMA: Rule = Rule {
    code: "error-without-schema",
    meaning: "The response of an error has no schema.",
    action: "Describe the body; errors usually share one schema.",
    reference: "https://spec.openapis.org/oas/v3.1.1.html#response-object",
    reason: "the client can't distinguish errors; callers have to search their text",
    check: errors,
};

pub(super) const SUCCESS_WITHOUT_SCHEMA: Rule = Rule {
    code: "success-without-schema",
    meaning: "The response of a success has no schema.",
    action: "Describe the body, or respond with 204 if there is none.",
    reference: "https://spec.openapis.org/oas/v3.1.1.html#response-object",
    reason: "the client returns bytes, or nothing, instead of a type",
    check: successes,
};

fn errors(document: &Document) -> Vec<Diagnostic> {
    answers(document, &mut |name, status, response| {
        let error = status.starts_with(['4', '5']) || status == "default";
        if !error || described(response) {
            return None;
        }
        Some((
            format!("response {status} of {name} has no schema"),
            "describe the body; errors usually share one schema",
        ))
    })
}

fn successes(document: &Document) -> Vec<Diagnostic> {
    answers(document, &mut |name, status, response| {
        // 204, 205 and 304 never have a body.
        let success = status.starts_with('2') && !["204", "205"].contains(&status);
        if !success || described(response) || name.starts_with("HEAD ") {
            return None;
        }
        let help = "describe the body, or respond with 204 if there is none";
        Some((format!("response {status} of {name} has no schema"), help))
    })
}

/// Returns the problem of a response of an operation, and the advice.
type Ask<'a> = dyn FnMut(&str, &str, &Value) -> Option<(String, &'static str)> + 'a;

/// Checks each response of each operation. A component is checked where it is used, and reported at
/// its definition.
fn answers(document: &Document, ask: &mut Ask<'_>) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    walk(&document.root, &mut |kind, pointer, value| {
        if kind != NodeKind::Operation || !pointer.starts_with("/paths/") {
            return;
        }
        let name = operation_name(pointer);
        for (status, response) in views::members(&value["responses"]) {
            let response = resolved(&document.root, response);
            if let Some((message, help)) = ask(&name, status, response) {
                let at = child(&child(pointer, "responses"), status);
                diagnostics.push(document.diagnostic(&at, message).help(help));
            }
        }
    });
    diagnostics
}

/// Returns `GET /a/{b}` for the pointer of an operation.
pub(super) fn operation_name(pointer: &str) -> String {
    let mut segments = pointer.rsplit('/');
    let method = segments.next().unwrap_or_default();
    let path = segments.next().unwrap_or_default().replace("~1", "/").replace("~0", "~");
    if METHODS.contains(&method) { format!("{} {path}", method.to_uppercase()) } else { path }
}

/// Returns the target of a reference, or the node itself.
pub(super) fn resolved<'a>(root: &'a Value, value: &'a Value) -> &'a Value {
    let mut value = value;
    // A longer chain of references is a cycle.
    for _ in 0..16 {
        let target = value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
        match target.and_then(|pointer| root.pointer(pointer)) {
            Some(target) => value = target,
            None => break,
        }
    }
    value
}

/// A redirect, or a body that isn't JSON, needs no schema.
fn described(response: &Value) -> bool {
    let Some(content) = response["content"].as_object().filter(|content| !content.is_empty())
    else {
        return false;
    };
    content.iter().all(|(media, body)| {
        !media.contains("json")
            || body["schema"].as_object().is_some_and(|schema| !schema.is_empty())
    })
}
