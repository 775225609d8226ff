//! Rule: links between operations survive the rewriting of ids, paths and
//! responses.
//!
//! They travel as members of the operations that have them, for
//! [`emit`](crate::emit), which implements the kinds of jobs that they describe.

use std::collections::BTreeMap;

use openapi_document::methods::METHODS;
use openapi_document::pointer::child;
use openapi_document::references;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The member of an operation that holds its pointer in the description, where
/// links are.
pub const SOURCE: &str = "x-source";
/// The member of an operation that holds the [`Link`]s of its success response.
pub const LINKS: &str = "x-links";

/// How runtime expressions begin that refer to the body of the response.
const BODY: &str = "$response.body#";

/// From a success response to an operation that takes one value of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The pointer of the operation in the description.
    pub target: String,
    /// The parameter that takes the value.
    pub parameter: String,
    /// The pointer of the value in the body of the response.
    pub value: String,
}

impl Link {
    /// The links in an operation's member.
    pub(crate) fn read(member: &Value) -> Vec<Self> {
        Vec::deserialize(member).unwrap_or_default()
    }
}

/// The links of a document, and the operations that they connect.
pub(super) struct Linked {
    links: BTreeMap<String, Vec<Link>>,
}

impl Linked {
    /// Notes the operation's links, and its place if a link leads to it.
    pub(super) fn mark(&self, pointer: &str, operation: &mut Value) {
        if let Some(links) = self.links.get(pointer) {
            operation[LINKS] = json!(links);
        }
        if self.links.values().flatten().any(|link| link.target == pointer) {
            operation[SOURCE] = json!(pointer);
        }
    }
}

/// All links whose target is in the document.
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
    // Such a link sends more than one value, or to another server.
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
    // `path.id` is the `id` of the path, where several parameters are called so.
    let parameter = ["path.", "query.", "header.", "cookie."]
        .iter()
        .find_map(|location| parameter.strip_prefix(location))
        .unwrap_or(parameter);
    let value = expression.as_str()?.strip_prefix(BODY)?;
    Some(Link { target, parameter: parameter.to_owned(), value: value.to_owned() })
}
