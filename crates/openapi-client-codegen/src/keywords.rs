//! Reports keywords that a type can't express, such as limits, conditions and defaults.

use std::collections::BTreeSet;

use openapi_document::bundle;
use openapi_document::methods::METHODS;
use openapi_document::node_kind;
use openapi_document::node_kind::NodeKind;
use openapi_document::pointer::child;
use openapi_document::reach;
use serde_json::{Map, Value};

use crate::codes::{self, Code};
use crate::operations::Selection;
use crate::report::Report;

/// The keywords that the server checks. The client can still send and decode every valid value.
const CHECKED: [&str; 14] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "minContains",
    "maxContains",
    "dependentRequired",
];

/// Limits that the server checks in strings without a type.
const LENGTHS: [&str; 2] = ["minLength", "maxLength"];

/// Keywords that are limits on the length of a list if their value is `false`.
const REST: [&str; 1] = ["unevaluatedItems"];

/// Keywords that may describe fields, elements or names, which the types then lack.
const DESCRIBED: [(&str, &Code, &str); 10] = [
    ("if", &codes::CONDITION, "the fields in the condition are optional"),
    ("not", &codes::NOT, "excluded values are allowed"),
    (
        "dependentSchemas",
        &codes::DEPENDENT_SCHEMAS,
        "fields that depend on other fields are optional",
    ),
    (
        "unevaluatedProperties",
        &codes::UNEVALUATED_PROPERTIES,
        "undescribed fields are unrestricted",
    ),
    ("unevaluatedItems", &codes::UNEVALUATED_ITEMS, "undescribed elements are unrestricted"),
    ("contains", &codes::CONTAINS, "the list may lack such elements"),
    ("propertyNames", &codes::PROPERTY_NAMES, "names are unrestricted"),
    ("prefixItems", &codes::TUPLE, "each element may have any of the types"),
    ("patternProperties", &codes::PATTERN_PROPERTIES, "each field may have any of the types"),
    ("contentSchema", &codes::CONTENT_SCHEMA, "the content of the string has no type"),
];
/// The location of the data in an event. Its content is decoded.
const EVENT_DATA: &str = "/itemSchema/properties/data";
/// The prefixes of supported dialects: those of OpenAPI and of its base dialect.
const DIALECTS: [&str; 2] =
    ["https://json-schema.org/draft/2020-12/schema", "https://spec.openapis.org/oas/3."];

/// One or several keywords that no type expresses.
#[derive(Debug)]
pub(crate) struct Dropped {
    pointer: String,
    code: &'static Code,
    text: String,
}

/// Returns all such keywords in the selected parts of the document.
pub(crate) fn dropped(root: &Value, selection: &Selection) -> Vec<Dropped> {
    let reached = (!selection.0.is_empty()).then(|| reached(root, selection));
    let is_reached = |pointer: &str| {
        let inside = |place: &String| {
            pointer
                .strip_prefix(place.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        reached.as_ref().is_none_or(|places| places.iter().any(inside))
    };
    let mut all = Vec::new();
    of_document(root, &mut all);
    node_kind::walk(root, &mut |kind, pointer, value| {
        if let (NodeKind::Schema, Value::Object(schema)) = (kind, value)
            && is_reached(pointer)
        {
            read(schema, pointer, &mut all);
        }
    });
    all
}

/// Adds these keywords to the report.
pub(crate) fn report(dropped: Vec<Dropped>, report: &mut Report) {
    for Dropped { pointer, code, text } in dropped {
        report.record(&pointer, code, text);
    }
}

fn read(schema: &Map<String, Value>, pointer: &str, all: &mut Vec<Dropped>) {
    let mut add = |code, text| all.push(Dropped { pointer: pointer.to_owned(), code, text });
    let checked: Vec<String> = CHECKED
        .iter()
        .chain(LENGTHS.iter().filter(|_| is_plain(pointer)))
        .chain(REST.iter().filter(|name| schema.get(**name) == Some(&Value::Bool(false))))
        .filter(|name| schema.contains_key(**name))
        .map(|name| format!("`{name}`"))
        .collect();
    if !checked.is_empty() {
        let text = format!("{}: checked by the server", checked.join(", "));
        add(&codes::SERVER_LIMIT, text);
    }
    if schema.contains_key("default") {
        add(&codes::SERVER_DEFAULT, "`default`: applied by the server".to_owned());
    }
    for (name, code, effect) in DESCRIBED {
        let is_decoded = name == "contentSchema" && pointer.ends_with(EVENT_DATA);
        if schema.get(name).is_some_and(|value| restricts(name, value)) && !is_decoded {
            add(code, format!("`{name}`: {effect}"));
        }
    }
    let dialect = schema.get("$schema").and_then(Value::as_str);
    if let Some(dialect) = dialect.filter(|dialect| !is_known(dialect)) {
        add(&codes::DIALECT, format!("`{dialect}` is read as the dialect of OpenAPI"));
    }
    if schema.contains_key("$id") && refers_within(schema.values()) {
        add(&codes::BASE_URI, "references inside are resolved relative to the document".to_owned());
    }
}

/// Finds keywords of the document that apply to all schemas.
fn of_document(root: &Value, all: &mut Vec<Dropped>) {
    let dialect = root["jsonSchemaDialect"].as_str();
    if let Some(dialect) = dialect.filter(|dialect| !is_known(dialect)) {
        let text = format!("`{dialect}` is read as the dialect of OpenAPI");
        all.push(Dropped { pointer: "/jsonSchemaDialect".to_owned(), code: &codes::DIALECT, text });
    }
    if root.get("$self").is_some() && root.get(bundle::FILES).is_some() {
        let text = "references to other files are resolved relative to the document".to_owned();
        all.push(Dropped { pointer: "/$self".to_owned(), code: &codes::BASE_URI, text });
    }
}

fn is_known(dialect: &str) -> bool {
    DIALECTS.iter().any(|known| dialect.starts_with(known))
}

/// Returns whether there is a reference to another location in the same document.
fn refers_within<'a>(mut values: impl Iterator<Item = &'a Value>) -> bool {
    values.any(|value| match value {
        Value::Object(members) => {
            members.get("$ref").and_then(Value::as_str).is_some_and(|text| text.starts_with('#'))
                || refers_within(members.values())
        }
        Value::Array(items) => refers_within(items.iter()),
        _ => false,
    })
}

/// Returns whether a pointer leads to the schema of a parameter or header.
fn is_plain(pointer: &str) -> bool {
    let holder = pointer.strip_suffix("/schema").and_then(|holder| holder.rsplit_once('/'));
    holder.is_some_and(|(list, _)| list.ends_with("/parameters") || list.ends_with("/headers"))
}

/// Returns whether the value of a keyword restricts anything. `true` and `{}` allow everything.
fn restricts(name: &str, value: &Value) -> bool {
    let is_anything = *value == Value::Bool(true) || value.as_object().is_some_and(Map::is_empty);
    let is_limit = REST.contains(&name) && *value == Value::Bool(false);
    name == "not" || !(is_anything || is_limit)
}

/// Returns the pointers of all elements that the selected operations use.
fn reached(root: &Value, selection: &Selection) -> BTreeSet<String> {
    let mut places = Vec::new();
    for (path, item) in root["paths"].as_object().into_iter().flatten() {
        let at = child("/paths", path);
        for (method, operation) in item.as_object().into_iter().flatten() {
            if METHODS.contains(&method.as_str()) && selection.takes(path, operation) {
                places.extend([child(&at, method), child(&at, "parameters")]);
            }
        }
    }
    reach::with_places(root, places)
}
