//! Makes the targets of references to schemas components.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use openapi_document::bundle;
use openapi_document::document::Document;
use openapi_document::pointer::child;
use openapi_document::references;
use openapi_document::schemas;
use openapi_review::rust_names;
use serde_json::{Map, Value, json};

use crate::codes;
use crate::report::Report;
use crate::resolve::shared;

/// Makes the targets of all references to schemas components, repeatedly until no other target is
/// left.
pub(super) fn hoist_schemas(document: &mut Document, report: &mut Report) {
    definitions(&mut document.root);
    let ambiguous = ambiguous(&document.root);
    let mut clear = |schema: &mut Value, pointer: &str| {
        let reference = schema["$dynamicRef"].as_str().unwrap_or_default();
        if ambiguous.contains(reference.trim_start_matches('#')) {
            let text =
                format!("`{reference}` can refer to several schemas; every value is accepted");
            report.record(pointer, &codes::REFERENCE_AMBIGUOUS, text);
            *schema = json!({});
        }
    };
    if !ambiguous.is_empty() {
        schemas::for_each(&mut document.root, &mut clear);
    }
    let mut hoisted: BTreeMap<String, Value> = BTreeMap::new();
    let mut known = HashSet::new();
    loop {
        // The references, each with the pointer of the first schema that has it.
        let mut todo: Vec<(String, String)> = Vec::new();
        let mut root = document.root.take();
        schemas::for_each(&mut root, &mut |schema, pointer| {
            let found = reference(schema).map(str::to_owned);
            for reference in found.into_iter().chain(mapped(schema)) {
                if known.insert(reference.clone()) {
                    todo.push((reference, pointer.to_owned()));
                }
            }
        });
        document.root = root;
        if todo.is_empty() {
            break;
        }
        for (reference, pointer) in todo {
            let component = hoist(document, &reference, &pointer, report);
            hoisted.insert(reference, component);
        }
    }
    // A longer reference leads to a schema that may be inside the target of a shorter one.
    for (reference, component) in hoisted.iter().rev() {
        move_to(&mut document.root, reference, component);
    }
    schemas::for_each(&mut document.root, &mut |schema, _| {
        if let Some(component) = schema["$ref"].as_str().and_then(|text| hoisted.get(text)) {
            schema["$ref"] = component.clone();
        }
        let mapping = schema.pointer_mut("/discriminator/mapping").and_then(Value::as_object_mut);
        for target in mapping.into_iter().flat_map(Map::values_mut) {
            if let Some(component) = target.as_str().and_then(|text| hoisted.get(text)) {
                *target = component.clone();
            }
        }
    });
}

/// Returns the targets of a discriminator in other files.
fn mapped(schema: &Value) -> Vec<String> {
    let mapping = schema["discriminator"]["mapping"].as_object().into_iter().flatten();
    let files = format!("#/{}/", bundle::FILES);
    let targets = mapping.filter_map(|(_, target)| target.as_str());
    targets.filter(|target| target.starts_with(&files)).map(str::to_owned).collect()
}

/// Replaces the original of a component by a reference, so that both have the same type. Inner
/// originals precede outer ones.
fn move_to(root: &mut Value, reference: &str, component: &Value) {
    let place = references::pointer(reference);
    let name = component.as_str().and_then(references::schema_name).map(references::unescape);
    let Some(name) = name.filter(|name| place != child("/components/schemas", name)) else {
        return;
    };
    let Some(original) = root.pointer_mut(&place).filter(|there| shared::becomes_type(there))
    else {
        return;
    };
    let moved = std::mem::replace(original, json!({ "$ref": component }));
    root["components"]["schemas"][&name] = moved;
}

/// Returns the names of anchors that several schemas define. The target of a `$dynamicRef` to such
/// an anchor depends on the path to the reference.
fn ambiguous(root: &Value) -> BTreeSet<String> {
    fn count(value: &Value, counts: &mut BTreeMap<String, usize>) {
        match value {
            Value::Object(members) => {
                if let Some(name) = members.get("$dynamicAnchor").and_then(Value::as_str) {
                    *counts.entry(name.to_owned()).or_default() += 1;
                }
                members.values().for_each(|value| count(value, counts));
            }
            Value::Array(items) => items.iter().for_each(|item| count(item, counts)),
            _ => {}
        }
    }

    let mut counts = BTreeMap::new();
    count(root, &mut counts);
    counts.into_iter().filter(|(_, count)| *count > 1).map(|(name, _)| name).collect()
}

/// Returns the reference of a schema, if any.
fn reference(schema: &mut Value) -> Option<&str> {
    // If no schema overrides the anchor, `$dynamicRef` is a plain reference.
    if let Some(schema) = schema.as_object_mut()
        && let Some(target) = schema.shift_remove("$dynamicRef")
    {
        schema.entry("$ref").or_insert(target);
    }
    if schema.get("$ref").is_some_and(|reference| !reference.is_string()) {
        schema.as_object_mut().map(|schema| schema.shift_remove("$ref"));
    }
    schema.get("$ref").and_then(Value::as_str)
}

/// Makes the target of a reference a component. Returns the new reference.
fn hoist(document: &mut Document, reference: &str, pointer: &str, report: &mut Report) -> Value {
    let target = references::target(&document.root, reference);
    // An anchor may be that of a whole component.
    let components = document.root["components"]["schemas"].as_object().into_iter().flatten();
    let whole = components.into_iter().find(|(_, component)| {
        !reference.contains('/') && target.is_some_and(|target| std::ptr::eq(*component, target))
    });
    if let Some((name, _)) = whole {
        return json!(references::to_schema(name));
    }
    let found = target.cloned();
    if let Some(name) = references::schema_name(reference)
        && found.is_some()
        && !name.contains('/')
    {
        // A name may contain escaped characters.
        return json!(references::to_schema(&references::unescape(name)));
    }
    let found = found.unwrap_or_else(|| {
        report.record(
            pointer,
            &codes::REFERENCE_UNRESOLVED,
            format!("`{reference}` can't be resolved; every value is accepted"),
        );
        json!({})
    });
    let wanted = name_of(reference);
    let components = &mut document.root["components"]["schemas"];
    let kind = reference.split('/').nth(2).and_then(|part| match part {
        "responses" => Some("Response"),
        "requestBodies" => Some("Body"),
        "parameters" => Some("Parameter"),
        _ => None,
    });
    let with_kind =
        kind.filter(|kind| !wanted.ends_with(kind)).map(|kind| format!("{wanted}{kind}"));
    let numbered = (2_usize..).map(|number| format!("{wanted}{number}"));
    let mut names = std::iter::once(wanted.clone()).chain(with_kind).chain(numbered);
    let is_free = |name: &String| components.get(name).is_none_or(|there| *there == found);
    let name = names.find(is_free).unwrap_or(wanted);
    components[&name] = found;
    let component = references::to_schema(&name);
    let place = references::pointer(reference);
    let at = child("/components/schemas", &name);
    document.set_origin(&at, &place);
    report.record(
        pointer,
        &codes::SCHEMA_HOISTED,
        format!("`{reference}` becomes the component {name}"),
    );
    json!(component)
}

/// Derives a name from the meaningful parts of a reference.
fn name_of(reference: &str) -> String {
    const PLUMBING: [&str; 19] = [
        "components",
        "schemas",
        "properties",
        "paths",
        "responses",
        "content",
        "schema",
        "items",
        "$defs",
        "definitions",
        "parameters",
        "requestBody",
        "requestBodies",
        "application",
        "json",
        "allOf",
        "oneOf",
        "anyOf",
        "application/json",
    ];
    let parts = reference.trim_start_matches('#').split('/').skip(1).map(references::unescape);
    let parts: Vec<String> = parts.collect();
    // A schema from another file has the name that it has there, or the name of the file.
    let (file, parts) = match &parts[..] {
        [files, file, rest @ ..] if files == bundle::FILES => (Some(file), rest),
        parts => (None, parts),
    };
    let mut name: Vec<&str> =
        parts.iter().map(String::as_str).filter(|part| !PLUMBING.contains(part)).collect();
    if parts.last().is_some_and(|last| last == "items") && !name.is_empty() {
        name.push("Item");
    }
    if let Some(file) = file.filter(|_| name.is_empty()) {
        let last = file.rsplit('/').next().unwrap_or(file);
        name.push(last.split('.').next().unwrap_or(last));
    }
    if parts.is_empty() && file.is_none() {
        name.push(reference.trim_start_matches('#'));
    }
    match rust_names::pascal(&name.join("-")) {
        name if name == "X" => "Anything".to_owned(),
        name => name,
    }
}

/// Moves the `$defs` of the document to its components.
fn definitions(root: &mut Value) {
    for part in ["$defs", "definitions"] {
        let Some(Value::Object(definitions)) = root.get(part).cloned() else { continue };
        for (name, schema) in definitions {
            let components = &mut root["components"]["schemas"];
            if components.get(&name).is_none() {
                components[&name] = schema;
            }
        }
    }
}
