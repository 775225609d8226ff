//! Compares the document as a whole, and schemas that no operation uses.

use std::collections::{BTreeMap, BTreeSet};

use openapi_document::pointer::child;
use openapi_document::reach::{self, Ways};
use openapi_document::references::unescape;
use openapi_document::views;
use serde_json::Value;

use crate::diff::change::{Direction, Effect, Finding, Side, Verdict};
use crate::diff::docs::docs;
use crate::diff::graph::Graph;
use crate::diff::kind::Kind;
use crate::diff::matched::{Match, matched};
use crate::diff::operation::Compared;
use crate::diff::servers;
use crate::diff::view::{SpecView, component, component_name};

/// Compares everything outside of operations and schemas.
pub(crate) fn compare(graph: &Graph<'_>) -> Compared {
    let mut compared = Compared::default();
    let findings = &mut compared.findings;
    let (old, new) = (graph.views.old.get(""), graph.views.new.get(""));
    if old["info"] != new["info"] {
        docs(&old["info"], &new["info"], ("/info", "/info"), "the API", findings);
        for keyword in ["version", "contact", "license", "termsOfService"] {
            if old["info"][keyword] != new["info"][keyword] {
                let at = (Side::New, child("/info", keyword));
                findings.push(Finding::docs(at, format!("the API: {keyword} changed")));
            }
        }
    }
    docs(old, new, ("", ""), "the document", findings);
    if old["openapi"] != new["openapi"] {
        let show = |value: &Value| value.as_str().unwrap_or("none").to_owned();
        let message = format!(
            "the document is OpenAPI {}, was {}",
            show(&new["openapi"]),
            show(&old["openapi"])
        );
        findings.push(Finding::docs((Side::New, "/openapi".to_owned()), message));
    }
    for part in ["examples", "links"] {
        let at = child("/components", part);
        if graph.views.old.get(&at) != graph.views.new.get(&at) {
            findings.push(Finding::docs((Side::New, at), format!("the document's {part} changed")));
        }
    }
    for keyword in ["tags", "jsonSchemaDialect", "$self"] {
        let is_reported = findings.iter().any(|finding| finding.pointer == child("", keyword));
        if old[keyword] != new[keyword] && !is_reported {
            let message = format!("the document: {keyword} changed");
            findings.push(Finding::docs((Side::New, child("", keyword)), message));
        }
    }
    servers::of_document(graph, graph.moved_prefixes.as_ref(), findings);
    schemes(graph, findings);
    compared
}

/// Compares the security schemes. Changed requirements are reported with the operations that use
/// the schemes.
fn schemes(graph: &Graph<'_>, findings: &mut Vec<Finding>) {
    let at = "/components/securitySchemes";
    let read = |side: &SpecView<'_>| side.members(at).into_iter().collect::<BTreeMap<_, _>>();
    let (old, new) = (read(&graph.views.old), read(&graph.views.new));
    for (name, found) in matched(old, new) {
        let label = format!("security scheme `{name}`");
        let (before, after) = match found {
            Match::Both(before, after) => (before, after),
            Match::Old(before) => {
                findings.push(Finding::docs((Side::Old, before), format!("{label} is gone")));
                continue;
            }
            Match::New(after) => {
                findings.push(Finding::docs((Side::New, after), format!("{label} is new")));
                continue;
            }
        };
        let (was, is) = (graph.views.old.get(&before), graph.views.new.get(&after));
        docs(was, is, (&before, &after), &label, findings);
        for keyword in ["bearerFormat", "deprecated"] {
            if was[keyword] != is[keyword] {
                let place = (Side::New, child(&after, keyword));
                findings.push(Finding::docs(place, format!("{label}: {keyword} changed")));
            }
        }
        scopes(&label, &after, (&was["flows"], &is["flows"]), findings);
    }
}

/// Compares the scopes that the flows of a scheme offer.
fn scopes(label: &str, at: &str, (old, new): (&Value, &Value), findings: &mut Vec<Finding>) {
    let flows = views::members(old);
    for (flow, was) in flows.filter(|(flow, _)| new.get(*flow).is_some()) {
        let place = || (Side::New, child(&child(at, "flows"), flow));
        let scopes = |flow: &Value| flow["scopes"].as_object().cloned().unwrap_or_default();
        let (before, after) = (scopes(was), scopes(&new[flow]));
        for scope in before.keys().filter(|scope| !after.contains_key(*scope)) {
            let message = format!("{label} no longer has the scope `{scope}`");
            let reason = "callers may request it";
            let finding = Finding::new(Verdict::Breaking, Kind::Scope, place(), message, reason);
            findings.push(finding.of(Direction::Request));
        }
        for scope in after.keys().filter(|scope| !before.contains_key(*scope)) {
            let message = format!("{label} has a scope `{scope}` now");
            let reason = "no caller requests it yet";
            let finding = Finding::new(Verdict::Compatible, Kind::Scope, place(), message, reason);
            findings.push(finding.of(Direction::Request));
        }
        let differs =
            |(scope, text): (&String, &Value)| after.get(scope).is_some_and(|after| after != text);
        if before.iter().any(differs) || was["refreshUrl"] != new[flow]["refreshUrl"] {
            let message = format!("{label}: the description of its {flow} flow changed");
            findings.push(Finding::docs(place(), message));
        }
    }
}

/// Compares the schemas that no operation uses. Those that extend one with a discriminator may
/// replace it, in either direction.
pub(crate) fn unused(graph: &mut Graph<'_>) -> Compared {
    let mut compared = Compared::default();
    let names = |side: &SpecView<'_>| -> BTreeSet<String> {
        side.members("/components/schemas").into_iter().map(|(name, _)| name).collect()
    };
    let (old, new) = (names(&graph.views.old), names(&graph.views.new));
    let [met_old, met_new] = [&graph.views.old, &graph.views.new].map(reached);
    for name in old.union(&new) {
        let pointer = component(name);
        let (was, is) = (old.contains(name), new.contains(name));
        let used = (was && met_old.contains(name)) || (is && met_new.contains(name));
        if used {
            continue;
        }
        let tagged = extends_a_tagged_one(graph, &pointer);
        let (side, what) = match (was, is) {
            (true, true) if tagged => {
                for direction in [Direction::Request, Direction::Response] {
                    compared.roots.push(graph.pair_at(&pointer, &pointer, direction));
                }
                continue;
            }
            (true, true) if graph.views.old.get(&pointer) == graph.views.new.get(&pointer) => {
                continue;
            }
            (true, true) => (Side::New, "changed"),
            (true, false) => (Side::Old, "is gone"),
            (false, _) => (Side::New, "is new"),
        };
        if tagged {
            let (effect, direction) = match side {
                Side::Old => (Effect::Narrower, Direction::Request),
                Side::New => (Effect::Wider, Direction::Response),
            };
            let message = format!("schema `{name}`, which may stand for what it extends, {what}");
            let kind = Kind::Discriminator;
            let at = (side, pointer);
            compared.findings.push(Finding::by_effect(effect, direction, kind, at, message));
            continue;
        }
        let message = format!("schema `{name}` {what}");
        let reason = "no operation that both sides have uses it";
        let at = (side, pointer);
        compared.findings.push(Finding::new(
            Verdict::DocsOnly,
            Kind::UnusedSchema,
            at,
            message,
            reason,
        ));
    }
    compared
}

/// Returns the schemas that operations refer to, directly or indirectly. Not all of them are
/// compared: parts of an `allOf` are read as one.
fn reached(view: &SpecView<'_>) -> BTreeSet<String> {
    let root = &view.document.root;
    let ways = Ways { mapping: true, ..Ways::default() };
    let places = reach::reached(root, [view.get("/paths"), view.get("/webhooks")], ways);
    let names = places.iter().filter_map(|pointer| component_name(pointer));
    names.map(unescape).collect()
}

/// Returns whether a schema extends one with a discriminator that an operation uses.
fn extends_a_tagged_one(graph: &Graph<'_>, pointer: &str) -> bool {
    [&graph.views.old, &graph.views.new].into_iter().zip(&graph.met).any(|(side, met)| {
        let used = |base: &String| component_name(base).is_some_and(|name| met.contains(name));
        let bases = side.items(&child(pointer, "allOf"));
        bases.iter().any(|base| side.get(base).get("discriminator").is_some() && used(base))
    })
}
