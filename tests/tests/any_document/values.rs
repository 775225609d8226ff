//! Values of schemas, and values that differ from them in one place.

use proptest::prelude::Rng;
use proptest::test_runner::TestRng;
use serde_json::{Map, Value, json};

/// The maximum depth of values.
const DEPTH: usize = 6;

/// What differs in a value from one that a schema describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Edit {
    /// Nothing.
    None,
    /// A value is of another JSON type.
    Type,
    /// A value is null.
    Null,
    /// A field is missing.
    Missing,
    /// There is one more field.
    Field,
    /// A text has other characters.
    Text,
}

/// Draws values of a document.
pub(crate) struct Values<'a> {
    root: &'a Value,
    rng: TestRng,
}

impl<'a> Values<'a> {
    pub(crate) fn of(root: &'a Value, rng: TestRng) -> Self {
        Self { root, rng }
    }

    fn below(&mut self, bound: usize) -> usize {
        self.rng.next_u32() as usize % bound.max(1)
    }

    fn one<'v, T>(&mut self, all: &'v [T]) -> &'v T {
        &all[self.below(all.len())]
    }

    /// Returns a value that the component describes, in most cases.
    pub(crate) fn value(&mut self, component: &str) -> Value {
        let schema = self.root["components"]["schemas"][component].clone();
        self.of_schema(&schema, DEPTH)
    }

    fn of_schema(&mut self, schema: &Value, depth: usize) -> Value {
        if let Some(path) = schema["$ref"].as_str() {
            let target = self.root.pointer(path.trim_start_matches('#')).cloned();
            return self.of_schema(&target.unwrap_or_default(), depth);
        }
        for union in ["oneOf", "anyOf"] {
            if let Some(all) = schema[union].as_array() {
                let one = self.one(all).clone();
                return self.of_schema(&one, depth);
            }
        }
        if let Some(all) = schema["allOf"].as_array() {
            let mut parts = all.iter().map(|part| self.of_schema(part, depth)).collect::<Vec<_>>();
            let mut whole = parts.swap_remove(0);
            for part in parts {
                if let (Value::Object(whole), Value::Object(part)) = (&mut whole, part) {
                    whole.extend(part);
                }
            }
            return whole;
        }
        if let Some(value) = schema.get("const") {
            return value.clone();
        }
        if let Some(all) = schema["enum"].as_array() {
            return self.one(all).clone();
        }
        let kind = match &schema["type"] {
            Value::Array(all) => self.one(all).clone(),
            kind => kind.clone(),
        };
        match kind.as_str().unwrap_or_default() {
            "string" => self.text(schema),
            "integer" => match schema["format"].as_str() {
                Some("int32") => json!(self.rng.next_u32() as i32),
                _ => json!(*self.one(&[0, -1, 7, i64::MAX, i64::MIN, 1 << 53])),
            },
            "number" => json!(*self.one(&[0.0, -1.5, 2.0, 1e300, 0.1, 123_456.789])),
            "boolean" => json!(self.below(2) == 1),
            "array" => {
                let count = if depth == 0 { 0 } else { self.below(3) };
                let items = (0..count).map(|_| self.of_schema(&schema["items"], depth - 1));
                Value::Array(items.collect())
            }
            "object" => Value::Object(self.object(schema, depth)),
            _ => Value::Null,
        }
    }

    fn object(&mut self, schema: &Value, depth: usize) -> Map<String, Value> {
        let mut out = Map::new();
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let is_required = required.iter().any(|there| there == name);
            if is_required || depth > 0 && self.below(3) > 0 {
                out.insert(name.clone(), self.of_schema(property, depth.saturating_sub(1)));
            }
        }
        let rest = &schema["additionalProperties"];
        if rest.is_object() && depth > 0 {
            for number in 0..self.below(3) {
                out.insert(format!("key {number}"), self.of_schema(rest, depth - 1));
            }
        } else if rest != &json!(false) && self.below(4) == 0 {
            out.insert("added later".to_owned(), json!({"a": [1, null]}));
        }
        out
    }

    fn text(&mut self, schema: &Value) -> Value {
        let all: &[&str] = match schema["format"].as_str() {
            Some("date-time") => &[
                "2024-02-29T12:00:00Z",
                "1999-12-31T23:59:59.123+05:30",
                "2024-02-29T12:00:00.000001Z",
            ],
            Some("date") => &["2024-02-29", "0001-01-01"],
            Some("uuid") => {
                &["7d44db58-5de3-4e92-a2fb-8325d12c2e8b", "7D44DB58-5DE3-4E92-A2FB-8325D12C2E8B"]
            }
            Some("email") => &["jane@example.com"],
            _ => &["text", "\u{e9}\u{1f600}", "a b", "12345678"],
        };
        json!(self.one(all))
    }

    /// Changes a value in one place.
    pub(crate) fn edited(&mut self, value: &Value) -> (Value, Edit) {
        let mut places = Vec::new();
        collect(value, &mut String::new(), &mut places);
        let place = self.one(&places).clone();
        let mut edited = value.clone();
        let there = edited.pointer_mut(&place).expect("a place of the value");
        let edit = match (self.below(5), &mut *there) {
            (0, _) => {
                *there = Value::Null;
                Edit::Null
            }
            (1, Value::Object(members)) if !members.is_empty() => {
                let names: Vec<String> = members.keys().cloned().collect();
                members.shift_remove(self.one(&names));
                Edit::Missing
            }
            (2, Value::Object(members)) => {
                members.insert("not described".to_owned(), json!([1]));
                Edit::Field
            }
            (3, Value::String(text)) => {
                text.push_str(" and more");
                Edit::Text
            }
            (_, Value::String(text)) => {
                "x".clone_into(text);
                Edit::Text
            }
            (_, other) => {
                let values = [json!(1.5), json!("x"), json!(false), json!([]), json!({})];
                *other = self.one(&values).clone();
                Edit::Type
            }
        };
        (edited, edit)
    }
}

/// Collects the pointers of all values within a value.
fn collect(value: &Value, at: &mut String, places: &mut Vec<String>) {
    places.push(at.clone());
    let mut inner = |name: &str, value: &Value| {
        let length = at.len();
        at.push('/');
        at.push_str(&name.replace('~', "~0").replace('/', "~1"));
        collect(value, at, places);
        at.truncate(length);
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| inner(name, value)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| inner(&index.to_string(), item));
        }
        _ => {}
    }
}
