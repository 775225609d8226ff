//! Summarizes a document on one page.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use openapi_document::document::Document;
use openapi_document::methods::METHODS;
use openapi_document::node_kind::{NodeKind, Of, walk};
use openapi_document::references;
use openapi_document::views;
use serde_json::Value;

/// The maximum number of lines of a section; the rest is counted.
const LISTED: usize = 12;
/// The maximum number of operations that are listed; more are counted by tag.
const SINGLE: usize = 20;
/// The maximum length of a displayed sentence.
const SENTENCE: usize = 110;

/// Returns the page. `lint` is the line for the findings.
#[must_use]
pub fn summary(file: &str, document: &Document, lint: &str) -> String {
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
    let rows = if operations.len() > SINGLE { by_tag(&operations) } else { rows(&operations) };
    let schemas = root["components"]["schemas"].as_object().map_or(0, |schemas| schemas.len());
    section(&mut page, "servers", &servers(root));
    section(&mut page, "security", &security(root));
    let paths = root["paths"].as_object().map_or(0, |paths| paths.len());
    let count = format!("{} on {paths} paths", operations.len());
    section(&mut page, "operations", &[vec![count], rows].concat());
    section(&mut page, "webhooks", &names(&root["webhooks"]));
    section(&mut page, "schemas", &[schemas.to_string()]);
    section(&mut page, "rate limit", &rate_limit(root));
    section(&mut page, "lint", &[lint.to_owned()]);
    page
}

fn section(page: &mut String, name: &str, lines: &[String]) {
    let none = ["none".to_owned()];
    let lines = if lines.is_empty() { &none } else { lines };
    let listed = if name == "operations" { SINGLE + 1 } else { LISTED };
    for (index, line) in lines.iter().take(listed).enumerate() {
        let name = if index == 0 { name } else { "" };
        // Writing to a string can't fail.
        let _ = writeln!(page, "  {name:<11} {line}");
    }
    if lines.len() > listed {
        let _ = writeln!(page, "  {:<11} … {} more", "", lines.len() - listed);
    }
}

fn servers(root: &Value) -> Vec<String> {
    let servers = views::items(&root["servers"]);
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
    let schemes = views::members(&root["components"]["securitySchemes"]);
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

/// Returns the names of the schemes in a `security`.
fn requirement(security: &Value) -> Vec<String> {
    let requirements = views::items(security).filter_map(Value::as_object);
    requirements.flat_map(|names| names.keys().cloned()).collect()
}

/// Formats one operation of the list.
struct Row<'a> {
    method: String,
    path: &'a str,
    operation: &'a Value,
}

fn operations(root: &Value) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    for (path, item) in views::members(&root["paths"]) {
        let referred = item["$ref"].as_str().and_then(|to| references::target(root, to));
        for method in METHODS {
            let operation = [Some(item), referred]
                .into_iter()
                .flatten()
                .filter_map(|item| item.get(method))
                .find(|operation| operation.is_object());
            if let Some(operation) = operation {
                rows.push(Row { method: method.to_uppercase(), path, operation });
            }
        }
    }
    rows
}

fn rows(operations: &[Row<'_>]) -> Vec<String> {
    let width = operations.iter().map(|row| row.path.chars().count()).max().unwrap_or(0);
    let row = |Row { method, path, operation }: &Row<'_>| {
        let id = operation["operationId"].as_str().unwrap_or("(no id)");
        format!("{method:<7}{path:<width$}  {id}{}", own_security(operation))
    };
    operations.iter().map(row).collect()
}

/// Returns the operations of each tag, by method. An operation with several tags counts for the
/// first one.
fn by_tag(operations: &[Row<'_>]) -> Vec<String> {
    let mut tags: Vec<(&str, BTreeMap<&str, usize>)> = Vec::new();
    for row in operations {
        let tag = row.operation["tags"][0].as_str().unwrap_or("(no tag)");
        let index = tags.iter().position(|(name, _)| *name == tag).unwrap_or_else(|| {
            tags.push((tag, BTreeMap::new()));
            tags.len() - 1
        });
        *tags[index].1.entry(&row.method).or_default() += 1;
    }
    let width = tags.iter().map(|(tag, _)| tag.chars().count()).max().unwrap_or(0);
    let line = |(tag, methods): &(&str, BTreeMap<&str, usize>)| {
        let methods: Vec<String> =
            methods.iter().map(|(method, count)| format!("{count} {method}")).collect();
        format!("{tag:<width$}  {}", methods.join(", "))
    };
    tags.iter().map(line).collect()
}

/// Returns the credentials of an operation with a separate `security`.
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
        // A component has a separate name; a header is reported where it is used.
        NodeKind::Many(Of::Headers) if pointer != "/components/headers" => {
            let hints = value.as_object().into_iter().flat_map(|named| named.keys());
            headers.extend(hints.filter(|name| is_hint(name)).cloned());
        }
        NodeKind::Operation if pointer.starts_with("/paths/") => {
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
    lines.extend(said(root["info"]["description"].as_str().unwrap_or_default()));
    lines
}

/// Returns the first sentence of a description that mentions a limit.
fn said(description: &str) -> Option<String> {
    const HINTS: [&str; 6] =
        ["rate limit", "rate-limit", "requests per", "requests a ", "calls per", "throttl"];
    let paragraphs = description.split("\n\n").filter(|text| !text.trim_start().starts_with('#'));
    let sentence = paragraphs.flat_map(|text| text.split_inclusive('.')).find(|sentence| {
        let sentence = sentence.to_lowercase();
        HINTS.iter().any(|hint| sentence.contains(hint))
    })?;
    let words: Vec<&str> = sentence.split_whitespace().collect();
    let words = words.join(" ");
    let cut: String = words.chars().take(SENTENCE).collect();
    Some(format!("\"{cut}{}\"", if cut == words { "" } else { "…" }))
}

fn is_hint(header: &str) -> bool {
    let name = header.to_lowercase().replace(['-', '_'], "");
    name.contains("ratelimit") || name == "retryafter" || name.contains("quota")
}

#[cfg(test)]
mod tests {
    use openapi_document::load::load;

    use super::*;

    #[test]
    fn a_big_document_is_one_page() {
        let mut text = String::from(
            "openapi: 3.0.3\ninfo: {title: Big, version: '2', description: \"# A\\n\\nUp to 10 requests per second. Or so.\"}\nservers:\n",
        );
        for n in 0..30 {
            text += &format!("  - {{url: 'https://{n}.example.com'}}\n");
        }
        text += "paths:\n";
        for n in 0..50 {
            let tag = n / 20;
            text += &format!("  /p{n}: {{get: {{tags: [T{tag}]}}, post: {{}}}}\n");
        }
        let page = summary("big.yaml", &load("big.yaml", &text).unwrap(), "nothing found");
        assert!(page.lines().count() < 50, "{page}");
        insta::assert_snapshot!(page);
    }
}
