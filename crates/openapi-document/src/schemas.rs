//! Finds the schemas in an OpenAPI document.

use std::fmt;

use serde_json::{Map, Value};

use crate::pointer::push;

/// How a member of a schema contains schemas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// One schema.
    One,
    /// A list of schemas.
    List,
    /// Schemas by name.
    Named,
}

/// A member of a schema that contains schemas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// How it holds them.
    pub holds: Holds,
    /// Whether the schemas describe the value or a part of it. Others are conditions, or are used
    /// only by references.
    pub describes: bool,
}

/// Returns how the member `name` of a schema contains schemas; `None` if it contains none.
pub fn member(name: &str) -> Option<Member> {
    let (holds, describes) = match name {
        "items" | "additionalProperties" | "not" | "contains" => (Holds::One, true),
        "propertyNames"
        | "if"
        | "then"
        | "else"
        | "unevaluatedItems"
        | "unevaluatedProperties"
        | "contentSchema" => (Holds::One, false),
        "allOf" | "anyOf" | "oneOf" | "prefixItems" => (Holds::List, true),
        "properties" | "patternProperties" => (Holds::Named, true),
        "$defs" | "definitions" | "dependentSchemas" => (Holds::Named, false),
        _ => return None,
    };
    Some(Member { holds, describes })
}

/// Members of any object that contain data, in which nothing is a schema.
const DATA: [&str; 4] = ["example", "examples", "default", "enum"];

/// Maps whose members may have names like extensions.
const NAMED: [&str; 3] = ["/headers", "/content", "/examples"];

/// Calls `visit` with every schema of the document and its JSON pointer, inner
/// ones before outer ones.
pub fn for_each(root: &mut Value, visit: &mut impl FnMut(&mut Value, &str)) {
    let mut pointer = String::new();
    for part in ["paths", "webhooks", "components"] {
        if let Some(value) = root.get_mut(part) {
            at(&mut pointer, part, |pointer| outside(value, pointer, visit));
        }
    }
}

/// Calls `visit` with `schema` and every schema in it, inner ones first.
pub fn within(schema: &mut Value, pointer: &str, visit: &mut impl FnMut(&mut Value, &str)) {
    inside(schema, &mut pointer.to_owned(), visit);
}

/// Does `work` one level below. The levels share a text, because most visitors don't need it.
fn at(pointer: &mut String, segment: impl fmt::Display, work: impl FnOnce(&mut String)) {
    let length = pointer.len();
    push(pointer, segment);
    work(pointer);
    pointer.truncate(length);
}

fn inside(schema: &mut Value, pointer: &mut String, visit: &mut impl FnMut(&mut Value, &str)) {
    for (name, value) in schema.as_object_mut().into_iter().flatten() {
        let Some(member) = member(name).filter(|member| member.describes) else { continue };
        match (member.holds, value) {
            // `additionalProperties: false` is a flag, not a schema.
            (Holds::One, Value::Bool(_)) if name == "additionalProperties" => {}
            (Holds::One, value) => at(pointer, name, |pointer| inside(value, pointer, visit)),
            (Holds::List, Value::Array(items)) => at(pointer, name, |pointer| {
                for (index, item) in items.iter_mut().enumerate() {
                    at(pointer, index, |pointer| inside(item, pointer, visit));
                }
            }),
            (Holds::Named, Value::Object(named)) => {
                at(pointer, name, |pointer| all(named, pointer, visit));
            }
            _ => {}
        }
    }
    visit(schema, pointer);
}

fn all(
    named: &mut Map<String, Value>,
    pointer: &mut String,
    visit: &mut impl FnMut(&mut Value, &str),
) {
    for (name, schema) in named {
        at(pointer, name, |pointer| inside(schema, pointer, visit));
    }
}

fn outside(value: &mut Value, pointer: &mut String, visit: &mut impl FnMut(&mut Value, &str)) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let in_components = pointer == "/components";
                let in_responses = pointer.ends_with("/responses");
                let is_extension =
                    name.starts_with("x-") && !NAMED.iter().any(|map| pointer.ends_with(map));
                at(pointer, name, |pointer| match (name.as_str(), value) {
                    ("default", response) if in_responses => outside(response, pointer, visit),
                    _ if is_extension => {}
                    ("schema" | "itemSchema", schema) => inside(schema, pointer, visit),
                    ("schemas", Value::Object(named)) if in_components => {
                        all(named, pointer, visit);
                    }
                    (name, _) if DATA.contains(&name) => {}
                    (_, value) => outside(value, pointer, visit),
                });
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                at(pointer, index, |pointer| outside(item, pointer, visit));
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_schema_is_visited_at_its_pointer_inner_ones_first() {
        let mut root = json!({
            "paths": { "/a": { "get": { "parameters": [
                { "schema": { "items": {} }, "example": { "schema": {} } },
                { "schema": true },
            ], "responses": {
                "default": { "content": { "a": { "schema": {} } } },
                "x-more": { "schema": {} },
            } } } },
            "components": { "schemas": { "A": {
                "allOf": [{}, { "properties": { "b~c": {} } }],
                "additionalProperties": false,
                "enum": [{ "items": {} }],
            } } },
        });
        let mut pointers = Vec::new();
        for_each(&mut root, &mut |_, pointer| pointers.push(pointer.to_owned()));
        assert_eq!(
            pointers,
            [
                "/paths/~1a/get/parameters/0/schema/items",
                "/paths/~1a/get/parameters/0/schema",
                "/paths/~1a/get/parameters/1/schema",
                "/paths/~1a/get/responses/default/content/a/schema",
                "/components/schemas/A/allOf/0",
                "/components/schemas/A/allOf/1/properties/b~0c",
                "/components/schemas/A/allOf/1",
                "/components/schemas/A",
            ]
        );
    }
}
