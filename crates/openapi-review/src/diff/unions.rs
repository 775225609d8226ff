//! Compares alternatives, and matches the old ones with the new ones.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use crate::diff::change::{Effect, Side};
use crate::diff::kind::Kind;
use crate::diff::pair::{Pair, effect_of};
use crate::diff::sets::{FieldPart, SetId};
use crate::diff::shape::{Shape, Union};
use crate::diff::subject::subject;
use crate::diff::types::Types;
use crate::diff::view::{SpecView, component_name};

/// Alternatives that certainly match.
const SAME: usize = 1000;

impl Pair<'_, '_> {
    /// Handles a schema that became one of several alternatives, or that was one and is now the
    /// only one. Returns whether that is the case.
    pub(crate) fn one_became_several(&mut self) -> bool {
        let (old, new) = (Rc::clone(&self.old), Rc::clone(&self.new));
        let says_something = |shape: &Shape| !shape.only_types() || !shape.types.is_all();
        match (&old.unions[..], &new.unions[..]) {
            ([], [_]) if new.only_union() && says_something(&old) => {
                let after = self.views.new.alternatives(&self.sets.1);
                self.null(&old, &new);
                drop(self.alternatives(&[self.ids.0], &after[0]));
                true
            }
            ([before], [after]) if new.only_union() && self.contains(after, before) => {
                let after = self.views.new.alternatives(&self.sets.1);
                self.null(&old, &new);
                drop(self.alternatives(&[self.ids.0], &after[0]));
                true
            }
            ([_], []) if old.only_union() && says_something(&new) => {
                let before = self.views.old.alternatives(&self.sets.0);
                self.null(&old, &new);
                drop(self.alternatives(&before[0], &[self.ids.1]));
                true
            }
            ([before], [after]) if old.only_union() && self.contains(before, after) => {
                let before = self.views.old.alternatives(&self.sets.0);
                self.null(&old, &new);
                drop(self.alternatives(&before[0], &[self.ids.1]));
                true
            }
            _ => false,
        }
    }

    /// Returns whether one alternative of `outer` is the component that is the union `inner`.
    fn contains(&self, outer: &Union, inner: &Union) -> bool {
        let component = inner.pointer.rsplit_once('/').map_or("", |(pointer, _)| pointer);
        outer.pointer != inner.pointer
            && component_name(component).is_some()
            && outer.targets.iter().any(|target| target == component)
    }

    /// Null is not one of the alternatives.
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
        let views = self.views;
        let sets = (views.old.alternatives(&self.sets.0), views.new.alternatives(&self.sets.1));
        let sets = sets.0.iter().zip(sets.1.iter());
        for ((before, after), sets) in old.unions.iter().zip(&new.unions).zip(sets) {
            let pairs = self.alternatives(sets.0, sets.1);
            self.kind_of_union(before, after);
            self.discriminator(before, after, &pairs);
        }
        let common = old.unions.len().min(new.unions.len());
        let (before, after) =
            (views.old.alternatives(&self.sets.0), views.new.alternatives(&self.sets.1));
        for (union, sets) in new.unions.iter().zip(after.iter()).skip(common) {
            if implies_one(&old, &Alternatives::read(&views.new, sets)) {
                continue;
            }
            let message = format!("{} has to be one of several alternatives", self.subject());
            let at = (Side::New, union.pointer.clone());
            self.found(Effect::Narrower, Kind::Alternatives, at, message);
        }
        for (union, sets) in old.unions.iter().zip(before.iter()).skip(common) {
            if implies_one(&new, &Alternatives::read(&views.old, sets)) {
                continue;
            }
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

    /// Pairs the alternatives, and reports those without a partner.
    fn alternatives(&mut self, old: &[SetId], new: &[SetId]) -> Vec<(usize, usize)> {
        let views = self.views;
        let sides = (Alternatives::read(&views.old, old), Alternatives::read(&views.new, new));
        let common = sides.0.bare_types().and(sides.1.bare_types());
        let is_settled = |shape: &Shape| is_bare(shape) && common.contains(bare(shape));
        let mut partners = Partners::new(old.len(), new.len());
        partners.take(sides.0.same(&sides.1));
        let mut likely = Vec::new();
        let free = partners.free();
        for (i, before) in free.0.into_iter().map(|i| (i, &sides.0.0[i])) {
            for (j, after) in free.1.iter().map(|j| (*j, &sides.1.0[*j])) {
                let (was, is) = (&before.shape, &after.shape);
                let is_other = is_settled(was) && is_settled(is) && bare(was) != bare(is);
                let score = if is_other { 0 } else { likeness(before, after) };
                if score > 0 {
                    likely.push((score, i, j));
                }
            }
        }
        partners.take(likely);
        for (i, j) in &partners.pairs {
            self.alternative_child(old[*i], new[*j]);
        }
        let (only_old, only_new) = partners.free();
        // All values of these types are allowed on the other side.
        let (was_free, is_free) = (sides.0.bare_types(), sides.1.bare_types());
        for j in only_new.into_iter().filter(|j| !was_free.contains(bare(&sides.1.0[*j].shape))) {
            self.alternative(Side::New, new[j]);
        }
        for i in only_old.into_iter().filter(|i| !is_free.contains(bare(&sides.0.0[*i].shape))) {
            self.alternative(Side::Old, old[i]);
        }
        partners.pairs
    }

    fn alternative(&mut self, side: Side, schemas: SetId) {
        let (view, effect, kind, what) = match side {
            Side::New => (&self.views.new, Effect::Wider, Kind::AlternativeAdded, "may also be"),
            Side::Old => {
                (&self.views.old, Effect::Narrower, Kind::AlternativeRemoved, "may no longer be")
            }
        };
        let set = view.known(schemas);
        let pointer = set.schemas.first().cloned().unwrap_or_default();
        let (whole, mut name) = (self.subject(), subject(view, &pointer));
        if name == whole {
            // The single schema that became several, or replaced several.
            name = view.shape_of(&set).types.without_null().to_string();
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
            let before = tags(old, &old.targets[*i]);
            let after = tags(new, &new.targets[*j]);
            if before == after || (before.is_empty() && after.is_empty()) {
                continue;
            }
            let effect = effect_of(before.is_superset(&after), after.is_superset(&before));
            let show = |tags: BTreeSet<&str>| tags.into_iter().collect::<Vec<_>>().join("`, `");
            let name = subject(&self.views.new, &new.targets[*j]);
            let what = format!(
                "the discriminator value of {name} is `{}`, was `{}`",
                show(after),
                show(before)
            );
            let text = message(what, self);
            self.found(effect, Kind::Discriminator, at.clone(), text);
        }
    }

    /// Reports values that lead to a schema that is not itself an alternative, such as a component
    /// of an alternative.
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

/// Returns whether the required fields of an object are all that one of the alternatives requires.
fn implies_one(object: &Shape, alternatives: &Alternatives) -> bool {
    alternatives.0.iter().map(|one| &one.shape).any(|one| {
        one.required.is_subset(&object.required)
            && one.only_required()
            && one.types.contains(object.types)
    })
}

/// Returns whether an alternative has no keyword except types.
fn is_bare(shape: &Shape) -> bool {
    shape.only_types() && !shape.types.is_all()
}

fn bare(shape: &Shape) -> Types {
    shape.types.without_null()
}

fn elsewhere(union: &Union) -> BTreeMap<&str, &str> {
    let pairs = union.mapping.iter().filter(|(_, to)| !union.targets.contains(to));
    pairs.map(|(value, pointer)| (value.as_str(), pointer.as_str())).collect()
}

/// Returns the values of the discriminator that select the schema of an alternative: those of the
/// mapping, otherwise its name.
fn tags<'u>(union: &'u Union, target: &'u str) -> BTreeSet<&'u str> {
    let mapped = union.mapping.iter().filter(|(_, pointer)| *pointer == target);
    let mut tags: BTreeSet<&str> = mapped.map(|(value, _)| value.as_str()).collect();
    if tags.is_empty() {
        tags.extend(component_name(target));
    }
    tags
}

/// One of several alternatives.
struct Alternative {
    shape: Rc<Shape>,
    fields: Rc<[FieldPart]>,
}

/// All alternatives, in order.
struct Alternatives(Vec<Alternative>);

impl Alternatives {
    fn read(side: &SpecView<'_>, sets: &[SetId]) -> Self {
        let read = |id: &SetId| {
            let set = side.known(*id);
            Alternative { shape: side.shape_of(&set), fields: side.fields(&set) }
        };
        Self(sets.iter().map(read).collect())
    }

    /// Returns the types that a value may have without any other condition.
    fn bare_types(&self) -> Types {
        let bare = self.0.iter().filter(|one| is_bare(&one.shape)).map(|one| bare(&one.shape));
        bare.fold(Types::NONE, Types::or)
    }

    /// Returns the alternatives that certainly match: they are the same component.
    fn same(&self, other: &Self) -> Vec<(usize, usize, usize)> {
        let mut named: HashMap<&str, Vec<usize>> = HashMap::new();
        for (j, one) in other.0.iter().enumerate() {
            if let Some(name) = &one.shape.component {
                named.entry(name).or_default().push(j);
            }
        }
        let theirs = |one: &Alternative| {
            let name = one.shape.component.as_deref();
            name.and_then(|name| named.get(name)).into_iter().flatten().copied()
        };
        let pairs = self.0.iter().enumerate().flat_map(|(i, one)| theirs(one).map(move |j| (i, j)));
        pairs.map(|(i, j)| (SAME, i, j)).collect()
    }
}

/// Matches the old alternatives with the new ones.
struct Partners {
    taken: (Vec<bool>, Vec<bool>),
    pairs: Vec<(usize, usize)>,
}

impl Partners {
    fn new(old: usize, new: usize) -> Self {
        Self { taken: (vec![false; old], vec![false; new]), pairs: Vec::new() }
    }

    /// The most similar pair first; of equal pairs, the one in the same position.
    fn take(&mut self, mut scores: Vec<(usize, usize, usize)>) {
        scores.sort_by_key(|(score, i, j)| (std::cmp::Reverse(*score), i.abs_diff(*j), *i));
        for (_, i, j) in scores {
            if !self.taken.0[i] && !self.taken.1[j] {
                (self.taken.0[i], self.taken.1[j]) = (true, true);
                self.pairs.push((i, j));
            }
        }
    }

    /// Returns the alternatives on either side without a partner.
    fn free(&self) -> (Vec<usize>, Vec<usize>) {
        let free = |taken: &[bool]| -> Vec<usize> {
            (0..taken.len()).filter(|index| !taken[*index]).collect()
        };
        (free(&self.taken.0), free(&self.taken.1))
    }
}

/// Returns the similarity of two alternatives; 0 if they can't match.
fn likeness(before: &Alternative, after: &Alternative) -> usize {
    let (old, new) = (&before.shape, &after.shape);
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
    let common = common(&before.fields, &after.fields);
    let all = before.fields.len() + after.fields.len() - common;
    if all == 0 {
        return score + 1;
    }
    // Less than a third in common means different alternatives.
    if common * 3 < all { 0 } else { score + 100 * common / all }
}

/// Returns the number of fields that both sides have; both are sorted.
fn common(mut old: &[FieldPart], mut new: &[FieldPart]) -> usize {
    let mut common = 0;
    while let ([was, more_old @ ..], [is, more_new @ ..]) = (old, new) {
        let order = was.name.cmp(&is.name);
        common += usize::from(order.is_eq());
        if order.is_le() {
            old = more_old;
        }
        if order.is_ge() {
            new = more_new;
        }
    }
    common
}
