//! Finds schemas that allow everything.

use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;
use openapi_document::node_kind::{NodeKind, walk};
use serde_json::Value;

use crate::lint::rule::Rule;

pub(super) const OBJECT: Rule = Rule {
    code: "free-form-object",
    meaning: "An object has no fields.",
    action: "Name its fields, or accept it if callers choose them.",
    reference: "https://spec.openapis.org/oas/v3.1.1.html#schema-object",
    reason: "the client has a map of any JSON instead of fields",
    check: objects,
};

pub(super) const ANYTHING: Rule = Rule {
    code: "untyped-schema",
    meaning: "A schema allows any value.",
    action: "Give it a type.",
    reference: "https://json-schema.org/draft/2020-12/json-schema-validation#name-type",
    reason: "the client has any JSON instead of a type",
    check: anything,
};

fn objects(document: &Document) -> Vec<Diagnostic> {
    find(document, "describe its properties, or the type of its values", &|schema| {
        if !has_type(schema, "object") || schema.keys().any(|name| SHAPE.contains(&name.as_str())) {
            return None;
        }
        let open = match schema.get("additionalProperties") {
            None | Some(Value::Bool(true)) => true,
            Some(values) => values.as_object().is_some_and(serde_json::Map::is_empty),
        };
        open.then_some("an object with any members")
    })
}

fn anything(document: &Document) -> Vec<Diagnostic> {
    find(document, "describe its type", &|schema| {
        let typed = ["type", "enum", "const", "not", "if", "items", "additionalProperties"]
            .iter()
            .chain(&SHAPE)
            .any(|name| schema.contains_key(*name));
        (!typed).then_some("a schema that allows any JSON")
    })
}

/// Keywords that constrain the shape of an object.
const SHAPE: [&str; 6] = ["properties", "patternProperties", "$ref", "allOf", "anyOf", "oneOf"];

type Schema = serde_json::Map<String, Value>;

fn find(
    document: &Document,
    help: &str,
    what: &dyn Fn(&Schema) -> Option<&'static str>,
) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    walk(&document.root, &mut |kind, pointer, schema| {
        // Schemas in a combination narrow their siblings, and the rule for objects checks their
        // values.
        let parent = pointer.rsplit('/').nth(1).unwrap_or_default();
        let narrows = ["allOf", "anyOf", "oneOf"].contains(&parent)
            || ["not", "if", "then", "else", "additionalProperties"]
                .iter()
                .any(|name| pointer.ends_with(&format!("/{name}")) && parent != "properties");
        if kind == NodeKind::Schema
            && !narrows
            && let Some(what) = schema.as_object().and_then(what)
        {
            diagnostics.push(document.diagnostic(pointer, what).help(help));
        }
    });
    diagnostics
}

fn has_type(schema: &Schema, name: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(one)) => one == name,
        Some(Value::Array(types)) => types.iter().any(|one| one == name),
        _ => false,
    }
}
