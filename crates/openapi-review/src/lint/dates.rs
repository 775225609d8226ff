//! Finds texts that are dates but have no `format`.

use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;
use openapi_document::node_kind::{NodeKind, walk};
use openapi_document::views::Schema;
use serde_json::Value;

use crate::lint::rule::Rule;

pub(super) const RULE: Rule = Rule {
    code: "date-without-format",
    meaning: "According to its name, description or example, a text is a date, but it has no \
        `format`.",
    action: "Add `format: date-time` or `format: date`.",
    reference: "https://json-schema.org/draft/2020-12/json-schema-validation#name-dates-times-and-duration",
    reason: "without `format: date-time` (or `date`) the client has text instead of a time",
    check,
};

fn check(document: &Document) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    walk(&document.root, &mut |kind, pointer, schema| {
        if kind != NodeKind::Schema || !is_bare_text(schema) {
            return;
        }
        let (name, field) = subject(document, pointer);
        let why = examples(schema)
            .find(|example| is_date(example))
            .map(|example| format!("the example `{example}`"))
            .or_else(|| {
                words(schema).map(|word| {
                    format!(
                        "the description, which contains \
                \"{word}\""
                    )
                })
            })
            .or_else(|| (field && is_date_name(name)).then(|| "its name".to_owned()));
        if let Some(why) = why {
            let message = format!("`{name}` is a date according to {why}, but has no `format`");
            diagnostics.push(document.diagnostic(pointer, message));
        }
    });
    diagnostics
}

/// Returns what a schema is the type of, and whether that is a single field or parameter.
fn subject<'a>(document: &'a Document, pointer: &'a str) -> (&'a str, bool) {
    let (outer, last) = pointer.rsplit_once('/').unwrap_or_default();
    let parameter = document.root.pointer(outer).and_then(|parameter| parameter["name"].as_str());
    match (last, parameter) {
        ("schema", Some(name)) => (name, true),
        ("items", _) => (subject(document, outer).0, false),
        _ => (last, outer.ends_with("/properties")),
    }
}

/// Returns whether the schema allows any text.
fn is_bare_text(schema: &Value) -> bool {
    let types = &schema["type"];
    let text = types == "string"
        || types.as_array().is_some_and(|types| types.iter().any(|name| name == "string"));
    text && ["format", "enum", "const", "pattern"].iter().all(|name| schema.get(name).is_none())
}

fn examples(schema: &Value) -> impl Iterator<Item = &str> {
    Schema(schema).examples().filter_map(Value::as_str)
}

/// Returns whether a text is `2024-01-15`, optionally followed by a time.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| {
        bytes.get(range).is_some_and(|part| part.iter().all(u8::is_ascii_digit))
    };
    digits(0..4)
        && digits(5..7)
        && digits(8..10)
        && bytes[4] == b'-'
        && bytes[7] == b'-'
        && bytes.get(10).is_none_or(|next| b"T t".contains(next) && digits(11..13))
}

fn words(schema: &Value) -> Option<&'static str> {
    const WORDS: [&str; 6] =
        ["ISO 8601", "ISO8601", "ISO-8601", "RFC 3339", "RFC3339", "YYYY-MM-DD"];
    let description = schema["description"].as_str()?;
    WORDS.into_iter().find(|word| description.contains(word))
}

/// Returns whether a name ends like that of a date, in snake case, camel case or kebab case.
fn is_date_name(name: &str) -> bool {
    const ENDS: [&str; 7] = ["_at", "_date", "_time", "_datetime", "-at", "-date", "-time"];
    const CAMEL: [&str; 4] = ["At", "Date", "Time", "DateTime"];
    const WHOLE: [&str; 5] = ["date", "datetime", "timestamp", "created", "updated"];
    WHOLE.contains(&name)
        || ENDS.iter().any(|end| name.ends_with(end))
        || CAMEL.iter().any(|end| {
            name.strip_suffix(end).is_some_and(|rest| rest.ends_with(char::is_lowercase))
        })
}
