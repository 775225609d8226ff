//! Compares the request bodies and responses of an operation.

use std::collections::{BTreeMap, BTreeSet};

use openapi_document::pointer::child;
use serde_json::Value;

use crate::diff::change::{Direction, Effect, Finding, Side, Verdict};
use crate::diff::docs::docs;
use crate::diff::graph::Graph;
use crate::diff::kind::Kind;
use crate::diff::matched::{Match, matched};
use crate::diff::media::{content, media_types};
use crate::diff::operation::Compared;

/// Compares the request bodies.
pub(crate) fn request(
    graph: &mut Graph<'_>,
    (old, new): (&str, &str),
    sent: Direction,
    compared: &mut Compared,
) {
    let old = graph.views.old.follow(&child(old, "requestBody"));
    let new = graph.views.new.follow(&child(new, "requestBody"));
    let (before, after) = (graph.views.old.get(&old), graph.views.new.get(&new));
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
            let finding = Finding::new(verdict, Kind::BodyAdded, (Side::New, new), message, reason);
            findings.push(finding.of(sent));
        }
        (true, false) => {
            let at = (Side::Old, old);
            let message = "the request no longer has a body";
            findings.push(Finding::by_effect(Effect::Other, sent, Kind::BodyRemoved, at, message));
        }
        (true, true) => {
            if required(before) != required(after) {
                let (effect, kind, what) = if required(after) {
                    (Effect::Narrower, Kind::BodyNowRequired, "required")
                } else {
                    (Effect::Wider, Kind::BodyNowOptional, "optional")
                };
                let at = (Side::New, child(&new, "required"));
                let message = format!("the body is {what} now");
                findings.push(Finding::by_effect(effect, sent, kind, at, message));
            }
            docs(before, after, (&old, &new), "the body", findings);
            media_types(graph, (&old, &new), "the body", sent, compared);
        }
    }
}

/// Compares the responses.
pub(crate) fn answers(
    graph: &mut Graph<'_>,
    (old, new): (&str, &str),
    direction: Direction,
    compared: &mut Compared,
) {
    let read = |members: Vec<(String, String)>| -> BTreeMap<String, String> {
        members.into_iter().map(|(status, pointer)| (status.to_uppercase(), pointer)).collect()
    };
    let before = read(graph.views.old.members_proper(&child(old, "responses")));
    let after = read(graph.views.new.members_proper(&child(new, "responses")));
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
            let message = format!("response {} is new", status.to_lowercase());
            let at = (Side::New, new.clone());
            let finding = Finding::new(verdict, Kind::AnswerAdded, at, message, reason);
            compared.findings.push(finding.of(direction));
        } else if let Some(old) = was {
            let message = format!("response {} is gone", status.to_lowercase());
            let at = (Side::Old, old.clone());
            let reason = "clients may rely on it";
            let finding = Finding::new(Verdict::Breaking, Kind::AnswerRemoved, at, message, reason);
            compared.findings.push(finding.of(direction));
        }
    }
}

/// Returns the response that is described for a status: under the status itself, its range, or the
/// default.
fn covering<'m>(answers: &'m BTreeMap<String, String>, status: &str) -> Option<&'m String> {
    let range = format!("{}XX", status.get(..1).unwrap_or_default());
    answers.get(status).or_else(|| {
        // A success is never covered by the default, which describes errors.
        let error = status.starts_with(['4', '5']);
        let default = answers.get("DEFAULT").filter(|_| error);
        if status == "DEFAULT" { None } else { answers.get(&range).or(default) }
    })
}

/// Compares a response on both sides; one side may describe it only in a range or by default.
fn split(
    graph: &mut Graph<'_>,
    (old, new): (&str, &str),
    status: &str,
    on_its_own: (bool, bool),
    direction: Direction,
    compared: &mut Compared,
) {
    let label = format!("response {}", status.to_lowercase());
    let (verdict, kind, what, at, reason) = match on_its_own {
        (false, true) => (
            Verdict::Compatible,
            Kind::AnswerAdded,
            "is described on its own now",
            (Side::New, new.to_owned()),
            "it was one of several described together",
        ),
        (true, false) => (
            Verdict::Breaking,
            Kind::AnswerRemoved,
            "is no longer described on its own",
            (Side::Old, old.to_owned()),
            "clients may rely on it",
        ),
        _ => return answer(graph, (old, new), status, direction, compared),
    };
    let finding = Finding::new(verdict, kind, at, format!("{label} {what}"), reason);
    compared.findings.push(finding.of(direction));
    // Undescribed bodies promise nothing, and their texts differ in any case.
    let has_content = |value: &Value| value.get("content").is_some();
    if has_content(graph.views.old.get(old)) && has_content(graph.views.new.get(new)) {
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
    let label = format!("response {}", status.to_lowercase());
    let (before, after) = (graph.views.old.get(old), graph.views.new.get(new));
    docs(before, after, (old, new), &label, &mut compared.findings);
    if before.get("links") != after.get("links") {
        let at = (Side::New, child(new, "links"));
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
    let before = read(graph.views.old.members(&child(old, "headers")));
    let after = read(graph.views.new.members(&child(new, "headers")));
    for found in matched(before, after).into_values() {
        match found {
            Match::Both((_, old), (name, new)) => {
                let label = format!("{label}: header `{name}`");
                header(graph, (&old, &new), &label, direction, compared);
            }
            Match::New((name, new)) => {
                let message = format!("{label} has a header `{name}` now");
                let required = graph.views.new.get(&new)["required"] == Value::Bool(true);
                let (verdict, reason) = if required && direction == Direction::Request {
                    (Verdict::Breaking, "receivers don't send it yet")
                } else {
                    (Verdict::Compatible, "it may be ignored")
                };
                let at = (Side::New, new);
                let finding = Finding::new(verdict, Kind::HeaderAdded, at, message, reason);
                compared.findings.push(finding.of(direction));
            }
            Match::Old((name, old)) => {
                let message = format!("{label} no longer has the header `{name}`");
                let at = (Side::Old, old);
                let reason = "clients may rely on it";
                let finding =
                    Finding::new(Verdict::Breaking, Kind::HeaderRemoved, at, message, reason);
                compared.findings.push(finding.of(direction));
            }
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
    let (before, after) = (graph.views.old.get(old), graph.views.new.get(new));
    let required = |value: &Value| value["required"] == Value::Bool(true);
    if required(before) != required(after) {
        let (effect, what) = if required(after) {
            (Effect::Narrower, "always present")
        } else {
            (Effect::Wider, "no longer always present")
        };
        let message = format!("{label} is {what}");
        let at = (Side::New, new.to_owned());
        compared.findings.push(Finding::by_effect(
            effect,
            direction,
            Kind::HeaderPresence,
            at,
            message,
        ));
    }
    docs(before, after, (old, new), label, &mut compared.findings);
    content(graph, (old, new), label, direction, compared);
}
