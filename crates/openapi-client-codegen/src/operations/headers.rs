//! Rule: describes the headers of all responses of an operation together.

use openapi_document::pointer::child;
use serde_json::{Value, json};

use crate::codes;
use crate::down_convert;
use crate::operations::context::{Context, target};
use crate::operations::markers::Header;
use crate::shape;

/// Returns the headers of an operation's responses. Each name occurs once.
pub(super) fn of(given: &Value, context: &mut Context<'_>) -> Vec<Header> {
    let mut all: Vec<Header> = Vec::new();
    let at = child(&context.pointer, "responses");
    for (status, response) in given["responses"].as_object().into_iter().flatten() {
        let at = child(&child(&at, status), "headers");
        for (name, header) in response["headers"].as_object().into_iter().flatten() {
            if !name.eq_ignore_ascii_case("content-type") {
                read(name, header, &child(&at, name), &mut all, context);
            }
        }
    }
    all
}

fn read(name: &str, header: &Value, at: &str, all: &mut Vec<Header>, context: &mut Context<'_>) {
    let schema = target(&header["schema"], context.schemas, 0);
    let described = schema["type"].as_str().unwrap_or("string");
    // An `i64` or `f64` would lose digits.
    let is_wide = ["integer", "number"].contains(&described)
        && schema["format"]
            .as_str()
            .is_some_and(|format| shape::is_wide(format) || format == "uint64");
    let kind = if is_wide { "string" } else { described }.to_owned();
    let known = all.iter().find(|there| there.name.eq_ignore_ascii_case(name));
    let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    if !is_name || name.is_empty() || known.is_some_and(|known| known.kind != kind) {
        let text = match is_name {
            true => format!("`{name}` has conflicting descriptions; the first description is used"),
            false => format!("`{name}` is omitted"),
        };
        context.report.record(at, &codes::HEADER_OMITTED, text);
        return;
    }
    if known.is_some() {
        return;
    }
    const COMPOSED: [&str; 5] = ["properties", "items", "oneOf", "anyOf", "allOf"];
    let is_composed = header.get("content").is_some()
        || is_wide
        || ["array", "object"].contains(&kind.as_str())
        || COMPOSED.iter().any(|name| schema.get(*name).is_some());
    if is_composed {
        context.report.record(
            at,
            &codes::HEADER_TEXT,
            format!("the value of `{name}` is a string"),
        );
    } else if schema.get("enum").is_some() {
        let text = format!("every {kind} is accepted, not only the listed values");
        context.report.record(at, &codes::ENUM_OPEN, text);
    }
    let mut text = match header["description"].as_str() {
        Some(text) if !text.is_empty() => text.to_owned(),
        _ => format!("`{name}`"),
    };
    if header["deprecated"] == json!(true) {
        down_convert::append_deprecation(&mut text);
    }
    all.push(Header { name: name.to_owned(), kind, text });
}
