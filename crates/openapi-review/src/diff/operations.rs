//! Compares operations: matches them, and compares their requests and responses.

use std::collections::{BTreeMap, BTreeSet};

use openapi_document::pointer::child;
use serde_json::Value;

use crate::diff::change::{Direction, Finding, Side, Verdict};
use crate::diff::docs::docs;
use crate::diff::graph::Graph;
use crate::diff::kind::Kind;
use crate::diff::operation::{Compared, Operation, list};
use crate::diff::view::SpecView;
use crate::diff::{bodies, parameters, security, servers};

/// Compares the operations of `paths` or `webhooks`. `sent` is the direction
/// of the request.
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
    let mut old = list(&graph.views.old, parts.0);
    let mut new = list(&graph.views.new, parts.1);
    let prefixes = (servers::prefix(&graph.views.old), servers::prefix(&graph.views.new));
    let is_same_url = |a: &Operation, b: &Operation| {
        parts.0 == "/paths" && prefixes.0 != prefixes.1 && a.url(&prefixes.0) == b.url(&prefixes.1)
    };
    let mut compared = Vec::new();
    for (before, after) in pairs(&mut old, &mut new, |a, b| a.wire == b.wire) {
        compared.push(both(graph, &before, &after, sent, prefix));
    }
    for (before, mut after) in pairs(&mut old, &mut new, is_same_url) {
        graph.moved_prefixes = Some(prefixes.clone());
        after.wire.clone_from(&before.wire);
        compared.push(both(graph, &before, &after, sent, prefix));
    }
    for (before, after) in pairs(&mut old, &mut new, |a, b| a.id.is_some() && a.id == b.id) {
        compared.push(both(graph, &before, &after, sent, prefix));
    }
    for operation in old {
        compared.push(one(&graph.views.old, operation, Side::Old, prefix));
    }
    for operation in new {
        compared.push(one(&graph.views.new, operation, Side::New, prefix));
    }
    compared
}

/// Removes the operations that are the same.
fn pairs(
    old: &mut Vec<Operation>,
    new: &mut Vec<Operation>,
    is_same: impl Fn(&Operation, &Operation) -> bool,
) -> Vec<(Operation, Operation)> {
    let mut pairs = Vec::new();
    let mut index = 0;
    while index < old.len() {
        match new.iter().position(|other| is_same(&old[index], other)) {
            Some(other) => pairs.push((old.remove(index), new.remove(other))),
            None => index += 1,
        }
    }
    pairs
}

/// Reports an operation that only one side has.
fn one(view: &SpecView<'_>, operation: Operation, side: Side, prefix: &str) -> Compared {
    let name = format!("{prefix}{}", operation.name);
    let deprecated = view.get(&operation.pointer)["deprecated"] == Value::Bool(true);
    let at = (side, operation.pointer);
    let finding = match side {
        Side::New => {
            let message = format!("{name} is new");
            Finding::new(
                Verdict::Compatible,
                Kind::OperationAdded,
                at,
                message,
                "no caller uses it yet",
            )
        }
        Side::Old => {
            let was = if deprecated { ", it was deprecated" } else { "" };
            let message = format!("{name} is gone{was}");
            Finding::new(
                Verdict::Breaking,
                Kind::OperationRemoved,
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
    bodies::request(graph, pointers, sent, &mut compared);
    bodies::answers(graph, pointers, sent.opposite(), &mut compared);
    security::compare(graph, old, new, &mut compared);
    callbacks(graph, pointers, sent, &mut compared);
    compared
}

/// Compares an operation without its parts.
fn itself(graph: &Graph<'_>, old: &Operation, new: &Operation, compared: &mut Compared) {
    let (before, after) = (graph.views.old.get(&old.pointer), graph.views.new.get(&new.pointer));
    let at = |keyword: &str| (Side::New, child(&new.pointer, keyword));
    let findings = &mut compared.findings;
    if old.wire != new.wire {
        let message = format!("{} is now {}", old.name, new.name);
        let reason = "callers use the old method or path";
        let place = (Side::New, new.pointer.clone());
        findings.push(Finding::new(
            Verdict::Breaking,
            Kind::OperationMoved,
            place,
            message,
            reason,
        ));
    } else if old.name != new.name {
        let message = format!("{} is written {} now", old.name, new.name);
        findings.push(Finding::docs((Side::New, new.item.clone()), message));
    }
    if old.id != new.id {
        let show =
            |id: &Option<String>| id.as_ref().map_or("none".to_owned(), |id| format!("`{id}`"));
        let message = format!("operation id is {}, was {}", show(&new.id), show(&old.id));
        let reason = "it is not sent; generated clients name their methods by it";
        findings.push(Finding::new(
            Verdict::Compatible,
            Kind::OperationId,
            at("operationId"),
            message,
            reason,
        ));
    }
    let deprecated = |value: &Value| value["deprecated"] == Value::Bool(true);
    if deprecated(before) != deprecated(after) {
        let what = if deprecated(after) { "is deprecated" } else { "is no longer deprecated" };
        let message = format!("the operation {what}");
        findings.push(Finding::new(
            Verdict::Compatible,
            Kind::Deprecated,
            at("deprecated"),
            message,
            "it still works",
        ));
    }
    docs(before, after, (&old.pointer, &new.pointer), "the operation", findings);
    let items = (graph.views.old.get(&old.item), graph.views.new.get(&new.item));
    docs(items.0, items.1, (&old.item, &new.item), "the path", findings);
    servers::of_part(graph, (&old.pointer, &new.pointer), findings);
    servers::of_part(graph, (&old.item, &new.item), findings);
}

/// Compares the requests that the server sends in the course of an operation.
fn callbacks(
    graph: &mut Graph<'_>,
    pointers: (&str, &str),
    sent: Direction,
    compared: &mut Compared,
) {
    let (old_at, new_at) = (child(pointers.0, "callbacks"), child(pointers.1, "callbacks"));
    let old: BTreeMap<String, String> = graph.views.old.members(&old_at).into_iter().collect();
    let new: BTreeMap<String, String> = graph.views.new.members(&new_at).into_iter().collect();
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
