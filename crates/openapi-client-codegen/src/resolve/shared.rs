//! Gives one type to an inline schema in a response, request body or parameter that several
//! operations share.
//!
//! Each operation gets a copy of the shared part, so its inline schemas would become a type for
//! each operation. A reference to the schema in the shared part becomes a component.

use std::collections::BTreeMap;

use openapi_document::pointer::child;
use serde_json::{Map, Value, json};

/// How often each place in the document is referred to.
#[derive(Debug, Default)]
pub(super) struct Uses(BTreeMap<String, usize>);

impl Uses {
    /// Counts the references in a document.
    pub(super) fn of(root: &Value) -> Self {
        let mut uses = Self::default();
        uses.count(root);
        uses
    }

    fn count(&mut self, value: &Value) {
        match value {
            Value::Object(members) => {
                if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                    *self.0.entry(reference.to_owned()).or_default() += 1;
                }
                members.values().for_each(|value| self.count(value));
            }
            Value::Array(items) => items.iter().for_each(|item| self.count(item)),
            _ => {}
        }
    }

    /// Returns whether there are several references to a place or into it.
    fn is_shared(&self, reference: &str) -> bool {
        let inside = format!("{reference}/");
        let all = self.0.range(reference.to_owned()..);
        let all = all.take_while(|(there, _)| there.starts_with(reference));
        let all = all.filter(|(there, _)| *there == reference || there.starts_with(&inside));
        all.map(|(_, count)| count).sum::<usize>() > 1
    }

    /// Replaces the inline schemas of a response, body or parameter that is used several times, and
    /// to which a reference has led, by references.
    pub(super) fn share(&self, part: &mut Value, reference: Option<&str>) {
        if let Some(reference) = reference.filter(|reference| self.is_shared(reference)) {
            self::share(part, reference);
        }
    }
}

/// Replaces the inline schemas of a response, body or parameter by references.
pub(super) fn share(part: &mut Value, reference: &str) {
    let content = part.get_mut("content").and_then(Value::as_object_mut);
    for (name, media) in content.into_iter().flatten() {
        // The parts of a multipart body are files, which other bodies do not have.
        if !name.starts_with("multipart/") && media.get("$ref").is_none() {
            let at = child(&child(&format!("{reference}/content"), name), "schema");
            share_schema(media.get_mut("schema"), &at);
        }
    }
    share_schema(part.get_mut("schema"), &format!("{reference}/schema"));
}

fn share_schema(schema: Option<&mut Value>, at: &str) {
    let Some(schema) = schema.filter(|schema| schema.get("$ref").is_none()) else { return };
    if becomes_type(schema) {
        *schema = json!({ "$ref": at });
        return;
    }
    for member in ["items", "additionalProperties"] {
        share_schema(schema.get_mut(member), &format!("{at}/{member}"));
    }
}

/// Returns whether a schema becomes a Rust type with a name.
pub(super) fn becomes_type(schema: &Value) -> bool {
    let is_null = |value: &Value| value.is_null() || value["type"] == "null";
    let several = |name: &str| {
        let all = schema[name].as_array().into_iter().flatten();
        all.filter(|value| !is_null(value)).count() > 1
    };
    let lists_texts = schema["enum"].as_array().is_some_and(|all| all.iter().any(Value::is_string));
    let has_fields =
        schema["properties"].as_object().is_some_and(|all: &Map<_, _>| !all.is_empty());
    schema.get("$ref").is_none()
        && (has_fields || lists_texts || ["oneOf", "anyOf", "allOf"].into_iter().any(several))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_shared_schemas_that_become_types_are_replaced() {
        let root = json!([{"$ref": "#/r/A"}, {"$ref": "#/r/A"}, {"$ref": "#/r/AB"}, {"$ref": "#/p/C/schema"}, {"$ref": "#/p/C"}]);
        let uses = Uses::of(&root);
        let part = json!({"content": {"a/b": {"schema": {"items": {"enum": ["x"]}}}, "c/d": {"schema": {"type": "string"}}}});
        let shared = |part: &Value, reference| {
            let mut part = part.clone();
            uses.share(&mut part, reference);
            part
        };
        let reference = json!({"$ref": "#/r/A/content/a~1b/schema/items"});
        assert_eq!(
            shared(&part, Some("#/r/A")),
            json!({"content": {"a/b": {"schema": {"items": reference}}, "c/d": {"schema": {"type": "string"}}}})
        );
        assert_eq!((shared(&part, Some("#/r/AB")), shared(&part, None)), (part.clone(), part));
        let parameter = json!({"schema": {"anyOf": [{"type": "string"}, {"type": "integer"}]}});
        assert_eq!(shared(&parameter, Some("#/p/C")), json!({"schema": {"$ref": "#/p/C/schema"}}));
    }
}
