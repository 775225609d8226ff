//! The operations of one side, and the findings about one.

use openapi_document::methods::METHODS;
use openapi_document::pointer::child;

use crate::diff::change::Finding;
use crate::diff::view::SpecView;

/// One operation of one side.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    /// The place of the operation.
    pub(crate) pointer: String,
    /// The place of its path.
    pub(crate) item: String,
    /// Its name for people: method and path.
    pub(crate) name: String,
    /// Like `name`, without the names of the path's variables.
    pub(crate) wire: String,
    pub(crate) id: Option<String>,
    /// The variables of the path, in order.
    pub(crate) variables: Vec<String>,
}

impl Operation {
    /// Returns its method and URL on servers that add `prefix` before all paths.
    pub(crate) fn url(&self, prefix: &str) -> String {
        let (method, path) = self.wire.split_once(' ').unwrap_or_default();
        format!("{method} {prefix}{path}")
    }
}

/// Returns the operations of `part` (paths, webhooks, callbacks).
pub(crate) fn list(side: &SpecView<'_>, part: &str) -> Vec<Operation> {
    let mut operations = Vec::new();
    let items = if part == "/webhooks" { side.members(part) } else { side.members_proper(part) };
    for (path, item) in items {
        for method in METHODS {
            let pointer = side.follow(&child(&item, method));
            let value = side.get(&pointer);
            if !value.is_object() {
                continue;
            }
            // The names of a path's variables are not sent, but the expression in the braces of a
            // callback determines its address.
            let (wire, variables) = match part {
                "/paths" => template(&path),
                _ => (path.clone(), Vec::new()),
            };
            operations.push(Operation {
                pointer,
                item: item.clone(),
                name: format!("{} {path}", method.to_uppercase()),
                wire: format!("{method} {wire}"),
                id: value["operationId"].as_str().map(ToOwned::to_owned),
                variables,
            });
        }
    }
    operations
}

/// Returns a path without the names of its variables, and the names.
fn template(path: &str) -> (String, Vec<String>) {
    let mut wire = String::new();
    let mut variables = Vec::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, tail)) = after.split_once('}') else { break };
        wire.push_str(before);
        wire.push_str("{}");
        variables.push(name.to_owned());
        rest = tail;
    }
    wire.push_str(rest);
    (wire, variables)
}

/// The findings about one operation: on its own, and in its schemas.
#[derive(Debug, Default)]
pub(crate) struct Compared {
    pub(crate) name: String,
    pub(crate) findings: Vec<Finding>,
    pub(crate) roots: Vec<usize>,
}
