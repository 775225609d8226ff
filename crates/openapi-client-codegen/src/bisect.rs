//! Works around failures of the generator libraries.

use std::collections::BTreeSet;
use std::ops::Range;

use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;
use openapi_document::pointer::child;
use serde_json::{Value, json};

use crate::codes;
use crate::config::Runtime;
use crate::emit::{self, Emitted};
use crate::idents;
use crate::report::Report;
use crate::search::{self, Attempts};

/// The maximum number of failing schemas and operations. With more of them, generation fails.
const MAX_CULPRITS: usize = 40;

/// Emits the client, without the schemas and operations on which the generator libraries fail.
pub(crate) fn emit(
    document: &mut Document,
    report: &mut Report,
    runtime: &Runtime,
) -> Result<Emitted, Diagnostic> {
    let mut emitted = emit::emit(document, runtime);
    for _ in 0..MAX_CULPRITS {
        let Err(diagnostic) = &emitted else { break };
        if !drop_culprit(document, report, &diagnostic.message) {
            break;
        }
        emitted = emit::emit(document, runtime);
    }
    emitted
}

/// Finds a schema or operation that fails. Makes the schema unrestricted, or removes the operation.
fn drop_culprit(document: &mut Document, report: &mut Report, message: &str) -> bool {
    if let Some(name) = first_failing(&names(document), |names| with_schemas(document, names)) {
        let text = format!(
            "the generator libraries fail on {name}, which accepts every JSON value now: {message}"
        );
        report.record(&child("/components/schemas", &name), &codes::GENERATOR_FAILURE, text);
        document.root["components"]["schemas"][&name] = json!({});
        return true;
    }
    let all = operations(document);
    let Some((path, method)) = first_failing(&all, |some| with_operations(document, some)) else {
        return false;
    };
    let on_the_wire = idents::template_on_the_wire(&path);
    let pointer = child(&child("/paths", &path), &method);
    let operation = format!("{} {on_the_wire}", method.to_uppercase());
    report.drop_operation(
        &pointer,
        &codes::GENERATOR_FAILURE,
        &operation,
        format!("the generator libraries fail: {message}"),
    );
    if let Some(item) = document.root["paths"][&path].as_object_mut() {
        item.shift_remove(&method);
    }
    true
}

/// Returns the first item that makes the generator libraries fail on the document that `make`
/// returns for it and all preceding items.
fn first_failing<T: Clone>(all: &[T], make: impl Fn(&[T]) -> Document) -> Option<T> {
    let fails = |range: Range<usize>| emit::progenitor(&make(&all[range]), true).is_err();
    let index = search::first_failing(all.len(), Attempts::FromTheFirst, fails)?;
    all.get(index).cloned()
}

fn names(document: &Document) -> Vec<String> {
    let schemas = document.root["components"]["schemas"].as_object();
    schemas.into_iter().flatten().map(|(name, _)| name.clone()).collect()
}

/// Returns the document without operations, and with the other schemas unrestricted.
fn with_schemas(document: &Document, names: &[String]) -> Document {
    let names: BTreeSet<&String> = names.iter().collect();
    let mut part = document.clone();
    part.root["paths"] = json!({});
    if let Some(schemas) = part.root["components"]["schemas"].as_object_mut() {
        for (_, schema) in schemas.iter_mut().filter(|(name, _)| !names.contains(name)) {
            *schema = json!({});
        }
    }
    part
}

fn operations(document: &Document) -> Vec<(String, String)> {
    let paths = document.root["paths"].as_object();
    let items = paths.into_iter().flatten();
    items
        .filter_map(|(path, item)| Some((path, item.as_object()?)))
        .flat_map(|(path, item)| item.keys().map(|method| (path.clone(), method.clone())))
        .collect()
}

fn with_operations(document: &Document, some: &[(String, String)]) -> Document {
    let mut part = document.clone();
    let paths = part.root["paths"].take();
    part.root["paths"] = json!({});
    for (path, method) in some {
        if part.root["paths"].get(path).is_none() {
            part.root["paths"][path] = Value::Object(serde_json::Map::new());
        }
        part.root["paths"][path][method] = paths[path][method].clone();
    }
    part
}
