//! Distinguishes the variants of a union.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::shape::schema::{Schema, reference};
use crate::shape::variant::Variant;
use crate::shape::{outline, values};

/// The maximum depth of values that are compared.
const MAX_COMPARED: usize = 4;

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
