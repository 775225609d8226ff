//! Rule: a union has no keywords beside its alternatives, and alternatives with the same Rust type
//! are merged.

use std::collections::BTreeMap;

use openapi_document::pointer::child;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::codes;
use crate::shape::discriminator::{self, Tag};
use crate::shape::inherited::OWN;
use crate::shape::numbers::EXACT;
use crate::shape::schema::{Schema, reference};
use crate::shape::shaper::Shaper;
use crate::shape::{outline, tags, values};

/// The member of an alternative with its [`AlternativeInfo`].
pub(crate) const VARIANT: &str = "x-variant";
/// The maximum depth of nested unions whose alternatives get the keywords beside the outermost
/// union.
const MAX_JOINED: usize = 3;

impl Shaper<'_> {
    /// Returns the shape of a union.
    pub(super) fn union(&mut self, mut flat: Schema, at: &str, stack: &[String]) -> Schema {
        let alternatives = match flat.shift_remove("oneOf") {
            Some(Value::Array(alternatives)) => alternatives,
            _ => Vec::new(),
        };
        let beside = shared_keywords(&flat);
        let telling: Vec<&Value> = alternatives
            .iter()
            .filter(|one| !only_restricts_fields(one, flat.get("type")))
            .collect();
        if telling.is_empty() {
            self.report.record(
                at,
                &codes::UNION_CONSTRAINTS,
                "alternatives that only restrict fields are ignored",
            );
            return self.plain(flat, at);
        }
        let discriminator = flat.shift_remove("discriminator").unwrap_or_default();
        let dangling: Vec<String> = discriminator::dangling(&discriminator, self.source)
            .map(|value| format!("`{value}`"))
            .collect();
        if !dangling.is_empty() {
            let text = format!(
                "the mapping of {} leads to no schema of the document",
                dangling.join(", ")
            );
            self.report.record(at, &codes::DISCRIMINATOR_MAPPING, text);
        }
        let mut out: Vec<Value> = Vec::new();
        let mut nullable = false;
        let has_untyped_null = telling.iter().any(|one| is_untyped_null(one));
        for (index, one) in telling.into_iter().enumerate() {
            let at = child(&child(at, "oneOf"), index);
            let with = with_shared(self, one, &beside, stack, &at);
            let is_joined = with.is_some();
            if is_joined {
                self.joined.push(reference(one).map(str::to_owned));
            }
            let mut shape = self.canonical(with.as_ref().unwrap_or(one), &at, &mut stack.to_vec());
            if is_joined {
                self.joined.pop();
            }
            nullable |= take_null(&mut shape);
            if is_only_null(one) || is_only_null(kind_of(self, one)) {
                nullable = true;
            } else {
                splice(shape, &self.info(one, &discriminator), &mut out);
            }
        }
        let mut shape = if out.iter().any(is_anything) {
            let text = match has_untyped_null {
                true => {
                    "one alternative is `nullable` without a `type`, so it accepts every value and not only null, and the union does"
                }
                false => "one alternative accepts every value, so the union does",
            };
            self.report.record(at, &codes::UNION_ANYTHING, text);
            Schema::new()
        } else {
            collapse(out, at, self)
        };
        if nullable {
            shape.insert("nullable".to_owned(), json!(true));
        }
        shape
    }

    /// Returns the information about an alternative that its shape does not have.
    fn info(&mut self, one: &Value, discriminator: &Value) -> AlternativeInfo {
        let mut info = AlternativeInfo {
            name: reference(one).map(str::to_owned),
            title: one["title"].as_str().map(str::to_owned),
            is_base: one[OWN] == json!(true),
            ..AlternativeInfo::default()
        };
        let tag = info.name.as_deref().and_then(|name| {
            discriminator::tag(discriminator, name, one[OWN] == json!(true), self.source)
        });
        if let (Some(name), Some(Tag { field, values: Some(values) })) = (&info.name, tag) {
            tags::note(&mut self.tags, name, &field, &values);
            info.tags.insert(field, values);
        }
        info
    }
}

/// Information about an alternative that its shape does not have. The alternative keeps it in its
/// member [`VARIANT`].
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct AlternativeInfo {
    /// The component that the alternative refers to.
    pub(super) name: Option<String>,
    pub(super) title: Option<String>,
    /// Whether the other alternatives extend this one.
    #[serde(default)]
    pub(super) is_base: bool,
    /// The values of discriminator fields that select the alternative.
    pub(super) tags: BTreeMap<String, Vec<String>>,
}

impl AlternativeInfo {
    /// Reads the information from an alternative.
    pub(super) fn of(alternative: &Value) -> Self {
        Self::deserialize(&alternative[VARIANT]).unwrap_or_default()
    }

    fn carried_by(&self, alternative: &mut Value) {
        alternative[VARIANT] = json!(self);
    }

    /// Adds the information about the union that contains the alternative.
    fn within(mut self, outer: &Self) -> Self {
        for (field, values) in &outer.tags {
            self.tags.entry(field.clone()).or_insert_with(|| values.clone());
        }
        self
    }
}

/// Returns the keywords beside a union that apply to each alternative.
fn shared_keywords(flat: &Schema) -> Schema {
    const SHARED: [&str; 6] =
        ["type", "properties", "required", "additionalProperties", "items", "enum"];
    flat.iter()
        .filter(|(name, _)| SHARED.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Returns whether an alternative only restricts which fields are present. It may repeat the type
/// that is declared beside the union.
pub(super) fn only_restricts_fields(one: &Value, kind: Option<&Value>) -> bool {
    const TYPE_KEYWORDS: [&str; 10] = [
        "$ref",
        "properties",
        "additionalProperties",
        "items",
        "enum",
        "oneOf",
        "anyOf",
        "allOf",
        "format",
        "nullable",
    ];
    one.as_object().is_none_or(|one| {
        let repeats = |name: &str| name == "type" && one.get(name) == kind;
        let constrains = one.keys().any(|name| !repeats(name));
        let affects =
            |name: &str| TYPE_KEYWORDS.contains(&name) || name == "type" && !repeats(name);
        constrains && !one.keys().any(|name| affects(name))
    })
}

/// Returns the alternative combined with the keywords beside the union, if they change it.
fn with_shared(
    shaper: &mut Shaper<'_>,
    one: &Value,
    beside: &Schema,
    stack: &[String],
    at: &str,
) -> Option<Value> {
    let has_more = beside.keys().any(|name| name != "type");
    if !has_more {
        let kind = beside.get("type").filter(|_| !declares_type(one))?;
        let mut one = one.as_object()?.clone();
        one.insert("type".to_owned(), kind.clone());
        return Some(Value::Object(one));
    }
    let name = reference(one);
    // A schema that extends the union's schema already has all of its fields.
    if let (Some(name), Some(this)) = (name, stack.last())
        && extends(shaper, name, this, 0)
    {
        return None;
    }
    // For unions that contain each other, combining would not end.
    let is_known = name.is_some_and(|name| shaper.joined.iter().flatten().any(|one| one == name));
    if is_known || shaper.joined.len() >= MAX_JOINED {
        shaper.report.record(
            at,
            &codes::UNION_BESIDE,
            "a nested union is used without the keywords beside the outer union",
        );
        return None;
    }
    Some(json!({ "allOf": [one, beside] }))
}

fn declares_type(one: &Value) -> bool {
    ["$ref", "type", "oneOf", "anyOf", "allOf"].iter().any(|name| one.get(name).is_some())
}

fn extends(shaper: &Shaper<'_>, name: &str, base: &str, depth: usize) -> bool {
    let parts = shaper.source.get(name).and_then(|schema| schema["allOf"].as_array());
    depth < 8
        && parts
            .into_iter()
            .flatten()
            .filter_map(reference)
            .any(|part| part == base || extends(shaper, part, base, depth + 1))
}

/// Returns whether null is the only value. A nullable schema without a type accepts every value.
fn is_only_null(one: &Value) -> bool {
    let listed = one["enum"].as_array();
    one["type"] == "null"
        || listed.is_some_and(|all| !all.is_empty() && all.iter().all(Value::is_null))
        || one["nullable"] == json!(true) && listed.is_some_and(Vec::is_empty)
}

/// Returns whether an alternative only states that it is nullable, which has no effect without a
/// type.
fn is_untyped_null(one: &Value) -> bool {
    const ANNOTATIONS: [&str; 4] = ["nullable", "description", "title", "example"];
    one["nullable"] == json!(true)
        && one
            .as_object()
            .is_some_and(|one| one.keys().all(|name| ANNOTATIONS.contains(&name.as_str())))
}

/// Removes `nullable` from an alternative, because it applies to the union. Returns its value.
fn take_null(shape: &mut Value) -> bool {
    let Some(shape) = shape.as_object_mut() else { return false };
    let nullable = shape.shift_remove("nullable").is_some();
    if let Some(only) = shape.get("allOf").and_then(|all| all.get(0)).cloned() {
        shape.clear();
        shape.insert("$ref".to_owned(), only["$ref"].clone());
    }
    nullable
}

/// Adds an alternative, or the alternatives of a nested union.
fn splice(mut shape: Value, info: &AlternativeInfo, out: &mut Vec<Value>) {
    if let Some(Value::Array(inner)) = shape.get_mut("oneOf").map(Value::take) {
        for one in inner {
            let info = AlternativeInfo::of(&one).within(info);
            splice(one, &info, out);
        }
        return;
    }
    match out.iter_mut().find(|there| only_type(there) == only_type(&shape)) {
        Some(there) => {
            let mut both = AlternativeInfo::of(there);
            for (field, values) in &info.tags {
                both.tags.entry(field.clone()).or_default().extend(values.iter().cloned());
            }
            merge_known(there, &shape);
            both.carried_by(there);
        }
        None => {
            info.carried_by(&mut shape);
            out.push(shape);
        }
    }
}

/// Merges two alternatives of one type. The known values are combined if both alternatives list
/// some; otherwise they are removed.
fn merge_known(there: &mut Value, other: &Value) {
    if let (Some(known), Some(more)) =
        (there[values::KNOWN].as_array().cloned(), other[values::KNOWN].as_array())
    {
        let more = more.iter().filter(|value| !known.contains(value)).cloned();
        there[values::KNOWN] = known.iter().cloned().chain(more).collect();
        merge_names(there, other);
    } else if let Some(there) = there.as_object_mut() {
        there.shift_remove(values::KNOWN);
        there.shift_remove(values::NAMES);
    }
    there.as_object_mut().map(|there| there.shift_remove(values::FORMAT));
    if other[EXACT] == json!(true) {
        there[EXACT] = json!(true);
    }
}

fn merge_names(there: &mut Value, other: &Value) {
    if let Some(more) = other[values::NAMES].as_object() {
        let mut names = there[values::NAMES].as_object().cloned().unwrap_or_default();
        names.extend(more.clone());
        there[values::NAMES] = Value::Object(names);
    }
}

/// The members of a shape that do not affect its type.
const ANNOTATIONS: [&str; 6] =
    ["description", VARIANT, values::KNOWN, values::NAMES, values::FORMAT, EXACT];

fn only_type(shape: &Value) -> Value {
    let mut shape = shape.clone();
    if let Some(shape) = shape.as_object_mut() {
        shape.retain(|name, _| !ANNOTATIONS.contains(&name.as_str()));
    }
    shape
}

/// Returns whether a shape accepts every value.
fn is_anything(shape: &Value) -> bool {
    shape
        .as_object()
        .is_none_or(|shape| shape.keys().all(|name| ANNOTATIONS.contains(&name.as_str())))
}

fn collapse(mut all: Vec<Value>, at: &str, shaper: &mut Shaper<'_>) -> Schema {
    if all.len() > 1 {
        texts(&mut all, at, shaper);
        numbers(&mut all);
        if is_any_scalar(&all) {
            let text = "a union of all scalars accepts every JSON value, which keeps all digits of numbers";
            shaper.report.record(at, &codes::UNION_SCALARS, text);
            return Schema::new();
        }
        maps(&mut all);
    }
    match <[Value; 1]>::try_from(all) {
        Ok([Value::Object(mut only)]) => {
            only.shift_remove(VARIANT);
            only
        }
        Ok(_) => Schema::new(),
        Err(all) => Schema::from_iter([("oneOf".to_owned(), Value::Array(all))]),
    }
}

/// Returns the component that an alternative refers to, directly or through other components.
fn kind_of<'a>(shaper: &'a Shaper<'_>, one: &'a Value) -> &'a Value {
    outline::target(one, shaper.source)
}

/// Merges string alternatives, which can't be distinguished, into one type with all known values.
fn texts(all: &mut Vec<Value>, at: &str, shaper: &mut Shaper<'_>) {
    let is_text = |one: &Value| {
        let one = kind_of(shaper, one);
        one["type"] == "string" || (one["type"].is_null() && values::is_text_enum(one))
    };
    if all.iter().filter(|one| is_text(one)).count() < 2 {
        return;
    }
    let (text, rest): (Vec<Value>, Vec<Value>) = all.drain(..).partition(is_text);
    let mut known: Vec<Value> = Vec::new();
    for one in &text {
        for value in kind_of(shaper, one)["enum"].as_array().into_iter().flatten() {
            if value.is_string() && !known.contains(value) {
                known.push(value.clone());
            }
        }
    }
    let mut one = json!({ "type": "string" });
    for text in &text {
        let text = text.clone();
        merge_names(&mut one, &text);
    }
    let mut one = one.as_object().cloned().unwrap_or_default();
    if !known.is_empty() {
        values::distinct_values(&mut known);
        one.insert("enum".to_owned(), Value::Array(known));
    }
    shaper.report.record(at, &codes::UNION_TEXTS, "alternatives that are all strings are merged");
    all.extend(rest);
    all.push(Value::Object(one));
}

/// Merges signed and unsigned integers.
fn integers(all: &mut Vec<Value>) {
    let is_integer = |one: &Value| one["type"] == "integer";
    let Some(first) = all.iter().position(is_integer) else { return };
    let mut others = Vec::new();
    let mut index = 0;
    all.retain(|one| {
        index += 1;
        let is_other = index - 1 > first && is_integer(one);
        if is_other {
            others.push(one.clone());
        }
        !is_other
    });
    let Some(there) = all.get_mut(first).filter(|_| !others.is_empty()) else { return };
    others.iter().for_each(|other| merge_known(there, other));
    let known = there[values::KNOWN].as_array();
    if known.is_some_and(|known| known.iter().all(Value::is_u64)) {
        there["format"] = json!("uint64");
    } else {
        there.as_object_mut().map(|there| there.shift_remove("format"));
        there[EXACT] = json!(true);
    }
}

/// Merges integers into numbers, and keeps all digits.
fn numbers(all: &mut Vec<Value>) {
    integers(all);
    let has = |all: &Vec<Value>, kind: &str| all.iter().any(|one| one["type"] == kind);
    if has(all, "number") && has(all, "integer") {
        all.retain(|one| one["type"] != "integer");
        for one in all.iter_mut().filter(|one| one["type"] == "number") {
            one[EXACT] = json!(true);
        }
    }
}

/// Returns whether the union contains strings, numbers and booleans. A generated type would decode
/// numbers as `f64` and could lose the last digits of a large id.
fn is_any_scalar(all: &[Value]) -> bool {
    let has = |kind: &str| {
        let is_plain = |name: &str| name == "type" || ANNOTATIONS.contains(&name);
        all.iter().any(|one| {
            one["type"] == kind
                && one.as_object().is_some_and(|one| one.keys().all(|name| is_plain(name)))
        })
    };
    all.len() == 3 && ["string", "number", "boolean"].into_iter().all(has)
}

/// Moves unrestricted objects behind more specific alternatives.
fn maps(all: &mut [Value]) {
    all.sort_by_key(|one| u8::from(one["type"] == "object" && one.get("properties").is_none()));
}
