//! Rule: with a selection, only the named operations come out, and only the
//! schemas that they need.

use std::collections::BTreeSet;

use openapi_document::document::Document;
use openapi_document::references;
use serde_json::Value;

/// Which operations to keep: by id, tag, or path. Empty, it keeps all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection(pub Vec<String>);

impl Selection {
    /// Whether the operation is wanted.
    pub(crate) fn takes(&self, path: &str, operation: &Value) -> bool {
        let tagged = |wanted: &String| {
            operation["tags"].as_array().is_some_and(|tags| tags.iter().any(|tag| tag == wanted))
        };
        self.0.is_empty()
            || self.0.iter().any(|wanted| {
                wanted == path || operation["operationId"] == *wanted || tagged(wanted)
            })
    }
}

/// Drops the schemas that no selected operation needs.
pub(super) fn prune(document: &mut Document, selection: &Selection) {
    if selection.0.is_empty() {
        return;
    }
    if let Some(root) = document.root.as_object_mut() {
        root.shift_remove("webhooks");
    }
    let needed = reachable(&document.root, &document.root["paths"]);
    if let Some(schemas) = document.root["components"]["schemas"].as_object_mut() {
        schemas.retain(|name, _| needed.contains(name));
    }
}

/// The names of all component schemas that `from` needs.
pub(crate) fn reachable(root: &Value, from: &Value) -> BTreeSet<String> {
    let mut needed = BTreeSet::new();
    let mut todo = vec![from];
    while let Some(value) = todo.pop() {
        match value {
            Value::Object(members) => {
                if let Some(name) = members.get("$ref").and_then(Value::as_str).and_then(component)
                    && needed.insert(name.clone())
                {
                    todo.extend(root["components"]["schemas"].get(&name));
                }
                todo.extend(members.values());
            }
            Value::Array(items) => todo.extend(items),
            _ => {}
        }
    }
    needed
}

fn component(reference: &str) -> Option<String> {
    Some(references::unescape(reference.strip_prefix("#/components/schemas/")?))
}
