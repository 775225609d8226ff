//! Components that no operation needs.

use std::collections::BTreeSet;

use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;
use openapi_document::pointer::child;
use serde_json::Value;

use super::rule::Rule;

pub(super) const RULE: Rule = Rule {
    code: "unused-component",
    reason: "it becomes code that nobody calls, or something forgot to refer to it",
    check,
};

fn check(document: &Document) -> Vec<Diagnostic> {
    let used = used(&document.root);
    let mut diagnostics = Vec::new();
    for (section, components) in document.root["components"].as_object().into_iter().flatten() {
        for name in components.as_object().into_iter().flat_map(|named| named.keys()) {
            let pointer = child(&child("/components", section), name);
            if !section.starts_with("x-") && !used.contains(&pointer) {
                diagnostics.push(document.diagnostic(&pointer, format!("nothing uses `{name}`")));
            }
        }
    }
    diagnostics
}

/// The pointers of all components that operations and webhooks lead to.
fn used(root: &Value) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    let mut todo: Vec<&Value> = vec![&root["paths"], &root["webhooks"]];
    let schemes = security(&root["security"]);
    let mut found: Vec<String> = schemes.collect();
    loop {
        while let Some(value) = todo.pop() {
            collect(value, &mut found);
        }
        let Some(pointer) = found.pop() else { break };
        if used.insert(pointer.clone())
            && let Some(component) = root.pointer(&pointer)
        {
            todo.push(component);
            if component.get("discriminator").is_some() {
                found.extend(subtypes(root, &pointer));
            }
        }
    }
    used
}

/// The components that `value` refers to, by pointer.
fn collect(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::String(reference) if name == "$ref" => {
                        found.extend(component(reference))
                    }
                    Value::Object(targets) if name == "mapping" => {
                        found.extend(targets.values().filter_map(Value::as_str).map(mapped));
                    }
                    Value::Array(_) if name == "security" => {
                        found.extend(security(value));
                        collect(value, found);
                    }
                    value => collect(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
}

/// The target of a discriminator's mapping: a reference, or a schema's name.
fn mapped(target: &str) -> String {
    component(target).unwrap_or_else(|| child("/components/schemas", target))
}

/// `/components/schemas/A` for a reference to it, or into it.
fn component(reference: &str) -> Option<String> {
    let mut segments = reference.strip_prefix("#/components/")?.splitn(3, '/');
    Some(format!("/components/{}/{}", segments.next()?, segments.next()?))
}

fn security(requirements: &Value) -> impl Iterator<Item = String> {
    let requirements = requirements.as_array().into_iter().flatten();
    requirements
        .filter_map(Value::as_object)
        .flat_map(|names| names.keys())
        .map(|name| child("/components/securitySchemes", name))
}

/// Schemas that extend the one at `pointer`: where it has a discriminator,
/// they are meant wherever it is.
fn subtypes(root: &Value, pointer: &str) -> Vec<String> {
    let reference = format!("#{pointer}");
    let schemas = root["components"]["schemas"].as_object().into_iter().flatten();
    schemas
        .filter(|(_, schema)| {
            let parts = schema["allOf"].as_array().into_iter().flatten();
            parts.into_iter().any(|part| part["$ref"] == *reference)
        })
        .map(|(name, _)| child("/components/schemas", name))
        .collect()
}
