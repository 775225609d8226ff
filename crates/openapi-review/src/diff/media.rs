//! Compares the content of a body, a parameter or a header by media type.

use std::collections::BTreeMap;

use openapi_document::pointer::child;
use serde_json::Value;

use crate::diff::change::{Direction, Effect, Finding, Side, Verdict};
use crate::diff::docs::docs;
use crate::diff::graph::Graph;
use crate::diff::kind::Kind;
use crate::diff::matched::{Match, matched};
use crate::diff::operation::Compared;
use crate::diff::pair::Place;

/// Media types whose values are written as text.
const FORMS: [&str; 2] = ["application/x-www-form-urlencoded", "multipart/form-data"];

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
    for (name, found) in matched(before.clone(), after.clone()) {
        let pair = match found {
            Match::Both(old, new) => (old, new),
            Match::New(new) => match range_of(&before, &name) {
                Some(old) => (old.clone(), new),
                None => {
                    let message = format!("{label} may be `{name}`");
                    compared.findings.push(added(direction, new, message));
                    continue;
                }
            },
            Match::Old(old) => match range_of(&after, &name) {
                Some(new) => (old, new.clone()),
                None => {
                    let is_narrowed = after.keys().any(|part| includes(&name, part));
                    let message = format!("{label} may no longer be `{name}`");
                    compared.findings.push(removed(direction, old, message, is_narrowed));
                    continue;
                }
            },
        };
        let place = Place { as_text: FORMS.contains(&essence(&name)), ..Place::default() };
        media_type(graph, (&pair.0, &pair.1), label, (direction, place), compared);
    }
}

fn added(direction: Direction, at: String, message: String) -> Finding {
    Finding::by_effect(Effect::Wider, direction, Kind::MediaTypeAdded, (Side::New, at), message)
}

/// Reports a media type that is removed, or a range of which only parts remain.
fn removed(direction: Direction, at: String, message: String, is_narrowed: bool) -> Finding {
    let (kind, at) = (Kind::MediaTypeRemoved, (Side::Old, at));
    if is_narrowed {
        return Finding::by_effect(Effect::Narrower, direction, kind, at, message);
    }
    let reason = "clients may rely on it";
    Finding::new(Verdict::Breaking, kind, at, message, reason).of(direction)
}

/// Returns the place of the narrowest range that includes a media type.
fn range_of<'m>(types: &'m BTreeMap<String, String>, name: &str) -> Option<&'m String> {
    let ranges = types.iter().filter(|(range, _)| includes(range, name));
    ranges.max_by_key(|(range, _)| range.len() - range.matches('*').count()).map(|(_, at)| at)
}

/// Returns whether a range includes another media type.
fn includes(range: &str, name: &str) -> bool {
    let is_in = match range.strip_suffix('*') {
        Some("*/") => true,
        Some(group) => name.starts_with(group),
        None => range == essence(name),
    };
    is_in && range != name
}

/// Returns a media type without its parameters.
fn essence(name: &str) -> &str {
    name.split(';').next().unwrap_or_default()
}

fn media_type(
    graph: &mut Graph<'_>,
    (old, new): (&str, &str),
    label: &str,
    (direction, place): (Direction, Place),
    compared: &mut Compared,
) {
    let (before, after) = (graph.views.old.get(old), graph.views.new.get(new));
    docs(before, after, (old, new), label, &mut compared.findings);
    for keyword in ["encoding", "itemEncoding", "prefixEncoding"] {
        if before.get(keyword) != after.get(keyword) {
            let message = format!("{label}: its parts are encoded differently");
            let at = (Side::New, child(new, keyword));
            let finding = Finding::by_effect(Effect::Other, direction, Kind::Encoding, at, message);
            compared.findings.push(finding);
        }
    }
    for keyword in ["schema", "itemSchema"] {
        if keyword == "schema" || before.get(keyword).is_some() || after.get(keyword).is_some() {
            let schemas = (child(old, keyword), child(new, keyword));
            compared.roots.push(graph.pair_in(&schemas.0, &schemas.1, direction, place));
        }
    }
}

/// Compares the schema of a parameter or a header, or the media type that replaces it.
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
            let place = Place { as_text: true, ..Place::default() };
            compared.roots.push(graph.pair_in(&schemas.0, &schemas.1, direction, place));
        }
        (true, true) => {
            media_types(graph, (old, new), label, direction, compared);
        }
        (_, is) => {
            let keyword = if is { "content" } else { "schema" };
            let message = format!("{label} is described by its {keyword} now");
            let at = (Side::New, child(new, keyword));
            let finding =
                Finding::by_effect(Effect::Other, direction, Kind::ParameterStyle, at, message);
            compared.findings.push(finding);
        }
    }
}
