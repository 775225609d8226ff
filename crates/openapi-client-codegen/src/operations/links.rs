//! Rule: keeps the links between operations when ids, paths and responses are rewritten.
//!
//! The links become members of their operations. [`emit`](crate::emit) reads them and implements
//! the job kinds that they describe.

use std::collections::BTreeMap;

use openapi_document::methods::METHODS;
use openapi_document::pointer::child;
use openapi_document::references;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The member of an operation with its pointer in the description, to which links refer.
pub const SOURCE: &str = "x-source";
/// The member of an operation with the [`Link`]s of its success response.
pub const LINKS: &str = "x-links";

/// The prefix of runtime expressions that refer to the response body.
const BODY: &str = "$response.body#";

/// A link from a success response to an operation that takes a value from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The pointer of the target operation in the description.
    pub target: String,
    /// The parameter that takes the value.
    pub parameter: String,
    /// The pointer of the value in the response body.
    pub value: String,
}

impl Link {
    /// Reads the links from the member of an operation.
    pub(crate) fn read(member: &Value) -> Vec<Self> {
        Vec::deserialize(member).unwrap_or_default()
    }
}

/// The links of a document and the operations that they connect.
pub(super) struct Linked {
    links: BTreeMap<String, Vec<Link>>,
}

impl Linked {
    /// Stores the links in the operation, and its pointer if it is the target of a link.
    pub(super) fn mark(&self, pointer: &str, operation: &mut Value) {
        if let Some(links) = self.links.get(pointer) {
            operation[LINKS] = json!(links);
        }
        if self.links.values().flatten().any(|link| link.target == pointer) {
            operation[SOURCE] = json!(pointer);
        }
    }
}

/// Returns all links whose target is in the document.
pub(super) fn of(paths: &Value) -> Linked {
    let operations: Vec<(String, &Value)> = operations(paths).collect();
    let links = operations.iter().filter_map(|(pointer, operation)| {
        let links: Vec<Link> =
            success_links(operation).filter_map(|link| self::link(link, &operations)).collect();
        (!links.is_empty()).then(|| (pointer.clone(), links))
    });
    Linked { links: links.collect() }
}

fn operations(paths: &Value) -> impl Iterator<Item = (String, &Value)> {
    let items = paths.as_object().into_iter().flatten();
    items.flat_map(|(path, item)| {
        let operations = METHODS.into_iter().filter_map(|method| Some((method, item.get(method)?)));
        operations
            .map(move |(method, operation)| (child(&child("/paths", path), method), operation))
    })
}

fn success_links(operation: &Value) -> impl Iterator<Item = &Value> {
    let responses = operation["responses"].as_object().into_iter().flatten();
    responses
        .filter(|(status, _)| status.trim().starts_with('2'))
        .filter_map(|(_, response)| response["links"].as_object())
        .flat_map(|links| links.values())
}

fn link(link: &Value, operations: &[(String, &Value)]) -> Option<Link> {
    // These links pass more than one value or use another server.
    let is_more = ["requestBody", "server"].iter().any(|member| link.get(member).is_some());
    let mut parameters = link["parameters"].as_object()?.iter();
    let (Some((parameter, expression)), None, false) =
        (parameters.next(), parameters.next(), is_more)
    else {
        return None;
    };
    let target = match (link["operationId"].as_str(), link["operationRef"].as_str()) {
        (Some(id), None) => {
            operations.iter().find(|(_, operation)| operation["operationId"] == id)?.0.clone()
        }
        (None, Some(reference)) => {
            let pointer = references::pointer(reference.strip_prefix('#')?);
            operations.iter().find(|(operation, _)| *operation == pointer)?.0.clone()
        }
        _ => return None,
    };
    // A prefix such as `path.` distinguishes parameters with the same name.
    let parameter = ["path.", "query.", "header.", "cookie."]
        .iter()
        .find_map(|location| parameter.strip_prefix(location))
        .unwrap_or(parameter);
    let value = expression.as_str()?.strip_prefix(BODY)?;
    Some(Link { target, parameter: parameter.to_owned(), value: value.to_owned() })
}
