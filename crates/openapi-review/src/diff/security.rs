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
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Scheme {
    text: String,
    /// The OAuth flows and their URLs.
    flows: BTreeMap<String, String>,
}

impl Scheme {
    /// Returns whether credentials that were accepted in `held` are accepted here too.
    fn takes(&self, held: &Self) -> bool {
        let has = |(name, urls): (&String, &String)| self.flows.get(name) == Some(urls);
        self.text == held.text && held.flows.iter().all(has)
    }
}

/// The schemes of both sides. A scheme with the same name on both sides is the same scheme. A change of
/// its definition is a separate finding.
struct Schemes<'g, 'a> {
    old: &'g SpecView<'a>,
    new: &'g SpecView<'a>,
}

impl Schemes<'_, '_> {
    /// Returns the definition on the old side, or on the new side if the scheme is new.
    fn known(&self, name: &str) -> Scheme {
        scheme(self.old, name)
            .or_else(|| scheme(self.new, name))
            .unwrap_or_else(|| Scheme { text: name.to_owned(), flows: BTreeMap::new() })
    }

    /// Reports a scheme that an operation uses and whose definition differs.
    fn changed(&self, name: &str) -> Option<Finding> {
        let (was, is) = (scheme(self.old, name)?, scheme(self.new, name)?);
        if was == is {
            return None;
        }
        let ways = |a: &Scheme, b: &Scheme| {
            let differ = a.flows.iter().filter(|(flow, urls)| b.flows.get(*flow) != Some(*urls));
            differ.map(|(flow, urls)| format!("{flow} {urls}")).collect::<Vec<_>>().join(" and ")
        };
        let what = match (was.text == is.text, ways(&was, &is), ways(&is, &was)) {
            (false, _, _) => format!("is {}, was {}", is.text, was.text),
            (true, gone, added) if gone.is_empty() => format!("also has the flow {added}"),
            (true, gone, added) if added.is_empty() => format!("no longer has the flow {gone}"),
            (true, gone, added) => format!("has the flow {added}, had {gone}"),
        };
        let (verdict, reason) = match is.takes(&was) {
            true => (Verdict::Compatible, "the credentials that callers have are still enough"),
            false => (Verdict::Breaking, "callers get or send credentials in another way"),
        };
        let at = (Side::New, child("/components/securitySchemes", name));
        let message = format!("security scheme `{name}` {what}");
        let finding = Finding::new(verdict, Kind::Security, at, message, reason);
        Some(finding.of(Direction::Request))
    }
}

pub(crate) fn compare(
    graph: &Graph<'_>,
    old: &Operation,
    new: &Operation,
    compared: &mut Compared,
) {
    let schemes = Schemes { old: &graph.views.old, new: &graph.views.new };
    let old_pointer = pointer_of(schemes.old, &old.pointer);
    let pointer = pointer_of(schemes.new, &new.pointer);
    let used = names(schemes.old, &old_pointer);
    compared.findings.extend(used.iter().filter_map(|name| schemes.changed(name)));
    let before = alternatives(&schemes, schemes.old, &old_pointer);
    let after = alternatives(&schemes, schemes.new, &pointer);
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
    let (was, is) = (named(schemes.old, &old_pointer), named(schemes.new, &pointer));
    let message = format!("it asks for {is}, it asked for {was}");
    let at = (Side::New, pointer);
    let finding = Finding::new(verdict, Kind::Security, at, message, reason);
    compared.findings.push(finding.of(Direction::Request));
}

/// Returns the pointer of the list of credentials of which an operation requires one.
fn pointer_of(side: &SpecView<'_>, operation: &str) -> String {
    let own = child(operation, "security");
    if side.get(&own).is_array() { own } else { "/security".to_owned() }
}

/// Returns the names of all schemes in a list of credentials.
fn names(side: &SpecView<'_>, pointer: &str) -> BTreeSet<String> {
    let lists = side.get(pointer).as_array().into_iter().flatten();
    lists.flat_map(views::members).map(|(name, _)| name.to_owned()).collect()
}

/// Returns the sets of credentials of which one is sufficient.
fn alternatives(
    schemes: &Schemes<'_, '_>,
    side: &SpecView<'_>,
    pointer: &str,
) -> BTreeSet<Together> {
    let mut alternatives: BTreeSet<Together> = side
        .get(pointer)
        .as_array()
        .into_iter()
        .flatten()
        .map(|together| {
            let pairs = views::members(together);
            pairs.map(|(name, scopes)| (schemes.known(name), texts(scopes))).collect()
        })
        .collect();
    if alternatives.is_empty() {
        alternatives.insert(Together::new());
    }
    alternatives
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

/// Returns the definition of a scheme, or `None` if there is no scheme of this name.
fn scheme(side: &SpecView<'_>, name: &str) -> Option<Scheme> {
    const DOCS: [&str; 3] = ["description", "bearerFormat", "deprecated"];
    let at = side.follow(&child("/components/securitySchemes", name));
    let (mut flows, mut parts) = (BTreeMap::new(), Vec::new());
    for (name, value) in side.get(&at).as_object()? {
        let is_ignored = DOCS.contains(&name.as_str()) || name.starts_with("x-");
        match value.as_object() {
            _ if is_ignored => {}
            Some(ways) => flows.extend(ways.iter().map(|(name, way)| (name.clone(), urls(way)))),
            None => parts.push(format!("{name} {}", value.as_str().unwrap_or_default())),
        }
    }
    parts.sort();
    Some(Scheme { text: parts.join(", "), flows })
}

/// Returns the URLs of an OAuth flow. Its scopes are ignored, because operations name those that
/// they need.
fn urls(flow: &Value) -> String {
    let urls = ["authorizationUrl", "tokenUrl", "deviceAuthorizationUrl"];
    let urls = urls.iter().filter_map(|url| Some(format!("{url} `{}`", flow[*url].as_str()?)));
    format!("({})", urls.collect::<Vec<_>>().join(", "))
}
