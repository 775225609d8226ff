//! Tests of findings, by kind of schema.

use openapi_review::observe::{Code, Description, Observations, compare};
use serde_json::{Value, json};

use crate::support::{found, found_with, line, lines};

#[test]
fn each_difference_has_its_code_path_and_counts() {
    let schema = json!({"type": "object", "required": ["id"], "properties": {
        "id": {"type": "string", "format": "uuid"},
        "age": {"type": "integer"},
        "state": {"enum": ["asleep", "awake"]},
        "born": {"type": "string", "format": "date"},
        "tags": {"type": "array", "items": {"type": "string"}},
    }});
    let bodies = [
        json!({"id": "7d44db58-5de3-4e92-a2fb-8325d12c2e8b", "age": 1, "state": "awake",
               "born": "2026-01-02", "tags": ["a"]}),
        json!({"id": "seven", "age": "one", "state": "hungry", "born": "2026-01-02T10:00:00Z",
               "tags": ["a", 7], "owner": {"name": "Ada"}}),
        json!({"age": null, "state": "asleep", "tags": {}, "owner": null}),
    ];
    assert_eq!(
        lines(&found(&schema, &bodies)),
        [
            "unknown-field $.owner: object with 1 field or null (2 of 3)",
            "type-mismatch $.age: string (1 of 3)",
            "type-mismatch $.tags: object with 0 fields (1 of 3)",
            "type-mismatch $.tags[*]: integer (1 of 3)",
            "null-not-allowed $.age: null (1 of 3)",
            "unknown-value $.state: string (1 of 3)",
            "date-shape $.born: string (1 of 2)",
            "format-mismatch $.id: string (1 of 2)",
            "field-missing $.id:  (1 of 3)",
        ]
    );
}

#[test]
fn what_is_allowed_and_was_never_seen_is_listed_after() {
    let schema = json!({"type": "object", "properties": {
        "state": {"type": ["string", "null"], "enum": ["asleep", "awake", null]},
        "gone": {"type": "string"},
        "size": {"type": ["integer", "string"]},
        "weight": {"type": "number"},
    }});
    let bodies = [json!({"state": "awake", "size": 1, "weight": 1})];
    let all: Vec<String> = found(&schema, &bodies).iter().map(line).collect();
    assert_eq!(
        all,
        [
            "field-never-seen $.gone:  (0 of 1)",
            "value-never-seen $.state: asleep (0 of 1)",
            "type-never-seen $.size: string (0 of 1)",
            "type-never-seen $.state: null (0 of 1)",
        ]
    );
}

#[test]
fn unions_allow_what_any_of_their_alternatives_allows() {
    let components = json!({
        "Cat": {"type": "object", "properties": {"kind": {"const": "cat"}, "lives": {"type": "integer"}}},
        "Dog": {"allOf": [
            {"$ref": "#/components/schemas/Named"},
            {"type": "object", "properties": {"kind": {"const": "dog"}}},
        ]},
        "Named": {"type": "object", "properties": {"name": {"type": "string"}}},
    });
    let schema = json!({"oneOf": [
        {"$ref": "#/components/schemas/Cat"},
        {"$ref": "#/components/schemas/Dog"},
        {"type": "null"},
    ]});
    let bodies = [
        json!({"kind": "cat", "lives": 9}),
        json!({"kind": "dog", "name": "Rex"}),
        json!(null),
        json!({"kind": "fox", "lives": 1.5, "color": "red"}),
        json!("cat"),
    ];
    assert_eq!(
        lines(&found_with(&schema, &components, &bodies)),
        [
            "unknown-field $.color: string (1 of 3)",
            "type-mismatch $.lives: number (1 of 2)",
            "type-mismatch $: string (1 of 5)",
            "unknown-value $.kind: string (1 of 3)",
        ]
    );
}

#[test]
fn a_list_that_is_open_has_unknown_values_as_well() {
    let bodies = [json!("low"), json!("medium")];
    for schema in [
        json!({"anyOf": [{"enum": ["low", "high"]}, {"type": "string"}]}),
        json!({"type": "string", "x-extensible-enum": ["low", "high"]}),
    ] {
        assert_eq!(lines(&found(&schema, &bodies)), ["unknown-value $: string (1 of 2)"]);
    }
}

#[test]
fn recursion_references_and_maps_are_followed() {
    let components = json!({"Tree": {"type": "object", "properties": {
        "value": {"type": "integer"},
        "children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
        "by_name": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Tree"}},
    }}});
    let tree = json!({"children": [{"by_name": {"Jane Doe": {"value": "x"}, "a": {"value": 1}}}]});
    let findings = found_with(&json!({"$ref": "#/components/schemas/Tree"}), &components, &[tree]);
    assert_eq!(lines(&findings), ["type-mismatch $.children[*].by_name.*.value: string (1 of 2)"]);
    assert_eq!(findings[0].pointer, "/components/schemas/Tree/properties/value");
}

#[test]
fn what_allows_anything_has_no_findings() {
    let bodies = [json!({"a": 1}), json!("x"), json!(null), json!([{"b": 2}])];
    for schema in [json!({}), json!(true), json!({"description": "Anything."})] {
        assert_eq!(lines(&found(&schema, &bodies)), [""; 0], "{schema}");
    }
    let free = json!({"type": "object", "additionalProperties": true, "properties": {"a": {}}});
    assert_eq!(lines(&found(&free, &[json!({"a": 1, "other": 2})])), [""; 0]);
    let nullable = json!({"type": "string", "nullable": true});
    assert_eq!(lines(&found(&nullable, &[json!(null), json!("x")])), [""; 0]);
    let number = json!({"type": "number"});
    assert_eq!(lines(&found(&number, &[json!(1), json!(1.5)])), [""; 0]);
    assert_eq!(lines(&found(&json!({"type": "integer"}), &[json!(7.0)])), [""; 0]);
}

#[test]
fn responses_are_distinguished_by_status() {
    let root = json!({"paths": {"/a": {"get": {"operationId": "a", "responses": {
        "200": {"content": {"application/json": {"schema": {"type": "object"}}}},
        "4XX": {"content": {"application/problem+json": {"schema": {"type": "string"}}}},
        "204": {"description": "Nothing."},
    }}}}});
    let description = Description::new(&root);
    let mut seen = Observations::default();
    seen.add(&description, "a", 200, &json!({})).unwrap();
    seen.add(&description, "a", 404, &json!("no")).unwrap();
    seen.add(&description, "a", 400, &json!(1)).unwrap();
    seen.add(&description, "a", 503, &json!({"detail": "x"})).unwrap();
    seen.add_unreadable(&description, "a", 200).unwrap();
    assert!(seen.add(&description, "b", 200, &json!({})).is_err());
    let findings = compare(&description, &seen);
    let found: Vec<(Code, u16, u64)> = findings
        .iter()
        .filter(|finding| finding.code.is_drift())
        .map(|finding| (finding.code, finding.places[0].status, finding.seen()))
        .collect();
    assert_eq!(
        found,
        [
            (Code::TypeMismatch, 400, 1),
            (Code::UndescribedResponse, 503, 1),
            (Code::NotJson, 200, 1),
        ]
    );
}

#[test]
fn the_same_schema_in_several_places_is_one_finding() {
    let components = json!({"Pet": {"type": "object", "properties": {"name": {"type": "string"}}}});
    let schema = json!({"type": "object", "properties": {
        "first": {"$ref": "#/components/schemas/Pet"},
        "others": {"type": "array", "items": {"$ref": "#/components/schemas/Pet"}},
    }});
    let body = json!({"first": {"name": null}, "others": [{"name": "Rex"}, {"name": null}]});
    let findings = found_with(&schema, &components, &[body]);
    let [one] = &findings.iter().filter(|one| one.code.is_drift()).collect::<Vec<_>>()[..] else {
        panic!("{:?}", lines(&findings));
    };
    assert_eq!((one.seen(), one.of()), (2, 3));
    assert!(one.is_at("$.first.name") && one.is_at("$.others[*].name"));
}

#[test]
fn inference_names_formats_and_closed_sets() {
    let schema = json!({"type": "object", "properties": {"a": {}}});
    let bodies: Vec<Value> = (0..40)
        .map(|number| {
            json!({"new": {
                "id": format!("7d44db58-5de3-4e92-a2fb-8325d12c2e{number:02}"),
                "tier": if number % 2 == 0 { "gold" } else { "silver" },
                "score": if number % 2 == 0 { json!(1) } else { json!(1.5) },
                "at": if number % 3 == 0 { json!(null) } else { json!("2026-01-02T10:00:00") },
                "tags": ["x"],
            }})
        })
        .collect();
    let findings = found(&schema, &bodies);
    let inferred = |values| findings[0].schema(values);
    let expected = json!({"type": "object", "properties": {
        "at": {"type": ["string", "null"], "x-format": "date-time"},
        "id": {"type": "string", "format": "uuid"},
        "score": {"type": "number"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "tier": {"type": "string"},
    }});
    assert_eq!(inferred(false), expected);
    assert_eq!(inferred(true)["properties"]["tier"]["enum"], json!(["gold", "silver"]));
}
