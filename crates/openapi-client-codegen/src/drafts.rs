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
            if let Some(schema) = schema.as_object_mut() {
                dependencies(schema);
                is_changed |= tuple(schema);
            }
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

/// Converts `dependencies`, which contains both schemas and lists of names.
fn dependencies(schema: &mut Map<String, Value>) {
    let Some(Value::Object(all)) = schema.get("dependencies") else { return };
    let is_dependency = |value: &Value| {
        value.is_object()
            || value.as_array().is_some_and(|names| names.iter().all(Value::is_string))
    };
    if !all.values().all(is_dependency) {
        return;
    }
    for (name, dependency) in schema.shift_remove("dependencies").into_iter().flat_map(members) {
        let keyword = match dependency.is_object() {
            true => "dependentSchemas",
            false => "dependentRequired",
        };
        let there = schema.entry(keyword).or_insert_with(|| json!({}));
        if there.is_object() && there.get(&name).is_none() {
            there[&name] = dependency;
        }
    }
}

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_are_schemas_or_names() {
        let mut root = json!({"components": {"schemas": {
            "A": {"dependencies": {"a": ["b"], "c": {"required": ["d"]}}},
            "B": {"properties": {"dependencies": {"type": "string"}}},
        }}});
        let before = root["components"]["schemas"]["B"].clone();
        convert(&mut root);
        let schemas = &root["components"]["schemas"];
        let expected = json!({"dependentRequired": {"a": ["b"]}, "dependentSchemas": {"c": {"required": ["d"]}}});
        assert_eq!((&schemas["A"], &schemas["B"]), (&expected, &before));
    }

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
