//! Determines which actions of the overlay the new document still needs.

use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;
use openapi_document::node_kind::NodeKind;
use openapi_document::overlay::{self, Policy};
use openapi_document::pointer::child;
use serde_json::{Map, Value};

/// The status of an action that is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionStatus {
    /// The action can't be applied: it matches nothing, appends something that already exists, or
    /// is invalid. Nothing can be generated with it.
    Fails,
    /// The document is the same without the action.
    ChangesNothing,
    /// Without the action, the document differs only in descriptions and examples.
    ChangesWords,
}

/// An action that is reported.
#[derive(Debug, Clone)]
pub struct Action {
    /// The status of the action.
    pub status: ActionStatus,
    /// The same status as a message.
    pub diagnostic: Diagnostic,
}

/// The maximum number of consecutive actions that are judged together, because some work only
/// together (remove, then add).
const TOGETHER: usize = 3;

/// Applies all actions that can be applied. Reports those that can't, and those that the document
/// no longer needs.
pub fn review(document: &mut Document, overlay: &Document) -> Result<Vec<Action>, Diagnostic> {
    let count = overlay::actions(overlay)?.len();
    let mut statuses = vec![None; count];
    let mut before: Vec<Value> = vec![document.root.clone()];
    let mut wordy = Vec::with_capacity(count);
    let mut failed = Vec::new();
    for index in 0..count {
        wordy.push(is_about_words(document, overlay, index).unwrap_or_default());
        if let Some(diagnostic) = apply(document, overlay, index) {
            statuses[index] = Some(ActionStatus::Fails);
            failed.push(Action { status: ActionStatus::Fails, diagnostic });
        }
        for size in 1..=TOGETHER.min(before.len()) {
            let group = index + 1 - size..=index;
            if statuses[group.clone()].iter().any(Option::is_some) {
                break;
            }
            let old = &before[before.len() - size];
            let on_purpose = wordy[group.clone()].iter().all(|wordy| *wordy);
            if let Some(status) = effect(old, &document.root, on_purpose) {
                statuses[group].fill(Some(status));
            }
        }
        before.push(document.root.clone());
        if before.len() > TOGETHER {
            before.remove(0);
        }
    }
    let mut failed = failed.into_iter();
    let actions = statuses.into_iter().enumerate().filter_map(|(index, status)| match status? {
        ActionStatus::Fails => failed.next(),
        status => Some(action(overlay, index, status)),
    });
    Ok(actions.collect())
}

/// Applies one action. Returns the problem if that is impossible; the document is then unchanged.
fn apply(document: &mut Document, overlay: &Document, index: usize) -> Option<Diagnostic> {
    let before = document.root.clone();
    match overlay::apply_one(document, overlay, index, Policy::Maintained) {
        Ok(true) => None,
        Ok(false) => Some(overlay::matches_nothing(overlay, index)),
        Err(diagnostic) => {
            document.root = before;
            Some(diagnostic)
        }
    }
}

/// Returns the effect of actions that turned `old` into `new`, if it is small. For actions about
/// documentation, a change of documentation counts.
fn effect(old: &Value, new: &Value, about_words: bool) -> Option<ActionStatus> {
    if old == new {
        return Some(ActionStatus::ChangesNothing);
    }
    let same = || silent(NodeKind::Root, old) == silent(NodeKind::Root, new);
    (!about_words && same()).then_some(ActionStatus::ChangesWords)
}

const WORDS: [&str; 7] =
    ["title", "summary", "description", "example", "examples", "externalDocs", "$comment"];

/// Returns whether `name` is documentation in a node of this kind.
fn is_said(kind: NodeKind, name: &str) -> bool {
    !matches!(kind, NodeKind::Many(_) | NodeKind::Data | NodeKind::Callback)
        && WORDS.contains(&name)
}

/// Returns whether an action updates only documentation.
fn is_about_words(
    document: &Document,
    overlay: &Document,
    index: usize,
) -> Result<bool, Diagnostic> {
    let Some(update) = overlay.root["actions"][index].get("update") else { return Ok(false) };
    let targets = overlay::targets(document, overlay, index)?;
    Ok(targets.iter().all(|pointer| {
        let mut kind = NodeKind::Root;
        for name in pointer.split('/').skip(1) {
            if is_said(kind, name) {
                return true;
            }
            kind = kind.member(name);
        }
        is_hollow(&silent(kind, update))
    }))
}

fn is_hollow(value: &Value) -> bool {
    value.as_object().is_some_and(|members| members.values().all(is_hollow))
}

/// Returns a copy without documentation.
fn silent(kind: NodeKind, value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.iter().filter(|(name, _)| !is_said(kind, name));
            let kept = kept.map(|(name, value)| (name.clone(), silent(kind.member(name), value)));
            Value::Object(kept.collect::<Map<_, _>>())
        }
        Value::Array(items) => {
            let kind = if kind == NodeKind::Schema { kind } else { kind.member("") };
            items.iter().map(|item| silent(kind, item)).collect()
        }
        value => value.clone(),
    }
}

fn action(overlay: &Document, index: usize, status: ActionStatus) -> Action {
    let at = child(&child("/actions", index), "target");
    let target = overlay.root.pointer(&at).and_then(Value::as_str).unwrap_or_default();
    let (what, help) = match status {
        ActionStatus::ChangesWords => {
            ("anything except documentation", "the document now says the same in other words")
        }
        _ => ("anything", "the document now says so itself"),
    };
    let diagnostic = overlay
        .diagnostic(&at, format!("the action on `{target}` no longer changes {what}"))
        .help(format!("{help}: delete the action"));
    Action { status, diagnostic }
}

#[cfg(test)]
mod tests {
    use openapi_document::load::load;

    use super::*;

    fn statuses(schema: &str, actions: &str) -> Vec<(ActionStatus, usize)> {
        let text = format!("components: {{schemas: {{A: {{properties: {schema}}}}}}}");
        let mut document = load("api.yaml", &text).unwrap();
        let overlay =
            load("overlay.yaml", &format!("overlay: 1.0.0\nactions:\n{actions}")).unwrap();
        let actions = review(&mut document, &overlay).unwrap();
        let line = |action: &Action| action.diagnostic.place.as_ref().unwrap().line - 2;
        actions.iter().map(|action| (action.status, line(action))).collect()
    }

    const TARGET: &str = "$.components.schemas.A.properties";

    #[test]
    fn every_action_without_a_match_is_reported() {
        let actions = "- {target: $.x, description: y, remove: true}\n\
                       - {target: $.components, description: y, update: {x-a: 1}}\n\
                       - {target: $.z, description: y, update: {a: 1}}\n";
        let both = [(ActionStatus::Fails, 1), (ActionStatus::Fails, 3)];
        assert_eq!(statuses("{}", actions), both);
    }

    #[test]
    fn an_action_that_cannot_be_applied_does_not_affect_others() {
        let actions = format!(
            "- {{target: {TARGET}.a, description: y, update: {{x-a: 1, type: ['null']}}}}\n\
             - {{target: {TARGET}.a.format, description: y, update: {{a: 1}}}}\n\
             - {{target: '$.[', description: y, remove: true}}\n\
             - {{target: {TARGET}.a, description: y, update: {{x-b: 1}}}}\n"
        );
        let schema = "{a: {type: [string, 'null'], format: date, x-b: 1}}";
        let failed = [1, 2, 3].map(|line| (ActionStatus::Fails, line));
        let expected = [&failed[..], &[(ActionStatus::ChangesNothing, 4)]].concat();
        assert_eq!(statuses(schema, &actions), expected);
    }

    #[test]
    fn an_action_that_changes_nothing_is_reported() {
        let actions = format!("- {{target: {TARGET}.a, description: y, update: {{type: string}}}}");
        assert_eq!(statuses("{a: {type: string}}", &actions), [(ActionStatus::ChangesNothing, 1)]);
        assert_eq!(statuses("{a: {type: integer}}", &actions), []);
    }

    #[test]
    fn actions_that_work_together_are_judged_together() {
        let actions = format!(
            "- {{target: {TARGET}.a, description: y, remove: true}}\n\
             - {{target: {TARGET}, description: y, update: {{a: {{type: string, description: x}}}}}}"
        );
        let both = |status| vec![(status, 1), (status, 2)];
        assert_eq!(statuses("{a: {type: integer}}", &actions), []);
        let mended = "{a: {description: x, type: string}}";
        assert_eq!(statuses(mended, &actions), both(ActionStatus::ChangesNothing));
        assert_eq!(
            statuses("{a: {type: string, examples: [b]}}", &actions),
            both(ActionStatus::ChangesWords)
        );
    }

    #[test]
    fn an_action_about_documentation_is_not_reported() {
        let actions =
            format!("- {{target: {TARGET}.a, description: y, update: {{description: z}}}}");
        assert_eq!(statuses("{a: {type: string}}", &actions), []);
        let examples = "- {target: $.components, description: y, update: {examples: {a: {value: 1}}}}\n\
                        - {target: $.components.examples, description: y, update: {b: {value: 1}}}\n";
        assert_eq!(statuses("{}", examples), []);
        let field = format!(
            "- {{target: {TARGET}, description: y, update: {{description: {{type: string}}}}}}"
        );
        assert_eq!(statuses("{a: {type: string}}", &field), []);
    }
}
