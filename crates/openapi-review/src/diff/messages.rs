//! Comparing what an operation sends and what comes back.

use std::collections::{BTreeMap, BTreeSet};

use openapi_document::document::child;
use serde_json::Value;

use super::change::{Direction, Effect, Finding, Verdict, Which};
use super::graph::Graph;
use super::operations::Compared;
use super::parameters;
use super::said::docs;

/// Compares the bodies that are sent.
pub(crate) fn request(
    graph: &mut Graph<'_>,
    (old, new): (&str, &str),
    sent: Direction,
    compared: &mut Compared,
) {
    let old = graph.old.follow(&child(old, "requestBody"));
    let new = graph.new.follow(&child(new, "requestBody"));
    let (before, after) = (graph.old.get(&old), graph.new.get(&new));
    let required = |value: &Value| value["required"] == Value::Bool(true);
    let findings = &mut compared.findings;
    match (before.is_object(), after.is_object()) {
        (false, false) => {}
        (false, true) => {
            let needed = required(after) && sent == Direction::Request;
            let (verdict, what, reason) = if needed {
                (Verdict::Breaking, "required", "callers don't send one yet")
            } else {
                (Verdict::Compatible, "optional", "one may go on without it")
            };
            let message = format!("the request has a body now, {what}");
            let finding = Finding::new(verdict, "body-added", (Which::New, new), message, reason);
            findings.push(finding.of(sent));
        }
        (true, false) => {
            let at = (Which::Old, old);
            let message = "the request has no body any more";
            findings.push(Finding::by_effect(Effect::Other, sent, "body-removed", at, message));
        }
        (true, true) => {
            if required(before) != required(after) {
                let (effect, kind, what) = if required(after) {
                    (Effect::Narrower, "body-now-required", "required")
                } else {
                    (Effect::Wider, "body-now-optional", "optional")
                };
                let at = (Which::New, child(&new, "required"));
                let message = format!("the body is {what} now");
                findings.push(Finding::by_effect(effect, sent, kind, at, message));
            }
            docs(before, after, (&old, &new), "the body", findings);
            media_types(graph, (&old, &new), "the body", sent, compared);
        }
    }
}

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
    let before = read(graph.old.members(&old_at));
    let after = read(graph.new.members(&new_at));
    for name in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
        match (before.get(name), after.get(name)) {
            (Some(old), Some(new)) => media_type(graph, (old, new), label, direction, compared),
            (None, Some(new)) => {
                let message = format!("{label} may be `{name}`");
                let at = (Which::New, new.clone());
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
                let message = format!("{label} may not be `{name}` any more");
                let at = (Which::Old, old.clone());
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
    let (before, after) = (graph.old.get(old), graph.new.get(new));
    docs(before, after, (old, new), label, &mut compared.findings);
    for keyword in ["encoding", "itemEncoding", "prefixEncoding"] {
        if before.get(keyword) != after.get(keyword) {
            let message = format!("{label}: its parts are encoded otherwise");
            let at = (Which::New, child(new, keyword));
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

/// Compares the answers.
pub(crate) fn answers(
    graph: &mut Graph<'_>,
    (old, new): (&str, &str),
    direction: Direction,
    compared: &mut Compared,
) {
    let read = |members: Vec<(String, String)>| -> BTreeMap<String, String> {
        members.into_iter().map(|(status, pointer)| (status.to_uppercase(), pointer)).collect()
    };
    let before = read(graph.old.members_proper(&child(old, "responses")));
    let after = read(graph.new.members_proper(&child(new, "responses")));
    for status in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
        let was = covering(&before, status);
        let is = covering(&after, status);
        if let (Some(old), Some(new)) = (was, is) {
            let on_its_own = (before.contains_key(status), after.contains_key(status));
            split(graph, (old, new), status, on_its_own, direction, compared);
        } else if let Some(new) = is {
            let success = !status.starts_with(['1', '4', '5']) && status != "DEFAULT";
            let (verdict, reason) = match (direction, success) {
                (Direction::Response, true) => {
                    (Verdict::Breaking, "clients don't expect it as a success")
                }
                (Direction::Response, false) => {
                    (Verdict::Compatible, "clients have to expect errors of any status")
                }
                (Direction::Request, _) => {
                    (Verdict::Compatible, "receivers may go on answering as they do")
                }
            };
            let message = format!("there is an answer {} now", status.to_lowercase());
            let at = (Which::New, new.clone());
            let finding = Finding::new(verdict, "answer-added", at, message, reason);
            compared.findings.push(finding.of(direction));
        } else if let Some(old) = was {
            let message = format!("there is no answer {} any more", status.to_lowercase());
            let at = (Which::Old, old.clone());
            let reason = "clients may rely on it";
            let finding = Finding::new(Verdict::Breaking, "answer-removed", at, message, reason);
            compared.findings.push(finding.of(direction));
        }
    }
}

/// The answer that is described for a status: by itself, by its range, or by
/// what holds for all others.
fn covering<'m>(answers: &'m BTreeMap<String, String>, status: &str) -> Option<&'m String> {
    let range = format!("{}XX", status.get(..1).unwrap_or_default());
    answers.get(status).or_else(|| {
        // A success is no default: there it stands for errors.
        let error = status.starts_with(['4', '5']);
        let default = answers.get("DEFAULT").filter(|_| error);
        if status == "DEFAULT" { None } else { answers.get(&range).or(default) }
    })
}

/// An answer on both sides, if only as one of those of a range or of all
/// others.
fn split(
    graph: &mut Graph<'_>,
    (old, new): (&str, &str),
    status: &str,
    on_its_own: (bool, bool),
    direction: Direction,
    compared: &mut Compared,
) {
    let label = format!("answer {}", status.to_lowercase());
    let (verdict, kind, what, at, reason) = match on_its_own {
        (false, true) => (
            Verdict::Compatible,
            "answer-added",
            "is described on its own now",
            (Which::New, new.to_owned()),
            "it was one of several described together",
        ),
        (true, false) => (
            Verdict::Breaking,
            "answer-removed",
            "is no longer described on its own",
            (Which::Old, old.to_owned()),
            "clients may rely on it",
        ),
        _ => return answer(graph, (old, new), status, direction, compared),
    };
    let finding = Finding::new(verdict, kind, at, format!("{label} {what}"), reason);
    compared.findings.push(finding.of(direction));
    // Bodies that nobody describes are no promise, and the texts are other ones.
    let content = |value: &Value| value.get("content").is_some();
    if content(graph.old.get(old)) && content(graph.new.get(new)) {
        media_types(graph, (old, new), &label, direction, compared);
    }
}

fn answer(
    graph: &mut Graph<'_>,
    (old, new): (&str, &str),
    status: &str,
    direction: Direction,
    compared: &mut Compared,
) {
    let label = format!("answer {}", status.to_lowercase());
    let (before, after) = (graph.old.get(old), graph.new.get(new));
    docs(before, after, (old, new), &label, &mut compared.findings);
    if before.get("links") != after.get("links") {
        let at = (Which::New, child(new, "links"));
        compared.findings.push(Finding::docs(at, format!("{label}: its links changed")));
    }
    headers(graph, (old, new), &label, direction, compared);
    media_types(graph, (old, new), &label, direction, compared);
}

fn headers(
    graph: &mut Graph<'_>,
    (old, new): (&str, &str),
    label: &str,
    direction: Direction,
    compared: &mut Compared,
) {
    let read = |members: Vec<(String, String)>| -> BTreeMap<String, (String, String)> {
        members.into_iter().map(|(name, at)| (name.to_lowercase(), (name, at))).collect()
    };
    let before = read(graph.old.members(&child(old, "headers")));
    let after = read(graph.new.members(&child(new, "headers")));
    for key in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
        match (before.get(key), after.get(key)) {
            (Some((_, old)), Some((name, new))) => {
                let label = format!("{label}: header `{name}`");
                header(graph, (old, new), &label, direction, compared);
            }
            (None, Some((name, new))) => {
                let message = format!("{label} has a header `{name}` now");
                let required = graph.new.get(new)["required"] == Value::Bool(true);
                let (verdict, reason) = if required && direction == Direction::Request {
                    (Verdict::Breaking, "receivers don't send it yet")
                } else {
                    (Verdict::Compatible, "it may be passed over")
                };
                let at = (Which::New, new.clone());
                let finding = Finding::new(verdict, "header-added", at, message, reason);
                compared.findings.push(finding.of(direction));
            }
            (Some((name, old)), None) => {
                let message = format!("{label} has no header `{name}` any more");
                let at = (Which::Old, old.clone());
                let reason = "clients may rely on it";
                let finding =
                    Finding::new(Verdict::Breaking, "header-removed", at, message, reason);
                compared.findings.push(finding.of(direction));
            }
            (None, None) => {}
        }
    }
}

fn header(
    graph: &mut Graph<'_>,
    (old, new): (&str, &str),
    label: &str,
    direction: Direction,
    compared: &mut Compared,
) {
    let (before, after) = (graph.old.get(old), graph.new.get(new));
    let required = |value: &Value| value["required"] == Value::Bool(true);
    if required(before) != required(after) {
        let (effect, what) = if required(after) {
            (Effect::Narrower, "always there")
        } else {
            (Effect::Wider, "not always there any more")
        };
        let message = format!("{label} is {what}");
        let at = (Which::New, new.to_owned());
        compared.findings.push(Finding::by_effect(
            effect,
            direction,
            "header-presence",
            at,
            message,
        ));
    }
    docs(before, after, (old, new), label, &mut compared.findings);
    parameters::content(graph, (old, new), label, direction, compared);
}
