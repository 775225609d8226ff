//! Finds examples that their schemas don't allow.
//!
//! Formats are annotations: a date in another format than that of RFC 3339 shows what the API
//! returns, and is not a mistake.

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::{Draft, Registry, Validator};
use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;
use openapi_document::node_kind::{NodeKind, walk};
use openapi_document::pointer::child;
use openapi_document::views::{self, Schema};
use serde_json::{Map, Value, json};

use crate::lint::answers::resolved;
use crate::lint::rule::Rule;

pub(super) const RULE: Rule = Rule {
    code: "invalid-example",
    meaning: "An example does not match its schema.",
    action: "Correct the example, or the schema if the API returns such values.",
    reference: "https://spec.openapis.org/oas/v3.1.1.html#example-object",
    reason: "either the example or the schema is wrong, and the client follows the schema",
    check: examples,
};

pub(super) const INVALID_SCHEMA: Rule = Rule {
    code: "invalid-schema",
    meaning: "A schema is invalid.",
    action: "Correct the keyword that the message names.",
    reference: "https://json-schema.org/draft/2020-12/json-schema-validation",
    reason: "its meaning depends on the reader",
    check: schemas,
};

/// The name of the document during the check.
const DOCUMENT: &str = "urn:document";

/// An example: its place, its value, and the place of its schema.
struct Example<'a> {
    at: String,
    value: &'a Value,
    schema: String,
}

fn examples(document: &Document) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    validated(document, &mut |example, validator| {
        let Ok(validator) = validator else { return };
        let Some(error) = validator.iter_errors(example.value).next() else { return };
        let inside = error.instance_path().as_str();
        let place = if inside.is_empty() { String::new() } else { format!(" at {inside}") };
        let message = format!("the example does not match the schema{place}: {}", error.masked());
        diagnostics.push(document.diagnostic(&format!("{}{inside}", example.at), message));
    });
    diagnostics
}

fn schemas(document: &Document) -> Vec<Diagnostic> {
    let mut diagnostics = BTreeMap::new();
    validated(document, &mut |example, validator| {
        if let Err(message) = validator {
            let message = format!("not a valid schema: {message}");
            diagnostics
                .entry(example.schema.clone())
                .or_insert_with(|| document.diagnostic(&example.schema, message));
        }
    });
    diagnostics.into_values().collect()
}

/// Calls `judge` with every example and its schema's validator.
fn validated(document: &Document, judge: &mut dyn FnMut(&Example<'_>, &Result<Validator, String>)) {
    let root = modern(&document.root);
    let registry = Registry::new().add(DOCUMENT, root).and_then(|registry| registry.prepare());
    let Ok(registry) = registry else { return };
    let mut validators = BTreeMap::new();
    for example in collect(&document.root) {
        let validator = validators
            .entry(example.schema.clone())
            .or_insert_with_key(|pointer| validator(&registry, pointer));
        judge(&example, validator);
    }
}

fn validator(registry: &Registry<'_>, pointer: &str) -> Result<Validator, String> {
    let reference = format!("{DOCUMENT}#{}", escaped(pointer));
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(false)
        .should_ignore_unknown_formats(true)
        .with_registry(registry)
        .offline()
        .build(&json!({ "$ref": reference }))
        .map_err(|error| error.to_string())
}

/// Writes a JSON pointer as the fragment of a URI.
fn escaped(pointer: &str) -> String {
    pointer
        .bytes()
        .map(|byte| match byte {
            b'/' | b'~' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
            byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

fn collect(root: &Value) -> Vec<Example<'_>> {
    let mut found = Vec::new();
    walk(root, &mut |kind, pointer, value| match kind {
        NodeKind::Schema => {
            let listed = views::items(&value["examples"]).enumerate();
            let at = child(pointer, "examples");
            let mut all: Vec<(String, &Value)> =
                listed.map(|(index, example)| (child(&at, index), example)).collect();
            all.extend(value.get("example").map(|example| (child(pointer, "example"), example)));
            let schema = pointer.to_owned();
            found.extend(all.into_iter().map(|(at, value)| Example {
                at,
                value,
                schema: schema.clone(),
            }));
        }
        NodeKind::MediaType | NodeKind::Parameter | NodeKind::Header
            if value.get("schema").is_some() =>
        {
            let schema = child(pointer, "schema");
            let is_text = kind == NodeKind::MediaType && !is_json(pointer);
            for (at, value) in beside(root, pointer, value) {
                // The text of a body in another media type, such as XML.
                if !(is_text && value.is_string()) {
                    found.push(Example { at, value, schema: schema.clone() });
                }
            }
        }
        _ => {}
    });
    found
}

/// Returns whether the media type at `pointer` is JSON.
fn is_json(pointer: &str) -> bool {
    let name = pointer.rsplit('/').next().unwrap_or_default().to_lowercase();
    let essence = name.split(';').next().unwrap_or_default().trim();
    essence.ends_with("~1json") || essence.ends_with("+json")
}

/// Returns the examples next to a `schema`; components are reported at their definitions.
fn beside<'a>(root: &'a Value, pointer: &str, value: &'a Value) -> Vec<(String, &'a Value)> {
    let mut found: Vec<(String, &Value)> = value
        .get("example")
        .map(|example| (child(pointer, "example"), example))
        .into_iter()
        .collect();
    for (name, example) in views::members(&value["examples"]) {
        let reference = example["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
        let here = child(&child(pointer, "examples"), name);
        let at = reference.map_or(here, str::to_owned);
        if let Some(value) = resolved(root, example).get("value") {
            found.push((child(&at, "value"), value));
        }
    }
    found
}

/// Converts schemas of 3.0 to 3.1, and removes requirements for fields that are sent in one
/// direction only: an example may show either direction.
fn modern(root: &Value) -> Value {
    let mut copy = root.clone();
    let is_old = root["openapi"].as_str().is_some_and(|version| version.starts_with("3.0"));
    let mut pointers = Vec::new();
    walk(root, &mut |kind, pointer, _| {
        if kind == NodeKind::Schema {
            pointers.push(pointer.to_owned());
        }
    });
    // Inner schemas first, because the conversion of outer ones moves them.
    for pointer in pointers.iter().rev() {
        let one_way = one_way(root, pointer);
        let Some(Value::Object(schema)) = copy.pointer_mut(pointer) else { continue };
        if let Some(Value::Array(required)) = schema.get_mut("required") {
            required.retain(|name| name.as_str().is_none_or(|name| !one_way.contains(name)));
        }
        if is_old {
            exclusive(schema);
            nullable(schema);
        }
    }
    copy
}

/// The maximum number of schemas between a schema and a field that it includes.
const DEPTH: usize = 8;

/// Returns the fields of an object that only one side sends, according to the schema at `pointer`
/// and its parent.
fn one_way<'a>(root: &'a Value, pointer: &str) -> BTreeSet<&'a str> {
    let whole = pointer.find("/allOf/").map_or(pointer, |end| &pointer[..end]);
    let mut names = BTreeSet::new();
    let mut todo: Vec<(&Value, usize)> =
        [pointer, whole].iter().filter_map(|at| Some((root.pointer(at)?, 0))).collect();
    while let Some((schema, depth)) = todo.pop() {
        let schema = Schema(resolved(root, schema));
        for (name, property) in schema.properties() {
            let is_marked = |schema: Schema<'_>| schema.is("readOnly") || schema.is("writeOnly");
            if is_marked(property) || is_marked(Schema(resolved(root, property.0))) {
                names.insert(name);
            }
        }
        let parts = schema.parts().filter(|_| depth < DEPTH);
        todo.extend(parts.map(|part| (part.0, depth + 1)));
    }
    names
}

fn exclusive(schema: &mut Map<String, Value>) {
    for (flag, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        if schema.get(flag).is_some_and(Value::is_boolean)
            && schema.shift_remove(flag) == Some(Value::Bool(true))
            && let Some(limit) = schema.shift_remove(bound)
        {
            schema.insert(flag.to_owned(), limit);
        }
    }
}

fn nullable(schema: &mut Map<String, Value>) {
    if schema.shift_remove("nullable") != Some(Value::Bool(true)) {
        return;
    }
    if let Some(Value::String(name)) = schema.get("type").cloned() {
        schema.insert("type".to_owned(), json!([name, "null"]));
    }
    // Null is allowed regardless of the parts.
    for name in ["allOf", "anyOf", "oneOf"] {
        if let Some(parts) = schema.shift_remove(name) {
            let alternatives = json!([{ "type": "null" }, { name: parts }]);
            schema.insert("anyOf".to_owned(), alternatives);
        }
    }
}
