//! Comparing what a body, a parameter or a header holds, by media type.

use std::collections::{BTreeMap, BTreeSet};

use openapi_document::pointer::child;
use serde_json::Value;

use super::change::{Direction, Effect, Finding, Side, Verdict};
use super::docs::docs;
use super::graph::Graph;
use super::operation::Compared;

/// Compares the media types of `content`.
pub(crate) fn media_types(
    graph: &mut Graph<'_>,
    (old, new): (&str, &str),
    label: &str,
    direction: Direction,
    compared: &mut Compared,
) {
    let (old_at, new_at) = (child(old, "content"), child(new, "content"));
    let read = |members: Vec<(String, String)>| -> BTreeMap<String, String> {
        let same = |name: String| name.to_lowercase().replace(' ', "");
        members.into_iter().map(|(name, pointer)| (same(name), pointer)).collect()
    };
    let before = read(graph.views.old.members(&old_at));
    let after = read(graph.views.new.members(&new_at));
    for name in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
        match (before.get(name), after.get(name)) {
            (Some(old), Some(new)) => media_type(graph, (old, new), label, direction, compared),
            (None, Some(new)) => {
                let message = format!("{label} may be `{name}`");
                let at = (Side::New, new.clone());
                let effect = Effect::Wider;
                compared.findings.push(Finding::by_effect(
                    effect,
                    direction,
                    "media-type-added",
                    at,
                    message,
                ));
            }
            (Some(old), None) => {
                let message = format!("{label} may no longer be `{name}`");
                let at = (Side::Old, old.clone());
                let reason = "clients may rely on it";
                let finding =
                    Finding::new(Verdict::Breaking, "media-type-removed", at, message, reason);
                compared.findings.push(finding.of(direction));
            }
            (None, None) => {}
        }
    }
}

fn media_type(
    graph: &mut Graph<'_>,
    (old, new): (&str, &str),
    label: &str,
    direction: Direction,
    compared: &mut Compared,
) {
    let (before, after) = (graph.views.old.get(old), graph.views.new.get(new));
    docs(before, after, (old, new), label, &mut compared.findings);
    for keyword in ["encoding", "itemEncoding", "prefixEncoding"] {
        if before.get(keyword) != after.get(keyword) {
            let message = format!("{label}: its parts are encoded differently");
            let at = (Side::New, child(new, keyword));
            compared.findings.push(Finding::by_effect(
                Effect::Other,
                direction,
                "encoding",
                at,
                message,
            ));
        }
    }
    for keyword in ["schema", "itemSchema"] {
        if keyword == "schema" || before.get(keyword).is_some() || after.get(keyword).is_some() {
            let schemas = (child(old, keyword), child(new, keyword));
            compared.roots.push(graph.pair_at(&schemas.0, &schemas.1, direction));
        }
    }
}

/// Compares the schema of a parameter or a header, or the media type that it
/// has in its place.
pub(crate) fn content(
    graph: &mut Graph<'_>,
    (old, new): (&str, &str),
    label: &str,
    direction: Direction,
    compared: &mut Compared,
) {
    let (before, after) = (graph.views.old.get(old), graph.views.new.get(new));
    let typed = |value: &Value| value.get("content").is_some();
    match (typed(before), typed(after)) {
        (false, false) => {
            let schemas = (child(old, "schema"), child(new, "schema"));
            compared.roots.push(graph.pair_at(&schemas.0, &schemas.1, direction));
        }
        (true, true) => {
            media_types(graph, (old, new), label, direction, compared);
        }
        (_, is) => {
            let keyword = if is { "content" } else { "schema" };
            let message = format!("{label} is described by its {keyword} now");
            let at = (Side::New, child(new, keyword));
            compared.findings.push(Finding::by_effect(
                Effect::Other,
                direction,
                "parameter-style",
                at,
                message,
            ));
        }
    }
}
