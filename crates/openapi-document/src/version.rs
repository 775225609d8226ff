//! Checks the version of a document: OpenAPI 3.0, 3.1 or 3.2, with parts of the expected types.

use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::document::Document;

/// The supported versions, without the last number.
const KNOWN: [&str; 3] = ["3.0", "3.1", "3.2"];

/// Rejects documents of unsupported versions.
pub fn check(document: &Document) -> Result<(), Diagnostic> {
    let root = &document.root;
    if !root.is_object() {
        return Err(document
            .diagnostic("", format!("not an OpenAPI document: {}, not an object", a(root)))
            .help("give a file that begins with `openapi: 3.…`, in YAML or JSON"));
    }
    if let Some(version) = root.get("swagger") {
        let message = format!("Swagger {} is not supported", text(version));
        return Err(document
            .diagnostic("/swagger", message)
            .help("ask the vendor for OpenAPI 3, or convert it: `npx swagger2openapi FILE`"));
    }
    match root.get("openapi").map(text) {
        Some(version) if is_known(&version) => {}
        Some(version) => {
            let message = format!("OpenAPI {version} is not supported");
            return Err(document
                .diagnostic("/openapi", message)
                .help("use a 3.0, 3.1 or 3.2 document"));
        }
        None => {
            return Err(document
                .diagnostic("", "not an OpenAPI document: `openapi` is missing")
                .help("give a file that begins with `openapi: 3.…`, in YAML or JSON"));
        }
    }
    ["info", "paths", "webhooks", "components"]
        .iter()
        .try_for_each(|name| is_object(document, name))
}

fn is_known(version: &str) -> bool {
    KNOWN.iter().any(|known| {
        let rest = version.strip_prefix(known);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
    })
}

fn is_object(document: &Document, name: &str) -> Result<(), Diagnostic> {
    match document.root.get(name) {
        None | Some(Value::Null | Value::Object(_)) => Ok(()),
        // Some languages write an empty object this way. Paths should exist.
        Some(Value::Array(items)) if items.is_empty() && name != "paths" => Ok(()),
        Some(other) => Err(document
            .diagnostic(&format!("/{name}"), format!("`{name}` is {}, not an object", a(other)))
            .help("correct it in the file")),
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn a(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::load;

    fn checked(text: &str) -> Result<(), String> {
        check(&load("api.yaml", text).unwrap()).map_err(|diagnostic| diagnostic.message)
    }

    #[test]
    fn other_formats_are_rejected_by_name() {
        let cases = [
            ("swagger: '2.0'\ninfo: {}", "Swagger 2.0 is not supported"),
            ("swagger: 2.0", "Swagger 2.0 is not supported"),
            ("openapi: 4.0.0", "OpenAPI 4.0.0 is not supported"),
            ("openapi: 3.10.0", "OpenAPI 3.10.0 is not supported"),
            ("openapi: ~", "OpenAPI null is not supported"),
            ("a: 1", "not an OpenAPI document: `openapi` is missing"),
            ("[1]", "not an OpenAPI document: a list, not an object"),
            ("<html></html>", "not an OpenAPI document: a text, not an object"),
            ("{openapi: 3.1.0, paths: []}", "`paths` is a list, not an object"),
            ("{openapi: 3.1.0, components: [1]}", "`components` is a list, not an object"),
        ];
        for (text, message) in cases {
            assert_eq!(checked(text), Err(message.to_owned()), "{text}");
        }
    }

    #[test]
    fn versions_may_be_numbers_and_parts_may_be_missing_or_empty() {
        for text in ["openapi: 3.1", "openapi: 3.2.0-rc", "{openapi: 3.0.3, components: []}"] {
            assert_eq!(checked(text), Ok(()), "{text}");
        }
    }
}
