//! Values of unexpected types in documents of any kind are kept in their places, read as absent,
//! and do not affect other values.

#![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use proptest::prelude::*;
use proptest::sample::Index;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use waterfall_api::types::ContactEnrichmentJob;
use waterfall_api::{Deviation, decode};
use waterfall_tests::fixtures::{
    keywords_conditions, normalize_inline_names, shape_discriminators, shape_nullable_components,
    shape_recursion, shape_types, shape_unions, whole_client,
};

/// Decodes in both ways, which must agree, and encodes again.
fn kept<T>(value: &Value) -> (T, Vec<String>)
where
    T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug,
{
    let text = value.to_string();
    let (decoded, deviations) =
        decode::<T>(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(serde_json::from_str::<T>(&text).unwrap(), decoded);
    assert_eq!(serde_json::from_value::<T>(value.clone()).unwrap(), decoded);
    assert_eq!(serde_json::to_value(&decoded).unwrap(), *value);
    (decoded, deviations.iter().map(Deviation::to_string).collect())
}

/// Returns one value of each kind.
fn kinds() -> [(&'static str, Value); 7] {
    [
        ("null", json!(null)),
        ("a boolean", json!(true)),
        ("an integer", json!(7)),
        ("a number with a fraction", json!(7.5)),
        ("a string", json!("text")),
        ("an array", json!([])),
        ("an object", json!({})),
    ]
}

#[test]
fn each_type_of_field_keeps_each_kind_of_value() {
    let rows: &[(&str, &str, &[&str])] = &[
        ("start_date", "a string", &["null", "a string"]),
        ("stop_date", "a string", &["null", "a string"]),
        ("error", "a string", &["null", "a string"]),
        ("input", "an object", &["null", "an object"]),
        ("output", "an object", &["null", "an object"]),
        ("new", "anything", &kinds().map(|(kind, _)| kind)),
    ];
    for (field, expected, matching) in rows {
        for (kind, value) in kinds() {
            let body = json!({"status": "RUNNING", *field: value});
            let (_, found) = kept::<ContactEnrichmentJob>(&body);
            if matching.contains(&kind) {
                assert!(found.is_empty(), "{field} {kind}: {found:?}");
            } else {
                assert_eq!(found, [format!("$.{field}: expected {expected}, found {kind}")]);
            }
        }
    }
    let person = |field: &str, value: &Value| {
        let person = json!({ field: value });
        kept::<ContactEnrichmentJob>(&json!({"status": "", "output": {"person": person}})).1
    };
    for (kind, value) in kinds() {
        let number = person("email_verified", &value);
        assert_eq!(number.is_empty(), ["null", "a boolean"].contains(&kind), "{kind}");
        let id = person("id", &value);
        assert_eq!(id.is_empty(), kind == "null", "{kind}");
        assert!(id.iter().all(|found| found.ends_with(&format!("expected a UUID, found {kind}"))));
        let list = person("experiences", &value);
        assert_eq!(list.is_empty(), ["null", "an array"].contains(&kind), "{kind}");
    }
}

#[test]
fn numbers_lose_no_digit_and_gain_none() {
    use whole_client::types::Numbers;

    let rows = [
        ("7", Some(7)),
        ("7.0", Some(7)),
        ("-3e2", Some(-300)),
        ("9007199254740991.0", Some(9_007_199_254_740_991)),
        ("9007199254740993", Some(9_007_199_254_740_993)),
        // The text may have had other digits than the parsed number.
        ("9007199254740992.0", None),
        ("18446744073709551615", None),
        ("7.5", None),
        ("1e300", None),
    ];
    for (text, expected) in rows {
        let body = format!(r#"{{"small":{text}}}"#);
        let (numbers, deviations) = decode::<Numbers>(body.as_bytes()).unwrap();
        assert_eq!(*numbers.small, expected, "{text}");
        assert_eq!(deviations.is_empty(), expected.is_some(), "{text}");
        let written = serde_json::to_value(&numbers).unwrap();
        let came: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(written["small"].as_f64(), came["small"].as_f64());
    }
}

#[test]
fn elements_and_members_are_kept_in_their_places() {
    use normalize_inline_names::types::A;

    let body = json!({
        "e": [7, "abc", null, "far too long for the request", ["x"]],
        "f": {"a": {}, "b": 7, "c": null, "d": {}},
    });
    let (a, found) = kept::<A>(&body);
    let list = a.e.as_ref().unwrap();
    assert_eq!(list.len(), 2, "limits are for requests");
    assert_eq!(list.deviating().map(|(index, _)| index).collect::<Vec<_>>(), [0, 2, 4]);
    let map = a.f.as_ref().unwrap();
    assert_eq!(map.keys().collect::<Vec<_>>(), ["a", "d"]);
    let paths = ["$.e[0]", "$.e[2]", "$.e[4]", "$.f.b", "$.f.c"];
    assert!(found.iter().zip(paths).all(|(found, path)| found.starts_with(path)), "{found:?}");
    assert_eq!(found.len(), paths.len());

    let (list, found) = kept::<keywords_conditions::types::B>(&json!(["a", 7, "b"]));
    assert_eq!((&list[..], found.len()), (&["a".to_owned(), "b".to_owned()][..], 1));
    assert_eq!(found, ["$[1]: expected a string, found an integer"]);
}

#[test]
fn a_list_can_be_edited_around_what_it_keeps() {
    let mut list: waterfall_api::List<i64> = serde_json::from_value(json!([1, "2", 3])).unwrap();
    list.as_mut_vec().push(4);
    assert_eq!(serde_json::to_value(&list).unwrap(), json!([1, "2", 3, 4]));
    list.as_mut_vec().clear();
    assert_eq!(serde_json::to_value(&list).unwrap(), json!(["2"]));
    let mut map: waterfall_api::Map<i64> = serde_json::from_value(json!({"a": "x"})).unwrap();
    map.insert("a", 1);
    assert_eq!(serde_json::to_value(&map).unwrap(), json!({"a": 1}));
}

#[test]
fn a_union_is_what_was_sent_and_keeps_what_does_not_match() {
    use shape_discriminators::types::Animal;

    let (cat, found) = kept::<Animal>(&json!({"kind": "cat", "lives": "nine"}));
    assert!(matches!(cat, Animal::Cat(_)));
    assert_eq!(found, ["$.lives: expected a 64-bit integer, found a string"]);
    let (dog, found) = kept::<Animal>(&json!({"kind": "dog", "barks": 1}));
    assert!(matches!(dog, Animal::Unknown(_)));
    assert_eq!(found, ["$.barks: expected a boolean, found an integer"]);

    use shape_unions::types::{A as Unions, ANested};
    let (unions, found) = kept::<Unions>(&json!({"nested": {}, "texts": 1.5}));
    assert!(matches!(unions.nested.as_ref(), Some(ANested::Unknown(_))));
    assert!(unions.texts.is_some());
    let expected = "$.nested: expected a string or a boolean or an array, found an object";
    assert_eq!(found, [expected]);
    let (_, found) = kept::<Unions>(&json!({"nested": ["a", 7]}));
    assert_eq!(found, ["$.nested[1]: expected a string, found an integer"]);
}

#[test]
fn recursive_types_survive_at_any_depth() {
    use shape_recursion::types::Tree;

    let mut tree = json!({"label": {}, "left": "b", "right": 7, "all": [7]});
    for _ in 0..25 {
        tree = json!({"label": {}, "left": tree, "all": []});
    }
    let (_, found) = kept::<Tree>(&tree);
    let deepest = format!("${}", ".left".repeat(25));
    let expected = [".all[0]", ".right"]
        .map(|field| format!("{deepest}{field}: expected an object, found an integer"));
    assert_eq!(found, expected);
}

/// Returns any JSON value.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1e9..1e9).prop_map(Value::from),
        "[a-z0-9]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let names = "(status|person|job_id|kind|start_year|[a-z]{1,3})";
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(names, inner, 0..4).prop_map(|map| json!(map)),
        ]
    })
}

fn pointers(value: &Value, at: String, all: &mut Vec<String>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            pointers(value, openapi_document::pointer::child(&at, name), all)
        }),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(index, value)| pointers(value, format!("{at}/{index}"), all)),
        _ => {}
    }
    all.push(at);
}

/// Replaces values in some places.
fn mutated(mut value: Value, changes: &[(Index, Value)]) -> Value {
    for (place, replacement) in changes {
        let mut all = Vec::new();
        pointers(&value, String::new(), &mut all);
        let pointer: &String = place.get(&all);
        *value.pointer_mut(pointer).unwrap() = replacement.clone();
    }
    value
}

/// Normalizes numbers by value: `7.0` is read, and written, as `7`.
fn plain(value: &Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().map_or(Value::Null, Value::from),
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(members) => Value::Object(
            members.iter().map(|(name, value)| (name.clone(), plain(value))).collect(),
        ),
        other => other.clone(),
    }
}

fn survives<T: DeserializeOwned + Serialize>(value: &Value) {
    let (decoded, _) = decode::<T>(value.to_string().as_bytes())
        .unwrap_or_else(|error| panic!("{error}: {value}"));
    assert_eq!(plain(&serde_json::to_value(&decoded).unwrap()), plain(value));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_job_survives_any_mutation(
        example in any::<Index>(),
        changes in prop::collection::vec((any::<Index>(), any_json()), 1..5),
    ) {
        let examples = JOBS.with(Vec::clone);
        let mut value = mutated(example.get(&examples).clone(), &changes);
        if !value.is_object() {
            value = json!({"output": value});
        }
        value["status"] = json!("SUCCEEDED");
        survives::<ContactEnrichmentJob>(&value);
    }

    #[test]
    fn other_documents_survive_any_mutation(
        changes in prop::collection::vec((any::<Index>(), any_json()), 1..5),
    ) {
        let names = json!({"names": {"type": "a", "list": ["b", null], "map": {"c": 1.5},
            "inner": {"when": null, "times": ["d"]}, "maybe": {"value": true}},
            "shape": {"kind": "circle", "size": 1}});
        let mut value = mutated(names, &changes);
        if !value.is_object() {
            value = json!({"names": value});
        }
        value["shape"] = json!({"kind": "square", "size": value["names"]});
        survives::<whole_client::types::TryQuirkResponse>(&value);
        let object = json!({"texts": value, "flags": value["names"], "any": value["shape"]});
        survives::<shape_unions::types::A>(&object);
        survives::<shape_types::types::A>(&object);
        survives::<shape_nullable_components::types::A>(&json!({"u": value, "e": value["names"]}));
    }
}

thread_local! {
    static JOBS: Vec<Value> = openapi_document::examples::collect(&waterfall_tests::description())
        .into_iter()
        .filter(|example| example.schema == "ContactEnrichmentJob")
        .map(|example| example.value)
        .collect();
}
