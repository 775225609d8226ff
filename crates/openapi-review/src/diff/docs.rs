//! What is said the same way in many places: docs and servers.

use std::collections::{BTreeMap, BTreeSet};

use openapi_document::pointer::child;
use serde_json::Value;

use super::change::{Finding, Side, Verdict};
use super::graph::Graph;

/// Notes that what people read has changed.
pub(crate) fn docs(
    old: &Value,
    new: &Value,
    pointers: (&str, &str),
    subject: &str,
    findings: &mut Vec<Finding>,
) {
    let is_docs = |name: &str| {
        ["summary", "description", "tags", "externalDocs", "example", "examples", "title"]
            .contains(&name)
            || name.starts_with("x-")
    };
    let names: BTreeSet<&String> = [old, new]
        .iter()
        .filter_map(|value| value.as_object())
        .flat_map(|value| value.keys())
        .collect();
    let changed: Vec<&str> = names
        .into_iter()
        .filter(|name| is_docs(name) && old.get(name.as_str()) != new.get(name.as_str()))
        .map(String::as_str)
        .collect();
    let Some(first) = changed.first() else { return };
    let at = if new.get(first).is_some() {
        (Side::New, child(pointers.1, first))
    } else {
        (Side::Old, child(pointers.0, first))
    };
    findings.push(Finding::docs(at, format!("{subject}: {} changed", changed.join(", "))));
}

/// Compares the servers of the document, a path or an operation.
pub(crate) fn servers_of(graph: &Graph<'_>, at: (String, String), findings: &mut Vec<Finding>) {
    let read = |value: &Value| -> BTreeMap<String, Value> {
        let servers = value.as_array().into_iter().flatten();
        servers
            .map(|server| {
                let url = server["url"].as_str().unwrap_or_default().trim_end_matches('/');
                (url.to_owned(), server.clone())
            })
            .collect()
    };
    let (old, new) = (read(graph.views.old.get(&at.0)), read(graph.views.new.get(&at.1)));
    for (url, server) in &old {
        if let Some(after) = new.get(url) {
            same_server(url, server, after, &at.1, findings);
            continue;
        }
        let message = format!("the server {url} is gone");
        let reason = "callers use it";
        findings.push(Finding::new(
            Verdict::Breaking,
            "server",
            (Side::Old, at.0.clone()),
            message,
            reason,
        ));
    }
    for url in new.keys().filter(|url| !old.contains_key(*url)) {
        let place = (Side::New, at.1.clone());
        let message = format!("the server {url} is new");
        // Servers of one operation take the place of the document's.
        let first = old.is_empty() && at.1 != "/servers";
        let (verdict, reason) = if first {
            (Verdict::Breaking, "it takes the place of the document's servers")
        } else {
            (Verdict::Compatible, "nobody uses it yet")
        };
        findings.push(Finding::new(verdict, "server", place, message, reason));
    }
}

/// Compares what is said of one server.
fn same_server(url: &str, old: &Value, new: &Value, at: &str, findings: &mut Vec<Finding>) {
    let mut found = |verdict, what: &str, reason| {
        let message = format!("the server {url}: {what}");
        let place = (Side::New, at.to_owned());
        findings.push(Finding::new(verdict, "server", place, message, reason));
    };
    if old == new {
        return;
    }
    let names = |server: &Value| -> BTreeSet<String> {
        server["variables"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, _)| name.clone())
            .collect()
    };
    let (before, after) = (names(old), names(new));
    let mut same = before == after;
    if !same {
        found(Verdict::Breaking, "its variables changed", "callers fill in the old ones");
    }
    for name in before.intersection(&after) {
        let (was, is) = (&old["variables"][name], &new["variables"][name]);
        if was["default"] != is["default"] {
            let what =
                format!("the default of `{name}` is {}, was {}", is["default"], was["default"]);
            found(Verdict::Breaking, &what, "callers who leave it out get another server");
            same = false;
        }
        let values = |variable: &Value| -> Option<BTreeSet<String>> {
            let values = variable["enum"].as_array()?.iter();
            Some(values.map(ToString::to_string).collect())
        };
        let taken = match (values(was), values(is)) {
            (was, is) if was == is => continue,
            (Some(was), Some(is)) => is.is_superset(&was),
            (_, is) => is.is_none(),
        };
        let what = format!("`{name}` takes other values");
        if taken {
            found(Verdict::Compatible, &what, "all that were taken still are");
        } else {
            found(Verdict::Breaking, &what, "callers may use one that is gone");
        }
        same = false;
    }
    if same {
        found(Verdict::DocsOnly, "what people read of it changed", "no value that is sent changes");
    }
}
