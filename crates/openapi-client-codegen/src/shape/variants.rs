//! Rule: adds the names of the variants to a union, and the plan for selecting a variant.

use openapi_document::pointer::child;
use openapi_review::rust_names;
use serde_json::{Map, Value, json};

use crate::codes;
use crate::idents::NameSet;
use crate::report::Report;
use crate::shape::distinct::{self, Ambiguous};
use crate::shape::outline;
use crate::shape::schema::Schema;
use crate::shape::unions::{AlternativeInfo, VARIANT};
use crate::shape::variant::{self, Variant};

/// The member of a union with the plan for selecting a variant: `tags` has the fields whose values
/// select the variant, and `of` has the outline of each variant.
pub(crate) const UNION: &str = "x-union";
/// The member of the document with the outlines of components, by name.
pub(crate) const SHAPES: &str = "x-shapes";

/// The description of a union.
struct Described {
    pointer: String,
    names: Vec<String>,
    plan: Value,
}

/// Describes all unions of a document.
pub(super) fn describe(root: &mut Value, report: &mut Report) {
    let empty = Map::new();
    let components = root["components"]["schemas"].as_object().unwrap_or(&empty);
    let mut unions = Vec::new();
    for (name, schema) in components {
        let at = child("/components/schemas", name);
        within(schema, &at, &mut |union, at| {
            unions.push(describe_one(union, at, components, report))
        });
    }
    outside(&root["paths"], "/paths", &mut |union, at| {
        unions.push(describe_one(union, at, components, report));
    });
    let outlines = unions.iter().map(|union| &union.plan["of"]);
    let shapes = outline::referred(outlines, components);
    for Described { pointer, names, plan } in unions {
        let Some(union) = root.pointer_mut(&pointer) else { continue };
        union[UNION] = plan;
        let alternatives = union["oneOf"].as_array_mut().into_iter().flatten();
        for (alternative, name) in alternatives.zip(names) {
            alternative[VARIANT] = json!(name);
        }
    }
    root[SHAPES] = json!(shapes);
}

fn describe_one(union: &Value, at: &str, components: &Schema, report: &mut Report) -> Described {
    let alternatives = union["oneOf"].as_array().map(Vec::as_slice).unwrap_or_default();
    let variants = variant::variants(alternatives, components);
    let names = names(alternatives, &variants);
    let tags = distinct::tags(&variants);
    if let Some(pair) = distinct::ambiguous_pairs(&variants, &tags).first() {
        report.record(at, &codes::UNION_UNDECIDED, undecided(pair, &names));
    }
    let is_decided = distinct::decides(&variants, &tags);
    let outlines: Vec<Value> = alternatives
        .iter()
        .zip(&variants)
        .map(|(one, variant)| variant.outline(one, &tags, is_decided))
        .collect();
    let mut plan = json!({});
    if !tags.is_empty() {
        plan["tags"] = json!(tags);
    }
    plan["of"] = json!(outlines);
    Described { pointer: at.to_owned(), names, plan }
}

fn undecided(pair: &Ambiguous, names: &[String]) -> String {
    let (value, chosen) = match pair.kind.as_deref() {
        Some("object") => ("an object", "the variant that describes more of its fields"),
        Some("array") if pair.only_empty => ("an empty list", "the first variant"),
        Some("array") => ("a list", "the variant that describes its elements better"),
        Some("integer" | "number") => ("a number", "the more specific variant"),
        Some("string") => ("a string", "the more specific variant"),
        Some("boolean") => ("a boolean", "the more specific variant"),
        _ => ("a value", "the more specific variant"),
    };
    let (first, second) = (&names[pair.first], &names[pair.second]);
    format!("{value} may match both `{first}` and `{second}`; {chosen} is chosen")
}

/// Returns the names of the variants: the name of the schema, its title, its selecting value, or
/// its type.
fn names(alternatives: &[Value], variants: &[Variant<'_>]) -> Vec<String> {
    let mut taken = NameSet::new(["Self_".to_owned()]);
    let all = alternatives.iter().zip(variants).enumerate();
    all.map(|(index, (one, variant))| {
        let info = AlternativeInfo::of(one);
        let tag = info.tags.values().find_map(|values| match &values[..] {
            [only] => Some(only.clone()),
            _ => None,
        });
        let named = info.name.or(info.title).or(tag);
        let wanted = named.unwrap_or_else(|| by_type(index, variant, variants));
        let wanted = match rust_names::pascal(&wanted) {
            name if name == "X" && !wanted.eq_ignore_ascii_case("x") => "Other".to_owned(),
            name => name,
        };
        let numbered = (2_usize..).map(|n| format!("{wanted}{n}"));
        let mut names = std::iter::once(wanted.clone()).chain(numbered);
        names.find(|name| taken.take(name)).unwrap_or(wanted)
    })
    .collect()
}

fn by_type(index: usize, variant: &Variant<'_>, all: &[Variant<'_>]) -> String {
    let others = all.iter().enumerate().filter(|(other, _)| *other != index);
    let others: Vec<&Variant<'_>> = others.map(|(_, other)| other).collect();
    let same_kind = others.iter().any(|other| other.kind() == variant.kind());
    match variant.kind() {
        Some("object") => variant
            .single_value(&others)
            .or_else(|| own_field(variant, &others))
            .or_else(|| own_type(variant, &others))
            .unwrap_or_else(|| "Object".to_owned()),
        Some("array") if same_kind => variant.type_name().unwrap_or_else(|| "Array".to_owned()),
        Some(kind) => kind.to_owned(),
        None => "Other".to_owned(),
    }
}

/// Returns a field together with its type, or the type of the additional properties, if no other
/// object has that type there.
fn own_type(variant: &Variant<'_>, others: &[&Variant<'_>]) -> Option<String> {
    let is_own = |name: &str, ty: &str| {
        let mut others = others.iter().filter(|other| other.kind() == variant.kind()).peekable();
        others.peek().is_some()
            && others.all(|other| other.field_type(name).is_some_and(|other| other != ty))
    };
    let names = || variant.fields().map(|(name, _)| name);
    let required = names().filter(|name| variant.requires(name));
    let optional = names().filter(|name| !variant.requires(name));
    let mut typed =
        required.chain(optional).filter_map(|name| Some((name, variant.field_type(name)?)));
    match typed.find(|(name, ty)| is_own(name, ty)) {
        Some((name, ty)) => Some(format!("{ty} {name}")),
        None => variant.type_name().filter(|_| names().next().is_none() && !others.is_empty()),
    }
}

/// Returns a field that no other variant has, preferably a required one, or a required field that
/// no other variant requires.
fn own_field(variant: &Variant<'_>, others: &[&Variant<'_>]) -> Option<String> {
    let has =
        |name: &str| others.iter().any(|other| other.fields().any(|(field, _)| field == name));
    let names = || variant.fields().map(|(name, _)| name);
    let required = || names().filter(|name| variant.requires(name));
    let is_required_by_others = |name: &str| others.iter().any(|other| other.requires(name));
    required()
        .find(|name| !has(name))
        .or_else(|| required().find(|name| !is_required_by_others(name)))
        .or_else(|| names().find(|name| !has(name)))
        .map(str::to_owned)
}

/// Visits all unions in a schema.
fn within(schema: &Value, at: &str, visit: &mut impl FnMut(&Value, &str)) {
    let Some(members) = schema.as_object() else { return };
    if let Some(all) = members.get("oneOf").and_then(Value::as_array) {
        visit(schema, at);
        for (index, one) in all.iter().enumerate() {
            within(one, &child(&child(at, "oneOf"), index), visit);
        }
    }
    for name in ["items", "additionalProperties"] {
        if let Some(inner) = members.get(name) {
            within(inner, &child(at, name), visit);
        }
    }
    for (name, property) in
        members.get("properties").and_then(Value::as_object).into_iter().flatten()
    {
        within(property, &child(&child(at, "properties"), name), visit);
    }
}

/// Visits all unions in the schemas of operations.
fn outside(value: &Value, at: &str, visit: &mut impl FnMut(&Value, &str)) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let at = child(at, name);
                match name.as_str() {
                    "schema" => within(value, &at, visit),
                    _ => outside(value, &at, visit),
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                outside(item, &child(at, index), visit);
            }
        }
        _ => {}
    }
}
