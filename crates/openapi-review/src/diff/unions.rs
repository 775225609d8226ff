//! Comparing alternatives: which of the old ones is which of the new ones.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::diff::change::{Effect, Side};
use crate::diff::kind::Kind;
use crate::diff::pair::{Pair, effect_of};
use crate::diff::shape::{Schemas, Shape, Union};
use crate::diff::subject::subject;
use crate::diff::types::Types;
use crate::diff::view::component_name;

/// Alternatives that are surely the same.
const SAME: usize = 1000;

impl Pair<'_, '_> {
    /// A schema that became one alternative of several, or was one and is now
    /// the only one. True if that is what happened.
    pub(crate) fn one_became_several(&mut self) -> bool {
        let (old, new) = (Rc::clone(&self.old), Rc::clone(&self.new));
        let says_something = |shape: &Shape| !shape.only_types() || !shape.types.is_all();
        match (&old.unions[..], &new.unions[..]) {
            ([], [union]) if new.only_union() && says_something(&old) => {
                let before = vec![self.schemas.0.clone()];
                self.null(&old, &new);
                drop(self.alternatives(&before, &singles(union)));
                true
            }
            ([union], []) if old.only_union() && says_something(&new) => {
                let after = vec![self.schemas.1.clone()];
                self.null(&old, &new);
                drop(self.alternatives(&singles(union), &after));
                true
            }
            _ => false,
        }
    }

    /// Null stands beside the alternatives, not among them.
    fn null(&mut self, old: &Shape, new: &Shape) {
        if self.place.null_aside {
            return;
        }
        let (effect, what) = match (old.types.has_null(), new.types.has_null()) {
            (false, true) => (Effect::Wider, "may now be null"),
            (true, false) => (Effect::Narrower, "may no longer be null"),
            _ => return,
        };
        let message = format!("{} {what}", self.subject());
        self.found(effect, Kind::Null, self.at("oneOf"), message);
    }

    pub(crate) fn unions(&mut self) {
        let (old, new) = (Rc::clone(&self.old), Rc::clone(&self.new));
        for (before, after) in old.unions.iter().zip(&new.unions) {
            let pairs = self.alternatives(&singles(before), &singles(after));
            self.kind_of_union(before, after);
            self.discriminator(before, after, &pairs);
        }
        let common = old.unions.len().min(new.unions.len());
        for union in &new.unions[common..] {
            let message = format!("{} has to be one of several alternatives", self.subject());
            let at = (Side::New, union.pointer.clone());
            self.found(Effect::Narrower, Kind::Alternatives, at, message);
        }
        for union in &old.unions[common..] {
            let message = format!("{} no longer has to be one of its alternatives", self.subject());
            let at = (Side::Old, union.pointer.clone());
            self.found(Effect::Wider, Kind::Alternatives, at, message);
        }
    }

    fn kind_of_union(&mut self, old: &Union, new: &Union) {
        let (effect, what) = match (old.exactly_one, new.exactly_one) {
            (true, false) => (Effect::Wider, "may be several of its alternatives at once"),
            (false, true) => (Effect::Narrower, "has to be exactly one of its alternatives"),
            _ => return,
        };
        let message = format!("{} {what}", self.subject());
        self.found(effect, Kind::Alternatives, (Side::New, new.pointer.clone()), message);
    }

    /// Pairs the alternatives up, and notes those that have no partner.
    fn alternatives(&mut self, old: &[Schemas], new: &[Schemas]) -> Vec<(usize, usize)> {
        let shapes = (
            old.iter().map(|schemas| self.views.old.shape(schemas)).collect::<Vec<_>>(),
            new.iter().map(|schemas| self.views.new.shape(schemas)).collect::<Vec<_>>(),
        );
        let common = bare_types(&shapes.0).and(bare_types(&shapes.1));
        let is_settled = |shape: &Shape| is_bare(shape) && common.contains(bare(shape));
        let mut scores = Vec::new();
        for (i, before) in shapes.0.iter().enumerate() {
            for (j, after) in shapes.1.iter().enumerate() {
                let is_other =
                    is_settled(before) && is_settled(after) && bare(before) != bare(after);
                scores.push((if is_other { 0 } else { likeness(before, after) }, i, j));
            }
        }
        // The likest first; of equals, those in the same position.
        scores.retain(|(score, ..)| *score > 0);
        scores.sort_by_key(|(score, i, j)| (std::cmp::Reverse(*score), i.abs_diff(*j), *i));
        let mut pairs: Vec<(usize, usize)> = Vec::new();
        for (_, i, j) in scores {
            if pairs.iter().all(|(a, b)| *a != i && *b != j) {
                pairs.push((i, j));
                self.alternative_child(&old[i], &new[j]);
            }
        }
        for (j, schemas) in new.iter().enumerate() {
            if pairs.iter().all(|(_, b)| *b != j) && !is_settled(&shapes.1[j]) {
                self.alternative(Side::New, schemas);
            }
        }
        for (i, schemas) in old.iter().enumerate() {
            if pairs.iter().all(|(a, _)| *a != i) && !is_settled(&shapes.0[i]) {
                self.alternative(Side::Old, schemas);
            }
        }
        pairs
    }

    fn alternative(&mut self, side: Side, schemas: &Schemas) {
        let pointer = schemas.first().cloned().unwrap_or_default();
        let (view, effect, kind, what) = match side {
            Side::New => (&self.views.new, Effect::Wider, Kind::AlternativeAdded, "may also be"),
            Side::Old => {
                (&self.views.old, Effect::Narrower, Kind::AlternativeRemoved, "may no longer be")
            }
        };
        let (whole, mut name) = (self.subject(), subject(view, &pointer));
        if name == whole {
            // The one schema that became several, or was several.
            name = view.shape(schemas).types.without_null().to_string();
        }
        let message = format!("{whole} {what} {name}");
        self.found(effect, kind, (side, pointer), message);
    }

    fn discriminator(&mut self, old: &Union, new: &Union, pairs: &[(usize, usize)]) {
        let message = |what: String, pair: &Self| format!("{}: {what}", pair.subject());
        let at = self.at("discriminator");
        match (&old.tag, &new.tag) {
            (None, None) => return,
            (None, Some(tag)) => {
                let text = message(format!("the discriminator is now `{tag}`"), self);
                return self.found(Effect::Narrower, Kind::Discriminator, at, text);
            }
            (Some(tag), None) => {
                let text = message(format!("the discriminator `{tag}` is gone"), self);
                return self.found(Effect::Wider, Kind::Discriminator, at, text);
            }
            (Some(before), Some(after)) if before != after => {
                let what = format!("the discriminator is `{after}`, was `{before}`");
                let text = message(what, self);
                self.found(Effect::Other, Kind::Discriminator, at.clone(), text);
            }
            _ => {}
        }
        self.mapped_elsewhere(old, new);
        for (i, j) in pairs {
            let before = tags(old, &old.alternatives[*i]);
            let after = tags(new, &new.alternatives[*j]);
            if before == after || (before.is_empty() && after.is_empty()) {
                continue;
            }
            let effect = effect_of(before.is_superset(&after), after.is_superset(&before));
            let show = |tags: BTreeSet<&str>| tags.into_iter().collect::<Vec<_>>().join("`, `");
            let name = subject(&self.views.new, &new.alternatives[*j]);
            let what = format!(
                "the discriminator value of {name} is `{}`, was `{}`",
                show(after),
                show(before)
            );
            let text = message(what, self);
            self.found(effect, Kind::Discriminator, at.clone(), text);
        }
    }

    /// Values that lead to a schema that is not itself an alternative, such as
    /// a component that an alternative is made of.
    fn mapped_elsewhere(&mut self, old: &Union, new: &Union) {
        let (before, after) = (elsewhere(old), elsewhere(new));
        let values: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
        for value in values {
            let (effect, what) = match (before.get(value), after.get(value)) {
                (was, is) if was == is => continue,
                (None, Some(_)) => (Effect::Wider, "leads to a schema now"),
                (Some(_), None) => (Effect::Narrower, "no longer leads to a schema"),
                _ => (Effect::Other, "leads to another schema"),
            };
            self.subtype(effect, value, what);
        }
    }
}

/// Whether an alternative has no keyword but types.
fn is_bare(shape: &Shape) -> bool {
    shape.only_types() && !shape.types.is_all()
}

fn bare(shape: &Shape) -> Types {
    shape.types.without_null()
}

/// The types that a value may have without any other condition.
fn bare_types(shapes: &[Rc<Shape>]) -> Types {
    let bare = shapes.iter().filter(|shape| is_bare(shape)).map(|shape| self::bare(shape));
    bare.fold(Types::NONE, Types::or)
}

fn elsewhere(union: &Union) -> BTreeMap<&str, &str> {
    let pairs = union.mapping.iter().filter(|(_, to)| !union.alternatives.contains(to));
    pairs.map(|(value, pointer)| (value.as_str(), pointer.as_str())).collect()
}

/// The values of the discriminator that mean an alternative: those that the
/// mapping gives it, else its name.
fn tags<'u>(union: &'u Union, alternative: &'u str) -> BTreeSet<&'u str> {
    let mapped = union.mapping.iter().filter(|(_, pointer)| *pointer == alternative);
    let mut tags: BTreeSet<&str> = mapped.map(|(value, _)| value.as_str()).collect();
    if tags.is_empty() {
        tags.extend(component_name(alternative));
    }
    tags
}

fn singles(union: &Union) -> Vec<Schemas> {
    union.alternatives.iter().map(|pointer| vec![pointer.clone()]).collect()
}

/// How much two alternatives look like the same one; 0 if they can't be.
fn likeness(old: &Shape, new: &Shape) -> usize {
    if old.component.is_some() && old.component == new.component {
        return SAME;
    }
    let (a, b) = (old.types.without_null(), new.types.without_null());
    if a.and(b) == Types::NONE {
        return 0;
    }
    let mut score = usize::from(a == b);
    if old.values.is_some() && old.values == new.values {
        score += 50;
    }
    if old.texts == new.texts {
        score += 1;
    }
    let names = |shape: &Shape| -> BTreeSet<String> {
        shape.properties.keys().chain(&shape.required).cloned().collect()
    };
    let (mine, theirs) = (names(old), names(new));
    let all = mine.union(&theirs).count();
    let common = mine.intersection(&theirs).count();
    if all == 0 {
        return score + 1;
    }
    // Less than a third in common: something else.
    if common * 3 < all { 0 } else { score + 100 * common / all }
}
