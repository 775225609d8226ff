//! Files of observations.

use openapi_review::observe::{Observations, ObserveError, compare};
use serde_json::json;

use crate::support::{document, line, observed};

#[test]
fn a_file_gives_the_same_findings_and_merges_with_others() {
    let schema = json!({"type": "object", "properties": {
        "state": {"enum": ["asleep", "awake"]},
        "rare": {"type": "object", "properties": {
            "a": {"type": "string"}, "b": {"type": "string"}, "c": {"type": "string"},
        }},
    }});
    let document = document(&schema, &json!({}));
    let some =
        [json!({"state": "hungry", "new": 1}), json!({"state": "awake", "rare": {"a": null}})];
    let others = [json!({"rare": {"b": 1}}), json!({"rare": {"c": true}}), json!({"new": null})];
    let (description, mut first) = observed(&document, &some);
    let (_, second) = observed(&document, &others);
    let read = |seen: &Observations| Observations::from_json(&seen.to_json(&|_| false)).unwrap();
    let lines = |seen: &Observations| -> Vec<String> {
        compare(&description, seen).iter().map(line).collect()
    };
    assert_eq!(lines(&read(&first)), lines(&first));
    let mut merged = read(&first);
    merged.merge(&read(&second));
    first.merge(&second);
    assert_eq!((merged.samples(), lines(&merged)), (5, lines(&first)));
    let all = observed(&document, &[&some[..], &others].concat()).1;
    assert_eq!(lines(&all), lines(&first));
    assert_eq!(read(&merged).to_json(&|_| false), merged.to_json(&|_| false));
}

#[test]
fn files_of_later_versions_and_other_files_are_refused() {
    let later = r#"{"format": "openapi-observations", "version": 2, "responses": {}}"#;
    assert_eq!(Observations::from_json(later), Err(ObserveError::LaterVersion(2)));
    for other in [r#"{"format": "other", "version": 1}"#, "{}", "["] {
        let error = Observations::from_json(other).unwrap_err();
        assert!(matches!(error, ObserveError::NotObservations(_)), "{other}: {error}");
    }
    assert!(Observations::is_file(Observations::default().to_json(&|_| false).as_bytes()));
    assert!(!Observations::is_file(b"{\"status\": 1}"));
}
