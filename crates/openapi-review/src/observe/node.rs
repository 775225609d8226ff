//! [`Node`]: the observations at one path.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::observe::distinct::Distinct;
use crate::observe::expected::{Expected, Schemas};
use crate::observe::format::Format;
use crate::observe::json_type::JsonType;
use crate::observe::keys;
use crate::observe::path::{any_field, element, field};

/// The maximum number of undescribed fields of an object. The names of others count as data.
const MOST_FIELDS: usize = 128;

/// The observations at one path: the number of values of each type, and their common properties. It
/// contains no values, except those that the description lists and those of small sets.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Node {
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) null: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) boolean: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) integer: u64,
    /// Numbers with a fraction.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) fraction: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) string: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) array: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) object: u64,
    /// The formats of texts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) formats: BTreeMap<Format, u64>,
    /// Texts that the description lists.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) known: BTreeMap<String, u64>,
    /// Other texts.
    #[serde(default, skip_serializing_if = "Distinct::is_empty")]
    pub(super) values: Distinct,
    /// The fields of objects.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) members: BTreeMap<String, Node>,
    /// The members of objects whose names are data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) rest: Option<Box<Node>>,
    /// The elements of arrays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) items: Option<Box<Node>>,
    /// Whether the description names fields.
    #[serde(default, rename = "described", skip_serializing_if = "is_false")]
    is_described: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it this way")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it this way")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

impl Node {
    /// Returns the number of values.
    pub(super) fn total(&self) -> u64 {
        JsonType::ALL.into_iter().map(|kind| self.count(kind)).sum()
    }

    /// Returns the number of values of a type.
    pub(super) fn count(&self, kind: JsonType) -> u64 {
        match kind {
            JsonType::Null => self.null,
            JsonType::Boolean => self.boolean,
            JsonType::Integer => self.integer,
            JsonType::Number => self.fraction,
            JsonType::String => self.string,
            JsonType::Array => self.array,
            JsonType::Object => self.object,
        }
    }

    /// Returns the observed types.
    pub(super) fn types(&self) -> impl Iterator<Item = JsonType> {
        JsonType::ALL.into_iter().filter(|kind| self.count(*kind) > 0)
    }

    /// Returns the observations of one type.
    pub(super) fn only(&self, kind: JsonType) -> Self {
        let mut only = Self { is_described: self.is_described, ..Self::default() };
        match kind {
            JsonType::Null => only.null = self.null,
            JsonType::Boolean => only.boolean = self.boolean,
            JsonType::Integer => only.integer = self.integer,
            JsonType::Number => only.fraction = self.fraction,
            JsonType::String => {
                only.string = self.string;
                only.formats.clone_from(&self.formats);
                only.known.clone_from(&self.known);
                only.values = self.values.clone();
            }
            JsonType::Array => {
                only.array = self.array;
                only.items.clone_from(&self.items);
            }
            JsonType::Object => {
                only.object = self.object;
                only.members.clone_from(&self.members);
                only.rest.clone_from(&self.rest);
            }
        }
        only
    }

    /// Counts a value. `expected` is the description of this place.
    pub(super) fn add(&mut self, value: &Value, schemas: &Schemas, expected: Option<usize>) {
        let expected = expected.map(|index| schemas.get(index));
        let is_anything = expected.is_some_and(|expected| expected.is_anything);
        match value {
            Value::Array(_) if is_anything => self.array += 1,
            Value::Object(_) if is_anything => self.object += 1,
            Value::Null => self.null += 1,
            Value::Bool(_) => self.boolean += 1,
            Value::Number(number) if number.is_f64() && !is_whole(number.as_f64()) => {
                self.fraction += 1;
            }
            Value::Number(_) => self.integer += 1,
            Value::String(text) => self.add_text(text, expected),
            Value::Array(elements) => {
                self.array += 1;
                for element in elements {
                    let items = self.items.get_or_insert_default();
                    items.add(element, schemas, expected.and_then(|expected| expected.items));
                }
            }
            Value::Object(members) => {
                self.object += 1;
                self.is_described |= expected.is_some_and(|expected| !expected.members.is_empty());
                for (name, value) in members {
                    // The contents are not observed, because they belong to the caller.
                    let is_own = expected.is_some_and(|expected| {
                        expected.is_free
                            && expected.rest.is_none()
                            && !expected.members.contains_key(name)
                    });
                    if !is_own {
                        let (member, expected) = self.member(name, expected);
                        member.add(value, schemas, expected);
                    }
                }
            }
        }
    }

    fn add_text(&mut self, text: &str, expected: Option<&Expected>) {
        self.string += 1;
        *self.formats.entry(Format::of(text)).or_default() += 1;
        let known = expected.and_then(|expected| expected.values.as_ref());
        if known.is_some_and(|known| known.texts.contains(text)) {
            *self.known.entry(text.to_owned()).or_default() += 1;
        } else {
            self.values.add(text);
        }
    }

    /// Returns the node of a member, and its description.
    fn member(&mut self, name: &str, expected: Option<&Expected>) -> (&mut Self, Option<usize>) {
        let described = expected.and_then(|expected| expected.members.get(name)).copied();
        let is_free = expected.is_some_and(|expected| expected.is_free);
        let is_field = described.is_some() || (!is_free && !keys::is_data(name));
        if is_field && (described.is_some() || self.has_room(name)) {
            return (self.members.entry(name.to_owned()).or_default(), described);
        }
        let rest = expected.and_then(|expected| expected.rest);
        (self.rest.get_or_insert_default(), rest)
    }

    /// Returns whether there is room for an undescribed field. If the names turn out to be data,
    /// the fields are removed.
    fn has_room(&mut self, name: &str) -> bool {
        if self.members.len() < MOST_FIELDS || self.members.contains_key(name) {
            return true;
        }
        self.fold();
        false
    }

    /// Adds other observations at the same path.
    pub(super) fn merge(&mut self, other: &Self) {
        self.null += other.null;
        self.boolean += other.boolean;
        self.integer += other.integer;
        self.fraction += other.fraction;
        self.string += other.string;
        self.array += other.array;
        self.object += other.object;
        self.is_described |= other.is_described;
        self.values.merge(&other.values);
        for (format, count) in &other.formats {
            *self.formats.entry(*format).or_default() += count;
        }
        for (text, count) in &other.known {
            *self.known.entry(text.clone()).or_default() += count;
        }
        for (name, member) in &other.members {
            self.members.entry(name.clone()).or_default().merge(member);
        }
        for (mine, other) in [(&mut self.rest, &other.rest), (&mut self.items, &other.items)] {
            if let Some(other) = other {
                mine.get_or_insert_default().merge(other);
            }
        }
    }

    /// Returns whether the names of the members are data, judging by their number.
    pub(super) fn is_map(&self) -> bool {
        !self.is_described
            && (self.members.is_empty() && self.rest.is_some()
                || keys::are_data(self.object, self.members.values().map(Self::total)))
    }

    /// Removes the names of members that are data, at this path and below.
    pub(super) fn fold(&mut self) {
        if self.is_map() {
            for (_, member) in std::mem::take(&mut self.members) {
                self.rest.get_or_insert_default().merge(&member);
            }
        }
        let inner = [&mut self.rest, &mut self.items].into_iter().flatten().map(AsMut::as_mut);
        self.members.values_mut().chain(inner).for_each(Self::fold);
    }

    /// Removes the texts that are not in the description, except those at the paths that `may_show`
    /// allows.
    pub(super) fn publish(&mut self, path: &str, may_show: &dyn Fn(&str) -> bool) {
        self.values.publish(may_show(path));
        for (name, member) in &mut self.members {
            member.publish(&field(path, name), may_show);
        }
        if let Some(rest) = &mut self.rest {
            rest.publish(&any_field(path), may_show);
        }
        if let Some(items) = &mut self.items {
            items.publish(&element(path), may_show);
        }
    }
}

fn is_whole(number: Option<f64>) -> bool {
    number.is_some_and(|number| number.fract() == 0.0)
}
