//! Stage 2½: every `$ref` leads somewhere, and every operation has a name.
//!
//! progenitor and typify panic on what is found here.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::document::{Document, Problem, child};

/// Finds the first reference that leads nowhere, and the first operation
/// without an id or with one that another has.
pub fn check(document: &Document) -> Result<(), Problem> {
    resolve(document, &document.root, "")?;
    operation_ids(document)
}

fn resolve(document: &Document, value: &Value, pointer: &str) -> Result<(), Problem> {
    match value {
        Value::Object(members) => {
            if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                let found =
                    reference.strip_prefix('#').and_then(|path| document.root.pointer(path));
                if found.is_none() {
                    let message = format!("`{reference}` is not in the document");
                    return Err(document
                        .problem(&child(pointer, "$ref"), message)
                        .help("correct the reference, or add what it refers to"));
                }
            }
            members
                .iter()
                .try_for_each(|(name, value)| resolve(document, value, &child(pointer, name)))
        }
        Value::Array(items) => items
            .iter()
            .enumerate()
            .try_for_each(|(index, value)| resolve(document, value, &child(pointer, index))),
        _ => Ok(()),
    }
}

fn operation_ids(document: &Document) -> Result<(), Problem> {
    const METHODS: [&str; 8] =
        ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
    let mut seen: BTreeMap<&str, String> = BTreeMap::new();
    for (path, item) in document.root["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            if !METHODS.contains(&method.as_str()) {
                continue;
            }
            let pointer = child(&child("/paths", path), method);
            let name = format!("{} {path}", method.to_uppercase());
            let Some(id) = operation["operationId"].as_str() else {
                return Err(document
                    .problem(&pointer, format!("{name} has no `operationId`"))
                    .help("add one, here or in the overlay: it becomes the name of the method"));
            };
            if let Some(other) = seen.insert(id, name.clone()) {
                let message = format!("{name} and {other} have the same `operationId`, {id}");
                return Err(document.problem(&child(&pointer, "operationId"), message));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::load;

    fn problem(text: &str) -> String {
        check(&load("api.yaml", text).unwrap()).unwrap_err().to_string()
    }

    #[test]
    fn a_reference_that_leads_nowhere() {
        insta::assert_snapshot!(problem("a:\n  $ref: '#/b/c'\nb: {}\n"), @r"
        `#/b/c` is not in the document
          --> api.yaml:2:3
          at  /a/$ref
          help: correct the reference, or add what it refers to
        ");
        assert!(check(&load("api.yaml", "a: {$ref: '#/b/c~1d'}\nb: {c/d: 1}").unwrap()).is_ok());
    }

    #[test]
    fn operations_without_a_name_of_their_own() {
        insta::assert_snapshot!(problem("paths:\n  /a:\n    get: {summary: x}\n"), @r"
        GET /a has no `operationId`
          --> api.yaml:3:5
          at  /paths/~1a/get
          help: add one, here or in the overlay: it becomes the name of the method
        ");
        let twice = "paths:\n  /a:\n    get: {operationId: x}\n    put: {operationId: x}\n";
        insta::assert_snapshot!(problem(twice), @r"
        PUT /a and GET /a have the same `operationId`, x
          --> api.yaml:4:11
          at  /paths/~1a/put/operationId
        ");
    }
}
