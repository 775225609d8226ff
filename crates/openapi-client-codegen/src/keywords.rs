//! What a schema says beyond types: limits, conditions, defaults. No type can
//! say it, so it doesn't reach the client; it is reported here.

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

/// What the server checks or fills in. The client says and understands all that
/// it could with it, and more.
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

/// What is checked as well where the value is written as a text of its own.
const LENGTHS: [&str; 2] = ["minLength", "maxLength"];

/// What is a limit on the length of a list where it is `false`.
const REST: [&str; 1] = ["unevaluatedItems"];

/// What may describe fields, elements or names that the types then don't have.
const DESCRIBED: [(&str, &Code, &str); 10] = [
    ("if", &codes::CONDITION, "what holds under the condition is optional"),
    ("not", &codes::NOT, "what is excluded is allowed"),
    (
        "dependentSchemas",
        &codes::DEPENDENT_SCHEMAS,
        "what other fields bring with them is optional",
    ),
    (
        "unevaluatedProperties",
        &codes::UNEVALUATED_PROPERTIES,
        "fields beyond those described are allowed",
    ),
    (
        "unevaluatedItems",
        &codes::UNEVALUATED_ITEMS,
        "elements beyond those described are of any type",
    ),
    ("contains", &codes::CONTAINS, "the list may be without it"),
    ("propertyNames", &codes::PROPERTY_NAMES, "names are any text"),
    ("prefixItems", &codes::TUPLE, "each element may be any of them"),
    ("patternProperties", &codes::PATTERN_PROPERTIES, "each field may be any of them"),
    ("contentSchema", &codes::CONTENT_SCHEMA, "the content of the text has no type"),
];
/// The schemas of data in an event, whose content is decoded.
const EVENT_DATA: &str = "/itemSchema/properties/data";
/// How the names of dialects begin that are OpenAPI's or the one that it is based on.
const DIALECTS: [&str; 2] =
    ["https://json-schema.org/draft/2020-12/schema", "https://spec.openapis.org/oas/3."];

/// One keyword, or several, that no type says.
#[derive(Debug)]
pub(crate) struct Dropped {
    pointer: String,
    code: &'static Code,
    text: String,
}

/// All such keywords of the document that what is selected has.
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

/// Puts them into the report.
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
        let text = format!("{}: left to the server", checked.join(", "));
        add(&codes::SERVER_LIMIT, text);
    }
    if schema.contains_key("default") {
        add(&codes::SERVER_DEFAULT, "`default`: left to the server".to_owned());
    }
    for (name, code, effect) in DESCRIBED {
        let is_decoded = name == "contentSchema" && pointer.ends_with(EVENT_DATA);
        if schema.get(name).is_some_and(|value| says_something(name, value)) && !is_decoded {
            add(code, format!("`{name}`: {effect}"));
        }
    }
    let dialect = schema.get("$schema").and_then(Value::as_str);
    if let Some(dialect) = dialect.filter(|dialect| !is_known(dialect)) {
        add(&codes::DIALECT, format!("`{dialect}` is read as the dialect of OpenAPI"));
    }
    if schema.contains_key("$id") && refers_within(schema.values()) {
        add(&codes::BASE_URI, "references within are resolved from the document".to_owned());
    }
}

/// What the document says of all of its schemas.
fn of_document(root: &Value, all: &mut Vec<Dropped>) {
    let dialect = root["jsonSchemaDialect"].as_str();
    if let Some(dialect) = dialect.filter(|dialect| !is_known(dialect)) {
        let text = format!("`{dialect}` is read as the dialect of OpenAPI");
        all.push(Dropped { pointer: "/jsonSchemaDialect".to_owned(), code: &codes::DIALECT, text });
    }
    if root.get("$self").is_some() && root.get(bundle::FILES).is_some() {
        let text = "references to other files are resolved from the document's place".to_owned();
        all.push(Dropped { pointer: "/$self".to_owned(), code: &codes::BASE_URI, text });
    }
}

fn is_known(dialect: &str) -> bool {
    DIALECTS.iter().any(|known| dialect.starts_with(known))
}

/// Whether there is a reference to a place in the same document.
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

/// Whether it is the schema of a parameter or a header.
fn is_plain(pointer: &str) -> bool {
    let holder = pointer.strip_suffix("/schema").and_then(|holder| holder.rsplit_once('/'));
    holder.is_some_and(|(list, _)| list.ends_with("/parameters") || list.ends_with("/headers"))
}

/// `true` and `{}` allow anything, so they take nothing away.
fn says_something(name: &str, value: &Value) -> bool {
    let is_anything = *value == Value::Bool(true) || value.as_object().is_some_and(Map::is_empty);
    let is_limit = REST.contains(&name) && *value == Value::Bool(false);
    name == "not" || !(is_anything || is_limit)
}

/// The pointers of all that the selected operations are made of.
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
