//! The meaning of a schema, independent of its notation.
//!
//! A [`Shape`] contains the constraints on a value: the schema's own keywords, its references and
//! every member of its `allOf`, combined. Properties and similar keywords remain pointers, so that
//! a schema may contain itself.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::diff::types::Types;

/// Schemas that all hold for one value, by pointer. An empty list allows anything.
pub(crate) type Schemas = Vec<String>;

/// The meaning of a schema.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shape {
    /// The types of the value, according to all keywords.
    pub(crate) types: Types,
    /// The types without those of unions.
    pub(crate) own_types: Types,
    /// The values of an `enum` or a `const` except null, by their JSON text.
    pub(crate) values: Option<BTreeSet<String>>,
    /// The values of `format` and `pattern`: all of them hold.
    pub(crate) texts: BTreeMap<&'static str, BTreeSet<String>>,
    /// Lowest allowed sizes and numbers.
    pub(crate) lower: BTreeMap<&'static str, f64>,
    /// Highest allowed sizes and numbers.
    pub(crate) upper: BTreeMap<&'static str, f64>,
    /// Whether the items of an array must differ.
    pub(crate) unique: bool,
    pub(crate) properties: BTreeMap<String, Schemas>,
    /// The declarations of each property.
    pub(crate) field_at: BTreeMap<String, String>,
    pub(crate) required: BTreeSet<String>,
    pub(crate) patterned: BTreeMap<String, Schemas>,
    pub(crate) additional: Additional,
    pub(crate) items: Option<Schemas>,
    pub(crate) prefix: Vec<Schemas>,
    pub(crate) unions: Vec<Union>,
    /// Schemas that the values of a discriminator lead to, without a union.
    pub(crate) subtypes: BTreeMap<String, Schemas>,
    /// Keywords that are only compared for equality.
    pub(crate) opaque: BTreeMap<String, Vec<Value>>,
    pub(crate) default: Option<Value>,
    /// Documentation.
    pub(crate) docs: BTreeMap<String, Vec<Value>>,
    pub(crate) read_only: bool,
    pub(crate) write_only: bool,
    pub(crate) deprecated: bool,
    /// The schema that contains each keyword.
    pub(crate) at: BTreeMap<String, String>,
    /// The component, if a reference led to one.
    pub(crate) component: Option<String>,
}

/// The additional properties that an object may have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Additional {
    #[default]
    Anything,
    Nothing,
    Only(Schemas),
}

/// Alternatives, one of which must hold.
#[derive(Debug, Clone)]
pub(crate) struct Union {
    pub(crate) pointer: String,
    /// Whether the keyword is `oneOf` rather than `anyOf`.
    pub(crate) exactly_one: bool,
    pub(crate) alternatives: Vec<String>,
    /// The schema that each alternative leads to, even if it has documentation beside a reference.
    pub(crate) targets: Vec<String>,
    /// The property that identifies them.
    pub(crate) tag: Option<String>,
    /// The targets of its values.
    pub(crate) mapping: BTreeMap<String, String>,
}

impl Shape {
    /// Returns the shape of a value that satisfies this shape and `other`.
    pub(crate) fn and(&mut self, other: &Self) {
        self.types = self.types.and(other.types);
        self.own_types = self.own_types.and(other.own_types);
        match (&mut self.values, &other.values) {
            (Some(mine), Some(theirs)) => mine.retain(|value| theirs.contains(value)),
            (mine @ None, Some(theirs)) => *mine = Some(theirs.clone()),
            (_, None) => {}
        }
        for (name, texts) in &other.texts {
            self.texts.entry(name).or_default().extend(texts.iter().cloned());
        }
        for (name, bound) in &other.lower {
            self.lower.entry(name).and_modify(|mine| *mine = mine.max(*bound)).or_insert(*bound);
        }
        for (name, bound) in &other.upper {
            self.upper.entry(name).and_modify(|mine| *mine = mine.min(*bound)).or_insert(*bound);
        }
        self.unique |= other.unique;
        join(&mut self.properties, &other.properties);
        self.required.extend(other.required.iter().cloned());
        join(&mut self.patterned, &other.patterned);
        self.additional.and(&other.additional);
        if let Some(items) = &other.items {
            self.items.get_or_insert_default().extend(items.iter().cloned());
        }
        if self.prefix.len() < other.prefix.len() {
            self.prefix.resize(other.prefix.len(), Schemas::new());
        }
        for (mine, theirs) in self.prefix.iter_mut().zip(&other.prefix) {
            mine.extend(theirs.iter().cloned());
        }
        join(&mut self.subtypes, &other.subtypes);
        self.unions.extend(other.unions.iter().cloned());
        for (mine, theirs) in [(&mut self.opaque, &other.opaque), (&mut self.docs, &other.docs)] {
            for (name, values) in theirs {
                mine.entry(name.clone()).or_default().extend(values.iter().cloned());
            }
        }
        self.default = self.default.take().or_else(|| other.default.clone());
        self.read_only |= other.read_only;
        self.write_only |= other.write_only;
        self.deprecated |= other.deprecated;
        for (keyword, pointer) in &other.at {
            self.at.entry(keyword.clone()).or_insert_with(|| pointer.clone());
        }
        for (name, pointer) in &other.field_at {
            self.field_at.entry(name.clone()).or_insert_with(|| pointer.clone());
        }
        if self.component.is_none() {
            self.component.clone_from(&other.component);
        }
    }

    /// Returns whether it has no keyword except `type` and documentation.
    pub(crate) fn only_types(&self) -> bool {
        self.values.is_none() && self.says_no_more()
    }

    /// Returns whether it has no keyword except `type`, `required` and documentation.
    pub(crate) fn only_required(&self) -> bool {
        let mut others = self.clone();
        others.required.clear();
        others.only_types()
    }

    /// Returns whether it allows every value.
    pub(crate) fn is_anything(&self) -> bool {
        self.only_types() && self.types.is_all()
    }

    /// Returns whether it has no keyword except a list of values and documentation.
    pub(crate) fn only_values(&self) -> bool {
        self.values.is_some() && self.says_no_more()
    }

    /// Returns whether it has no keyword except a union.
    pub(crate) fn only_union(&self) -> bool {
        let union = self.unions.len() == 1 && self.values.is_none();
        union && self.says_no_more_but_unions() && self.own_types == Types::default()
    }

    fn says_no_more(&self) -> bool {
        self.unions.is_empty() && self.says_no_more_but_unions()
    }

    fn says_no_more_but_unions(&self) -> bool {
        self.texts.is_empty()
            && self.lower.is_empty()
            && self.upper.is_empty()
            && !self.unique
            && self.properties.is_empty()
            && self.required.is_empty()
            && self.patterned.is_empty()
            && self.additional == Additional::Anything
            && self.items.is_none()
            && self.prefix.is_empty()
            && self.opaque.is_empty()
            && !self.read_only
            && !self.write_only
    }
}

impl Additional {
    fn and(&mut self, other: &Self) {
        match (&mut *self, other) {
            (Self::Nothing, _) | (_, Self::Anything) => {}
            (_, Self::Nothing) | (Self::Anything, _) => *self = other.clone(),
            (Self::Only(mine), Self::Only(theirs)) => mine.extend(theirs.iter().cloned()),
        }
    }
}

fn join(mine: &mut BTreeMap<String, Schemas>, theirs: &BTreeMap<String, Schemas>) {
    for (name, schemas) in theirs {
        mine.entry(name.clone()).or_default().extend(schemas.iter().cloned());
    }
}
