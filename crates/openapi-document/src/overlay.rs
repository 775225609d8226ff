//! Applies OpenAPI Overlay 1.0 documents.

use serde_json::{Map, Value};
use serde_json_path::JsonPath;

use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::pointer::child;

/// How targets are written.
const PATH: &str = "a target is a JSONPath (RFC 9535), such as `$.components.schemas.Person` or \
                    `$.paths['/v1/people'].get`";

/// Applies the actions of `overlay` to `document`, in order.
///
/// An action that matches nothing is an error, which is stricter than Overlay
/// 1.0 on purpose: the document no longer needs it.
pub fn apply(document: &mut Document, overlay: &Document) -> Result<(), Diagnostic> {
    for index in 0..actions(overlay)?.len() {
        if !apply_one(document, overlay, index)? {
            return Err(matches_nothing(overlay, index));
        }
    }
    Ok(())
}

/// Applies those actions that can be, and returns what is wrong with the
/// others.
pub fn apply_what_fits(
    document: &mut Document,
    overlay: &Document,
) -> Result<Vec<Diagnostic>, Diagnostic> {
    let mut diagnostics = Vec::new();
    for index in 0..actions(overlay)?.len() {
        match apply_one(document, overlay, index) {
            Ok(true) => {}
            Ok(false) => diagnostics.push(matches_nothing(overlay, index)),
            Err(diagnostic) => diagnostics.push(diagnostic),
        }
    }
    Ok(diagnostics)
}

/// The actions of an overlay.
pub fn actions(overlay: &Document) -> Result<&Vec<Value>, Diagnostic> {
    match overlay.root["overlay"].as_str() {
        Some(version) if version.starts_with("1.") => {}
        _ => {
            return Err(overlay
                .diagnostic("/overlay", "not an Overlay 1.x document")
                .help("it begins with `overlay: \"1.0.0\"`"));
        }
    }
    overlay.root["actions"]
        .as_array()
        .ok_or_else(|| overlay.diagnostic("/actions", "an overlay has a list of `actions`"))
        .map_err(|diagnostic| diagnostic.help("without any action it is `actions: []`"))
}

/// What there is to say about an action that matches nothing.
pub fn matches_nothing(overlay: &Document, index: usize) -> Diagnostic {
    let at = child(&child("/actions", index), "target");
    let target = overlay.root.pointer(&at).and_then(Value::as_str).unwrap_or_default();
    overlay
        .diagnostic(&at, format!("`{target}` matches nothing"))
        .help("if the document was corrected, delete the action; otherwise correct its target")
}

/// The JSON pointers of what the action at `index` targets.
pub fn targets(
    document: &Document,
    overlay: &Document,
    index: usize,
) -> Result<Vec<String>, Diagnostic> {
    let at = &child("/actions", index);
    let action = &overlay.root["actions"][index];
    let target = action["target"]
        .as_str()
        .ok_or_else(|| overlay.diagnostic(at, "an action needs a `target`"))
        .map_err(|diagnostic| diagnostic.help(PATH))?;
    if action["description"].as_str().is_none_or(str::is_empty) {
        return Err(overlay
            .diagnostic(at, "an action needs a `description`: the reason for it")
            .help("say what the document gets wrong, and how that is known"));
    }
    let path = JsonPath::parse(target).map_err(|error| {
        overlay.diagnostic(&child(at, "target"), format!("not a JSONPath: {error}")).help(PATH)
    })?;
    let located = path.query_located(&document.root);
    Ok(located.locations().map(|path| path.to_json_pointer()).collect())
}

/// Applies the action at `index`; false if it matches nothing.
pub fn apply_one(
    document: &mut Document,
    overlay: &Document,
    index: usize,
) -> Result<bool, Diagnostic> {
    let mut pointers = targets(document, overlay, index)?;
    let action = &overlay.root["actions"][index];
    let at = &child("/actions", index);
    if pointers.is_empty() {
        return Ok(false);
    }
    if action["remove"] == Value::Bool(true) {
        // Backwards, so that the indices of what is still to go stay right.
        pointers.reverse();
        pointers.iter().for_each(|pointer| remove(&mut document.root, pointer));
        return Ok(true);
    }
    let update = action
        .get("update")
        .ok_or_else(|| overlay.diagnostic(at, "an action has an `update` or `remove: true`"))
        .map_err(|diagnostic| diagnostic.help("say what to add, or to remove the target"))?;
    for pointer in &pointers {
        match (document.root.pointer_mut(pointer), update) {
            (Some(Value::Object(object)), Value::Object(update)) => {
                merge(object, update).map_err(|name| already_there(overlay, at, &name))?;
            }
            (Some(Value::Array(array)), update) => append(array, update),
            _ => {
                let message = format!("`{pointer}` is neither an object nor an array to update");
                return Err(overlay
                    .diagnostic(&child(at, "target"), message)
                    .help("target what it is a member of, and name it in the update"));
            }
        }
        adopt(document, overlay, pointer, update, &child(at, "update"));
    }
    Ok(true)
}

fn remove(root: &mut Value, pointer: &str) {
    let Some((parent, last)) = pointer.rsplit_once('/') else { return };
    let name = last.replace("~1", "/").replace("~0", "~");
    match root.pointer_mut(parent) {
        Some(Value::Object(object)) => {
            object.shift_remove(&name);
        }
        Some(Value::Array(array)) => {
            if let Some(index) = name.parse().ok().filter(|index| *index < array.len()) {
                array.remove(index);
            }
        }
        _ => {}
    }
}

/// Objects merge member by member, arrays grow, everything else is replaced.
/// An array that grows by what it has already is an error, with its name: the
/// document says by now what the action adds.
fn merge(object: &mut Map<String, Value>, update: &Map<String, Value>) -> Result<(), String> {
    for (name, new) in update {
        match (object.get_mut(name), new) {
            (Some(Value::Object(old)), Value::Object(new)) => merge(old, new)?,
            (Some(Value::Array(old)), Value::Array(new)) => {
                if new.iter().any(|item| old.contains(item)) {
                    return Err(name.clone());
                }
                old.extend(new.iter().cloned());
            }
            (_, new) => {
                object.insert(name.clone(), new.clone());
            }
        }
    }
    Ok(())
}

fn already_there(overlay: &Document, at: &str, name: &str) -> Diagnostic {
    overlay
        .diagnostic(&child(at, "update"), format!("`{name}` already has what this update appends"))
        .help("if the document was corrected, delete the action; to replace a member, remove it first")
}

fn append(array: &mut Vec<Value>, update: &Value) {
    match update {
        Value::Array(items) => array.extend(items.iter().cloned()),
        item => array.push(item.clone()),
    }
}

/// New members come from the overlay, and errors about them point there.
fn adopt(document: &mut Document, overlay: &Document, pointer: &str, update: &Value, at: &str) {
    let Some(members) = update.as_object() else { return };
    for (name, value) in members {
        let (to, from) = (child(pointer, name), child(at, name));
        document.import_location(&to, overlay, &from);
        adopt(document, overlay, &to, value, &from);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::load::load;

    fn overlaid(document: &str, actions: &str) -> Result<Value, Diagnostic> {
        let mut document = load("api.yaml", document).unwrap();
        let overlay =
            load("overlay.yaml", &format!("overlay: 1.0.0\nactions:\n{actions}")).unwrap();
        apply(&mut document, &overlay)?;
        Ok(document.root)
    }

    #[test]
    fn update_merges_objects_appends_to_arrays_and_replaces_scalars() {
        let actions = "- {target: $.a, description: why, update: {b: 2, c: [2], d: {f: 2}}}";
        let mended = overlaid("a: {b: 1, c: [1], d: {e: 1}}", actions).unwrap();
        assert_eq!(mended, json!({"a": {"b": 2, "c": [1, 2], "d": {"e": 1, "f": 2}}}));
    }

    #[test]
    fn remove_takes_every_match() {
        let actions = "- {target: '$.a[?@ > 1]', description: why, remove: true}";
        assert_eq!(overlaid("a: [1, 2, 3, 0, 4]", actions).unwrap(), json!({"a": [1, 0]}));
    }

    #[test]
    fn actions_run_in_order() {
        let actions = "- {target: $.a, description: why, remove: true}\n\
                       - {target: $, description: why, update: {a: 2}}";
        assert_eq!(overlaid("a: {b: 1}", actions).unwrap(), json!({"a": 2}));
    }

    #[test]
    fn an_action_that_matches_nothing_is_an_error() {
        let actions = "- {target: $.gone, description: why, remove: true}";
        insta::assert_snapshot!(overlaid("a: 1", actions).unwrap_err(), @r"
        `$.gone` matches nothing
          --> overlay.yaml:3:4
          at  /actions/0/target
          help: if the document was corrected, delete the action; otherwise correct its target
        ");
    }

    #[test]
    fn an_update_that_the_document_has_already_is_an_error() {
        let actions = "- {target: $.a, description: why, update: {b: {type: [string, 'null']}}}";
        insta::assert_snapshot!(overlaid("a: {b: {type: [string, 'null']}}", actions).unwrap_err(), @r"
        `type` already has what this update appends
          --> overlay.yaml:3:35
          at  /actions/0/update
          help: if the document was corrected, delete the action; to replace a member, remove it first
        ");
    }

    #[test]
    fn an_action_needs_its_reason() {
        let error = overlaid("a: 1", "- {target: $.a, remove: true}").unwrap_err();
        assert!(error.message.contains("reason"), "{error}");
    }
}
