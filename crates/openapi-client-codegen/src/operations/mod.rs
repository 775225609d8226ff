//! Stage: operations as progenitor accepts them. Each rule has its module.
//!
//! What comes out holds nothing but what the later stages read, so that
//! nothing malformed beside it can hurt.

mod bodies;
mod context;
mod ids;
mod links;
mod parameters;
mod responses;
mod select;

use openapi_document::document::Document;
use openapi_document::methods::METHODS;
use openapi_document::pointer::child;
use serde_json::{Map, Value, json};

use self::context::{Context, Dropped};
pub use self::links::{LINKS, Link, SOURCE};
pub use self::select::Selection;
use crate::report::Report;

/// The member of an operation that holds the content type of its body where
/// progenitor would send another one.
pub const CONTENT_TYPE: &str = "x-content-type";

/// Rewrites all operations; those that can't be had are dropped and listed.
pub fn rewrite(document: &mut Document, selection: &Selection, report: &mut Report) {
    let paths = document.root["paths"].take();
    let schemas = document.root["components"]["schemas"].take();
    let mut kept = Map::new();
    let linked = links::of(&paths);
    let items = paths.as_object().into_iter().flatten();
    for (path, item) in items.filter(|(path, _)| !path.starts_with("x-")) {
        let pointer = child("/paths", path);
        for (method, operation) in item.as_object().into_iter().flatten() {
            let pointer = child(&pointer, method);
            let name = format!("{} {path}", method.to_uppercase());
            if !is_operation(method, operation) {
                others(method, operation, &pointer, path, report);
                continue;
            }
            if !selection.takes(path, operation) {
                continue;
            }
            report.operations += 1;
            let mut context = Context { schemas: &schemas, pointer: pointer.clone(), report };
            match one(path, operation, &mut context) {
                Ok((path, mut operation)) => {
                    linked.mark(&pointer, &mut operation);
                    insert(&mut kept, &path, method, operation);
                }
                Err(reason) => report.drop_operation(&pointer, &name, reason),
            }
        }
    }
    document.root["components"]["schemas"] = schemas;
    ids::unique(&mut kept, report);
    document.root["paths"] = Value::Object(kept);
    select::prune(document, selection);
    only_what_is_read(&mut document.root);
}

/// Whatever else a document holds may be malformed.
fn only_what_is_read(root: &mut Value) {
    let (paths, schemas) = (root["paths"].take(), root["components"]["schemas"].take());
    let info = &root["info"];
    let text = |name: &str| info[name].as_str().unwrap_or_default().to_owned();
    let mut out = json!({
        "openapi": "3.0.3",
        "info": { "title": text("title"), "version": text("version") },
        "paths": {},
        "components": {},
    });
    out["paths"] = paths;
    out["components"]["schemas"] = schemas;
    for name in ["description", "termsOfService"] {
        if info[name].is_string() {
            out["info"][name] = info[name].clone();
        }
    }
    if root["security"].is_array() {
        out["security"] = root["security"].clone();
    }
    *root = out;
}

fn is_operation(method: &str, operation: &Value) -> bool {
    // progenitor does not know the method that OpenAPI 3.2 adds.
    METHODS.contains(&method) && method != "query" && operation.is_object()
}

/// OpenAPI 3.2 has more methods than progenitor.
fn others(method: &str, value: &Value, pointer: &str, path: &str, report: &mut Report) {
    let more: Vec<String> = match (method, value) {
        ("query", Value::Object(_)) => vec!["QUERY".to_owned()],
        ("additionalOperations", Value::Object(more)) => more.keys().cloned().collect(),
        _ => Vec::new(),
    };
    for method in more {
        report.operations += 1;
        let reason = "progenitor has no such method";
        report.drop_operation(pointer, &format!("{method} {path}"), reason);
    }
}

fn insert(paths: &mut Map<String, Value>, path: &str, method: &str, operation: Value) {
    let item = paths.entry(path).or_insert_with(|| Value::Object(Map::new()));
    item[method] = operation;
}

/// The operation, and its path with names that are arguments.
fn one(path: &str, given: &Value, context: &mut Context<'_>) -> Result<(String, Value), Dropped> {
    let mut operation = Map::new();
    for text in ["operationId", "summary", "description"] {
        if let Some(value @ Value::String(_)) = given.get(text) {
            operation.insert(text.to_owned(), value.clone());
        }
    }
    if let Some(security @ Value::Array(_)) = given.get("security") {
        operation.insert("security".to_owned(), security.clone());
    }
    beside(given, context);
    let body = bodies::rewrite(given, context)?;
    let (parameters, path) = parameters::rewrite(given, path, body.is_some(), context)?;
    if !parameters.is_empty() {
        operation.insert("parameters".to_owned(), Value::Array(parameters));
    }
    if let Some((body, content_type)) = body {
        operation.insert("requestBody".to_owned(), body);
        if let Some(content_type) = content_type {
            operation.insert(CONTENT_TYPE.to_owned(), Value::String(content_type));
        }
    }
    operation.insert("responses".to_owned(), responses::rewrite(given, context));
    Ok((path, Value::Object(operation)))
}

/// What belongs to an operation and is none of its client's.
fn beside(given: &Value, context: &mut Context<'_>) {
    for (name, effect) in [
        ("callbacks", "what the server sends back is left out"),
        ("servers", "it is sent where all others are"),
    ] {
        let is_empty = match &given[name] {
            Value::Array(items) => items.is_empty(),
            Value::Object(members) => members.is_empty(),
            _ => true,
        };
        if !is_empty {
            context.report.lossy(&context.pointer, name, effect);
        }
    }
}
