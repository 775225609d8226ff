//! Stage: rewrites operations for progenitor. Each rule has its module.
//!
//! The result contains only the members that later stages read, so malformed members that are not
//! needed do no harm.

mod bodies;
mod context;
mod headers;
mod ids;
mod links;
pub mod markers;
mod parameters;
mod parts;
mod responses;
mod select;
pub(crate) mod servers;
mod statuses;
mod styles;

use std::collections::BTreeMap;

use openapi_document::document::Document;
use openapi_document::methods::METHODS;
use openapi_document::pointer::child;
use serde_json::{Map, Value, json};

use self::context::{Context, Dropped, Origin};
pub use self::links::{LINKS, Link, SOURCE};
use self::markers::{CALL, Call, MORE, STREAM, UNRESOLVED};
use self::responses::Outcome;
pub use self::select::Selection;
use crate::codes;
use crate::idents::SEPARATOR;
use crate::report::Report;

/// The member of the document with the security schemes.
pub(crate) const SCHEMES: &str = "x-security-schemes";
/// The member of the document with the servers.
pub(crate) const SERVERS: &str = "x-servers";
/// Rewrites all operations. Operations that can't be represented are dropped and reported.
pub fn rewrite(document: &mut Document, selection: &Selection, report: &mut Report) {
    let paths = document.root["paths"].take();
    let schemas = document.root["components"]["schemas"].take();
    let (mut kept, mut origins) = (Map::new(), BTreeMap::new());
    unsupported_schemes(&document.root, report);
    undefined_schemes(&document.root, "/security", &document.root, report);
    let linked = links::of(&paths);
    let items = paths.as_object().into_iter().flatten();
    for (path, item) in items.filter(|(path, _)| !path.starts_with("x-")) {
        let pointer = child("/paths", path);
        for (method, pointer, operation) in operations(item, &pointer) {
            let name = format!("{} {path}", method.to_uppercase());
            if !selection.takes(path, operation) {
                continue;
            }
            report.operations += 1;
            undefined_schemes(operation, &child(&pointer, "security"), &document.root, report);
            let mut context = Context { schemas: &schemas, pointer: pointer.clone(), report };
            match rewrite_one(path, operation, &mut context) {
                Ok(operations) => {
                    for RewrittenOperation { path, mut operation, origins: inner } in operations {
                        linked.mark(&pointer, &mut operation);
                        let (path, method) = encode_method(path, method, &mut operation);
                        let at = child(&child("/paths", &path), &method);
                        origins
                            .extend(inner.into_iter().map(|(to, from)| (at.clone() + &to, from)));
                        origins.insert(at, pointer.clone());
                        insert(&mut kept, &path, &method, operation);
                    }
                }
                Err((code, reason)) => report.drop_operation(&pointer, code, &name, reason),
            }
        }
    }
    document.root["components"]["schemas"] = schemas;
    report.set_origins(origins);
    ids::unique(&mut kept, report);
    document.root["paths"] = Value::Object(kept);
    select::prune(document, selection);
    keep_only_needed(&mut document.root);
}

/// Removes all other members of the document, because they may be malformed.
fn keep_only_needed(root: &mut Value) {
    let (paths, schemas) = (root["paths"].take(), root["components"]["schemas"].take());
    let info = root["info"].take();
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
    // Progenitor must not read the security schemes, because it rejects some valid ones.
    out[SCHEMES] = root["components"]["securitySchemes"].take();
    out[SERVERS] = root["servers"].take();
    *root = out;
}

/// Returns the operations of a path: method, pointer and operation. In 3.2, other methods are in a
/// separate map.
fn operations<'a>(item: &'a Value, pointer: &str) -> Vec<(&'a str, String, &'a Value)> {
    let mut all = Vec::new();
    for (name, value) in item.as_object().into_iter().flatten() {
        let at = child(pointer, name);
        if METHODS.contains(&name.as_str()) {
            all.push((name.as_str(), at, value));
        } else if name == MORE {
            let more = value.as_object().into_iter().flatten();
            all.extend(more.map(|(method, value)| (method.as_str(), child(&at, method), value)));
        }
    }
    all.retain(|(_, _, operation)| operation.is_object());
    all
}

/// Changes an operation with a method that progenitor does not support into a `post` on a distinct
/// path. The method is stored in the operation, exactly as it is sent.
fn encode_method(path: String, method: &str, operation: &mut Value) -> (String, String) {
    let known = method.to_lowercase();
    let is_member = METHODS.contains(&method);
    if is_member && method != "query" {
        return (path, known);
    }
    let written = if is_member { method.to_uppercase() } else { method.to_owned() };
    operation[CALL]["method"] = json!(written);
    (format!("{path}{SEPARATOR}{known}"), "post".to_owned())
}

fn insert(paths: &mut Map<String, Value>, path: &str, method: &str, operation: Value) {
    let item = paths.entry(path).or_insert_with(|| Value::Object(Map::new()));
    item[method] = operation;
}

/// Reports the security schemes whose credentials the client does not apply.
fn unsupported_schemes(root: &Value, report: &mut Report) {
    let schemes = root["components"]["securitySchemes"].as_object().into_iter().flatten();
    for (name, scheme) in schemes {
        let text = |member: &str| scheme[member].as_str().unwrap_or_default().to_lowercase();
        let unsupported = match (text("type").as_str(), text("scheme").as_str()) {
            ("apikey" | "oauth2" | "openidconnect", _) | ("http", "basic" | "bearer") => continue,
            ("http", scheme) => format!("HTTP `{scheme}`"),
            (kind, _) => format!("`{kind}`"),
        };
        let at = child("/components/securitySchemes", name);
        let text = format!("credentials of {unsupported} must be applied by the caller");
        report.record(&at, &codes::SECURITY_SCHEME, text);
    }
}

/// Reports requirements of security schemes that the document does not define.
fn undefined_schemes(holder: &Value, at: &str, root: &Value, report: &mut Report) {
    let schemes = &root["components"]["securitySchemes"];
    let required = holder["security"].as_array().into_iter().flatten();
    let names = required.filter_map(Value::as_object).flat_map(Map::keys);
    for name in names.filter(|name| schemes.get(name.as_str()).is_none()) {
        let text =
            format!("the scheme `{name}` is not defined; the caller must apply its credentials");
        report.record(at, &codes::SECURITY_SCHEME, text);
    }
}

/// A generated method for an operation.
struct RewrittenOperation {
    /// The path. Its names are those of the arguments.
    path: String,
    operation: Value,
    /// The original pointers of its parts.
    origins: Vec<Origin>,
}

/// Rewrites an operation. Returns one operation for each method to generate.
fn rewrite_one(
    path: &str,
    given: &Value,
    context: &mut Context<'_>,
) -> Result<Vec<RewrittenOperation>, Dropped> {
    if given[UNRESOLVED] == json!(true) {
        let reason = "its reference can't be resolved";
        return Err((&codes::REFERENCE_UNRESOLVED, reason.to_owned()));
    }
    let mut operation = Map::new();
    for text in ["operationId", "summary", "description"] {
        if let Some(value @ Value::String(_)) = given.get(text) {
            operation.insert(text.to_owned(), value.clone());
        }
    }
    for (name, is_kept) in
        [("security", Value::is_array as fn(&Value) -> bool), ("deprecated", Value::is_boolean)]
    {
        if let Some(value) = given.get(name).filter(|value| is_kept(value)) {
            operation.insert(name.to_owned(), value.clone());
        }
    }
    if given["callbacks"].as_object().is_some_and(|callbacks| !callbacks.is_empty()) {
        let text = "requests that the server sends are omitted";
        context.report.record(&context.pointer, &codes::CALLBACK, text);
    }
    let server = servers::of(given, context);
    let body = bodies::rewrite(given, context);
    let mut origins: Vec<Origin> = Vec::new();
    let (parameters, path) =
        parameters::rewrite(given, path, body.is_some(), &mut origins, context)?;
    if !parameters.is_empty() {
        operation.insert("parameters".to_owned(), Value::Array(parameters));
    }
    let (body, sent) = body
        .map(|(body, sent, origin)| {
            origins.push(origin);
            (body, sent)
        })
        .unzip();
    let headers = headers::of(given, context);
    if let Some(body) = body {
        operation.insert("requestBody".to_owned(), body);
    }
    let outcomes = responses::rewrite(given, context).into_iter().enumerate();
    let operations = outcomes.map(|(index, Outcome { responses, call, origins: inner })| {
        let origins = inner.into_iter().chain(origins.iter().cloned()).collect();
        let mut operation = operation.clone();
        let headers = if index == 0 { headers.clone() } else { Vec::new() };
        let call = Call { body: sent.clone(), server: server.clone(), headers, ..call };
        operation.insert("responses".to_owned(), responses);
        operation.insert(CALL.to_owned(), json!(call));
        if index == 0 {
            return RewrittenOperation {
                path: path.clone(),
                operation: Value::Object(operation),
                origins,
            };
        }
        if let Some(Value::String(id)) = operation.get_mut("operationId") {
            *id = format!("{id}_{STREAM}");
        }
        let path = format!("{path}{SEPARATOR}{STREAM}");
        RewrittenOperation { path, operation: Value::Object(operation), origins }
    });
    Ok(operations.collect())
}
