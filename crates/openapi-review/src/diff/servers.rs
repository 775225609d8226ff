//! Compares the servers of the document, a path or an operation.

use std::collections::{BTreeMap, BTreeSet};

use openapi_document::pointer::child;
use serde_json::Value;

use crate::diff::change::{Finding, Side, Verdict};
use crate::diff::graph::Graph;
use crate::diff::kind::Kind;
use crate::diff::matched::{Match, matched};
use crate::diff::view::SpecView;

/// The place of the document's servers.
const DOCUMENT: &str = "/servers";

/// Returns the prefix that all servers of the document add before its paths, such as `/v1`. Empty
/// if they differ in it.
pub(crate) fn prefix(view: &SpecView<'_>) -> String {
    let servers = view.get(DOCUMENT).as_array().map(Vec::as_slice).unwrap_or_default();
    let mut prefixes = servers.iter().map(|server| path(url(server)));
    let first = prefixes.next().unwrap_or_default();
    if prefixes.all(|prefix| prefix == first) { first.to_owned() } else { String::new() }
}

/// Returns a server's URL without a trailing slash.
fn url(server: &Value) -> &str {
    server["url"].as_str().unwrap_or_default().trim_end_matches('/')
}

/// Returns the part of a URL after the host.
fn path(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    url[host..].find('/').map_or("", |at| &url[host + at..])
}

/// Compares the document's servers. If `prefixes` moved between the servers and the paths, they are
/// not compared.
pub(crate) fn of_document(
    graph: &Graph<'_>,
    prefixes: Option<&(String, String)>,
    findings: &mut Vec<Finding>,
) {
    let empty = (String::new(), String::new());
    let (old, new) = prefixes.unwrap_or(&empty);
    let mut before = servers(graph.views.old.get(DOCUMENT), old);
    let mut after = servers(graph.views.new.get(DOCUMENT), new);
    // A document without servers is served from `/`.
    for servers in [&mut before, &mut after] {
        servers.remove("");
    }
    if prefixes.is_some() {
        let show = |prefix: &str| match prefix {
            "" => "no path".to_owned(),
            path => format!("the path `{path}`"),
        };
        let message = format!("the servers have {}, they had {}", show(new), show(old));
        let reason = "together with the paths of the operations, the URLs are the same";
        let at = (Side::New, DOCUMENT.to_owned());
        findings.push(Finding::new(Verdict::Compatible, Kind::Server, at, message, reason));
    }
    compare((before, after), (DOCUMENT, DOCUMENT), findings);
}

/// Compares the servers of one path or operation.
pub(crate) fn of_part(graph: &Graph<'_>, (old, new): (&str, &str), findings: &mut Vec<Finding>) {
    let (old, new) = (child(old, "servers"), child(new, "servers"));
    let before = servers(graph.views.old.get(&old), "");
    let after = servers(graph.views.new.get(&new), "");
    compare((before, after), (&old, &new), findings);
}

/// Returns the servers by their URLs, without a path suffix.
fn servers<'v>(list: &'v Value, prefix: &str) -> BTreeMap<String, &'v Value> {
    let servers = list.as_array().map(Vec::as_slice).unwrap_or_default();
    let short = |server| {
        let url = url(server);
        url.strip_suffix(prefix).unwrap_or(url).to_owned()
    };
    servers.iter().map(|server| (short(server), server)).collect()
}

fn compare(
    (old, new): (BTreeMap<String, &Value>, BTreeMap<String, &Value>),
    (old_at, new_at): (&str, &str),
    findings: &mut Vec<Finding>,
) {
    // Servers of an operation replace the document's.
    let is_first = old.is_empty() && new_at != DOCUMENT;
    for (url, found) in matched(old, new) {
        let (verdict, at, what, reason) = match found {
            Match::Both(before, after) => {
                same_server(&url, before, after, new_at, findings);
                continue;
            }
            Match::Old(_) => (Verdict::Breaking, (Side::Old, old_at), "gone", "callers use it"),
            Match::New(_) => {
                let (verdict, reason) = match is_first {
                    true => (Verdict::Breaking, "it takes the place of the document's servers"),
                    false => (Verdict::Compatible, "no caller uses it yet"),
                };
                (verdict, (Side::New, new_at), "new", reason)
            }
        };
        let at = (at.0, at.1.to_owned());
        let message = format!("the server `{url}` is {what}");
        findings.push(Finding::new(verdict, Kind::Server, at, message, reason));
    }
}

/// Compares the variables and documentation of one server.
fn same_server(url: &str, old: &Value, new: &Value, at: &str, findings: &mut Vec<Finding>) {
    let mut found = |verdict, what: &str, reason| {
        let message = format!("the server `{url}`: {what}");
        let place = (Side::New, at.to_owned());
        findings.push(Finding::new(verdict, Kind::Server, place, message, reason));
    };
    let rest = |server: &Value| {
        let mut server = server.clone();
        server.as_object_mut().map(|members| members.shift_remove("url"));
        server
    };
    if rest(old) == rest(new) {
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
        found(Verdict::DocsOnly, "its documentation changed", "no value that is sent changes");
    }
}
