//! [`Variant`]: a variant of a union, with what distinguishes it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::idents;
use crate::shape::schema::{Schema, reference};
use crate::shape::unions::AlternativeInfo;
use crate::shape::{outline, values};

/// A variant of a union, with its references resolved.
pub(super) struct Variant<'a> {
    pub(super) schema: &'a Value,
    pub(super) components: &'a Schema,
    /// The known values by field, from discriminators and enums.
    pub(super) values: BTreeMap<String, Vec<Value>>,
    /// The fields of discriminators.
    pub(super) tags: Vec<String>,
    /// The values by field, from discriminators only.
    assigned: BTreeMap<String, Vec<String>>,
    /// The variants of this variant, if it is a union.
    within: Vec<Self>,
}

/// The maximum depth of nested unions that are compared.
const MAX_WITHIN: usize = 3;
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
    pub(super) fn objects(&self) -> Vec<&Self> {
        match self.kind() {
            Some("object") => vec![self],
            _ => self.within.iter().flat_map(Self::objects).collect(),
        }
    }

    /// Returns this variant, or if it is a union, its variants that are not unions.
    pub(super) fn leaves(&self) -> Vec<&Self> {
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

    pub(super) fn field(&self, name: &str) -> Option<&'a Value> {
        self.fields().find(|(field, _)| *field == name).map(|(_, property)| property)
    }

    pub(super) fn requires(&self, name: &str) -> bool {
        let required = self.schema["required"].as_array().into_iter().flatten();
        required.filter_map(Value::as_str).any(|field| idents::on_the_wire(field) == name)
    }

    pub(super) fn required(&self) -> impl Iterator<Item = &'a str> {
        let required = self.schema["required"].as_array().into_iter().flatten();
        required.filter_map(Value::as_str).map(idents::on_the_wire)
    }

    pub(super) fn is_closed(&self) -> bool {
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
