//! Compares the credentials that an operation requires.

use std::collections::{BTreeMap, BTreeSet};

use openapi_document::pointer::child;
use openapi_document::views;
use serde_json::Value;

use crate::diff::change::{Direction, Finding, Side, Verdict};
use crate::diff::graph::Graph;
use crate::diff::kind::Kind;
use crate::diff::operation::{Compared, Operation};
use crate::diff::view::SpecView;

/// Credentials that are required together: the definition of each scheme, and its scopes.
type Together = BTreeMap<Scheme, BTreeSet<String>>;

/// The definition of a scheme without its name.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Scheme {
    text: String,
    /// The OAuth flows.
    flows: BTreeSet<String>,
}

impl Scheme {
    /// Returns whether credentials that were accepted in `held` are accepted here too.
    fn takes(&self, held: &Self) -> bool {
        self.text == held.text && self.flows.is_superset(&held.flows)
    }
}

pub(crate) fn compare(
    graph: &Graph<'_>,
    old: &Operation,
    new: &Operation,
    compared: &mut Compared,
) {
    let (before, old_pointer) = alternatives(&graph.views.old, &old.pointer);
    let (after, pointer) = alternatives(&graph.views.new, &new.pointer);
    if before == after {
        return;
    }
    let enough = |offered: &Together| {
        after.iter().any(|asked| {
            asked.iter().all(|(scheme, scopes)| {
                offered.iter().any(|(held, own)| scheme.takes(held) && own.is_superset(scopes))
            })
        })
    };
    let (verdict, reason) = if before.iter().all(enough) {
        (Verdict::Compatible, "the credentials that callers have are still enough")
    } else {
        (Verdict::Breaking, "credentials that were enough no longer are")
    };
    let (was, is) = (named(&graph.views.old, &old_pointer), named(&graph.views.new, &pointer));
    let message = match was == is {
        // The definitions of the schemes differ.
        true => format!("the credentials that it asks for changed: {is}"),
        false => format!("it asks for {is}, it asked for {was}"),
    };
    let at = (Side::New, pointer);
    let finding = Finding::new(verdict, Kind::Security, at, message, reason);
    compared.findings.push(finding.of(Direction::Request));
}

/// Returns the sets of credentials of which one is sufficient, and the pointer of the list.
fn alternatives(side: &SpecView<'_>, operation: &str) -> (BTreeSet<Together>, String) {
    let own = child(operation, "security");
    let pointer = if side.get(&own).is_array() { own } else { "/security".to_owned() };
    let mut alternatives: BTreeSet<Together> = side
        .get(&pointer)
        .as_array()
        .into_iter()
        .flatten()
        .map(|together| {
            let pairs = views::members(together);
            pairs.map(|(name, scopes)| (scheme(side, name), texts(scopes))).collect()
        })
        .collect();
    if alternatives.is_empty() {
        alternatives.insert(Together::new());
    }
    (alternatives, pointer)
}

/// Returns the credentials by the names of schemes and scopes.
fn named(side: &SpecView<'_>, pointer: &str) -> String {
    let alternatives = side.get(pointer).as_array().map(Vec::as_slice).unwrap_or_default();
    let together = |schemes: &Value| {
        let schemes = views::members(schemes);
        let schemes = schemes.map(|(name, scopes)| match texts(scopes) {
            scopes if scopes.is_empty() => format!("`{name}`"),
            scopes => {
                let scopes: Vec<String> = scopes.iter().map(|scope| format!("`{scope}`")).collect();
                format!("`{name}` with {}", scopes.join(" and "))
            }
        });
        match schemes.collect::<Vec<_>>() {
            none if none.is_empty() => "nothing".to_owned(),
            schemes => schemes.join(" and "),
        }
    };
    match alternatives.iter().map(together).collect::<Vec<_>>() {
        none if none.is_empty() => "nothing".to_owned(),
        ways => ways.join(", or "),
    }
}

fn texts(scopes: &Value) -> BTreeSet<String> {
    views::texts(scopes).map(str::to_owned).collect()
}

fn scheme(side: &SpecView<'_>, name: &str) -> Scheme {
    let at = side.follow(&child("/components/securitySchemes", name));
    let mut flows = BTreeSet::new();
    let Some(members) = side.get(&at).as_object() else {
        return Scheme { text: name.to_owned(), flows };
    };
    let docs = ["description", "bearerFormat", "deprecated"];
    let mut parts = Vec::new();
    for (name, value) in members {
        match value.as_object() {
            Some(_) if name.starts_with("x-") => {}
            Some(ways) => flows.extend(ways.iter().map(|(name, way)| flow(name, way))),
            None if docs.contains(&name.as_str()) || name.starts_with("x-") => {}
            None => parts.push(format!("{name}: {value}")),
        }
    }
    parts.sort();
    Scheme { text: parts.join(", "), flows }
}

/// Returns a flow of OAuth without its scopes: operations name those that they need.
fn flow(name: &str, flow: &Value) -> String {
    let urls = ["authorizationUrl", "tokenUrl", "deviceAuthorizationUrl"];
    format!("{name} {:?}", urls.map(|url| flow[url].as_str().unwrap_or_default()))
}
