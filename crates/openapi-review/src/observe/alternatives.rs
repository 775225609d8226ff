//! The alternatives of a schema: each is a list of schemas that hold together.

use std::collections::{BTreeMap, BTreeSet};

use openapi_document::pointer::child;
use openapi_document::references;
use openapi_document::views::{self, Schema};
use serde_json::Value;

use crate::observe::format::Format;
use crate::observe::json_type::JsonType;

/// The maximum number of alternatives. A schema with more counts as one that allows anything.
const MOST: usize = 256;

/// Schemas that hold together, by their JSON pointers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Alternative(Vec<String>);

/// Returns the alternatives of the schema at `pointer`, with resolved unions and references. `None`
/// if there are too many.
pub(super) fn alternatives(root: &Value, pointer: &str) -> Option<Vec<Alternative>> {
    expand(root, pointer, &mut Vec::new())
}

fn expand(root: &Value, pointer: &str, way: &mut Vec<String>) -> Option<Vec<Alternative>> {
    if way.iter().any(|passed| passed == pointer) {
        // A schema that contains itself allows nothing additional.
        return Some(vec![Alternative::default()]);
    }
    way.push(pointer.to_owned());
    let all = parts(root, pointer, way);
    way.pop();
    all
}

fn parts(root: &Value, pointer: &str, way: &mut Vec<String>) -> Option<Vec<Alternative>> {
    let schema = root.pointer(pointer).unwrap_or(&Value::Null);
    let mut all = vec![Alternative(vec![pointer.to_owned()])];
    if let Some(reference) = schema["$ref"].as_str() {
        // The contents of other documents are unknown.
        references::target(root, reference)?;
        all = product(&all, &expand(root, &references::pointer(reference), way)?)?;
    }
    for index in 0..views::items(&schema["allOf"]).count() {
        let at = child(&child(pointer, "allOf"), index);
        all = product(&all, &expand(root, &at, way)?)?;
    }
    for union in ["anyOf", "oneOf"] {
        let mut sum = Vec::new();
        for index in 0..views::items(&schema[union]).count() {
            sum.extend(expand(root, &child(&child(pointer, union), index), way)?);
        }
        if !sum.is_empty() {
            all = product(&all, &sum)?;
        }
    }
    Some(all)
}

fn product(left: &[Alternative], right: &[Alternative]) -> Option<Vec<Alternative>> {
    if left.len() * right.len() > MOST {
        return None;
    }
    let pairs = left.iter().flat_map(|left| right.iter().map(move |right| (left, right)));
    Some(pairs.map(|(left, right)| Alternative([&left.0[..], &right.0].concat())).collect())
}

impl Alternative {
    /// Returns the pointers of the alternative's schemas.
    pub(super) fn parts(&self) -> &[String] {
        &self.0
    }

    fn schemas<'d>(&self, root: &'d Value) -> impl Iterator<Item = (&String, &'d Value)> {
        self.0.iter().filter_map(move |pointer| Some((pointer, root.pointer(pointer)?)))
    }

    /// Returns the types that all of its schemas allow.
    pub(super) fn types(&self, root: &Value) -> BTreeSet<JsonType> {
        let mut types = BTreeSet::from(JsonType::ALL);
        // `nullable` of OpenAPI 3.0 adds to its sibling `type`.
        for (_, schema) in self.schemas(root) {
            if schema == &Value::Bool(false) {
                return BTreeSet::new();
            }
            if let Some(described) = described_types(schema) {
                types.retain(|kind| described.contains(kind));
            }
            if let Some(listed) = listed(schema) {
                types.retain(|kind| listed.iter().any(|value| type_of(value) == *kind));
            }
        }
        types
    }

    /// Returns whether it does not constrain a value.
    pub(super) fn is_anything(&self, root: &Value) -> bool {
        const SAYS: [&str; 6] =
            ["type", "enum", "const", "properties", "items", "additionalProperties"];
        self.schemas(root).all(|(_, schema)| SAYS.iter().all(|name| schema.get(name).is_none()))
            && self.schemas(root).all(|(_, schema)| schema != &Value::Bool(false))
    }

    /// Returns whether objects may have members of any name: a schema describes them, or there is
    /// none for any member.
    pub(super) fn is_free(&self, root: &Value) -> bool {
        let has = |name: &str| self.schemas(root).any(|(_, schema)| schema.get(name).is_some());
        let others = |(_, schema): (&String, &Value)| match schema.get("additionalProperties") {
            Some(Value::Bool(allowed)) => *allowed,
            Some(_) => true,
            None => schema.get("patternProperties").is_some(),
        };
        let is_closed =
            self.schemas(root).any(|(_, schema)| schema["additionalProperties"] == false);
        self.schemas(root).any(others) || (!has("properties") && !is_closed)
    }

    /// Returns the required fields of objects, with the pointer of the schema that requires them.
    pub(super) fn required(&self, root: &Value) -> BTreeMap<String, String> {
        let all = self.schemas(root).flat_map(|(pointer, schema)| {
            Schema(schema).required().map(|name| (name.to_owned(), pointer.clone()))
        });
        all.collect()
    }

    /// Returns the listed texts, and the pointer of the schema that lists them.
    pub(super) fn listed(&self, root: &Value) -> Option<(String, BTreeSet<String>)> {
        let (pointer, values) = self.schemas(root).find_map(|(pointer, schema)| {
            let open = schema.get("x-extensible-enum").and_then(Value::as_array);
            Some((pointer, listed(schema).or_else(|| Some(open?.iter().collect()))?))
        })?;
        let texts = values.into_iter().filter_map(Value::as_str).map(str::to_owned);
        Some((pointer.clone(), texts.collect()))
    }

    /// Returns the formats that its `format` allows, and the pointer of the schema that has it.
    /// Without it, a text may have any format.
    pub(super) fn formats(&self, root: &Value) -> Option<(String, &'static [Format])> {
        self.schemas(root).find_map(|(pointer, schema)| {
            let text = |name: &str| schema[name].as_str();
            let extended = text("x-format").and_then(Format::allowed_by_extension);
            let allowed = extended.or_else(|| Format::allowed(text("format")?))?;
            Some((pointer.clone(), allowed))
        })
    }
}

fn listed(schema: &Value) -> Option<Vec<&Value>> {
    match (schema.get("enum").and_then(Value::as_array), schema.get("const")) {
        (Some(values), _) => Some(values.iter().collect()),
        (None, Some(value)) => Some(vec![value]),
        (None, None) => None,
    }
}

fn described_types(schema: &Value) -> Option<BTreeSet<JsonType>> {
    let names: Vec<&str> = match schema.get("type")? {
        Value::String(name) => vec![name],
        names => views::texts(names).collect(),
    };
    let is_nullable = schema["nullable"] == true;
    let null = is_nullable.then_some(JsonType::Null);
    let kinds = names.into_iter().flat_map(|name| {
        let is_number = name == "number";
        let integer = is_number.then_some(JsonType::Integer);
        JsonType::ALL.into_iter().filter(move |kind| kind.name() == name).chain(integer)
    });
    Some(kinds.chain(null).collect())
}

fn type_of(value: &Value) -> JsonType {
    match value {
        Value::Null => JsonType::Null,
        Value::Bool(_) => JsonType::Boolean,
        Value::Number(number) if number.is_f64() => JsonType::Number,
        Value::Number(_) => JsonType::Integer,
        Value::String(_) => JsonType::String,
        Value::Array(_) => JsonType::Array,
        Value::Object(_) => JsonType::Object,
    }
}
