//! Compares the parameters of an operation.

use openapi_document::pointer::child;
use serde_json::Value;

use crate::diff::change::{Direction, Effect, Finding, Side, Verdict};
use crate::diff::docs::docs;
use crate::diff::graph::Graph;
use crate::diff::kind::Kind;
use crate::diff::media::content;
use crate::diff::operation::{Compared, Operation};
use crate::diff::view::SpecView;

/// One parameter of an operation or of its path.
struct Parameter {
    pointer: String,
    place: String,
    name: String,
    /// The identity of a parameter: the position of a path's variable, or the case-insensitive name
    /// of a header.
    key: (String, String),
    required: bool,
}

impl Parameter {
    fn label(&self) -> String {
        format!("{} parameter `{}`", self.place, self.name)
    }
}

fn list(side: &SpecView<'_>, operation: &Operation) -> Vec<Parameter> {
    let mut parameters: Vec<Parameter> = Vec::new();
    for at in [&operation.pointer, &operation.item] {
        for pointer in side.items(&child(at, "parameters")) {
            let value = side.get(&pointer);
            let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
            let (place, name) = (text("in"), text("name"));
            let key = match place.as_str() {
                "path" => {
                    let position = operation.variables.iter().position(|known| *known == name);
                    position.map_or_else(|| name.clone(), |position| position.to_string())
                }
                "header" => name.to_lowercase(),
                _ => name.clone(),
            };
            let key = (place.clone(), key);
            let required = place == "path" || value["required"] == Value::Bool(true);
            // An operation's own parameter replaces its path's.
            if parameters.iter().all(|known| known.key != key) {
                parameters.push(Parameter { pointer, place, name, key, required });
            }
        }
    }
    parameters
}

pub(crate) fn compare(
    graph: &mut Graph<'_>,
    old: &Operation,
    new: &Operation,
    sent: Direction,
    compared: &mut Compared,
) {
    let mut before = list(&graph.views.old, old);
    let mut after = list(&graph.views.new, new);
    let same: [fn(&Parameter, &Parameter) -> bool; 2] =
        [|a, b| a.key == b.key, |a, b| a.name == b.name];
    for same in same {
        let mut index = 0;
        while index < before.len() {
            match after.iter().position(|other| same(&before[index], other)) {
                Some(other) => {
                    let pair = (before.remove(index), after.remove(other));
                    both(graph, &pair.0, &pair.1, sent, compared);
                }
                None => index += 1,
            }
        }
    }
    for parameter in before {
        let message = format!("{} is gone", parameter.label());
        let at = (Side::Old, parameter.pointer);
        let reason = "callers may still send it";
        let finding = Finding::new(Verdict::Breaking, Kind::ParameterRemoved, at, message, reason);
        compared.findings.push(finding.of(sent));
    }
    for parameter in after {
        let (what, verdict, reason) = match (parameter.required, sent) {
            (true, Direction::Request) => {
                ("required", Verdict::Breaking, "callers don't send it yet")
            }
            (false, Direction::Request) => {
                ("optional", Verdict::Compatible, "callers may go on without it")
            }
            (_, Direction::Response) => ("sent now", Verdict::Compatible, "receivers ignore it"),
        };
        let message = format!("{} is new and {what}", parameter.label());
        let at = (Side::New, parameter.pointer);
        let finding = Finding::new(verdict, Kind::ParameterAdded, at, message, reason);
        compared.findings.push(finding.of(sent));
    }
}

fn both(
    graph: &mut Graph<'_>,
    old: &Parameter,
    new: &Parameter,
    sent: Direction,
    compared: &mut Compared,
) {
    let label = new.label();
    let at = |keyword: &str| (Side::New, child(&new.pointer, keyword));
    let (before, after) = (graph.views.old.get(&old.pointer), graph.views.new.get(&new.pointer));
    let findings = &mut compared.findings;
    if old.place != new.place {
        let message =
            format!("parameter `{}` is in the {}, was in the {}", new.name, new.place, old.place);
        let reason = "callers send it in the old place";
        let finding =
            Finding::new(Verdict::Breaking, Kind::ParameterMoved, at("in"), message, reason);
        findings.push(finding.of(sent));
    } else if old.name != new.name {
        let message = format!("{} is written `{}` now", old.label(), new.name);
        findings.push(Finding::docs(at("name"), message));
    }
    if old.required != new.required {
        let (effect, kind, what) = if new.required {
            (Effect::Narrower, Kind::ParameterNowRequired, "required")
        } else {
            (Effect::Wider, Kind::ParameterNowOptional, "optional")
        };
        let message = format!("{label} is {what} now");
        findings.push(Finding::by_effect(effect, sent, kind, at("required"), message));
    }
    let styles = (serialization(before, &old.place), serialization(after, &new.place));
    if old.place == new.place && styles.0 != styles.1 {
        let message = format!("{label} is written as {}, was {}", styles.1, styles.0);
        let keyword = if after.get("explode").is_some() { "explode" } else { "style" };
        findings.push(Finding::by_effect(
            Effect::Other,
            sent,
            Kind::ParameterStyle,
            at(keyword),
            message,
        ));
    }
    for keyword in ["allowReserved", "allowEmptyValue"] {
        let (was, is) = (flag(before, keyword), flag(after, keyword));
        if was != is {
            let effect = match (keyword, is) {
                ("allowEmptyValue", true) => Effect::Wider,
                ("allowEmptyValue", false) => Effect::Narrower,
                _ => Effect::Other,
            };
            let message = format!("{label}: {keyword} is {is} now");
            findings.push(Finding::by_effect(
                effect,
                sent,
                Kind::ParameterStyle,
                at(keyword),
                message,
            ));
        }
    }
    if flag(before, "deprecated") != flag(after, "deprecated") {
        let what =
            if flag(after, "deprecated") { "is deprecated" } else { "is no longer deprecated" };
        let message = format!("{label} {what}");
        findings.push(Finding::new(
            Verdict::Compatible,
            Kind::Deprecated,
            at("deprecated"),
            message,
            "it still works",
        ));
    }
    docs(before, after, (&old.pointer, &new.pointer), &label, findings);
    content(graph, (&old.pointer, &new.pointer), &label, sent, compared);
}

fn flag(value: &Value, name: &str) -> bool {
    value[name] == Value::Bool(true)
}

/// Returns the style of a value, including defaults.
fn serialization(parameter: &Value, place: &str) -> String {
    let usual = if matches!(place, "query" | "cookie") { "form" } else { "simple" };
    let style = parameter["style"].as_str().unwrap_or(usual);
    let explode = parameter["explode"].as_bool().unwrap_or(style == "form");
    format!("`{style}`{}", if explode { ", exploded" } else { "" })
}
