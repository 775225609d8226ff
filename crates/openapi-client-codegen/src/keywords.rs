//! What a schema says beyond types: limits, conditions, defaults. No type can
//! say it, so it doesn't reach the client; it is reported here.

use std::collections::BTreeSet;

use openapi_document::methods::METHODS;
use openapi_document::node_kind;
use openapi_document::node_kind::NodeKind;
use openapi_document::pointer::child;
use openapi_document::reach;
use serde_json::{Map, Value};

use crate::operations::Selection;
use crate::report::Report;

/// What the server checks or fills in. The client says and understands all that
/// it could with it, and more.
const CHECKED: [&str; 16] = [
    "default",
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
    "unevaluatedItems",
];

/// What may describe fields, elements or names that the types then don't have.
const DESCRIBED: [(&str, &str); 8] = [
    ("if", "what holds under the condition is optional"),
    ("not", "what is excluded is allowed"),
    ("dependentSchemas", "what other fields bring with them is optional"),
    ("unevaluatedProperties", "fields beyond those described are allowed"),
    ("contains", "the list may be without it"),
    ("propertyNames", "names are any text"),
    ("prefixItems", "each element may be any of them"),
    ("patternProperties", "each field may be any of them"),
];

/// One keyword, or several, that no type says.
#[derive(Debug)]
pub(crate) struct Dropped {
    pointer: String,
    text: String,
    is_lossy: bool,
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
    for Dropped { pointer, text, is_lossy } in dropped {
        if is_lossy {
            report.lossy(&pointer, "keywords", text);
        } else {
            report.lossless(&pointer, "limits", text);
        }
    }
}

fn read(schema: &Map<String, Value>, pointer: &str, all: &mut Vec<Dropped>) {
    let checked: Vec<String> = CHECKED
        .iter()
        .filter(|name| schema.contains_key(**name))
        .map(|name| format!("`{name}`"))
        .collect();
    if !checked.is_empty() {
        let text = format!("{}: left to the server", checked.join(", "));
        all.push(Dropped { pointer: pointer.to_owned(), text, is_lossy: false });
    }
    for (name, effect) in DESCRIBED {
        if schema.get(name).is_some_and(|value| says_something(name, value)) {
            let text = format!("`{name}`: {effect}");
            all.push(Dropped { pointer: pointer.to_owned(), text, is_lossy: true });
        }
    }
}

/// `true` and `{}` allow anything, so they take nothing away.
fn says_something(name: &str, value: &Value) -> bool {
    let is_anything = *value == Value::Bool(true) || value.as_object().is_some_and(Map::is_empty);
    name == "not" || !is_anything
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
