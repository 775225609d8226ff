//! What is said of the whole document, and what no operation uses.

use std::collections::BTreeSet;

use serde_json::Value;

use super::change::{Direction, Effect, Finding, Verdict, Which};
use super::fields::{component, component_name};
use super::graph::Graph;
use super::operations::Compared;
use super::said::{docs, servers_of};
use crate::document::child;

/// Compares everything outside of operations and schemas.
pub(crate) fn compare(graph: &Graph<'_>) -> Compared {
    let mut compared = Compared::default();
    let findings = &mut compared.findings;
    let (old, new) = (graph.old.get(""), graph.new.get(""));
    if old["info"] != new["info"] {
        docs(&old["info"], &new["info"], ("/info", "/info"), "the API", findings);
        for keyword in ["version", "contact", "license", "termsOfService"] {
            if old["info"][keyword] != new["info"][keyword] {
                let at = (Which::New, child("/info", keyword));
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
        findings.push(Finding::docs((Which::New, "/openapi".to_owned()), message));
    }
    servers_of(graph, ("/servers".to_owned(), "/servers".to_owned()), findings);
    let schemes = "/components/securitySchemes";
    for (name, pointer) in graph.new.members(schemes) {
        let before = graph.old.get(&child(schemes, &name));
        if before.is_object() {
            let after = graph.new.get(&pointer);
            let label = format!("security scheme `{name}`");
            docs(before, after, (&pointer, &pointer), &label, findings);
        }
    }
    compared
}

/// Compares the schemas that no operation uses. Those that extend one with a
/// discriminator may stand in its place, in either direction.
pub(crate) fn unused(graph: &mut Graph<'_>) -> Compared {
    let mut compared = Compared::default();
    let names = |side: &super::side::Side<'_>| -> BTreeSet<String> {
        side.members("/components/schemas").into_iter().map(|(name, _)| name).collect()
    };
    let (old, new) = (names(&graph.old), names(&graph.new));
    let [met_old, met_new] = graph.met.clone();
    for name in old.union(&new) {
        let pointer = component(name);
        let (was, is) = (old.contains(name), new.contains(name));
        let used = (was && met_old.contains(name)) || (is && met_new.contains(name));
        if used {
            continue;
        }
        let tagged = extends_a_tagged_one(graph, &pointer);
        let (which, what) = match (was, is) {
            (true, true) if tagged => {
                for direction in [Direction::Request, Direction::Response] {
                    compared.roots.push(graph.pair_at(&pointer, &pointer, direction));
                }
                continue;
            }
            (true, true) if graph.old.get(&pointer) == graph.new.get(&pointer) => continue,
            (true, true) => (Which::New, "changed"),
            (true, false) => (Which::Old, "is gone"),
            (false, _) => (Which::New, "is new"),
        };
        if tagged {
            let (effect, direction) = match which {
                Which::Old => (Effect::Narrower, Direction::Request),
                Which::New => (Effect::Wider, Direction::Response),
            };
            let message = format!("schema `{name}`, which may stand for what it extends, {what}");
            let kind = "discriminator";
            let at = (which, pointer);
            compared.findings.push(Finding::by_effect(effect, direction, kind, at, message));
            continue;
        }
        let message = format!("schema `{name}` {what}");
        let reason = "no operation that both sides have uses it";
        let at = (which, pointer);
        compared.findings.push(Finding::new(
            Verdict::DocsOnly,
            "unused-schema",
            at,
            message,
            reason,
        ));
    }
    compared
}

/// Whether a schema extends one with a discriminator that some operation uses.
fn extends_a_tagged_one(graph: &Graph<'_>, pointer: &str) -> bool {
    [&graph.old, &graph.new].into_iter().zip(&graph.met).any(|(side, met)| {
        let used = |base: &String| component_name(base).is_some_and(|name| met.contains(name));
        let bases = side.items(&child(pointer, "allOf"));
        bases.iter().any(|base| side.get(base).get("discriminator").is_some() && used(base))
    })
}
