//! Applies OpenAPI Overlay documents, versions 1.0 and 1.1.

mod merge;

use std::collections::HashSet;

use serde_json::Value;
use serde_json_path::JsonPath;

use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::overlay::merge::{Kind, Merging, NEWER, Version};
use crate::pointer::child;

pub use crate::overlay::merge::Policy;

/// The syntax of targets.
const PATH: &str = "a target is a JSONPath (RFC 9535), such as `$.components.schemas.Person` or \
                    `$.paths['/v1/people'].get`";

/// Applies the actions of `overlay` to `document`, in order.
///
/// With [`Policy::Specification`], an action that matches nothing adds a warning to the document.
pub fn apply(
    document: &mut Document,
    overlay: &Document,
    policy: Policy,
) -> Result<(), Diagnostic> {
    for index in 0..actions(overlay)?.len() {
        if !apply_one(document, overlay, index, policy)? {
            let diagnostic = matches_nothing(overlay, index);
            match policy {
                Policy::Specification => document.warnings.push(diagnostic),
                Policy::Maintained => return Err(diagnostic),
            }
        }
    }
    Ok(())
}

/// Applies all actions that can be applied with [`Policy::Maintained`]. Returns the problems of the
/// others.
pub fn apply_what_fits(
    document: &mut Document,
    overlay: &Document,
) -> Result<Vec<Diagnostic>, Diagnostic> {
    let mut diagnostics = Vec::new();
    for index in 0..actions(overlay)?.len() {
        match apply_one(document, overlay, index, Policy::Maintained) {
            Ok(true) => {}
            Ok(false) => diagnostics.push(matches_nothing(overlay, index)),
            Err(diagnostic) => diagnostics.push(diagnostic),
        }
    }
    Ok(diagnostics)
}

fn version(overlay: &Document) -> Result<Version, Diagnostic> {
    let version = overlay.root["overlay"].as_str().unwrap_or_default();
    if version.starts_with("1.0.") {
        return Ok(Version::V1_0);
    }
    if version.starts_with("1.1.") {
        return Ok(Version::V1_1);
    }
    let message = match version {
        "" => "not an Overlay document".to_owned(),
        version => format!("Overlay {version} is not supported"),
    };
    let help = "it begins with `overlay: \"1.0.0\"` or `overlay: \"1.1.0\"`";
    Err(overlay.diagnostic("/overlay", message).help(help))
}

/// Returns the actions of an overlay.
pub fn actions(overlay: &Document) -> Result<&Vec<Value>, Diagnostic> {
    version(overlay)?;
    overlay.root["actions"]
        .as_array()
        .ok_or_else(|| overlay.diagnostic("/actions", "an overlay has a list of `actions`"))
        .map_err(|diagnostic| diagnostic.help("without actions, write `actions: []`"))
}

/// Returns the diagnostic for an action that matches nothing.
pub fn matches_nothing(overlay: &Document, index: usize) -> Diagnostic {
    let at = child(&child("/actions", index), "target");
    let target = overlay.root.pointer(&at).and_then(Value::as_str).unwrap_or_default();
    overlay
        .diagnostic(&at, format!("`{target}` matches nothing"))
        .help("if the document was corrected, delete the action; otherwise correct its target")
}

/// Returns the JSON pointers of the targets of the action at `index`.
pub fn targets(
    document: &Document,
    overlay: &Document,
    index: usize,
) -> Result<Vec<String>, Diagnostic> {
    let at = &child("/actions", index);
    let Some(target) = overlay.root["actions"][index]["target"].as_str() else {
        return Err(overlay.diagnostic(at, "an action needs a `target`").help(PATH));
    };
    located(document, overlay, target, &child(at, "target"))
}

/// Returns the JSON pointers of the nodes that match a JSONPath of the overlay.
fn located(
    document: &Document,
    overlay: &Document,
    path: &str,
    at: &str,
) -> Result<Vec<String>, Diagnostic> {
    let path = JsonPath::parse(path)
        .map_err(|error| overlay.diagnostic(at, format!("not a JSONPath: {error}")).help(PATH))?;
    let located = path.query_located(&document.root);
    let mut pointers: Vec<String> = Vec::new();
    let mut seen = HashSet::new();
    for pointer in located.locations().map(|path| path.to_json_pointer()) {
        // A JSONPath can name a node several times.
        if seen.insert(pointer.clone()) {
            pointers.push(pointer);
        }
    }
    Ok(pointers)
}

/// Returns the sort key of a pointer, by which the elements of an array are in order.
fn order(pointer: &str) -> Vec<(Option<usize>, &str)> {
    pointer.split('/').map(|segment| (segment.parse().ok(), segment)).collect()
}

/// Applies the action at `index`. Returns `false` if it matches nothing.
pub fn apply_one(
    document: &mut Document,
    overlay: &Document,
    index: usize,
    policy: Policy,
) -> Result<bool, Diagnostic> {
    let version = version(overlay)?;
    let mut pointers = targets(document, overlay, index)?;
    let action = &overlay.root["actions"][index];
    let at = &child("/actions", index);
    if policy == Policy::Maintained && action["description"].as_str().is_none_or(str::is_empty) {
        return Err(overlay
            .diagnostic(at, "an action needs a `description`: the reason for it")
            .help("describe the mistake in the document, and the evidence"));
    }
    if action["remove"] == Value::Bool(true) {
        if pointers.iter().any(String::is_empty) {
            return Err(overlay
                .diagnostic(&child(at, "target"), "the whole document can't be removed")
                .help("remove the parts that are not needed"));
        }
        // Backwards, so that the indices of the remaining nodes stay valid. A JSONPath can name
        // the elements of an array in any order.
        pointers.sort_by(|a, b| order(b).cmp(&order(a)));
        pointers.iter().for_each(|pointer| remove(&mut document.root, pointer));
        return Ok(!pointers.is_empty());
    }
    let change = Change::read(document, overlay, at, version)?;
    one_kind(document, overlay, &pointers, at, version)?;
    for pointer in &pointers {
        let member = if change.from.is_some() { "copy" } else { "update" };
        let merging = Merging { overlay, at, member, version, policy };
        merging.into(document.root.pointer_mut(pointer), &change.value, pointer)?;
        match &change.from {
            Some(from) => set_origins(document, pointer, &change.value, from),
            None => adopt(document, overlay, pointer, &change.value, &child(at, "update")),
        }
    }
    Ok(!pointers.is_empty())
}

/// The value that an action merges into its targets.
struct Change {
    value: Value,
    /// The node that it is a copy of.
    from: Option<String>,
}

impl Change {
    fn read(
        document: &Document,
        overlay: &Document,
        at: &str,
        version: Version,
    ) -> Result<Self, Diagnostic> {
        let action = overlay.root.pointer(at).unwrap_or(&Value::Null);
        match (action.get("update"), action.get("copy")) {
            (Some(update), None) => Ok(Self { value: update.clone(), from: None }),
            (None, Some(copy)) => {
                let at = child(at, "copy");
                if version < Version::V1_1 {
                    let message = "`copy` is new in Overlay 1.1";
                    return Err(overlay.diagnostic(&at, message).help(NEWER));
                }
                Self::copy(document, overlay, copy.as_str().unwrap_or_default(), &at)
            }
            (Some(_), Some(_)) => Err(overlay
                .diagnostic(at, "an action has either an `update` or a `copy`")
                .help("make two actions of it")),
            (None, None) => Err(overlay
                .diagnostic(at, "an action has an `update`, a `copy`, or `remove: true`")
                .help("specify what to add, or remove the target")),
        }
    }

    fn copy(
        document: &Document,
        overlay: &Document,
        path: &str,
        at: &str,
    ) -> Result<Self, Diagnostic> {
        let found = located(document, overlay, path, at)?;
        let [from] = &found[..] else {
            let message = format!("`{path}` matches {} nodes, not one", found.len());
            return Err(overlay.diagnostic(at, message).help("name the one node to copy"));
        };
        let value = document.root.pointer(from).cloned().unwrap_or_default();
        Ok(Self { value, from: Some(from.clone()) })
    }
}

/// Since version 1.1, one action changes either objects, arrays or primitive values.
fn one_kind(
    document: &Document,
    overlay: &Document,
    pointers: &[String],
    at: &str,
    version: Version,
) -> Result<(), Diagnostic> {
    let kind = |pointer: &String| document.root.pointer(pointer).map(Kind::of);
    let first = pointers.first().and_then(kind);
    if version < Version::V1_1 || pointers.iter().all(|pointer| kind(pointer) == first) {
        return Ok(());
    }
    let message = "the target matches nodes of several kinds";
    let help = "all of them must be objects, or arrays, or primitive values";
    Err(overlay.diagnostic(&child(at, "target"), message).help(help))
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

/// New members come from the overlay, and errors about them refer to it.
fn adopt(document: &mut Document, overlay: &Document, pointer: &str, update: &Value, at: &str) {
    let Some(members) = update.as_object() else { return };
    for (name, value) in members {
        let (to, from) = (child(pointer, name), child(at, name));
        document.import_location(&to, overlay, &from);
        adopt(document, overlay, &to, value, &from);
    }
}

/// Copied members keep the place of the original.
fn set_origins(document: &mut Document, pointer: &str, copy: &Value, from: &str) {
    let Some(members) = copy.as_object() else { return };
    for (name, value) in members {
        let (to, from) = (child(pointer, name), child(from, name));
        document.set_origin(&to, &from);
        set_origins(document, &to, value, &from);
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
        apply(&mut document, &overlay, Policy::Maintained)?;
        Ok(document.root)
    }

    /// Applies the specification, and returns the warnings.
    fn foreign(version: &str, document: &str, action: &str) -> Result<(Value, usize), Diagnostic> {
        let mut document = load("api.yaml", document).unwrap();
        let text = format!("overlay: {version}\nactions:\n- {action}");
        apply(&mut document, &load("overlay.yaml", &text).unwrap(), Policy::Specification)?;
        Ok((document.root, document.warnings.len()))
    }

    #[test]
    fn a_foreign_overlay_needs_no_more_than_its_specification() {
        let done = foreign("1.0.0", "a: [1]", "{target: $, update: {a: [1]}}").unwrap();
        assert_eq!(done, (json!({"a": [1, 1]}), 0));
        let done = foreign("1.1.0", "a: 1", "{target: $.b, remove: true}").unwrap();
        assert_eq!(done, (json!({"a": 1}), 1));
    }

    #[test]
    fn copy_merges_one_node_of_the_document() {
        let done = |document: &str, action: &str| foreign("1.1.0", document, action).unwrap().0;
        assert_eq!(
            done("{a: {b: 1, c: [1]}, d: {c: [2], e: 3}}", "{target: $.d, copy: $.a}"),
            json!({"a": {"b": 1, "c": [1]}, "d": {"c": [2, 1], "e": 3, "b": 1}})
        );
        assert_eq!(
            done("{a: [1], b: [2]}", "{target: $.b, copy: $.a}"),
            json!({"a": [1], "b": [2, 1]})
        );
        assert_eq!(done("{a: 1, b: 2}", "{target: $.b, copy: $.a}"), json!({"a": 1, "b": 1}));
        let failed = |document: &str, action: &str| foreign("1.1.0", document, action).unwrap_err();
        let several = failed("{a: [1, 2], b: {}}", "{target: $.b, copy: '$.a[*]'}");
        assert_eq!(several.message, "`$.a[*]` matches 2 nodes, not one");
        let both = failed("{a: {}, b: {}}", "{target: $.b, copy: $.a, update: {c: 1}}");
        assert!(both.message.contains("either an `update` or a `copy`"), "{both}");
        let old = foreign("1.0.0", "{a: {}, b: {}}", "{target: $.b, copy: $.a}").unwrap_err();
        assert!(old.message.contains("new in Overlay 1.1"), "{old}");
    }

    #[test]
    fn what_is_copied_keeps_its_place() {
        let mut document = load("api.yaml", "a:\n  b: {c: 1}\nd: {}\n").unwrap();
        let text = "overlay: 1.1.0\nactions: [{target: $.d, copy: $.a}]";
        let overlay = load("overlay.yaml", text).unwrap();
        apply(&mut document, &overlay, Policy::Specification).unwrap();
        assert_eq!(document.place("/d/b/c"), document.place("/a/b/c"));
    }

    #[test]
    fn primitive_values_are_replaced_from_1_1_on() {
        let action = "{target: '$.a[?@ == 1]', update: 2}";
        assert_eq!(foreign("1.1.0", "a: [1, 3, 1]", action).unwrap().0, json!({"a": [2, 3, 2]}));
        let old = foreign("1.0.0", "a: [1]", action).unwrap_err();
        assert!(old.help.unwrap().contains("1.1.0"));
    }

    #[test]
    fn kinds_that_do_not_fit_are_an_error_from_1_1_on() {
        for action in [
            "{target: $, update: {a: {b: 1}}}",
            "{target: $.a, update: {b: 1}}",
            "{target: '$.*', update: {c: 1}}",
        ] {
            assert!(foreign("1.1.0", "{a: 1, b: {}}", action).is_err(), "{action}");
        }
        let replaced = foreign("1.0.0", "a: 1", "{target: $, update: {a: {b: 1}}}").unwrap();
        assert_eq!(replaced.0, json!({"a": {"b": 1}}));
        assert!(foreign("1.2.0", "a: 1", "{target: $, update: {a: 2}}").is_err());
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
        let long = "a: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]";
        for (path, left) in [
            ("[2,0]", json!([1, 3, 4, 5, 6, 7, 8, 9, 10, 11])),
            ("[0,0]", json!([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])),
            ("[10,9]", json!([0, 1, 2, 3, 4, 5, 6, 7, 8, 11])),
            ("[-1:0:-1]", json!([0])),
        ] {
            let actions = format!("- {{target: '$.a{path}', description: why, remove: true}}");
            assert_eq!(overlaid(long, &actions).unwrap(), json!({ "a": left }), "{path}");
        }
    }

    #[test]
    fn a_node_that_a_path_names_twice_is_updated_once() {
        let actions = "- {target: '$.a[0,0]', description: why, update: {b: [1]}}";
        assert_eq!(overlaid("a: [{b: []}]", actions).unwrap(), json!({"a": [{"b": [1]}]}));
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
        let root = "- {target: $, description: why, remove: true}";
        assert!(overlaid("a: 1", root).unwrap_err().message.contains("whole document"));
        let error = overlaid("a: 1", "- {target: $.a, remove: true}").unwrap_err();
        assert!(error.message.contains("reason"), "{error}");
    }
}
