//! Converts findings to actions of an overlay. After applying them, there are no findings.

use openapi_document::document::Document;
use openapi_document::load::load;
use openapi_document::overlay::{Policy, apply};
use openapi_review::observe::overlay::{append, corrections};
use openapi_review::observe::report::Shown;
use openapi_review::observe::{Finding, compare, select};
use serde_json::{Value, json};

use crate::support::{document, lines, observed};

const OVERLAY: &str = "overlay: 1.0.0\ninfo: {title: T, version: '1'}\nactions: # Ours.\n  - target: $.info\n    description: Why.\n    update: {title: Animals}\n";

/// Consents to all values.
fn consent(findings: &[Finding]) -> Shown {
    let paths = findings.iter().map(|finding| finding.path().to_owned());
    Shown { values: paths.collect(), never_seen: false }
}

/// Returns the document after all corrections, and their targets.
pub(crate) fn corrected(root: &Value, bodies: &[Value]) -> (Value, Vec<String>) {
    let (description, seen) = observed(root, bodies);
    let (findings, idle) = select::by_name(compare(&description, &seen), &["all".to_owned()]);
    assert!(idle.is_empty());
    let document = load("api.json", &root.to_string()).unwrap();
    let made = corrections(&document, &findings, &consent(&findings)).unwrap();
    assert_eq!(made.left, [], "{:?}", lines(&findings));
    let text = append("overlay.yaml", OVERLAY, &made.actions).unwrap();
    let kept = OVERLAY.trim_end();
    assert!(text.starts_with(kept), "{text}");
    let mut after: Document = document.clone();
    let overlay = load("overlay.yaml", &text).unwrap();
    apply(&mut after, &overlay, Policy::Maintained)
        .unwrap_or_else(|error| panic!("{error}\n{text}"));
    let targets = made.actions.iter().map(|action| action["target"].as_str().unwrap().to_owned());
    (after.root, targets.collect())
}

/// Returns the schema after the corrections.
fn schema_after(schema: &Value, components: &Value, bodies: &[Value]) -> Value {
    let (after, _) = corrected(&document(schema, components), bodies);
    let (description, seen) = observed(&after, bodies);
    assert_eq!(lines(&compare(&description, &seen)), [""; 0], "{after:#}");
    let at = "/paths/~1pets~1{id}/get/responses/200/content/application~1json/schema";
    after.pointer(at).unwrap().clone()
}

/// Returns a field with this schema, after these values were observed.
fn field_after(schema: Value, values: &[Value]) -> Value {
    let components = json!({
        "Name": {"type": "string", "description": "A name."},
        "State": {"enum": ["open", "closed"]},
    });
    let bodies: Vec<Value> = values.iter().map(|value| json!({"a": value})).collect();
    let object = json!({"type": "object", "properties": {"a": schema}});
    schema_after(&object, &components, &bodies)["properties"]["a"].take()
}

#[test]
fn null_and_other_types_are_added_to_the_described_ones() {
    let (null, flag, text) = (json!(null), json!(true), json!("x"));
    let name = json!({"$ref": "#/components/schemas/Name"});
    let rows = [
        (json!({"type": "string"}), &null, json!({"type": ["string", "null"]})),
        (
            json!({"type": ["string", "null"], "description": "D"}),
            &flag,
            json!({"type": ["string", "null", "boolean"], "description": "D"}),
        ),
        (
            json!({"$ref": "#/components/schemas/Name", "description": "D"}),
            &null,
            json!({"description": "D", "anyOf": [name, {"type": "null"}]}),
        ),
        (
            json!({"anyOf": [name, {"type": "null"}]}),
            &flag,
            json!({"anyOf": [name, {"type": "null"}, {"type": "boolean"}]}),
        ),
        (
            json!({"type": "integer"}),
            &json!({"b": 1}),
            json!({"anyOf": [{"type": "integer"}, {"type": "object", "properties": {
                "b": {"type": "integer", "description": "`b`, as observed."},
            }}]}),
        ),
        (json!({"type": "integer", "format": "int64"}), &json!(1.5), json!({"type": "number"})),
        (json!({"type": ["integer", "null"]}), &json!(1.5), json!({"type": ["null", "number"]})),
        (
            json!({"type": "array", "items": {"type": "integer"}}),
            &json!([1, "x"]),
            json!({"type": "array", "items": {"type": ["integer", "string"]}}),
        ),
        (
            json!({"enum": ["a", "b"]}),
            &null,
            json!({"anyOf": [{"enum": ["a", "b"]}, {"type": "null"}]}),
        ),
        (
            json!({"type": "string", "enum": ["a"]}),
            &text,
            json!({"type": "string", "enum": ["a", "x"]}),
        ),
        (
            json!({"enum": ["a", null]}),
            &json!("No token: too long, with a colon"),
            json!({"type": ["string", "null"]}),
        ),
        (json!({"const": "a"}), &text, json!({"enum": ["a", "x"]})),
    ];
    for (before, value, after) in rows {
        assert_eq!(field_after(before.clone(), std::slice::from_ref(value)), after, "{before}");
    }
}

#[test]
fn several_findings_about_a_field_are_corrected_together() {
    let values = [json!(null), json!(7), json!("merged"), json!({"b": true})];
    let after = field_after(json!({"$ref": "#/components/schemas/State"}), &values);
    assert_eq!(after["anyOf"].as_array().unwrap().len(), 4, "{after}");
}

#[test]
fn formats_and_required_fields_are_loosened() {
    let time = json!("2026-01-02T10:00:00");
    assert_eq!(
        field_after(json!({"type": "string", "format": "date-time"}), &[time]),
        json!({"type": "string", "x-format": "date-time"})
    );
    let text = json!("soon");
    assert_eq!(
        field_after(json!({"type": "string", "format": "date", "pattern": "x"}), &[text]),
        json!({"type": "string"})
    );
    let schema =
        json!({"type": "object", "required": ["a", "b"], "properties": {"a": {}, "b": {}}});
    let after = schema_after(&schema, &json!({}), &[json!({"a": 1})]);
    assert_eq!(after["required"], json!(["a"]));
}

#[test]
fn a_new_field_is_added_where_the_fields_of_its_object_are() {
    let components = json!({"Pet": {"type": "object", "properties": {"name": {"type": "string"}}}});
    let schema = json!({"anyOf": [{"$ref": "#/components/schemas/Pet"}, {"type": "null"}]});
    let bodies = [json!({"name": "Rex", "x-age": 7}), json!({"x-age": null})];
    let (after, targets) = corrected(&document(&schema, &components), &bodies);
    assert_eq!(targets, ["$.components.schemas.Pet"]);
    assert_eq!(
        after["components"]["schemas"]["Pet"]["properties"]["x-age"],
        json!({
            "type": ["integer", "null"],
            "description": "`x-age` is in 2 of 2 objects, as integer or null. Not described by the vendor.",
        })
    );
}

#[test]
fn values_are_written_after_consent_only() {
    let root = document(&json!({"enum": ["open", "closed"]}), &json!({}));
    let (description, seen) = observed(&root, &[json!("secret")]);
    let findings = compare(&description, &seen);
    let drift: Vec<Finding> = findings.into_iter().filter(|one| one.code.is_drift()).collect();
    let document = load("api.json", &root.to_string()).unwrap();
    let made = corrections(&document, &drift, &Shown::default()).unwrap();
    assert_eq!((made.actions.len(), made.left.len()), (0, 1));
    let made = corrections(&document, &drift, &consent(&drift)).unwrap();
    assert_eq!(made.actions[0]["update"], json!({"enum": ["secret"]}));
}

#[test]
fn an_overlay_in_flow_style_is_written_in_block_style() {
    let action = json!({"target": "$.info", "description": "Why.", "update": {"x-a": 1}});
    for text in ["overlay: 1.0.0\nactions: []\n", "actions: []\noverlay: 1.0.0\n"] {
        let text = append("overlay.yaml", text, std::slice::from_ref(&action)).unwrap();
        let read = load("overlay.yaml", &text).unwrap().root;
        assert_eq!(read["actions"], json!([action]), "{text}");
        assert_eq!(read["overlay"], "1.0.0");
    }
}

#[test]
fn asking_shows_values_before_a_finding_is_selected() {
    let schema = json!({"type": "object", "properties": {
        "state": {"enum": ["open"]}, "age": {"type": "integer"},
    }});
    let body = json!({"state": "closed", "age": "x"});
    let (description, seen) = observed(&document(&schema, &json!({})), &[body]);
    let mut shown = Shown::default();
    let mut questions = Vec::new();
    let selected = select::by_asking(compare(&description, &seen), &mut shown, &mut |question| {
        questions.push(question.to_owned());
        !question.contains("$.age")
    });
    assert_eq!(lines(&selected), ["unknown-value $.state: string (1 of 1)"]);
    assert_eq!(shown.values, ["$.state"]);
    let with_values: Vec<bool> =
        questions.iter().map(|question| question.contains("closed")).collect();
    assert_eq!(with_values, [false, false, true]);
}
