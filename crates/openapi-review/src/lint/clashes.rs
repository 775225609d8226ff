//! Finds names that differ in the description but are equal in Rust.

use std::collections::BTreeMap;

use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;
use openapi_document::node_kind::{NodeKind, walk};
use openapi_document::pointer::child;
use openapi_document::views;
use serde_json::Value;

use crate::lint::rule::Rule;
use crate::rust_names;

pub(super) const PROPERTIES: Rule = Rule {
    code: "property-name-clash",
    meaning: "Two fields of an object have the same name in Rust.",
    action: "Rename one of them, if the API can; otherwise accept the invented name.",
    reference: "https://rust-lang.github.io/api-guidelines/naming.html",
    reason: "one of the two fields gets an invented name, or the client doesn't compile",
    check: properties,
};

pub(super) const ENUM_VALUES: Rule = Rule {
    code: "enum-value-clash",
    meaning: "Two values of an enum have the same name in Rust.",
    action: "Remove the one that is not used, or accept the invented name.",
    reference: "https://rust-lang.github.io/api-guidelines/naming.html",
    reason: "one of the two variants gets an invented name, or the client doesn't compile",
    check: enum_values,
};

pub(super) const SCHEMAS: Rule = Rule {
    code: "schema-name-clash",
    meaning: "Two schemas have the same name in Rust.",
    action: "Rename one of them.",
    reference: "https://rust-lang.github.io/api-guidelines/naming.html",
    reason: "two types can't have one name",
    check: schemas,
};

pub(super) const OPERATION_IDS: Rule = Rule {
    code: "operation-id-clash",
    meaning: "Two operations have the same id, or ids with the same name in Rust.",
    action: "Give each operation a unique id.",
    reference: "https://spec.openapis.org/oas/v3.1.1.html#operation-object",
    reason: "two methods can't have one name",
    check: operation_ids,
};

fn properties(document: &Document) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    walk(&document.root, &mut |kind, pointer, schema| {
        if kind == NodeKind::Schema
            && let Some(properties) = schema["properties"].as_object()
        {
            let at = child(pointer, "properties");
            let names = properties.keys().map(|name| (name.as_str(), child(&at, name)));
            diagnostics.extend(clashes(document, "properties", names, &rust_names::snake));
        }
    });
    diagnostics
}

fn enum_values(document: &Document) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    walk(&document.root, &mut |kind, pointer, schema| {
        if kind == NodeKind::Schema
            && let Some(values) = schema["enum"].as_array()
        {
            let at = child(pointer, "enum");
            let values = values
                .iter()
                .enumerate()
                .filter_map(|(index, value)| Some((value.as_str()?, child(&at, index))));
            diagnostics.extend(clashes(document, "values", values, &rust_names::pascal));
        }
    });
    diagnostics
}

fn schemas(document: &Document) -> Vec<Diagnostic> {
    let schemas = views::schemas(&document.root);
    let names = schemas.map(|(name, _)| (name, child("/components/schemas", name)));
    clashes(document, "schemas", names, &rust_names::pascal)
}

fn operation_ids(document: &Document) -> Vec<Diagnostic> {
    let mut ids: Vec<(&str, String)> = Vec::new();
    walk(&document.root, &mut |kind, pointer, operation: &Value| {
        if kind == NodeKind::Operation
            && pointer.starts_with("/paths/")
            && let Some(id) = operation["operationId"].as_str()
        {
            ids.push((id, child(pointer, "operationId")));
        }
    });
    clashes(document, "operations", ids.into_iter(), &rust_names::snake)
}

/// Finds each name whose Rust name equals that of an earlier one.
fn clashes<'a>(
    document: &Document,
    what: &str,
    names: impl Iterator<Item = (&'a str, String)>,
    rust: &dyn Fn(&str) -> String,
) -> Vec<Diagnostic> {
    let mut seen: BTreeMap<String, (&str, String)> = BTreeMap::new();
    let mut diagnostics = Vec::new();
    for (name, pointer) in names {
        let rust = rust(name);
        if let Some((other, first)) = seen.get(&rust) {
            let line = document.place(first).map_or(0, |place| place.line);
            let message = if *other == name {
                format!("two {what} are called `{name}`; the other is in line {line}")
            } else {
                format!("the {what} `{other}` (line {line}) and `{name}` are both `{rust}` in Rust")
            };
            diagnostics.push(document.diagnostic(&pointer, message));
        } else {
            seen.insert(rust, (name, pointer));
        }
    }
    diagnostics
}
