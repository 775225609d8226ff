//! Compares two schemas, without the schemas that they contain.

use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use openapi_document::pointer::child;

use crate::diff::change::{Direction, Effect, Finding, Side, Verdict};
use crate::diff::kind::Kind;
use crate::diff::sets::{Set, SetId};
use crate::diff::shape::Shape;
use crate::diff::subject::subject;
use crate::diff::types::Types;
use crate::diff::view::{SpecView, Views, component, component_name};

/// Formats whose values are all values of another format.
const INCLUDED: [(&str, &str); 2] = [("int32", "int64"), ("float", "double")];

/// Two schemas that describe the same value, with its direction and its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) old: SetId,
    pub(crate) new: SetId,
    pub(crate) direction: Direction,
    pub(crate) place: Place,
}

impl Hash for Key {
    /// There are many pairs: two numbers take less memory than five.
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(u64::from(self.old.number()) << 32 | u64::from(self.new.number()));
        let Place { as_text, null_aside } = self.place;
        let is_request = self.direction == Direction::Request;
        let flags = [is_request, as_text, null_aside].into_iter();
        state.write_u8(flags.fold(0, |all, flag| all << 1 | u8::from(flag)));
    }
}

/// The place of a value, if its comparison depends on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// The value is written as text, as in a query: `1` and `"1"` are equal.
    pub(crate) as_text: bool,
    /// The value is one of several alternatives; null is compared separately.
    pub(crate) null_aside: bool,
}

/// The comparison of two schemas that describe the same value.
pub(crate) struct Pair<'g, 'a> {
    pub(crate) views: &'g Views<'a>,
    pub(crate) ids: (SetId, SetId),
    pub(crate) sets: (Rc<Set>, Rc<Set>),
    pub(crate) old: Rc<Shape>,
    pub(crate) new: Rc<Shape>,
    pub(crate) direction: Direction,
    pub(crate) place: Place,
    pub(crate) findings: Vec<Finding>,
    /// The pairs of the contained schemas.
    pub(crate) children: Vec<Key>,
    /// Components that were visited on either side.
    pub(crate) met: [Vec<String>; 2],
}

impl<'g, 'a> Pair<'g, 'a> {
    pub(crate) fn new(views: &'g Views<'a>, key: Key) -> Self {
        let Key { old, new, direction, place } = key;
        let ids = (old, new);
        let sets = (views.old.known(old), views.new.known(new));
        let (old, new) = (views.old.shape_of(&sets.0), views.new.shape_of(&sets.1));
        let (findings, children, met) = Default::default();
        Self { views, ids, sets, old, new, direction, place, findings, children, met }
    }

    pub(crate) fn compare(&mut self) {
        self.components();
        self.docs();
        if self.anything() || self.one_became_several() {
            return;
        }
        let disjoint = self.types();
        if disjoint {
            return;
        }
        self.values();
        self.texts();
        self.bounds();
        self.opaque();
        self.default();
        self.fields();
        self.parts();
        self.unions();
    }

    /// Returns the place of a keyword: on the new side if it still exists there.
    pub(crate) fn at(&self, keyword: &str) -> (Side, String) {
        if let Some(pointer) = self.new.at.get(keyword) {
            (Side::New, child(pointer, keyword))
        } else if let Some(pointer) = self.old.at.get(keyword) {
            (Side::Old, child(pointer, keyword))
        } else {
            self.here()
        }
    }

    fn here(&self) -> (Side, String) {
        match (self.sets.1.schemas.first(), self.sets.0.schemas.first()) {
            (Some(new), _) => (Side::New, new.clone()),
            (None, Some(old)) => (Side::Old, old.clone()),
            (None, None) => (Side::New, String::new()),
        }
    }

    /// Returns the name of the compared schema.
    pub(crate) fn subject(&self) -> String {
        match self.here() {
            (Side::New, pointer) => subject(&self.views.new, &pointer),
            (Side::Old, pointer) => subject(&self.views.old, &pointer),
        }
    }

    /// Returns the name of the schema that has a keyword: a keyword next to a reference or in an
    /// `allOf` may be in another place.
    pub(crate) fn about(&self, keyword: &str) -> String {
        match (self.new.at.get(keyword), self.old.at.get(keyword)) {
            (Some(pointer), _) => subject(&self.views.new, pointer),
            (None, Some(pointer)) => subject(&self.views.old, pointer),
            (None, None) => self.subject(),
        }
    }

    /// Records a change of the valid values.
    pub(crate) fn found(
        &mut self,
        effect: Effect,
        kind: Kind,
        at: (Side, String),
        message: String,
    ) {
        self.findings.push(Finding::by_effect(effect, self.direction, kind, at, message));
    }

    /// Adds the contained schemas to the comparison.
    pub(crate) fn child(&mut self, old: SetId, new: SetId) {
        self.child_in(old, new, Place { null_aside: false, ..self.place });
    }

    /// Like [`inside`](Self::inside), for lists of schemas.
    pub(crate) fn child_at(&mut self, old: &[String], new: &[String]) {
        self.child(self.views.old.set(old), self.views.new.set(new));
    }

    /// Adds two alternatives of this value to the comparison.
    pub(crate) fn alternative_child(&mut self, old: SetId, new: SetId) {
        self.child_in(old, new, Place { null_aside: true, ..self.place });
    }

    fn child_in(&mut self, old: SetId, new: SetId, place: Place) {
        if !self.same_leaf(old, new) {
            self.children.push(Key { old, new, direction: self.direction, place });
        }
    }

    /// Returns whether two schemas are equal and contain no schema.
    fn same_leaf(&mut self, old: SetId, new: SetId) -> bool {
        let views = self.views;
        let (old, new) = (views.old.known(old), views.new.known(new));
        let number = |side: &SpecView<'_>, set: &Set| views.leaf(side, set);
        let leaf = number(&views.old, &old);
        if leaf.is_none() || leaf != number(&views.new, &new) {
            return false;
        }
        for (met, set) in self.met.iter_mut().zip([&old, &new]) {
            let name = set.schemas.first().and_then(|pointer| component_name(pointer));
            met.extend(name.filter(|_| set.is_new()).map(ToOwned::to_owned));
        }
        true
    }

    /// Renaming a component changes nothing.
    fn components(&mut self) {
        let sides = [(&self.sets.0, &self.old), (&self.sets.1, &self.new)];
        for (met, (set, shape)) in self.met.iter_mut().zip(sides) {
            met.extend(shape.component.clone().filter(|_| set.is_new()));
        }
        let (Some(old), Some(new)) = (&self.old.component, &self.new.component) else { return };
        if old == new {
            return;
        }
        if !self.views.new.has_component(old) && !self.views.old.has_component(new) {
            let message = format!("schema `{old}` is now called `{new}`");
            let at = (Side::New, component(new));
            let reason = "names of schemas are not sent";
            self.findings.push(Finding::new(
                Verdict::DocsOnly,
                Kind::SchemaRenamed,
                at,
                message,
                reason,
            ));
        }
    }

    fn docs(&mut self) {
        let (old, new) = (Rc::clone(&self.old), Rc::clone(&self.new));
        if old.docs == new.docs && old.deprecated == new.deprecated {
            return;
        }
        let names: Vec<&String> = old.docs.keys().chain(new.docs.keys()).collect();
        let mut changed: Vec<&str> = names
            .into_iter()
            .filter(|name| old.docs.get(*name) != new.docs.get(*name))
            .map(String::as_str)
            .collect();
        changed.sort_unstable();
        changed.dedup();
        if let Some(first) = changed.first() {
            let at = self.at(first);
            let message = format!("{}: {} changed", self.about(first), changed.join(", "));
            self.findings.push(Finding::docs(at, message));
        }
        if old.deprecated != new.deprecated {
            let what = if new.deprecated { "is deprecated" } else { "is no longer deprecated" };
            let message = format!("{} {what}", self.about("deprecated"));
            let reason = "it still works";
            let at = self.at("deprecated");
            self.findings.push(Finding::new(
                Verdict::Compatible,
                Kind::Deprecated,
                at,
                message,
                reason,
            ));
        }
    }

    /// Handles a schema of which only one side has constraints. Returns whether that is the case.
    fn anything(&mut self) -> bool {
        let (effect, what) = match (self.old.is_anything(), self.new.is_anything()) {
            (true, false) if self.old.types == self.new.types => {
                (Effect::Narrower, "is limited now, was anything".to_owned())
            }
            (false, true) if self.old.types == self.new.types => {
                (Effect::Wider, "is anything now, was limited".to_owned())
            }
            (true, false) => (Effect::Narrower, format!("is {}, was anything", self.new.types)),
            (false, true) => (Effect::Wider, format!("is anything, was {}", self.old.types)),
            _ => return false,
        };
        let message = format!("{} {what}", self.about("type"));
        self.found(effect, Kind::Type, self.at("type"), message);
        true
    }

    /// Compares the types. Returns whether they have none in common.
    fn types(&mut self) -> bool {
        let unions = !self.old.unions.is_empty() || !self.new.unions.is_empty();
        let of = |shape: &Shape| if unions { shape.own_types } else { shape.types };
        let (all_old, all_new) = (of(&self.old), of(&self.new));
        let written = |types: Types| {
            if self.place.as_text { types.without_null().as_text() } else { types.without_null() }
        };
        let (old, new) = (written(all_old), written(all_new));
        if old != new {
            let effect = effect_of(old.contains(new), new.contains(old));
            let (is, was) = match self.place.null_aside {
                true => (all_new.without_null(), all_old.without_null()),
                false => (all_new, all_old),
            };
            let message = format!("{} is {is}, was {was}", self.about("type"));
            self.found(effect, Kind::Type, self.at("type"), message);
        }
        let implied = old != new && (all_old.is_all() || all_new.is_all());
        let (null_old, null_new) = (self.old.types.has_null(), self.new.types.has_null());
        if null_old != null_new && !implied && !self.place.null_aside {
            let (effect, what) = if null_new {
                (Effect::Wider, "may now be null")
            } else {
                (Effect::Narrower, "may no longer be null")
            };
            let keyword = ["nullable", "anyOf", "oneOf", "type"]
                .into_iter()
                .find(|keyword| self.new.at.contains_key(*keyword))
                .unwrap_or("type");
            let message = format!("{} {what}", self.about(keyword));
            self.found(effect, Kind::Null, self.at(keyword), message);
        }
        old.and(new) == Types::NONE
    }

    fn values(&mut self) {
        let (old, new) = (Rc::clone(&self.old), Rc::clone(&self.new));
        if old.values == new.values {
            return;
        }
        let keyword = if new.at.contains_key("const") { "const" } else { "enum" };
        let at = self.at(keyword);
        match (&old.values, &new.values) {
            (Some(before), Some(after)) => {
                let (before, after) = (self.written(before), self.written(after));
                let added: Vec<&str> = after.difference(&before).copied().collect();
                let removed: Vec<&str> = before.difference(&after).copied().collect();
                if !added.is_empty() {
                    let message = format!("{} may also be {}", self.about(keyword), quoted(&added));
                    self.found(Effect::Wider, Kind::EnumValueAdded, at.clone(), message);
                }
                if !removed.is_empty() {
                    let message =
                        format!("{} may no longer be {}", self.about(keyword), quoted(&removed));
                    self.found(Effect::Narrower, Kind::EnumValueRemoved, at, message);
                }
            }
            (None, Some(after)) => {
                let after: Vec<&str> = after.iter().map(String::as_str).collect();
                let message =
                    format!("{} has to be one of {}", self.about(keyword), quoted(&after));
                self.found(Effect::Narrower, Kind::Enum, at, message);
            }
            (Some(_), None) => {
                let message =
                    format!("{} is no longer limited to listed values", self.about(keyword));
                self.found(Effect::Wider, Kind::Enum, at, message);
            }
            (None, None) => {}
        }
    }

    /// Returns the values as they are sent: `1` and `"1"` are the same text.
    fn written<'v>(&self, values: &'v BTreeSet<String>) -> BTreeSet<&'v str> {
        let texts = values.iter().map(String::as_str);
        match self.place.as_text {
            true => texts.map(|text| text.trim_matches('"')).collect(),
            false => texts.collect(),
        }
    }

    fn texts(&mut self) {
        if self.old.texts == self.new.texts {
            return;
        }
        for (keyword, kind) in [("format", Kind::Format), ("pattern", Kind::Pattern)] {
            let of = |shape: &Shape| shape.texts.get(keyword).cloned().unwrap_or_default();
            let (old, new) = (of(&self.old), of(&self.new));
            if old == new {
                continue;
            }
            let included = |a: &str, b: &str| {
                old.len() == 1 && new.len() == 1 && old.contains(a) && new.contains(b)
            };
            let effect = if INCLUDED.iter().any(|(small, large)| included(small, large)) {
                Effect::Wider
            } else if INCLUDED.iter().any(|(small, large)| included(large, small)) {
                Effect::Narrower
            } else {
                effect_of(new.is_superset(&old), old.is_superset(&new))
            };
            let list = |texts: BTreeSet<String>| {
                let texts: Vec<String> = texts.iter().map(|text| format!("`{text}`")).collect();
                if texts.is_empty() { "none".to_owned() } else { texts.join(" and ") }
            };
            let subject = self.about(keyword);
            let message = format!("{subject}: {keyword} is {}, was {}", list(new), list(old));
            self.found(effect, kind, self.at(keyword), message);
        }
    }
}

/// `narrower` means that all new values were valid before; `wider` that all old values are still
/// valid.
pub(crate) fn effect_of(narrower: bool, wider: bool) -> Effect {
    match (narrower, wider) {
        (true, false) => Effect::Narrower,
        (false, true) => Effect::Wider,
        _ => Effect::Other,
    }
}

fn quoted(values: &[&str]) -> String {
    let values: Vec<String> =
        values.iter().map(|value| format!("`{}`", value.trim_matches('"'))).collect();
    values.join(", ")
}
