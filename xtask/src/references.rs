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

/// What a reference within the document leads to, through references on the
/// way; also to an `$anchor`.
pub fn target<'a>(root: &'a Value, reference: &str) -> Option<&'a Value> {
    let fragment = reference.strip_prefix('#')?;
    if !fragment.is_empty() && !fragment.starts_with('/') {
        return anchored(root, fragment);
    }
    let mut value = root;
    for segment in fragment.split('/').skip(1) {
        value = step(root, value, &unescape(segment), 0)?;
    }
    Some(value)
}

fn step<'a>(root: &'a Value, value: &'a Value, name: &str, depth: usize) -> Option<&'a Value> {
    let inner = match value {
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        value => value.get(name),
    };
    // A pointer may pass through a reference.
    inner.or_else(|| {
        let reference = value.get("$ref")?.as_str().filter(|_| depth < 8)?;
        step(root, target(root, reference)?, name, depth + 1)
    })
}

fn anchored<'a>(value: &'a Value, anchor: &str) -> Option<&'a Value> {
    match value {
        Value::Object(members) => {
            let named = |member: &str| members.get(member).is_some_and(|name| name == anchor);
            if named("$anchor") || named("$dynamicAnchor") {
                return Some(value);
            }
            members.values().find_map(|value| anchored(value, anchor))
        }
        Value::Array(items) => items.iter().find_map(|value| anchored(value, anchor)),
        _ => None,
    }
}

/// The JSON pointer of a local reference.
pub fn pointer(reference: &str) -> String {
    reference
        .trim_start_matches('#')
        .split('/')
        .skip(1)
        .fold(String::new(), |pointer, segment| child(&pointer, unescape(segment)))
}

/// One segment of a reference as the member's name.
pub fn unescape(segment: &str) -> String {
    percent_decoded(segment).replace("~1", "/").replace("~0", "~")
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = match (first, tail) {
            (b'%', [high, low, ..]) => std::str::from_utf8(&[*high, *low])
                .ok()
                .and_then(|digits| u8::from_str_radix(digits, 16).ok()),
            _ => None,
        };
        bytes.push(code.unwrap_or(*first));
        rest = &tail[if code.is_some() { 2 } else { 0 }..];
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
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
