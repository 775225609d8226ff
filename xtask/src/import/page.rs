//! What a document is, in one page.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::Value;

use crate::document::Document;
use crate::kind::{Kind, METHODS, Of, walk};
use crate::references;

/// So many operations and servers are listed; the rest is counted.
const LISTED: usize = 40;

/// The page; `lint` is the line for the findings.
#[must_use]
pub fn page(file: &str, document: &Document, lint: &str) -> String {
    let root = &document.root;
    let text = |value: &Value, none: &str| match value {
        Value::Null => none.to_owned(),
        value => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
    };
    let mut page = format!(
        "{} {}, OpenAPI {}, from {file}\n",
        text(&root["info"]["title"], "(no title)"),
        text(&root["info"]["version"], "(no version)"),
        text(&root["openapi"], "")
    );
    let operations = operations(root);
    let schemas = root["components"]["schemas"].as_object().map_or(0, |schemas| schemas.len());
    section(&mut page, "servers", &servers(root));
    section(&mut page, "security", &security(root));
    let paths = root["paths"].as_object().map_or(0, |paths| paths.len());
    let count = format!("{} on {paths} paths", operations.len());
    section(&mut page, "operations", &[vec![count], operations].concat());
    section(&mut page, "webhooks", &names(&root["webhooks"]));
    section(&mut page, "schemas", &[schemas.to_string()]);
    section(&mut page, "rate limit", &rate_limit(root));
    section(&mut page, "lint", &[lint.to_owned()]);
    page
}

fn section(page: &mut String, name: &str, lines: &[String]) {
    let none = ["none".to_owned()];
    let lines = if lines.is_empty() { &none } else { lines };
    for (index, line) in lines.iter().take(LISTED + 1).enumerate() {
        let name = if index == 0 { name } else { "" };
        // Writing to a string doesn't fail.
        let _ = writeln!(page, "  {name:<11} {line}");
    }
    if lines.len() > LISTED + 1 {
        let _ = writeln!(page, "  {:<11} … {} more", "", lines.len() - LISTED - 1);
    }
}

fn servers(root: &Value) -> Vec<String> {
    let servers = root["servers"].as_array().into_iter().flatten();
    servers
        .filter_map(|server| {
            let url = server["url"].as_str()?;
            Some(match server["description"].as_str() {
                Some(description) => format!("{url} ({description})"),
                None => url.to_owned(),
            })
        })
        .collect()
}

fn security(root: &Value) -> Vec<String> {
    let schemes = root["components"]["securitySchemes"].as_object().into_iter().flatten();
    let default = requirement(&root["security"]);
    schemes
        .map(|(name, scheme)| {
            let word = |name: &str| scheme[name].as_str().unwrap_or("?");
            let what = match word("type") {
                "apiKey" => format!("{} {}", word("in"), word("name")),
                "http" => format!("http {}", word("scheme")),
                other => other.to_owned(),
            };
            let everywhere = default.iter().any(|needed| needed == name);
            format!("{name}: {what}{}", if everywhere { ", by default" } else { "" })
        })
        .collect()
}

/// The names of the schemes that a `security` names.
fn requirement(security: &Value) -> Vec<String> {
    let requirements = security.as_array().into_iter().flatten().filter_map(Value::as_object);
    requirements.flat_map(|names| names.keys().cloned()).collect()
}

fn operations(root: &Value) -> Vec<String> {
    let mut rows = Vec::new();
    for (path, item) in root["paths"].as_object().into_iter().flatten() {
        let referred = item["$ref"].as_str().and_then(|to| references::target(root, to));
        for method in METHODS {
            let operation = &item[method];
            let operation = if operation.is_object() {
                operation
            } else if let Some(operation) = referred.and_then(|item| item.get(method)) {
                operation
            } else {
                continue;
            };
            let id = operation["operationId"].as_str().unwrap_or("(no id)");
            let method = method.to_uppercase();
            rows.push((format!("{method:<7}{path}"), format!("{id}{}", own_security(operation))));
        }
    }
    let width = rows.iter().map(|(left, _)| left.chars().count()).max().unwrap_or(0);
    rows.iter().map(|(left, right)| format!("{left:<width$}  {right}")).collect()
}

/// What an operation needs, if it says so itself.
fn own_security(operation: &Value) -> String {
    match operation.get("security") {
        Some(own) if requirement(own).is_empty() => ", no credentials".to_owned(),
        Some(own) => format!(", {}", requirement(own).join(", ")),
        None => String::new(),
    }
}

fn names(value: &Value) -> Vec<String> {
    value.as_object().into_iter().flat_map(|named| named.keys().cloned()).collect()
}

fn rate_limit(root: &Value) -> Vec<String> {
    let mut headers = BTreeSet::new();
    let (mut limited, mut total) = (0, 0);
    walk(root, &mut |kind, pointer, value| match kind {
        // A component has a name of its own; the header's is where it is used.
        Kind::Many(Of::Headers) if pointer != "/components/headers" => {
            let hints = value.as_object().into_iter().flat_map(|named| named.keys());
            headers.extend(hints.filter(|name| is_hint(name)).cloned());
        }
        Kind::Operation if pointer.starts_with("/paths/") => {
            total += 1;
            limited += usize::from(value["responses"].get("429").is_some());
        }
        _ => {}
    });
    let mut lines = Vec::new();
    if limited > 0 {
        lines.push(format!("429 on {limited} of {total} operations"));
    }
    if !headers.is_empty() {
        let headers: Vec<String> = headers.into_iter().collect();
        lines.push(format!("headers {}", headers.join(", ")));
    }
    let said = root["info"]["description"].as_str().unwrap_or_default().to_lowercase();
    if ["rate limit", "rate-limit", "requests per"].iter().any(|hint| said.contains(hint)) {
        lines.push("the document's description speaks of it".to_owned());
    }
    lines
}

fn is_hint(header: &str) -> bool {
    let name = header.to_lowercase().replace(['-', '_'], "");
    name.contains("ratelimit") || name == "retryafter" || name.contains("quota")
}
