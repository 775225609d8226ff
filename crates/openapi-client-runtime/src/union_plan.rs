//! Which variant of a union a JSON value is.
//!
//! The values of fields decide where the description says so. Otherwise the variant
//! that the value fits is chosen, and of several the one that says most about it.

use std::borrow::Cow;
use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::Value;

use crate::union_shape::{Fit, Shape, Shapes};

/// For generated code: what the variants of a union look like.
#[derive(Debug)]
pub struct Union {
    text: &'static str,
    shapes: &'static Shapes,
    parsed: OnceLock<Plan>,
}

/// The text of a [`Union`].
#[derive(Debug, Default, Deserialize)]
struct Plan {
    /// Fields whose values decide, in order.
    #[serde(default)]
    tags: Vec<String>,
    /// The variants.
    of: Vec<Shape>,
}

/// What came of a choice.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    /// The variant with this index.
    Variant(usize),
    /// A field that decides has a value that stands for no variant.
    Unlisted,
    /// No variant is of this type.
    None,
}

impl Union {
    /// The plan as JSON, and the shapes that it refers to.
    pub const fn new(text: &'static str, shapes: &'static Shapes) -> Self {
        Self { text, shapes, parsed: OnceLock::new() }
    }

    fn plan(&self) -> &Plan {
        self.parsed.get_or_init(|| serde_json::from_str(self.text).unwrap_or_default())
    }

    /// The types of the variants, with their articles.
    pub(crate) fn expected(&self) -> Cow<'static, str> {
        let mut types: Vec<&str> = Vec::new();
        for shape in &self.plan().of {
            let expected = shape.expected(self.shapes);
            if !types.contains(&expected) {
                types.push(expected);
            }
        }
        types.join(" or ").into()
    }

    /// The variant that `value` is.
    pub(crate) fn choose(&self, value: &Value) -> Choice {
        let plan = self.plan();
        let mut candidates: Vec<(usize, &Shape)> = plan.of.iter().enumerate().collect();
        candidates.retain(|(_, shape)| shape.may_be(self.shapes, value));
        for tag in &plan.tags {
            let Some(tag_value) = value.get(tag).filter(|value| is_scalar(value)) else { continue };
            let is_named = |shape: &Shape| {
                shape.values.get(tag).is_some_and(|values| values.contains(tag_value))
            };
            let is_open = |shape: &Shape| !shape.values.contains_key(tag);
            let any =
                |test: &dyn Fn(&Shape) -> bool| candidates.iter().any(|(_, shape)| test(shape));
            if any(&is_named) {
                candidates.retain(|(_, shape)| is_named(shape));
            } else if any(&is_open) {
                candidates.retain(|(_, shape)| is_open(shape));
            } else if !candidates.is_empty() {
                return Choice::Unlisted;
            }
        }
        match &candidates[..] {
            [] => Choice::None,
            [(index, _)] => Choice::Variant(*index),
            several => best(several, value, self.shapes),
        }
    }
}

fn is_scalar(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Array(_) | Value::Object(_))
}

/// Of those that a value fits the one that knows most of it, otherwise the one
/// that it fits best.
fn best(candidates: &[(usize, &Shape)], value: &Value, shapes: &Shapes) -> Choice {
    // Of equals, the variant that the others extend promises least.
    let fits: Vec<((bool, usize), Fit)> = candidates
        .iter()
        .filter_map(|(index, shape)| Some(((!shape.base, *index), shape.fit(shapes, value)?)))
        .collect();
    // What matches one variant only is that variant, even if none of its fields is known.
    let is_only_match = fits.iter().filter(|(_, fit)| fit.mismatches == 0).count() == 1;
    match fits.iter().min_by_key(|(index, fit)| (fit.rank(), *index)) {
        Some((_, fit)) if fit.is_foreign(value) && !is_only_match => Choice::Unlisted,
        Some(((_, index), _)) => Choice::Variant(*index),
        None => Choice::None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    static SHAPES: Shapes = Shapes::new(&[
        (
            "Cat",
            r#"{"type":"object","required":["id","lives"],"properties":{"id":{"type":"string"},"lives":{"type":"integer"}}}"#,
        ),
        (
            "Dog",
            r#"{"type":"object","required":["id"],"properties":{"id":{"type":"string"},"size":{"type":"string","enum":["s","l"]},"born":{"type":"string","format":"date"}}}"#,
        ),
        ("Any", r#"{"type":"object"}"#),
    ]);

    fn chosen(plan: &'static str, value: &Value) -> Choice {
        let union: &'static Union = Box::leak(Box::new(Union::new(plan, &SHAPES)));
        union.choose(value)
    }

    #[test]
    fn fields_decide_before_shapes() {
        const PLAN: &str = r#"{"tags":["kind"],"of":[{"$ref":"Cat","values":{"kind":["cat"]}},{"$ref":"Dog","values":{"kind":["dog","hound"]}}]}"#;
        let cat = json!({"kind": "cat", "id": "a", "size": "s"});
        assert_eq!(chosen(PLAN, &cat), Choice::Variant(0));
        assert_eq!(chosen(PLAN, &json!({"kind": "hound", "lives": 7})), Choice::Variant(1));
        assert_eq!(chosen(PLAN, &json!({"kind": "bird", "id": "a"})), Choice::Unlisted);
        assert_eq!(chosen(PLAN, &json!({"id": "a", "lives": 7})), Choice::Variant(0));
        assert_eq!(chosen(PLAN, &json!("cat")), Choice::None);
    }

    #[test]
    fn the_shape_that_knows_most_is_chosen() {
        const PLAN: &str = r#"{"of":[{"type":"string"},{"$ref":"Any"},{"$ref":"Dog"},{"$ref":"Cat"},{"type":"array","items":{"type":"integer"}}]}"#;
        for (value, index) in [
            (json!("a"), 0),
            (json!({"id": "a", "lives": 7}), 3),
            (json!({"id": "a", "lives": "7"}), 2),
            (json!({"id": "a", "size": "s"}), 2),
            (json!({"id": "a", "size": "xl"}), 1),
            (json!({"id": "a", "born": "2024-02-30"}), 1),
            (json!({"new": 1}), 1),
            (json!([1]), 4),
        ] {
            assert_eq!(chosen(PLAN, &value), Choice::Variant(index), "{value}");
        }
        assert_eq!(chosen(PLAN, &json!(1)), Choice::None);
    }

    #[test]
    fn without_a_tag_the_base_is_preferred_to_its_equals() {
        const PLAN: &str = r#"{"tags":["kind"],"of":[{"type":"object","properties":{"kind":{},"text":{},"more":{}},"values":{"kind":["a"]}},{"type":"object","properties":{"kind":{},"text":{}},"base":true}]}"#;
        assert_eq!(chosen(PLAN, &json!({"text": "x"})), Choice::Variant(1));
        assert_eq!(chosen(PLAN, &json!({"text": "x", "more": 1})), Choice::Variant(0));
        assert_eq!(chosen(PLAN, &json!({"kind": "a", "text": "x"})), Choice::Variant(0));
    }

    #[test]
    fn an_object_of_which_nothing_is_known_is_no_variant() {
        const PLAN: &str = r#"{"of":[{"type":"object","properties":{"a":{}}},{"type":"object","properties":{"b":{}}}]}"#;
        assert_eq!(chosen(PLAN, &json!({"c": 1})), Choice::Unlisted);
        assert_eq!(chosen(PLAN, &json!({"b": 1, "c": 1})), Choice::Variant(1));
        assert_eq!(chosen(PLAN, &json!({})), Choice::Variant(0));
        const REQUIRED: &str = r#"{"of":[{"type":"object","required":["a"],"properties":{"a":{}}},{"type":"object","properties":{"b":{}}}]}"#;
        assert_eq!(chosen(REQUIRED, &json!({"c": 1})), Choice::Variant(1));
    }

    #[test]
    fn fields_count_more_than_what_is_in_them() {
        const PLAN: &str = r#"{"of":[{"type":"object","properties":{"a":{"type":"object","properties":{"b":{},"c":{}}}}},{"type":"object","properties":{"a":{"$ref":"Unlisted"},"d":{}}}]}"#;
        let value = json!({"a": {"b": 1, "c": 2}, "d": 1});
        assert_eq!(chosen(PLAN, &value), Choice::Variant(1));
    }
}
