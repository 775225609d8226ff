//! [`Union`]: selects the variant of a union for a JSON value.
//!
//! If the description maps the values of a field to variants, that field selects the variant.
//! Otherwise the variant that the value fits best is selected; of several fitting variants, the one
//! that describes most of the value, or describes it most directly.

use std::borrow::Cow;
use std::sync::OnceLock;

use serde_json::Value;

use crate::union_shape::{Fit, Shape, Shapes, is_listed};

/// For generated code: the plan for selecting a variant.
#[derive(Debug)]
pub struct Union {
    text: &'static str,
    shapes: &'static Shapes,
    parsed: OnceLock<Value>,
}

/// The result of a selection.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    /// The variant with this index.
    Variant(usize),
    /// The value of a selecting field belongs to no variant.
    Unlisted,
    /// No variant has this JSON type.
    None,
}

impl Union {
    /// Creates a plan from its JSON and the shapes that it refers to. The member `of` has the
    /// shapes of the variants. The member `tags` has the fields whose values select a variant, in
    /// order.
    pub const fn new(text: &'static str, shapes: &'static Shapes) -> Self {
        Self { text, shapes, parsed: OnceLock::new() }
    }

    fn list(&self, name: &str) -> &[Value] {
        let plan = self.parsed.get_or_init(|| self.text.parse().unwrap_or_default());
        plan.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    fn variants(&self) -> &[Value] {
        self.list("of")
    }

    /// Returns the types of the variants with their articles.
    pub(crate) fn expected(&self) -> Cow<'static, str> {
        let mut types: Vec<&str> = Vec::new();
        for shape in self.variants() {
            let expected = Shape(shape).expected(self.shapes);
            if !types.contains(&expected) {
                types.push(expected);
            }
        }
        types.join(" or ").into()
    }

    /// Selects the variant of `value`.
    pub(crate) fn choose(&self, value: &Value) -> Choice {
        let mut candidates: Vec<usize> = Vec::new();
        for (index, shape) in self.variants().iter().enumerate() {
            if Shape(shape).may_be(self.shapes, value) {
                candidates.push(index);
            }
        }
        for tag in self.list("tags") {
            let Some(tag) = tag.as_str() else { continue };
            let Some(tag_value) = value.get(tag).filter(|value| is_scalar(value)) else { continue };
            let (mut named, mut open) = (Vec::new(), Vec::new());
            for index in &candidates {
                match Shape(&self.variants()[*index]).values(tag) {
                    Some(values) if is_listed(values, tag_value) => named.push(*index),
                    Some(_) => {}
                    None => open.push(*index),
                }
            }
            candidates = match (named.is_empty(), open.is_empty()) {
                (false, _) => named,
                (true, false) => open,
                (true, true) if candidates.is_empty() => candidates,
                (true, true) => return Choice::Unlisted,
            };
        }
        match &candidates[..] {
            [] => Choice::None,
            [index] => Choice::Variant(*index),
            several => self.best(several, value),
        }
    }

    /// Returns the variant that describes most of the value, among those that it fits. If it fits
    /// none, returns the closest variant.
    fn best(&self, candidates: &[usize], value: &Value) -> Choice {
        // On a tie, the base that other variants extend ranks first, because it requires least.
        let rank = |fit: Fit, is_base: bool| (fit.rank(), !is_base);
        let mut best: Option<(usize, Fit, bool)> = None;
        let mut matching = 0;
        for index in candidates {
            let shape = Shape(&self.variants()[*index]);
            let Some(fit) = shape.fit(self.shapes, value) else { continue };
            matching += usize::from(fit.mismatches == 0);
            let is_base = shape.is_base();
            if best.is_none_or(|(_, best, other)| rank(fit, is_base) < rank(best, other)) {
                best = Some((*index, fit, is_base));
            }
        }
        match best {
            // A value that matches a single variant is that variant, even if none of its fields is
            // described.
            Some((_, fit, _)) if fit.is_foreign(value) && matching != 1 => Choice::Unlisted,
            Some((index, ..)) => Choice::Variant(index),
            None => Choice::None,
        }
    }
}

fn is_scalar(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Array(_) | Value::Object(_))
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
    fn values_of_fields_take_precedence_over_shapes() {
        const PLAN: &str = r#"{"tags":["kind"],"of":[{"$ref":"Cat","values":{"kind":["cat"]}},{"$ref":"Dog","values":{"kind":["dog","hound"]}}]}"#;
        let cat = json!({"kind": "cat", "id": "a", "size": "s"});
        assert_eq!(chosen(PLAN, &cat), Choice::Variant(0));
        assert_eq!(chosen(PLAN, &json!({"kind": "hound", "lives": 7})), Choice::Variant(1));
        assert_eq!(chosen(PLAN, &json!({"kind": "bird", "id": "a"})), Choice::Unlisted);
        assert_eq!(chosen(PLAN, &json!({"id": "a", "lives": 7})), Choice::Variant(0));
        assert_eq!(chosen(PLAN, &json!("cat")), Choice::None);
        const NUMBERS: &str = r#"{"tags":["v"],"of":[{"type":"object","values":{"v":[1]}},{"type":"object","values":{"v":[2]}}]}"#;
        assert_eq!(chosen(NUMBERS, &json!({"v": 2.0})), Choice::Variant(1));
    }

    #[test]
    fn the_shape_that_describes_most_is_selected() {
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
    fn without_a_tag_the_base_wins_a_tie() {
        const PLAN: &str = r#"{"tags":["kind"],"of":[{"type":"object","properties":{"kind":{},"text":{},"more":{}},"values":{"kind":["a"]}},{"type":"object","properties":{"kind":{},"text":{}},"base":true}]}"#;
        assert_eq!(chosen(PLAN, &json!({"text": "x"})), Choice::Variant(1));
        assert_eq!(chosen(PLAN, &json!({"text": "x", "more": 1})), Choice::Variant(0));
        assert_eq!(chosen(PLAN, &json!({"kind": "a", "text": "x"})), Choice::Variant(0));
    }

    #[test]
    fn an_object_without_described_fields_matches_no_variant() {
        const PLAN: &str = r#"{"of":[{"type":"object","properties":{"a":{}}},{"type":"object","properties":{"b":{}}}]}"#;
        assert_eq!(chosen(PLAN, &json!({"c": 1})), Choice::Unlisted);
        assert_eq!(chosen(PLAN, &json!({"b": 1, "c": 1})), Choice::Variant(1));
        assert_eq!(chosen(PLAN, &json!({})), Choice::Variant(0));
        const REQUIRED: &str = r#"{"of":[{"type":"object","required":["a"],"properties":{"a":{}}},{"type":"object","properties":{"b":{}}}]}"#;
        assert_eq!(chosen(REQUIRED, &json!({"c": 1})), Choice::Variant(1));
    }

    #[test]
    fn a_union_may_contain_itself() {
        static SHAPES: Shapes = Shapes::new(&[(
            "Limit",
            r#"{"oneOf":[{"type":"integer"},{"oneOf":[{"type":"string"},{"$ref":"Limit"}]}]}"#,
        )]);
        static UNION: Union =
            Union::new(r#"{"of":[{"type":"boolean"},{"$ref":"Limit"}]}"#, &SHAPES);
        assert_eq!(UNION.choose(&json!("a")), Choice::Variant(1));
        assert_eq!(UNION.choose(&json!([])), Choice::None);
    }

    #[test]
    fn the_direct_description_of_a_value_is_selected() {
        static SHAPES: Shapes = Shapes::new(&[
            ("Limit", r#"{"oneOf":[{"type":"integer"},{"$ref":"Filter"}]}"#),
            ("Filter", r#"{"oneOf":[{"$ref":"Limit"},{"type":"string"}]}"#),
            ("Any", "{}"),
        ]);
        let chosen = |plan: &'static str, value: &Value| {
            let union: &'static Union = Box::leak(Box::new(Union::new(plan, &SHAPES)));
            union.choose(value)
        };
        const FILTER: &str = r#"{"of":[{"$ref":"Limit"},{"type":"string"}]}"#;
        assert_eq!(chosen(FILTER, &json!("a")), Choice::Variant(1));
        assert_eq!(chosen(FILTER, &json!(1)), Choice::Variant(0));
        const ANY: &str = r#"{"of":[{"$ref":"Any"},{"$ref":"Limit"}]}"#;
        assert_eq!(chosen(ANY, &json!("a")), Choice::Variant(1));
        assert_eq!(chosen(ANY, &json!({"a": 1})), Choice::Variant(0));
        const NUMBER: &str = r#"{"of":[{"type":"number"},{"$ref":"Limit"},{"type":"integer"}]}"#;
        assert_eq!(chosen(NUMBER, &json!(1)), Choice::Variant(2));
        assert_eq!(chosen(NUMBER, &json!(1.5)), Choice::Variant(0));
    }

    #[test]
    fn fields_outrank_nested_fields() {
        const PLAN: &str = r#"{"of":[{"type":"object","properties":{"a":{"type":"object","properties":{"b":{},"c":{}}}}},{"type":"object","properties":{"a":{"$ref":"Unlisted"},"d":{}}}]}"#;
        let value = json!({"a": {"b": 1, "c": 2}, "d": 1});
        assert_eq!(chosen(PLAN, &value), Choice::Variant(1));
    }
}
