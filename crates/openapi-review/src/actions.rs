//! Which actions of the overlay the new document still needs.

use openapi_document::document::{Document, Problem, child};
use openapi_document::kind::Kind;
use openapi_document::overlay;
use serde_json::{Map, Value};

/// What became of an action that deserves a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It can't be applied: it matches nothing, appends what is there already,
    /// or is wrong in itself. Nothing can be generated with it.
    Fails,
    /// The document is the same without it.
    ChangesNothing,
    /// Without it, the document differs in descriptions and examples only.
    ChangesWords,
}

/// An action that deserves a word.
#[derive(Debug, Clone)]
pub struct Action {
    /// What became of it.
    pub fate: Fate,
    /// The same as a message.
    pub problem: Problem,
}

/// Actions that only work together (take out, put back) follow each other;
/// so many at once are looked at.
const TOGETHER: usize = 3;

/// Applies all actions that can be, and says which can't, and which of the
/// others the document needs no more.
pub fn review(document: &mut Document, overlay: &Document) -> Result<Vec<Action>, Problem> {
    let count = overlay::actions(overlay)?.len();
    let mut fates = vec![None; count];
    let mut before: Vec<Value> = vec![document.root.clone()];
    let mut wordy = Vec::with_capacity(count);
    let mut failed = Vec::new();
    for index in 0..count {
        wordy.push(is_about_words(document, overlay, index).unwrap_or_default());
        if let Some(problem) = apply(document, overlay, index) {
            fates[index] = Some(Fate::Fails);
            failed.push(Action { fate: Fate::Fails, problem });
        }
        for size in 1..=TOGETHER.min(before.len()) {
            let group = index + 1 - size..=index;
            if fates[group.clone()].iter().any(Option::is_some) {
                break;
            }
            let old = &before[before.len() - size];
            let on_purpose = wordy[group.clone()].iter().all(|wordy| *wordy);
            if let Some(fate) = effect(old, &document.root, on_purpose) {
                fates[group].fill(Some(fate));
            }
        }
        before.push(document.root.clone());
        if before.len() > TOGETHER {
            before.remove(0);
        }
    }
    let mut failed = failed.into_iter();
    let actions = fates.into_iter().enumerate().filter_map(|(index, fate)| match fate? {
        Fate::Fails => failed.next(),
        fate => Some(action(overlay, index, fate)),
    });
    Ok(actions.collect())
}

/// Applies one action; what is wrong if that can't be. The document is then as
/// it was.
fn apply(document: &mut Document, overlay: &Document, index: usize) -> Option<Problem> {
    let before = document.root.clone();
    match overlay::apply_one(document, overlay, index) {
        Ok(true) => None,
        Ok(false) => Some(overlay::matches_nothing(overlay, index)),
        Err(problem) => {
            document.root = before;
            Some(problem)
        }
    }
}

/// What actions that turned `old` into `new` have done, if not much. Those
/// that are about words were written for their sake.
fn effect(old: &Value, new: &Value, about_words: bool) -> Option<Fate> {
    if old == new {
        return Some(Fate::ChangesNothing);
    }
    let same = || silent(Kind::Root, old) == silent(Kind::Root, new);
    (!about_words && same()).then_some(Fate::ChangesWords)
}

const WORDS: [&str; 7] =
    ["title", "summary", "description", "example", "examples", "externalDocs", "$comment"];

/// Whether `name` is only said of a thing of this kind.
fn is_said(kind: Kind, name: &str) -> bool {
    !matches!(kind, Kind::Many(_) | Kind::Data | Kind::Callback) && WORDS.contains(&name)
}

/// Whether an action updates nothing but what is said.
fn is_about_words(document: &Document, overlay: &Document, index: usize) -> Result<bool, Problem> {
    let Some(update) = overlay.root["actions"][index].get("update") else { return Ok(false) };
    let targets = overlay::targets(document, overlay, index)?;
    Ok(targets.iter().all(|pointer| {
        let mut kind = Kind::Root;
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

/// A copy without what is only said.
fn silent(kind: Kind, value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.iter().filter(|(name, _)| !is_said(kind, name));
            let kept = kept.map(|(name, value)| (name.clone(), silent(kind.member(name), value)));
            Value::Object(kept.collect::<Map<_, _>>())
        }
        Value::Array(items) => {
            let kind = if kind == Kind::Schema { kind } else { kind.member("") };
            items.iter().map(|item| silent(kind, item)).collect()
        }
        value => value.clone(),
    }
}

fn action(overlay: &Document, index: usize, fate: Fate) -> Action {
    let at = child(&child("/actions", index), "target");
    let target = overlay.root.pointer(&at).and_then(Value::as_str).unwrap_or_default();
    let (what, help) = match fate {
        Fate::ChangesWords => {
            ("nothing but words", "the document says the same in its own words now")
        }
        _ => ("nothing", "the document says so itself now"),
    };
    let problem = overlay
        .problem(&at, format!("the action on `{target}` changes {what} any more"))
        .help(format!("{help}: delete the action"));
    Action { fate, problem }
}

#[cfg(test)]
mod tests {
    use openapi_document::load::load;

    use super::*;

    fn fates(schema: &str, actions: &str) -> Vec<(Fate, usize)> {
        let text = format!("components: {{schemas: {{A: {{properties: {schema}}}}}}}");
        let mut document = load("api.yaml", &text).unwrap();
        let overlay =
            load("overlay.yaml", &format!("overlay: 1.0.0\nactions:\n{actions}")).unwrap();
        let actions = review(&mut document, &overlay).unwrap();
        let line = |action: &Action| action.problem.place.as_ref().unwrap().line - 2;
        actions.iter().map(|action| (action.fate, line(action))).collect()
    }

    const TARGET: &str = "$.components.schemas.A.properties";

    #[test]
    fn every_action_without_a_match_is_told() {
        let actions = "- {target: $.x, description: y, remove: true}\n\
                       - {target: $.components, description: y, update: {x-a: 1}}\n\
                       - {target: $.z, description: y, update: {a: 1}}\n";
        let both = [(Fate::Fails, 1), (Fate::Fails, 3)];
        assert_eq!(fates("{}", actions), both);
    }

    #[test]
    fn an_action_that_cannot_be_applied_keeps_the_others_from_nothing() {
        let actions = format!(
            "- {{target: {TARGET}.a, description: y, update: {{x-a: 1, type: ['null']}}}}\n\
             - {{target: {TARGET}.a.format, description: y, update: {{a: 1}}}}\n\
             - {{target: '$.[', description: y, remove: true}}\n\
             - {{target: {TARGET}.a, description: y, update: {{x-b: 1}}}}\n"
        );
        let schema = "{a: {type: [string, 'null'], format: date, x-b: 1}}";
        let failed = [1, 2, 3].map(|line| (Fate::Fails, line));
        let expected = [&failed[..], &[(Fate::ChangesNothing, 4)]].concat();
        assert_eq!(fates(schema, &actions), expected);
    }

    #[test]
    fn an_action_that_changes_nothing_is_told() {
        let actions = format!("- {{target: {TARGET}.a, description: y, update: {{type: string}}}}");
        assert_eq!(fates("{a: {type: string}}", &actions), [(Fate::ChangesNothing, 1)]);
        assert_eq!(fates("{a: {type: integer}}", &actions), []);
    }

    #[test]
    fn actions_that_work_together_are_judged_together() {
        let actions = format!(
            "- {{target: {TARGET}.a, description: y, remove: true}}\n\
             - {{target: {TARGET}, description: y, update: {{a: {{type: string, description: x}}}}}}"
        );
        let both = |fate| vec![(fate, 1), (fate, 2)];
        assert_eq!(fates("{a: {type: integer}}", &actions), []);
        let mended = "{a: {description: x, type: string}}";
        assert_eq!(fates(mended, &actions), both(Fate::ChangesNothing));
        assert_eq!(fates("{a: {type: string, examples: [b]}}", &actions), both(Fate::ChangesWords));
    }

    #[test]
    fn an_action_about_words_is_left_alone() {
        let actions =
            format!("- {{target: {TARGET}.a, description: y, update: {{description: z}}}}");
        assert_eq!(fates("{a: {type: string}}", &actions), []);
        let examples = "- {target: $.components, description: y, update: {examples: {a: {value: 1}}}}\n\
                        - {target: $.components.examples, description: y, update: {b: {value: 1}}}\n";
        assert_eq!(fates("{}", examples), []);
        let field = format!(
            "- {{target: {TARGET}, description: y, update: {{description: {{type: string}}}}}}"
        );
        assert_eq!(fates("{a: {type: string}}", &field), []);
    }
}
