//! Infers the schema of the observations at a place.

use serde_json::{Map, Value, json};

use crate::observe::format::Format;
use crate::observe::json_type::JsonType;
use crate::observe::node::Node;

/// The minimum number of texts for a common format.
const TEXTS: u64 = 3;

/// Returns the schema of all observed values. No field is required, because a field that was always
/// present may be missing in the future.
///
/// Values are listed only if `values` is set and they look like a closed set.
pub(super) fn schema(node: &Node, values: bool) -> Value {
    let mut simple: Vec<&str> = Vec::new();
    let mut keywords = Map::new();
    let mut complex = Vec::new();
    for kind in node.types() {
        match kind {
            JsonType::Integer if node.fraction > 0 => {}
            JsonType::Null => {}
            JsonType::String => {
                keywords.extend(text(node, values));
                simple.push(kind.name());
            }
            JsonType::Array => complex.push(array(node, values)),
            JsonType::Object => complex.push(object(node, values)),
            kind => simple.push(kind.name()),
        }
    }
    if simple.is_empty() && complex.is_empty() {
        // Only null was observed, so the other types are unknown.
        return json!({});
    }
    if node.null > 0 {
        simple.push(JsonType::Null.name());
    }
    union(simple, keywords, complex)
}

/// Returns one schema of scalars, of an array and of an object.
fn union(simple: Vec<&str>, keywords: Map<String, Value>, mut complex: Vec<Value>) -> Value {
    let is_list = keywords.contains_key("enum");
    if let ([one], [] | ["null"]) = (&mut complex[..], &simple[..]) {
        if !simple.is_empty() {
            one["type"] = json!([one["type"], "null"]);
        }
        return one.take();
    }
    let mut schemas = Vec::new();
    if is_list && simple.len() > 1 {
        // A list of values requires a single type.
        let others: Vec<&str> = simple.into_iter().filter(|name| *name != "string").collect();
        schemas.push(scalar(vec!["string"], keywords));
        schemas.push(scalar(others, Map::new()));
    } else if !simple.is_empty() {
        schemas.push(scalar(simple, keywords));
    }
    schemas.extend(complex);
    match &mut schemas[..] {
        [one] => one.take(),
        _ => json!({ "anyOf": schemas }),
    }
}

fn scalar(types: Vec<&str>, keywords: Map<String, Value>) -> Value {
    let mut schema = Map::new();
    schema.insert("type".to_owned(), if let [one] = types[..] { json!(one) } else { json!(types) });
    schema.extend(keywords);
    Value::Object(schema)
}

fn text(node: &Node, values: bool) -> Map<String, Value> {
    let mut keywords = Map::new();
    if let Some(texts) = node.values.texts().filter(|_| values && node.values.is_closed()) {
        let texts: Vec<&String> = texts.keys().chain(node.known.keys()).collect();
        keywords.insert("enum".to_owned(), json!(texts));
        return keywords;
    }
    let formats: Vec<Format> = node.formats.keys().copied().collect();
    let (name, format) = match formats[..] {
        _ if node.string < TEXTS => return keywords,
        [Format::LocalDateTime] | [Format::DateTime, Format::LocalDateTime] => {
            ("x-format", Format::DateTime)
        }
        [one] => ("format", one),
        _ => return keywords,
    };
    let is_named = Format::allowed(format.name()).is_some();
    if is_named {
        keywords.insert(name.to_owned(), json!(format.name()));
    }
    keywords
}

fn array(node: &Node, values: bool) -> Value {
    let items = node.items.as_ref().map_or_else(|| json!({}), |items| schema(items, values));
    json!({ "type": "array", "items": items })
}

fn object(node: &Node, values: bool) -> Value {
    if node.members.is_empty() {
        let rest = node.rest.as_ref().map(|rest| schema(rest, values));
        return match rest {
            Some(rest) => json!({ "type": "object", "additionalProperties": rest }),
            None => json!({ "type": "object" }),
        };
    }
    let members = node.members.iter();
    let members: Map<String, Value> =
        members.map(|(name, member)| (name.clone(), schema(member, values))).collect();
    json!({ "type": "object", "properties": members })
}

/// Returns the observed types, for people: `string (uuid) or null`.
pub(super) fn words(node: &Node) -> String {
    let mut words = Vec::new();
    for kind in node.types() {
        let name = kind.name();
        match kind {
            JsonType::Null => continue,
            JsonType::Integer if node.fraction > 0 => continue,
            JsonType::String => {
                let shapes: Vec<&str> = node.formats.keys().map(|format| format.name()).collect();
                match shapes[..] {
                    ["other text"] => words.push(name.to_owned()),
                    [shape] => words.push(format!("{name} ({shape})")),
                    _ => words.push(name.to_owned()),
                }
            }
            JsonType::Array => match &node.items {
                Some(items) => words.push(format!("array of {}", self::words(items))),
                None => words.push("empty array".to_owned()),
            },
            JsonType::Object if node.is_map() => words.push("object with any members".to_owned()),
            JsonType::Object => {
                let count = node.members.len();
                let plural = if count == 1 { "" } else { "s" };
                words.push(format!("object with {count} field{plural}"));
            }
            _ => words.push(name.to_owned()),
        }
    }
    if node.null > 0 {
        words.push(JsonType::Null.name().to_owned());
    }
    words.join(" or ")
}
