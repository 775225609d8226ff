//! Comparing operations: which is which, and what their requests and answers
//! became.

use std::collections::{BTreeMap, BTreeSet};

use openapi_document::document::child;
use serde_json::Value;

use super::change::{Direction, Finding, Verdict, Which};
use super::graph::Graph;
use super::said::{docs, servers_of};
use super::side::Side;
use super::{messages, parameters, security};

const METHODS: [&str; 9] =
    ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/// One operation of one side.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    /// Where it is.
    pub(crate) pointer: String,
    /// Where the path that it belongs to is.
    pub(crate) item: String,
    /// What people call it: method and path.
    pub(crate) name: String,
    /// The same, but for the names of the path's variables.
    pub(crate) wire: String,
    pub(crate) id: Option<String>,
    /// The variables of the path, in order.
    pub(crate) variables: Vec<String>,
}

/// What the operations of `part` (paths, webhooks, callbacks) are.
pub(crate) fn list(side: &Side<'_>, part: &str) -> Vec<Operation> {
    let mut operations = Vec::new();
    let items = if part == "/webhooks" { side.members(part) } else { side.members_proper(part) };
    for (path, item) in items {
        for method in METHODS {
            let pointer = side.follow(&child(&item, method));
            let value = side.get(&pointer);
            if !value.is_object() {
                continue;
            }
            // Only the names of a path's variables are not sent: what stands in
            // the braces of a callback tells where its address is from.
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

/// A path without the names of its variables, and these.
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

/// What is found about one operation: on its own, and in its schemas.
#[derive(Debug, Default)]
pub(crate) struct Compared {
    pub(crate) name: String,
    pub(crate) findings: Vec<Finding>,
    pub(crate) roots: Vec<usize>,
}

/// Compares the operations of `paths` or `webhooks`. `sent` says who sends
/// the request.
pub(crate) fn compare(graph: &mut Graph<'_>, part: &str, sent: Direction) -> Vec<Compared> {
    let prefix = if part == "/webhooks" { "webhook " } else { "" };
    between(graph, (part, part), sent, prefix)
}

fn between(
    graph: &mut Graph<'_>,
    parts: (&str, &str),
    sent: Direction,
    prefix: &str,
) -> Vec<Compared> {
    let mut old = list(&graph.old, parts.0);
    let mut new = list(&graph.new, parts.1);
    let mut compared = Vec::new();
    let same: [fn(&Operation, &Operation) -> bool; 2] =
        [|a, b| a.wire == b.wire, |a, b| a.id.is_some() && a.id == b.id];
    for same in same {
        let mut index = 0;
        while index < old.len() {
            match new.iter().position(|other| same(&old[index], other)) {
                Some(other) => {
                    let pair = (old.remove(index), new.remove(other));
                    compared.push(both(graph, &pair.0, &pair.1, sent, prefix));
                }
                None => index += 1,
            }
        }
    }
    for operation in old {
        compared.push(one(&graph.old, operation, Which::Old, prefix));
    }
    for operation in new {
        compared.push(one(&graph.new, operation, Which::New, prefix));
    }
    compared
}

/// An operation that only one side has.
fn one(side: &Side<'_>, operation: Operation, which: Which, prefix: &str) -> Compared {
    let name = format!("{prefix}{}", operation.name);
    let deprecated = side.get(&operation.pointer)["deprecated"] == Value::Bool(true);
    let at = (which, operation.pointer);
    let finding = match which {
        Which::New => {
            let message = format!("{name} is new");
            Finding::new(Verdict::Compatible, "operation-added", at, message, "nobody uses it yet")
        }
        Which::Old => {
            let was = if deprecated { ", it was deprecated" } else { "" };
            let message = format!("{name} is gone{was}");
            Finding::new(
                Verdict::Breaking,
                "operation-removed",
                at,
                message,
                "its callers have nothing to call",
            )
        }
    };
    Compared { name, findings: vec![finding], roots: Vec::new() }
}

fn both(
    graph: &mut Graph<'_>,
    old: &Operation,
    new: &Operation,
    sent: Direction,
    prefix: &str,
) -> Compared {
    let mut compared = Compared { name: format!("{prefix}{}", new.name), ..Compared::default() };
    itself(graph, old, new, &mut compared);
    parameters::compare(graph, old, new, sent, &mut compared);
    let pointers = (old.pointer.as_str(), new.pointer.as_str());
    messages::request(graph, pointers, sent, &mut compared);
    messages::answers(graph, pointers, sent.opposite(), &mut compared);
    security::compare(graph, old, new, &mut compared);
    callbacks(graph, pointers, sent, &mut compared);
    compared
}

/// What the operation says of itself.
fn itself(graph: &Graph<'_>, old: &Operation, new: &Operation, compared: &mut Compared) {
    let (before, after) = (graph.old.get(&old.pointer), graph.new.get(&new.pointer));
    let at = |keyword: &str| (Which::New, child(&new.pointer, keyword));
    let findings = &mut compared.findings;
    if old.wire != new.wire {
        let message = format!("{} is now {}", old.name, new.name);
        let reason = "callers use the old method or path";
        let place = (Which::New, new.pointer.clone());
        findings.push(Finding::new(Verdict::Breaking, "operation-moved", place, message, reason));
    } else if old.name != new.name {
        let message = format!("{} is written {} now", old.name, new.name);
        findings.push(Finding::docs((Which::New, new.item.clone()), message));
    }
    if old.id != new.id {
        let show =
            |id: &Option<String>| id.as_ref().map_or("none".to_owned(), |id| format!("`{id}`"));
        let message = format!("operation id is {}, was {}", show(&new.id), show(&old.id));
        let reason = "generated clients call the operation by it";
        findings.push(Finding::new(
            Verdict::Breaking,
            "operation-id",
            at("operationId"),
            message,
            reason,
        ));
    }
    let deprecated = |value: &Value| value["deprecated"] == Value::Bool(true);
    if deprecated(before) != deprecated(after) {
        let what = if deprecated(after) { "is deprecated" } else { "is deprecated no more" };
        let message = format!("the operation {what}");
        findings.push(Finding::new(
            Verdict::Compatible,
            "deprecated",
            at("deprecated"),
            message,
            "it still works",
        ));
    }
    docs(before, after, (&old.pointer, &new.pointer), "the operation", findings);
    let items = (graph.old.get(&old.item), graph.new.get(&new.item));
    docs(items.0, items.1, (&old.item, &new.item), "the path", findings);
    let servers = (child(&old.pointer, "servers"), child(&new.pointer, "servers"));
    servers_of(graph, servers, findings);
    let servers = (child(&old.item, "servers"), child(&new.item, "servers"));
    servers_of(graph, servers, findings);
}

/// What the server sends in the course of an operation.
fn callbacks(
    graph: &mut Graph<'_>,
    pointers: (&str, &str),
    sent: Direction,
    compared: &mut Compared,
) {
    let (old_at, new_at) = (child(pointers.0, "callbacks"), child(pointers.1, "callbacks"));
    let old: BTreeMap<String, String> = graph.old.members(&old_at).into_iter().collect();
    let new: BTreeMap<String, String> = graph.new.members(&new_at).into_iter().collect();
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for name in names {
        let nowhere = String::new();
        let parts = (old.get(name).unwrap_or(&nowhere), new.get(name).unwrap_or(&nowhere));
        let parts = (
            if parts.0.is_empty() { "/no/such" } else { parts.0 },
            if parts.1.is_empty() { "/no/such" } else { parts.1 },
        );
        for inner in between(graph, parts, sent.opposite(), &format!("callback {name} ")) {
            compared.findings.extend(inner.findings);
            compared.roots.extend(inner.roots);
        }
    }
}
