//! Rule: a selection keeps only the selected operations and the schemas that they need.

use openapi_document::document::Document;
use openapi_document::pointer::child;
use openapi_document::reach::{self, Ways};
use serde_json::Value;

/// The operations to keep, by id, tag or path. If empty, all operations are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection(pub Vec<String>);

impl Selection {
    /// Returns whether an operation is selected.
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

/// Removes the schemas that no selected operation needs.
pub(super) fn prune(document: &mut Document, selection: &Selection) {
    if selection.0.is_empty() {
        return;
    }
    if let Some(root) = document.root.as_object_mut() {
        root.shift_remove("webhooks");
    }
    let needed = reach::reached(&document.root, [&document.root["paths"]], Ways::default());
    if let Some(schemas) = document.root["components"]["schemas"].as_object_mut() {
        schemas.retain(|name, _| needed.contains(&child("/components/schemas", name)));
    }
}
