//! Converts keywords of earlier drafts of JSON Schema, which still occur in documents.

use openapi_document::schemas;
use serde_json::{Map, Value, json};

/// Converts the keywords in all schemas.
pub(crate) fn convert(root: &mut Value) {
    let mut is_changed = true;
    // The schemas in a converted keyword are visited only afterwards.
    while is_changed {
        is_changed = false;
        schemas::for_each(root, &mut |schema, _| {
            is_changed |= schema.as_object_mut().is_some_and(tuple);
        });
    }
}

/// Converts `items` with a list of schemas to `prefixItems`, and `additionalItems` to `items`.
fn tuple(schema: &mut Map<String, Value>) -> bool {
    let Some(Value::Array(members)) = schema.get_mut("items") else { return false };
    let members = std::mem::take(members);
    match schema.shift_remove("additionalItems") {
        Some(rest) => drop(schema.insert("items".to_owned(), rest)),
        None => drop(schema.shift_remove("items")),
    }
    if !members.is_empty() {
        schema.entry("prefixItems").or_insert_with(|| json!(members));
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_items_is_a_tuple() {
        let mut root = json!({"components": {"schemas": {"A": {"items": [
            {"type": "string"}, {"items": [{"type": "integer"}], "additionalItems": false},
        ]}}}});
        convert(&mut root);
        assert_eq!(
            root["components"]["schemas"]["A"],
            json!({"prefixItems": [
                {"type": "string"}, {"items": false, "prefixItems": [{"type": "integer"}]},
            ]})
        );
    }
}
