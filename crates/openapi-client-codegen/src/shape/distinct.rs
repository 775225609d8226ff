//! Distinguishes the variants of a union.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::idents;
use crate::shape::schema::{Schema, reference};
use crate::shape::unions::AlternativeInfo;
use crate::shape::{outline, values};

/// A variant of a union, with its references resolved.
pub(super) struct Variant<'a> {
    schema: &'a Value,
    components: &'a Schema,
    /// The known values by field, from discriminators and enums.
    values: BTreeMap<String, Vec<Value>>,
    /// The fields of discriminators.
    tags: Vec<String>,
    /// The values by field, from discriminators only.
    assigned: BTreeMap<String, Vec<String>>,
    /// The variants of this variant, if it is a union.
    within: Vec<Self>,
}

/// The maximum depth of nested unions that are compared.
const MAX_WITHIN: usize = 3;
/// The maximum depth of values that are compared.
const MAX_COMPARED: usize = 4;
/// The maximum depth of lists and maps in the name of a type.
const MAX_TYPE: usize = 3;

/// Returns the variants of a union. If there is a discriminator, the values of its field that other
/// variants share are removed.
pub(super) fn variants<'a>(alternatives: &'a [Value], components: &'a Schema) -> Vec<Variant<'a>> {
    let mut variants: Vec<Variant<'_>> =
        alternatives.iter().map(|one| Variant::of(one, components)).collect();
    let shared: Vec<Vec<(String, Value)>> =
        variants.iter().map(|one| one.shared(&variants)).collect();
    for (variant, shared) in variants.iter_mut().zip(shared) {
        for (tag, value) in shared {
            if let Some(values) = variant.values.get_mut(&tag) {
                values.retain(|known| *known != value);
            }
        }
        variant.values.retain(|_, values| !values.is_empty());
    }
    variants
}

impl<'a> Variant<'a> {
    pub(super) fn of(alternative: &'a Value, components: &'a Schema) -> Self {
        Self::at(alternative, components, MAX_WITHIN)
    }

    fn at(alternative: &'a Value, components: &'a Schema, depth: usize) -> Self {
        let schema = outline::target(alternative, components);
        let info = AlternativeInfo::of(alternative);
        let tags: Vec<String> = info.tags.keys().cloned().collect();
        let assigned = info.tags;
        let typed = |field: &str, text: &String| {
            let property = fields(schema).find(|(name, _)| *name == field);
            let property = property.map(|(_, property)| outline::target(property, components));
            typed(text, property.unwrap_or(&Value::Null))
        };
        let values = assigned.iter().map(|(field, values)| {
            (field.clone(), values.iter().map(|text| typed(field, text)).collect())
        });
        let mut values: BTreeMap<String, Vec<Value>> = values.collect();
        for (name, property) in fields(schema) {
            let known = outline::known(outline::target(property, components));
            if !known.is_empty() {
                let all = values.entry(name.to_owned()).or_default();
                let new: Vec<Value> =
                    known.into_iter().filter(|value| !all.contains(value)).collect();
                all.extend(new);
            }
        }
        let alternatives = schema["oneOf"].as_array().filter(|_| depth > 0).into_iter().flatten();
        let within: Vec<Self> =
            alternatives.map(|one| Self::at(one, components, depth - 1)).collect();
        for (field, known) in values_within(&within) {
            // A variant that is a union also has the values of its own variants.
            let all: &mut Vec<Value> = values.entry(field).or_default();
            let new: Vec<Value> = known.into_iter().filter(|value| !all.contains(value)).collect();
            all.extend(new);
        }
        Self { schema, components, values, tags, assigned, within }
    }

    /// Returns this variant if it is an object, or the objects in its union.
    fn objects(&self) -> Vec<&Self> {
        match self.kind() {
            Some("object") => vec![self],
            _ => self.within.iter().flat_map(Self::objects).collect(),
        }
    }

    /// Returns this variant, or if it is a union, its variants that are not unions.
    fn leaves(&self) -> Vec<&Self> {
        match self.schema.get("oneOf") {
            Some(_) => self.within.iter().flat_map(Self::leaves).collect(),
            None => vec![self],
        }
    }

    /// Returns the values of discriminator fields that are in the description of this variant and
    /// in another variant, but are not assigned to this variant by the discriminator. The type of
    /// the field is often the same enum of all values in every variant.
    fn shared(&self, all: &[Self]) -> Vec<(String, Value)> {
        let mut shared = Vec::new();
        for tag in all.iter().flat_map(|variant| &variant.tags) {
            let assigned = self.assigned.get(tag);
            let is_assigned = |value: &Value| {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                assigned.is_some_and(|assigned| assigned.contains(&text))
            };
            let others = || all.iter().filter(|other| !std::ptr::eq(*other, self));
            let is_shared = |value: &Value| {
                others().any(|other| other.values.get(tag).is_some_and(|all| all.contains(value)))
            };
            let values = self.values.get(tag).into_iter().flatten();
            let own = values.filter(|value| !is_assigned(value) && is_shared(value));
            shared.extend(own.map(|value| (tag.clone(), value.clone())));
        }
        shared
    }

    /// Returns the JSON type, or `None` for a union or an unrestricted schema.
    pub(super) fn kind(&self) -> Option<&'a str> {
        self.schema["type"].as_str()
    }

    pub(super) fn fields(&self) -> impl Iterator<Item = (&'a str, &'a Value)> {
        fields(self.schema)
    }

    fn field(&self, name: &str) -> Option<&'a Value> {
        self.fields().find(|(field, _)| *field == name).map(|(_, property)| property)
    }

    pub(super) fn requires(&self, name: &str) -> bool {
        let required = self.schema["required"].as_array().into_iter().flatten();
        required.filter_map(Value::as_str).any(|field| idents::on_the_wire(field) == name)
    }

    fn required(&self) -> impl Iterator<Item = &'a str> {
        let required = self.schema["required"].as_array().into_iter().flatten();
        required.filter_map(Value::as_str).map(idents::on_the_wire)
    }

    fn is_closed(&self) -> bool {
        self.schema["additionalProperties"] == json!(false)
    }

    /// Returns the value of a required field with a single known value, preferably a value that no
    /// other variant has in that field. A value that is not a string follows the field's name.
    pub(super) fn single_value(&self, others: &[&Self]) -> Option<String> {
        let single = self.values.iter().filter(|(name, _)| self.requires(name));
        let single: Vec<(&String, &Value)> = single
            .filter_map(|(name, values)| match &values[..] {
                [only] => Some((name, only)),
                _ => None,
            })
            .collect();
        let is_own = |(name, value): &&(&String, &Value)| {
            let has =
                |other: &&Self| other.values.get(*name).is_some_and(|all| all.contains(value));
            !others.iter().any(has)
        };
        let (name, value) = single.iter().find(is_own).or(single.first())?;
        Some(match value {
            Value::String(only) => only.clone(),
            Value::Number(number) => format!("{name} {number}").replace('-', "minus "),
            other => format!("{name} {other}"),
        })
    }

    /// Returns the name of the type of a field.
    pub(super) fn field_type(&self, name: &str) -> Option<String> {
        type_name(self.field(name)?, MAX_TYPE)
    }

    /// Returns the name of the type of a list or a map, such as `string array` and `integer map`.
    pub(super) fn type_name(&self) -> Option<String> {
        type_name(self.schema, MAX_TYPE)
    }

    /// Returns the outline for the plan of a union. If the values of a required field select the
    /// variant, the outline has no other properties.
    pub(super) fn outline(&self, alternative: &Value, tags: &[String], is_decided: bool) -> Value {
        let known: Map<String, Value> = tags
            .iter()
            .filter_map(|tag| Some((tag.clone(), json!(self.values.get(tag)?))))
            .collect();
        let mut outline = match (is_decided, self.kind()) {
            (true, Some("object")) => json!({ "type": "object" }),
            _ => outline::of(alternative),
        };
        if !known.is_empty() {
            outline["values"] = Value::Object(known);
        }
        if AlternativeInfo::of(alternative).is_base && !is_decided {
            outline["base"] = json!(true);
        }
        outline
    }
}

/// Converts a discriminator's value, which is a string in the document, to the type of the field.
fn typed(text: &str, property: &Value) -> Value {
    let parsed = serde_json::from_str::<Value>(text).ok();
    let is_this = |value: &Value| match property["type"].as_str() {
        Some("integer" | "number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        _ => false,
    };
    parsed.filter(is_this).unwrap_or_else(|| json!(text))
}

/// Returns the known values of the fields that have known values in every object among the
/// variants.
fn values_within(variants: &[Variant<'_>]) -> BTreeMap<String, Vec<Value>> {
    let objects: Vec<&Variant<'_>> = variants.iter().flat_map(Variant::objects).collect();
    let Some(first) = objects.first() else { return BTreeMap::new() };
    let shared = first
        .values
        .keys()
        .filter(|field| objects.iter().all(|object| object.values.contains_key(*field)));
    shared
        .map(|field| {
            let mut known: Vec<Value> = Vec::new();
            for value in objects.iter().flat_map(|object| &object.values[field]) {
                if !known.contains(value) {
                    known.push(value.clone());
                }
            }
            (field.clone(), known)
        })
        .collect()
}

/// Returns the name of a schema's type: the name of the component, the title, the format, or the
/// JSON type. Lists and maps follow the names of their elements.
fn type_name(schema: &Value, depth: usize) -> Option<String> {
    if let Some(name) = reference(schema).or(schema["title"].as_str()) {
        return Some(name.to_owned());
    }
    let within = |name: &str| match schema.get(name) {
        Some(inner) if depth > 0 => type_name(inner, depth - 1),
        _ => None,
    };
    let kind = schema["type"].as_str()?;
    let format = schema.get("format").or(schema.get(values::FORMAT)).and_then(Value::as_str);
    Some(match kind {
        "array" => format!("{} array", within("items")?),
        "object" => match within("additionalProperties") {
            Some(value) if fields(schema).next().is_none() => format!("{value} map"),
            _ => kind.to_owned(),
        },
        "string" => format.unwrap_or(kind).to_owned(),
        _ => kind.to_owned(),
    })
}

fn fields(schema: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties.map(|(name, property)| (idents::on_the_wire(name), property))
}

/// Returns the fields whose values select variants, in order: the fields of discriminators, or
/// otherwise the fields whose known values distinguish the objects.
pub(super) fn tags(variants: &[Variant<'_>]) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for tag in variants.iter().flat_map(|variant| &variant.tags) {
        if !tags.contains(tag) {
            tags.push(tag.clone());
        }
    }
    if !tags.is_empty() {
        // The outermost discriminator occurs in most variants.
        let count = |tag: &String| variants.iter().filter(|one| one.tags.contains(tag)).count();
        tags.sort_by_key(|tag| std::cmp::Reverse(count(tag)));
        return tags;
    }
    let objects: Vec<&Variant<'_>> = objects(variants).map(|(_, variant)| variant).collect();
    let [first, _, ..] = &objects[..] else { return tags };
    // A variant that is a union is represented by its objects.
    let unions = || variants.iter().filter(|one| one.kind().is_none());
    let is_known = |field: &String| {
        unions().all(|one| one.objects().is_empty() || one.values.contains_key(field))
    };
    let candidates =
        first.values.keys().filter(|field| separates(field, &objects) && is_known(field));
    let candidates: Vec<&String> = candidates.collect();
    let rank = |field: &str| {
        let required = objects.iter().filter(|variant| variant.requires(field)).count();
        let single = objects.iter().filter(|variant| variant.values[field].len() == 1).count();
        (distinct_pairs(field, &objects).len(), required, single)
    };
    let best = candidates.iter().max_by_key(|field| rank(field));
    // Constants in other fields distinguish what the best field does not. A list of values may grow,
    // so it would exclude new values of a variant that is known already.
    let is_constant = |field: &&&String| objects.iter().all(|one| one.values[**field].len() == 1);
    let others = candidates.iter().filter(is_constant);
    let mut distinct: BTreeSet<(usize, usize)> = BTreeSet::new();
    for field in best.into_iter().chain(others) {
        let before = distinct.len();
        distinct.extend(distinct_pairs(field, &objects));
        if distinct.len() > before {
            tags.push((*field).clone());
        }
    }
    tags
}

/// Returns whether all objects have known values of the field, and the values of any two objects
/// are either equal or disjoint.
fn separates(field: &str, objects: &[&Variant<'_>]) -> bool {
    let all: Option<Vec<&Vec<Value>>> = objects.iter().map(|one| one.values.get(field)).collect();
    let Some(all) = all else { return false };
    let fits = |a: &Vec<Value>, b: &Vec<Value>| is_disjoint(a, b) || is_same(a, b);
    all.iter().enumerate().all(|(index, a)| all[index + 1..].iter().all(|b| fits(a, b)))
        && !distinct_pairs(field, objects).is_empty()
}

/// Returns the pairs of objects whose values of the field are disjoint.
fn distinct_pairs(field: &str, objects: &[&Variant<'_>]) -> Vec<(usize, usize)> {
    let all: Vec<(usize, &Vec<Value>)> = objects
        .iter()
        .enumerate()
        .filter_map(|(index, one)| Some((index, one.values.get(field)?)))
        .collect();
    let pairs =
        all.iter().enumerate().flat_map(|(index, a)| all[index + 1..].iter().map(move |b| (a, b)));
    let distinct = pairs.filter(|((_, a), (_, b))| is_disjoint(a, b));
    distinct.map(|((a, _), (b, _))| (*a, *b)).collect()
}

fn is_disjoint(a: &[Value], b: &[Value]) -> bool {
    !a.iter().any(|value| b.contains(value))
}

fn is_same(a: &[Value], b: &[Value]) -> bool {
    a.len() == b.len() && a.iter().all(|value| b.contains(value))
}

fn objects<'v, 'a>(variants: &'v [Variant<'a>]) -> impl Iterator<Item = (usize, &'v Variant<'a>)> {
    variants.iter().enumerate().filter(|(_, variant)| variant.kind() == Some("object"))
}

/// Returns whether the tag alone selects the variant: it is required in every object, and each
/// value belongs to one variant.
pub(super) fn decides(variants: &[Variant<'_>], tags: &[String]) -> bool {
    let [tag] = tags else { return false };
    let objects: Vec<&Variant<'_>> = objects(variants).map(|(_, variant)| variant).collect();
    let pairs = objects.len() * objects.len().saturating_sub(1) / 2;
    objects.iter().all(|one| one.requires(tag) && one.values.contains_key(tag))
        && distinct_pairs(tag, &objects).len() == pairs
        && variants.iter().all(|one| one.kind().is_some())
}

/// Two variants that can't always be distinguished.
pub(super) struct Ambiguous {
    pub(super) first: usize,
    pub(super) second: usize,
    /// The JSON type of the values that match both; `None` if every value may match.
    pub(super) kind: Option<String>,
    /// Whether the only such value is an empty list.
    pub(super) only_empty: bool,
}

/// Returns the pairs of variants that can't be distinguished if a value has only the parts that
/// both require.
pub(super) fn ambiguous_pairs(variants: &[Variant<'_>], tags: &[String]) -> Vec<Ambiguous> {
    let mut pairs = Vec::new();
    let leaves: Vec<Vec<&Variant<'_>>> = variants.iter().map(Variant::leaves).collect();
    for (first, all) in leaves.iter().enumerate() {
        for (second, others) in leaves.iter().enumerate().skip(first + 1) {
            let both = all.iter().flat_map(|a| others.iter().map(move |b| (a, b)));
            let mut alike = both.filter(|(a, b)| !are_distinguishable(a, b, tags));
            if let Some((a, b)) = alike.next() {
                let kind = a.kind().or(b.kind()).map(str::to_owned);
                let only_empty = [a, b].iter().all(|one| one.kind() == Some("array"))
                    && are_disjoint(
                        &a.schema["items"],
                        &b.schema["items"],
                        a.components,
                        MAX_COMPARED - 1,
                    );
                pairs.push(Ambiguous { first, second, kind, only_empty });
            }
        }
    }
    pairs
}

fn are_distinguishable(a: &Variant<'_>, b: &Variant<'_>, tags: &[String]) -> bool {
    if [a, b].iter().any(|one| one.kind() != Some("object")) {
        return are_disjoint(a.schema, b.schema, a.components, MAX_COMPARED);
    }
    let by_tag = tags.iter().any(|tag| match (a.values.get(tag), b.values.get(tag)) {
        (Some(first), Some(second)) => {
            // An object without the field can match both variants, unless the field is a discriminator.
            let is_there = [a, b].iter().any(|one| one.requires(tag) || one.tags.contains(tag));
            is_there && is_disjoint(first, second)
        }
        // One variant is for all other values.
        (Some(_), None) | (None, Some(_)) => a.tags.contains(tag) || b.tags.contains(tag),
        (None, None) => false,
    });
    let by_presence = |one: &Variant<'_>, other: &Variant<'_>| {
        one.required().any(|name| other.field(name).is_none())
    };
    let by_value = |name: &str| match (a.field(name), b.field(name)) {
        (Some(first), Some(second)) => are_disjoint(first, second, a.components, MAX_COMPARED),
        _ => false,
    };
    by_tag
        || by_presence(a, b)
        || by_presence(b, a)
        || a.required().chain(b.required()).any(by_value)
        || (a.is_closed() && b.is_closed() && a.fields().count() == 0 && b.fields().count() > 0)
}

/// Returns whether no value matches both schemas.
fn are_disjoint(a: &Value, b: &Value, components: &Schema, depth: usize) -> bool {
    if reference(a).is_some() && reference(a) == reference(b) {
        return false;
    }
    let is_nullable = |schema: &Value| {
        [schema, outline::target(schema, components)]
            .iter()
            .any(|schema| schema["nullable"] == json!(true))
    };
    if is_nullable(a) && is_nullable(b) {
        return false;
    }
    let (a, b) = (outline::target(a, components), outline::target(b, components));
    for (union, other) in [(a, b), (b, a)] {
        if let Some(all) = union["oneOf"].as_array() {
            return depth > 0
                && all.iter().all(|one| are_disjoint(one, other, components, depth - 1));
        }
    }
    let (Some(kind), Some(other)) = (a["type"].as_str(), b["type"].as_str()) else { return false };
    if kind != other {
        return ![kind, other].iter().all(|kind| ["integer", "number"].contains(kind));
    }
    let (known, others) = (outline::known(a), outline::known(b));
    match kind {
        "object" if depth > 0 => {
            let (a, b) = (Variant::of(a, components), Variant::of(b, components));
            let by_value = |name: &str| match (a.field(name), b.field(name)) {
                (Some(first), Some(second)) => are_disjoint(first, second, components, depth - 1),
                _ => false,
            };
            a.required().any(|name| b.field(name).is_none())
                || b.required().any(|name| a.field(name).is_none())
                || a.required().chain(b.required()).any(by_value)
        }
        "array" if depth > 0 => {
            let (min, max) = outline::lengths(a);
            let (other_min, other_max) = outline::lengths(b);
            max < other_min
                || other_max < min
                || min.max(other_min) > 0
                    && are_disjoint(&a["items"], &b["items"], components, depth - 1)
        }
        "string" if known.is_empty() || others.is_empty() => {
            let format =
                |schema: &Value| schema.get("format").or(schema.get(values::FORMAT)).cloned();
            matches!((format(a), format(b)), (Some(a), Some(b)) if a != b)
        }
        _ => !known.is_empty() && !others.is_empty() && is_disjoint(&known, &others),
    }
}
