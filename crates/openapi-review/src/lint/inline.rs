//! Finds types without a name.

use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;
use openapi_document::node_kind::{NodeKind, walk};
use serde_json::Value;

use crate::lint::rule::Rule;

pub(super) const RULE: Rule = Rule {
    code: "inline-schema",
    meaning: "An object, enum or union is described where it is used, without a name.",
    action: "Make it a component and refer to it.",
    reference: "https://spec.openapis.org/oas/v3.1.1.html#components-object",
    reason: "the name of its Rust type is derived from its place, and changes when it moves",
    check,
};

fn check(document: &Document) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    walk(&document.root, &mut |kind, pointer, schema| {
        if kind != NodeKind::Schema || !becomes_code(pointer) || is_named(pointer) {
            return;
        }
        if let Some(what) = needs_name(schema) {
            let message = format!("{what} has no name");
            let help = "move it to `components/schemas`, under the intended name of its type";
            diagnostics.push(document.diagnostic(pointer, message).help(help));
        }
    });
    diagnostics
}

/// Headers are read by hand, and nobody sends us the parameters of webhooks.
fn becomes_code(pointer: &str) -> bool {
    let segments: Vec<&str> = pointer.split('/').skip(1).collect();
    match segments.first() {
        Some(&"paths") => !segments.contains(&"headers"),
        Some(&"webhooks") => !segments.contains(&"headers") && !segments.contains(&"parameters"),
        _ => segments.get(1) != Some(&"headers"),
    }
}

/// Returns whether the node is a component, or a part that is merged into its parent.
fn is_named(pointer: &str) -> bool {
    let segments: Vec<&str> = pointer.split('/').skip(1).collect();
    match segments[..] {
        ["components", "schemas", _] => true,
        [.., "allOf", _] => true,
        // Conditions check a value; they have no type.
        _ => segments.iter().zip(segments.iter().skip(1)).any(|(parent, name)| {
            *parent != "properties" && ["not", "if", "then", "else"].contains(name)
        }),
    }
}

/// Describes the schema, if it becomes a separate type.
fn needs_name(schema: &Value) -> Option<&'static str> {
    let alternatives = |name: &str| {
        let list = schema[name].as_array();
        list.map_or(0, |list| list.iter().filter(|one| one["type"] != "null").count())
    };
    let types = schema["type"]
        .as_array()
        .map_or(0, |types| types.iter().filter(|name| *name != "null").count());
    let values = schema["enum"].as_array().map_or(0, Vec::len);
    let parts = schema["allOf"].as_array().map_or(&[][..], Vec::as_slice);
    let limited = ["minLength", "maxLength"].iter().any(|name| schema.get(name).is_some());
    if schema["properties"].as_object().is_some_and(|properties| !properties.is_empty())
        || parts.len() > 1
    {
        Some("an object with properties")
    } else if alternatives("oneOf") > 1 || alternatives("anyOf") > 1 || types > 1 {
        Some("a union")
    } else if values > 1 {
        Some("an enum")
    } else if limited && values == 0 {
        Some("a text with limits")
    } else {
        parts.first().and_then(needs_name)
    }
}
