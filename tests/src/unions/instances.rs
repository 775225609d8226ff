//! Generates values that match a schema.

use std::collections::BTreeSet;

use proptest::strategy::{Strategy, ValueTree};
use proptest::string::string_regex;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Map, Value, json};

use super::variants::{Union, listed, referred, target};

/// The maximum depth of values.
const DEPTH: usize = 5;

/// The optional fields that a value has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fields {
    None,
    All,
    Some,
}

/// Draws from a fixed sequence.
struct Draw<'a> {
    root: &'a Value,
    state: u64,
}

/// Returns instances of a variant: with the required fields and elements only, with all fields, and
/// with random fields, some of which are not in the document.
pub(super) fn of(root: &Value, union: &Union, variant: usize, count: usize) -> Vec<Value> {
    let variant_of = &union.variants[variant];
    let mut draw = Draw { root, state: 0x9E37_79B9_7F4A_7C15 ^ (variant as u64 + 1) };
    let mut out: Vec<Value> = Vec::new();
    for number in 0..count.max(2) {
        let fields = match number {
            0 => Fields::None,
            1 => Fields::All,
            _ => Fields::Some,
        };
        let mut value = draw.value(&variant_of.schema, fields, DEPTH);
        if let Value::Object(object) = &mut value {
            if !variant_of.tags.is_empty() {
                let tags = &variant_of.tags[number % variant_of.tags.len()];
                object.extend(tags.clone());
            }
            if number % 4 == 3 && !draw.is_closed(&variant_of.schema, DEPTH) {
                object.insert("x_added_later".to_owned(), json!({"a": [1, null]}));
            }
        }
        if !out.contains(&value) {
            out.push(value);
        }
    }
    out
}

impl Draw<'_> {
    fn below(&mut self, bound: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 11) as usize % bound.max(1)
    }

    fn is_closed(&self, schema: &Value, depth: usize) -> bool {
        let schema = target(self.root, schema);
        schema["additionalProperties"] == json!(false)
            || schema.get("unevaluatedProperties") == Some(&json!(false))
            || schema["additionalProperties"].is_object()
            || depth > 0
                && schema["allOf"]
                    .as_array()
                    .is_some_and(|all| all.iter().any(|part| self.is_closed(part, depth - 1)))
    }

    /// Returns the schema combined with its parts.
    fn merged(&mut self, schema: &Value, depth: usize) -> Map<String, Value> {
        let mut out = Map::new();
        let resolved = target(self.root, schema).clone();
        let Some(members) = resolved.as_object() else { return out };
        if depth == 0 {
            return members.clone();
        }
        let mut parts: Vec<Value> =
            members.get("allOf").and_then(Value::as_array).cloned().unwrap_or_default();
        if let Some(all) = listed(&resolved) {
            let all: Vec<&Value> = all.iter().filter(|one| one["type"] != "null").collect();
            if !all.is_empty() {
                let mut one = all[self.below(all.len())].clone();
                let tag = referred(&one).and_then(|name| tag(&resolved["discriminator"], name));
                if let Some((field, tag)) = tag {
                    one = json!({"allOf": [one, {"properties": {(field.as_str()): {"const": tag}}, "required": [&field]}]});
                }
                parts.push(one);
            }
        }
        for part in &parts {
            let part = self.merged(part, depth - 1);
            add(&mut out, part);
        }
        let mut own = members.clone();
        own.retain(|name, _| {
            !["allOf", "oneOf", "anyOf", "discriminator"].contains(&name.as_str())
        });
        add(&mut out, own);
        out
    }

    fn value(&mut self, schema: &Value, fields: Fields, depth: usize) -> Value {
        let schema = Value::Object(self.merged(schema, 6));
        if let Some(value) = schema.get("const") {
            return value.clone();
        }
        if let Some(all) = schema["enum"].as_array() {
            let all: Vec<&Value> = all.iter().filter(|value| !value.is_null()).collect();
            return all.get(self.below(all.len())).map_or(Value::Null, |value| (*value).clone());
        }
        let kinds: Vec<&str> = match &schema["type"] {
            Value::String(kind) => vec![kind],
            Value::Array(all) => {
                let all = all.iter().filter_map(Value::as_str);
                all.filter(|kind| *kind != "null").collect()
            }
            _ if schema.get("properties").is_some() => vec!["object"],
            _ if schema.get("items").is_some() => vec!["array"],
            _ => vec!["object"],
        };
        let kind = kinds.get(self.below(kinds.len())).copied().unwrap_or("object");
        match kind {
            "string" => self.text(&schema),
            "integer" | "number" => self.number(&schema, kind),
            "boolean" => json!(self.below(2) == 1),
            "array" => {
                let least = schema["minItems"].as_u64().unwrap_or(0) as usize;
                let most = schema["maxItems"].as_u64().map_or(usize::MAX, |most| most as usize);
                let more = if depth == 0 || fields == Fields::None { 0 } else { 1 + self.below(2) };
                let count = least.max(more).min(most);
                let prefix = schema["prefixItems"].as_array().cloned().unwrap_or_default();
                let items = (0..count).map(|n| {
                    let items = prefix.get(n).unwrap_or(&schema["items"]);
                    self.value(items, fields, depth.saturating_sub(1))
                });
                Value::Array(items.collect())
            }
            _ => Value::Object(self.object(&schema, fields, depth)),
        }
    }

    /// Returns a number within the limits: an integer for the type `integer`, otherwise a number with
    /// a fraction, unless the limits exclude it.
    fn number(&mut self, schema: &Value, kind: &str) -> Value {
        let limit = |names: [&str; 2]| names.iter().find_map(|name| schema[*name].as_f64());
        let lowest = limit(["minimum", "exclusiveMinimum"]);
        let highest = limit(["maximum", "exclusiveMaximum"]);
        let lowest = lowest.unwrap_or_else(|| highest.map_or(0.0, |highest| highest.min(0.0)));
        let width = highest.map_or(50.0, |highest| (highest - lowest).clamp(0.0, 50.0));
        let part = self.below(49) as f64 + 0.25;
        match kind {
            "integer" => json!((lowest + 1.0 + part * (width - 1.0) / 50.0).floor() as i64),
            _ => json!(lowest + part * width / 50.0),
        }
    }

    /// Returns a text that matches a pattern, or `None` for a pattern of another dialect.
    fn matching(&mut self, pattern: &str) -> Option<String> {
        // In JSON Schema, these classes are those of ASCII.
        let pattern = pattern.replace(r"\d", "[0-9]").replace(r"\w", "[A-Za-z0-9_]");
        let inner = pattern.strip_prefix('^').unwrap_or(&pattern);
        let strategy = string_regex(inner.strip_suffix('$').unwrap_or(inner)).ok()?;
        self.below(2);
        let seed = self.state.to_le_bytes().repeat(4);
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
        let mut runner = TestRunner::new_with_rng(Config::default(), rng);
        Some(strategy.new_tree(&mut runner).ok()?.current())
    }

    fn text(&mut self, schema: &Value) -> Value {
        let pattern = schema["pattern"].as_str();
        let most = schema["maxLength"].as_u64().unwrap_or(200) as usize;
        if let Some(text) = pattern.and_then(|pattern| self.matching(pattern)) {
            return json!(text.chars().take(most).collect::<String>());
        }
        let number = self.below(90);
        let text = match schema["format"].as_str() {
            Some("date") => format!("20{:02}-02-1{}", 10 + number % 20, number % 10),
            Some("date-time") => format!("2024-02-29T12:00:{:02}Z", number % 60),
            Some("time") => "12:30:00Z".to_owned(),
            Some("uuid") => format!("7d44db58-5de3-4e92-a2fb-8325d12c2e{:02}", 10 + number % 80),
            Some("email") => format!("user{number}@example.com"),
            Some("uri" | "url") => format!("https://example.com/{number}"),
            Some("ipv4") => format!("192.0.2.{number}"),
            Some("ipv6") => format!("2001:db8::{number}"),
            Some("byte") => "aGVsbG8=".to_owned(),
            _ => format!("text {number}"),
        };
        let least = schema["minLength"].as_u64().unwrap_or(0) as usize;
        let text = format!("{text:x<least$}");
        json!(text.chars().take(most).collect::<String>())
    }

    fn object(&mut self, schema: &Value, fields: Fields, depth: usize) -> Map<String, Value> {
        let required: BTreeSet<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let mut out = Map::new();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let is_required = required.contains(name.as_str());
            let is_there = match fields {
                _ if is_required => depth > 0 || !is_deep(self.root, property),
                _ if depth == 0 => false,
                Fields::None => false,
                Fields::All => true,
                Fields::Some => self.below(2) == 1,
            };
            if !is_there {
                continue;
            }
            let inner = if fields == Fields::All && depth < 3 { Fields::None } else { fields };
            let is_null =
                fields == Fields::Some && self.below(5) == 0 && is_nullable(self.root, property);
            let value = match is_null {
                true => Value::Null,
                false => self.value(property, inner, depth.saturating_sub(1)),
            };
            out.insert(name.clone(), value);
        }
        for name in required {
            out.entry(name).or_insert_with(|| json!("x"));
        }
        let rest = &schema["additionalProperties"];
        if rest.is_object() && fields != Fields::None && depth > 0 {
            let value = self.value(rest, fields, depth - 1);
            out.insert(format!("key{}", self.below(9)), value);
        } else if schema["properties"].is_null() && fields != Fields::None && rest != &json!(false)
        {
            out.insert(format!("free{}", self.below(9)), json!(self.below(9)));
        }
        out
    }
}

fn is_deep(root: &Value, schema: &Value) -> bool {
    let schema = target(root, schema);
    schema["type"] == "array" && schema["minItems"].as_u64().unwrap_or(0) == 0
}

fn is_nullable(root: &Value, schema: &Value) -> bool {
    if referred(schema).is_some() {
        return is_nullable(root, target(root, schema));
    }
    let has_null = |all: &Value| {
        all.as_array().is_some_and(|all| {
            all.iter().any(|one| one == "null" || one.is_null() || one["type"] == "null")
        })
    };
    schema["nullable"] == json!(true)
        || has_null(&schema["type"])
        || (has_null(&schema["oneOf"]) || has_null(&schema["anyOf"]))
}

fn add(out: &mut Map<String, Value>, part: Map<String, Value>) {
    for (name, value) in part {
        match (name.as_str(), out.get_mut(&name), value) {
            ("properties", Some(Value::Object(there)), Value::Object(more)) => {
                for (name, property) in more {
                    // Additional constraints on a field are kept.
                    let says =
                        |one: &Value| one.get("const").is_some() || one.get("enum").is_some();
                    match there.get(&name) {
                        Some(old) if says(old) && !says(&property) => {}
                        Some(old) if old.get("const").is_some() => {}
                        _ => drop(there.insert(name, property)),
                    }
                }
            }
            ("required", Some(Value::Array(there)), Value::Array(more)) => there.extend(more),
            (_, _, value) => drop(out.insert(name, value)),
        }
    }
}

fn tag(discriminator: &Value, name: &str) -> Option<(String, String)> {
    let field = discriminator["propertyName"].as_str()?;
    let mapping = discriminator["mapping"].as_object().into_iter().flatten();
    let mapped = mapping
        .filter(|(_, to)| to.as_str().is_some_and(|to| to.rsplit('/').next() == Some(name)))
        .map(|(value, _)| value.clone());
    Some((field.to_owned(), mapped.into_iter().next().unwrap_or_else(|| name.to_owned())))
}
