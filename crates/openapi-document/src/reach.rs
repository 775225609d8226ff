//! Determines which nodes a part of a document leads to.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::pointer::child;
use crate::references;
use crate::views;

/// Connections between nodes other than `$ref`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ways {
    /// From a discriminator to the targets of its mapping.
    pub mapping: bool,
    /// From a schema with a discriminator to the schemas that extend it, which may replace it
    /// anywhere.
    pub subtypes: bool,
    /// From a security requirement to its scheme.
    pub security: bool,
    /// From a part of a component to the whole component.
    pub whole: bool,
}

impl Ways {
    /// All connections.
    pub const ALL: Self = Self { mapping: true, subtypes: true, security: true, whole: true };
}

/// Returns the JSON pointers of all nodes that `from` leads to, directly or indirectly, whether or
/// not they exist. The target of an `$anchor` is listed by the reference.
pub fn reached<'a>(
    root: &'a Value,
    from: impl IntoIterator<Item = &'a Value>,
    ways: Ways,
) -> BTreeSet<String> {
    let mut places = BTreeSet::new();
    let mut todo: Vec<&Value> = from.into_iter().collect();
    while let Some(value) = todo.pop() {
        let mut links = Vec::new();
        step(value, ways, &mut todo, &mut links);
        while let Some(reference) = links.pop() {
            let (pointer, target) = follow(root, &reference, ways.whole);
            if let Some(target) = target
                && !places.contains(&pointer)
            {
                todo.push(target);
                if ways.subtypes && target.get("discriminator").is_some() {
                    links.extend(subtypes(root, &pointer));
                }
            }
            places.insert(pointer);
        }
    }
    places
}

/// Returns the nodes at these pointers and all that they lead to by `$ref`, by pointer.
pub fn with_places(root: &Value, places: impl IntoIterator<Item = String>) -> BTreeSet<String> {
    let mut places: BTreeSet<String> = places.into_iter().collect();
    let nodes: Vec<&Value> = places.iter().filter_map(|place| root.pointer(place)).collect();
    places.extend(reached(root, nodes, Ways::default()));
    places
}

/// Adds the references of `value` itself to `links`, and its contents to `todo`.
fn step<'a>(value: &'a Value, ways: Ways, todo: &mut Vec<&'a Value>, links: &mut Vec<String>) {
    let members = match value {
        Value::Object(members) => members,
        Value::Array(items) => return todo.extend(items),
        _ => return,
    };
    for (name, value) in members {
        match value {
            Value::String(reference) if name == "$ref" => links.push(reference.clone()),
            Value::Object(targets) if name == "mapping" && ways.mapping => {
                links.extend(targets.values().filter_map(Value::as_str).map(mapped));
            }
            Value::Array(requirements) if name == "security" && ways.security => {
                links.extend(schemes(requirements));
                todo.push(value);
            }
            value => todo.push(value),
        }
    }
}

/// Returns the target of a reference: the pointer, and the node if it exists.
fn follow<'a>(root: &'a Value, reference: &str, whole: bool) -> (String, Option<&'a Value>) {
    if !reference.starts_with("#/") {
        return (reference.to_owned(), references::target(root, reference));
    }
    let pointer = references::pointer(reference);
    match component(&pointer).filter(|_| whole) {
        Some(component) => {
            let target = root.pointer(&component);
            (component, target)
        }
        None => (pointer, references::target(root, reference)),
    }
}

/// Returns the reference of a mapping's target, which is a reference or a schema's name.
fn mapped(target: &str) -> String {
    let is_reference = target.contains('#');
    if is_reference { target.to_owned() } else { schema(target) }
}

/// Returns the reference to a component schema.
fn schema(name: &str) -> String {
    format!("#{}", child("/components/schemas", name))
}

/// Returns references to the schemes of security requirements.
fn schemes(requirements: &[Value]) -> impl Iterator<Item = String> {
    let names = requirements.iter().filter_map(Value::as_object).flat_map(|names| names.keys());
    names.map(|name| format!("#{}", child("/components/securitySchemes", name)))
}

/// Returns the pointer of the component that a pointer leads to, or into.
fn component(pointer: &str) -> Option<String> {
    let mut segments = pointer.strip_prefix("/components/")?.splitn(3, '/');
    Some(format!("/components/{}/{}", segments.next()?, segments.next()?))
}

/// Returns references to the schemas that extend the one at `pointer`.
fn subtypes(root: &Value, pointer: &str) -> Vec<String> {
    let reference = format!("#{pointer}");
    views::schemas(root)
        .filter(|(_, schema)| schema.parts().any(|part| part.0["$ref"] == *reference))
        .map(|(name, _)| schema(name))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_connection_is_followed() {
        let root = json!({
            "paths": {"/a": {"get": {"security": [{"key": []}], "x": {"$ref": "#/components/schemas/A/properties/b"}}}},
            "components": {
                "schemas": {
                    "A": {"properties": {"b": {"$ref": "#/components/schemas/B"}}, "not": {"$ref": "#/components/schemas/C"}},
                    "B": {"discriminator": {"propertyName": "kind", "mapping": {"d": "D"}}},
                    "C": {}, "D": {},
                    "E": {"allOf": [{"$ref": "#/components/schemas/B"}]},
                },
                "securitySchemes": {"key": {}},
            },
        });
        let found = |ways| {
            let names = reached(&root, [&root["paths"]], ways).into_iter();
            names.map(|name| name.replace("/components/", "")).collect::<Vec<_>>().join(" ")
        };
        let plain = Ways::default();
        assert_eq!(found(plain), "schemas/A/properties/b schemas/B");
        let rows = [
            (Ways { mapping: true, ..plain }, "schemas/A/properties/b schemas/B schemas/D"),
            (Ways { subtypes: true, ..plain }, "schemas/A/properties/b schemas/B schemas/E"),
            (Ways { whole: true, ..plain }, "schemas/A schemas/B schemas/C"),
            (
                Ways { security: true, ..plain },
                "schemas/A/properties/b schemas/B securitySchemes/key",
            ),
        ];
        for (ways, expected) in rows {
            assert_eq!(found(ways), expected, "{ways:?}");
        }
    }

    #[test]
    fn cycles_end_and_missing_nodes_are_listed() {
        let root = json!({"a": {"$ref": "#/b"}, "b": [{"$ref": "#/a"}, {"$ref": "#/gone"}]});
        let places = reached(&root, [&root["a"]], Ways::ALL);
        assert_eq!(places.into_iter().collect::<Vec<_>>(), ["/a", "/b", "/gone"]);
    }
}
