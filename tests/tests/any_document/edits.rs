//! Edits of schemas.

use proptest::prelude::Rng;
use proptest::test_runner::TestRng;
use serde_json::{Map, Value, json};

/// The keywords whose values are lists of schemas.
const LISTS: [&str; 3] = ["oneOf", "anyOf", "allOf"];
/// The keywords whose values are schemas.
const INNER: [&str; 2] = ["items", "additionalProperties"];

/// Edits the schemas of a document.
pub(crate) struct Edits {
    rng: TestRng,
}

impl Edits {
    pub(crate) fn new(rng: TestRng) -> Self {
        Self { rng }
    }

    fn below(&mut self, bound: usize) -> usize {
        self.rng.next_u32() as usize % bound.max(1)
    }

    fn one<'v, T>(&mut self, all: &'v [T]) -> &'v T {
        &all[self.below(all.len())]
    }

    /// Edits one place in the component, and returns the document and what has been edited.
    pub(crate) fn edited(&mut self, root: &Value, component: &str) -> (Value, String) {
        let at = format!("/components/schemas/{component}");
        let mut places = Vec::new();
        collect(root.pointer(&at).unwrap_or(&Value::Null), &at, &mut places);
        loop {
            let place = self.one(&places).clone();
            let mut edited = root.clone();
            let there = edited.pointer_mut(&place).expect("a place of the document");
            let before = there.clone();
            let Some(edit) = self.edit(there, root) else { continue };
            if *there != before {
                let text = format!("{edit} at {place}\n  old: {before}\n  new: {there}");
                return (edited, text);
            }
        }
    }

    fn edit(&mut self, schema: &mut Value, root: &Value) -> Option<&'static str> {
        if self.below(4) == 0 {
            return self.replace(schema, root);
        }
        let members = schema.as_object_mut()?;
        if members.contains_key("properties") {
            return self.edit_object(members);
        }
        if members.contains_key("enum") {
            return self.edit_enum(members);
        }
        for name in ["oneOf", "anyOf"] {
            if let Some(all) = members.get_mut(name).and_then(Value::as_array_mut) {
                return self.edit_union(all);
            }
        }
        match members.get("type").and_then(Value::as_str)? {
            "string" => self.edit_text(members),
            "integer" | "number" => self.edit_number(members),
            "array" => self.edit_list(members),
            "object" => {
                toggle(members, "minProperties", json!(1));
                Some("the number of fields")
            }
            _ => None,
        }
    }

    /// Replaces the schema, or says the same in other words.
    fn replace(&mut self, schema: &mut Value, root: &Value) -> Option<&'static str> {
        let old = schema.clone();
        let (new, edit) = match self.below(9) {
            0 => (json!({}), "any value"),
            1 => (json!({"anyOf": [old, {"type": "null"}]}), "or null"),
            2 => (json!({"oneOf": [{"type": "null"}, old]}), "null or"),
            3 => (json!({"allOf": [old]}), "the only part"),
            4 => (json!({"anyOf": [old]}), "the only alternative"),
            5 => {
                let path = old["$ref"].as_str()?.trim_start_matches('#').to_owned();
                (root.pointer(&path)?.clone(), "in place of the reference")
            }
            6 => {
                let kind = old["type"].as_str()?.to_owned();
                let mut old = old;
                old["type"] = json!([kind, "null"]);
                (old, "a type or null")
            }
            7 => (json!({"type": *self.one(&["string", "integer", "boolean"])}), "another type"),
            _ => (json!({"anyOf": [old, {"type": "boolean"}]}), "or a boolean"),
        };
        *schema = new;
        Some(edit)
    }

    fn edit_object(&mut self, object: &mut Map<String, Value>) -> Option<&'static str> {
        let properties = object.get("properties")?.as_object()?;
        let names: Vec<String> = properties.keys().cloned().collect();
        if names.is_empty() {
            return None;
        }
        let name = self.one(&names).clone();
        let mut required: Vec<Value> =
            object.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        let edit = match self.below(6) {
            0 => {
                object["properties"].as_object_mut()?.shift_remove(&name);
                required.retain(|there| *there != name);
                "a field less"
            }
            1 => {
                object["properties"]["added"] = json!({"type": "string"});
                "an optional field more"
            }
            2 => {
                object["properties"]["added"] = json!({"type": "string"});
                required.push(json!("added"));
                "a required field more"
            }
            3 => {
                match required.iter().position(|there| *there == name) {
                    Some(index) => drop(required.remove(index)),
                    None => required.push(json!(name)),
                }
                "required or not"
            }
            4 => {
                let all = [json!(true), json!(false), json!({"type": "integer"}), json!({})];
                object.insert("additionalProperties".to_owned(), self.one(&all).clone());
                "other fields"
            }
            _ => {
                required.reverse();
                object.insert("description".to_owned(), json!("Other words."));
                "the order of required fields"
            }
        };
        object.insert("required".to_owned(), json!(required));
        Some(edit)
    }

    fn edit_enum(&mut self, schema: &mut Map<String, Value>) -> Option<&'static str> {
        let all = schema.get_mut("enum")?.as_array_mut()?;
        let is_text = all.iter().any(Value::is_string);
        match self.below(4) {
            0 if all.len() > 1 => {
                let index = self.below(all.len());
                all.remove(index);
                Some("a value less")
            }
            1 => {
                all.push(if is_text { json!("added") } else { json!(99) });
                Some("a value more")
            }
            2 => {
                all.reverse();
                Some("the order of values")
            }
            _ => {
                schema.shift_remove("enum");
                Some("not listed")
            }
        }
    }

    fn edit_union(&mut self, all: &mut Vec<Value>) -> Option<&'static str> {
        match self.below(4) {
            0 if all.len() > 1 => {
                let index = self.below(all.len());
                all.remove(index);
                Some("an alternative less")
            }
            1 => {
                all.push(json!({"type": "object", "required": ["new"], "properties": {"new": {"type": "string"}}, "additionalProperties": false}));
                Some("an alternative more")
            }
            2 => {
                all.push(json!({"type": "array", "items": {"type": "boolean"}}));
                Some("a list more")
            }
            _ => {
                all.reverse();
                Some("the order of alternatives")
            }
        }
    }

    fn edit_text(&mut self, schema: &mut Map<String, Value>) -> Option<&'static str> {
        match self.below(5) {
            0 => {
                toggle(schema, "maxLength", json!(self.below(12)));
                Some("the length")
            }
            1 => {
                toggle(schema, "minLength", json!(self.below(3)));
                Some("the least length")
            }
            2 => {
                toggle(schema, "format", json!(*self.one(&["uuid", "date", "email"])));
                Some("the format")
            }
            3 => {
                toggle(schema, "pattern", json!("^[a-z0-9 -]*$"));
                Some("the pattern")
            }
            _ => {
                schema.insert("enum".to_owned(), json!(["text", "a b"]));
                Some("listed values")
            }
        }
    }

    fn edit_number(&mut self, schema: &mut Map<String, Value>) -> Option<&'static str> {
        match self.below(5) {
            0 => {
                let is_integer = schema["type"] == "integer";
                schema["type"] = json!(if is_integer { "number" } else { "integer" });
                schema.shift_remove("format");
                Some("the kind of number")
            }
            1 => {
                toggle(schema, "minimum", json!(self.below(9)));
                Some("the least number")
            }
            2 => {
                toggle(schema, "exclusiveMaximum", json!(self.below(9)));
                Some("the greatest number")
            }
            3 => {
                toggle(schema, "multipleOf", json!(2));
                Some("the divisor")
            }
            _ => {
                schema.insert("enum".to_owned(), json!([7, 0]));
                Some("listed numbers")
            }
        }
    }

    fn edit_list(&mut self, schema: &mut Map<String, Value>) -> Option<&'static str> {
        match self.below(3) {
            0 => {
                toggle(schema, "minItems", json!(self.below(2)));
                Some("the least number of elements")
            }
            1 => {
                toggle(schema, "maxItems", json!(self.below(3)));
                Some("the number of elements")
            }
            _ => {
                toggle(schema, "uniqueItems", json!(true));
                Some("distinct elements")
            }
        }
    }
}

fn toggle(schema: &mut Map<String, Value>, name: &str, value: Value) {
    if schema.shift_remove(name).is_none() {
        schema.insert(name.to_owned(), value);
    }
}

/// Collects the pointers of all schemas within a schema.
fn collect(schema: &Value, at: &str, places: &mut Vec<String>) {
    if !schema.is_object() {
        return;
    }
    places.push(at.to_owned());
    for name in LISTS {
        for (index, one) in schema[name].as_array().into_iter().flatten().enumerate() {
            collect(one, &format!("{at}/{name}/{index}"), places);
        }
    }
    for name in INNER {
        collect(&schema[name], &format!("{at}/{name}"), places);
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let name = name.replace('~', "~0").replace('/', "~1");
        collect(property, &format!("{at}/properties/{name}"), places);
    }
}
