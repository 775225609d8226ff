//! Comparing the credentials that an operation asks for.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::change::{Direction, Finding, Verdict, Which};
use super::graph::Graph;
use super::operations::{Compared, Operation};
use super::side::Side;
use crate::document::child;

/// Credentials that have to be there together: what each scheme is, its name
/// aside, and the scopes.
type Together = BTreeMap<String, BTreeSet<String>>;

pub(crate) fn compare(
    graph: &Graph<'_>,
    old: &Operation,
    new: &Operation,
    compared: &mut Compared,
) {
    let (before, _) = alternatives(&graph.old, &old.pointer);
    let (after, pointer) = alternatives(&graph.new, &new.pointer);
    if before == after {
        return;
    }
    let enough = |offered: &Together| {
        after.iter().any(|asked| {
            asked.iter().all(|(scheme, scopes)| {
                offered.get(scheme).is_some_and(|held| held.is_superset(scopes))
            })
        })
    };
    let (verdict, reason) = if before.iter().all(enough) {
        (Verdict::Compatible, "the credentials that callers have are still enough")
    } else {
        (Verdict::Breaking, "credentials that were enough no longer are")
    };
    let at = (Which::New, pointer);
    let message = "the credentials that it asks for changed";
    let finding = Finding::new(verdict, "security", at, message, reason);
    compared.findings.push(finding.of(Direction::Request));
}

/// The credentials of which one set is enough, and where that is said.
fn alternatives(side: &Side<'_>, operation: &str) -> (BTreeSet<Together>, String) {
    let own = child(operation, "security");
    let pointer = if side.get(&own).is_array() { own } else { "/security".to_owned() };
    let mut alternatives: BTreeSet<Together> = side
        .get(&pointer)
        .as_array()
        .into_iter()
        .flatten()
        .map(|together| {
            let pairs = together.as_object().into_iter().flatten();
            pairs.map(|(name, scopes)| (scheme(side, name), texts(scopes))).collect()
        })
        .collect();
    if alternatives.is_empty() {
        alternatives.insert(Together::new());
    }
    (alternatives, pointer)
}

fn texts(scopes: &Value) -> BTreeSet<String> {
    let scopes = scopes.as_array().into_iter().flatten();
    scopes.filter_map(|scope| Some(scope.as_str()?.to_owned())).collect()
}

/// What a scheme is for those who use it.
fn scheme(side: &Side<'_>, name: &str) -> String {
    let at = side.follow(&child("/components/securitySchemes", name));
    let Some(members) = side.get(&at).as_object() else { return name.to_owned() };
    let docs = ["description", "bearerFormat", "deprecated"];
    let mut parts: Vec<String> = members
        .iter()
        .filter(|(name, _)| !docs.contains(&name.as_str()) && !name.starts_with("x-"))
        .map(|(name, value)| match value.as_object() {
            Some(flows) => format!("{name}: {}", flows_of(flows)),
            None => format!("{name}: {value}"),
        })
        .collect();
    parts.sort();
    parts.join(", ")
}

/// The flows of OAuth: which scopes there are is for the operations to say.
fn flows_of(flows: &serde_json::Map<String, Value>) -> String {
    let mut parts: Vec<String> = flows
        .iter()
        .map(|(name, flow)| {
            let urls = ["authorizationUrl", "tokenUrl", "deviceAuthorizationUrl"];
            format!("{name} {:?}", urls.map(|url| flow[url].as_str().unwrap_or_default()))
        })
        .collect();
    parts.sort();
    parts.join(", ")
}
