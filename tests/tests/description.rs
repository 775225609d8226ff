//! Tests the requirements of mock servers, linters, stateful testers and generators of other
//! languages for the effective description.

#![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use std::collections::BTreeSet;

use jsonschema::Draft;
use openapi_document::node_kind::{NodeKind, walk};
use openapi_document::pointer::child;
use serde_json::{Value, json};

fn description() -> Value {
    waterfall_tests::description().root
}

fn resolved<'a>(root: &'a Value, node: &'a Value) -> &'a Value {
    node["$ref"].as_str().map_or(node, |reference| root.pointer(&reference[1..]).unwrap())
}

/// Returns the response bodies of all operations: status, media type object.
fn bodies(root: &Value) -> Vec<(String, u16, &Value)> {
    let mut found = Vec::new();
    walk(root, &mut |kind, pointer, operation| {
        let Some(responses) =
            operation["responses"].as_object().filter(|_| kind == NodeKind::Operation)
        else {
            return;
        };
        for (status, response) in responses {
            let media = &resolved(root, response)["content"]["application/json"];
            if media.is_object() {
                found.push((pointer.to_owned(), status.parse().unwrap(), media));
            }
        }
    });
    found
}

/// Returns the first named example, which a mock server returns.
fn first_example<'a>(root: &'a Value, media: &'a Value) -> &'a Value {
    let (_, first) = media["examples"].as_object().unwrap().iter().next().unwrap();
    &resolved(root, first)["value"]
}

#[test]
fn a_mock_answers_with_a_job_that_succeeded() {
    let root = description();
    let media = &root["paths"]["/v1/enrichment/contact"]["get"]["responses"]["200"]["content"]["application/json"];
    let job = first_example(&root, media);
    assert_eq!(job["status"], "SUCCEEDED");
    assert!(job["output"]["person"].is_object());
    // Some mock servers prefer the examples of the schema, and some build a body from the examples
    // of its properties.
    let schema = &root["components"]["schemas"]["ContactEnrichmentJob"];
    assert_eq!(&schema["examples"][0], job);
    assert_eq!(schema["properties"]["status"]["examples"][0], "SUCCEEDED");
}

#[test]
fn a_mock_answers_each_status_with_its_own_error() {
    let root = description();
    let envelope = &root["components"]["schemas"]["ErrorEnvelope"];
    assert!(envelope.get("examples").is_none(), "it would be the response for every status");
    let errors: Vec<_> =
        bodies(&root).into_iter().filter(|(_, status, _)| *status >= 400).collect();
    assert!(errors.len() > 10);
    for (at, status, media) in errors {
        let error = first_example(&root, media);
        let expected: &[&str] = match status {
            400 => &["VALIDATION", "ROUTING"],
            401 => &["AUTH"],
            402 => &["QUOTA"],
            403 => &["AUTH", "PERMISSION"],
            404 => &["NOT_FOUND"],
            429 => &["RATE_LIMIT"],
            500 => &["INTERNAL"],
            _ => panic!("{at}: {status} is new: add its category"),
        };
        let category = error["category"].as_str().unwrap();
        assert!(expected.contains(&category), "{at}: {status} has {category}");
        assert!(error["code"].as_str().unwrap().starts_with(category), "{at}: {status}");
    }
}

/// Formats are validated as well: clients in other languages rely on them.
#[test]
fn examples_match_the_formats_of_their_schemas() {
    let root = description();
    let mut checked = 0;
    let mut check = |at: &str, schema: &Value, value: &Value| {
        let mut schema = schema.clone();
        schema["components"] = root["components"].clone();
        let validator = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true)
            .build(&schema)
            .unwrap();
        let errors: Vec<String> = validator.iter_errors(value).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{at}: {errors:?}");
        checked += 1;
    };
    walk(&root, &mut |kind, pointer, node| match kind {
        NodeKind::Schema => {
            for example in node["examples"].as_array().into_iter().flatten() {
                check(pointer, node, example);
            }
        }
        NodeKind::MediaType => {
            for example in node["examples"].as_object().into_iter().flatten() {
                let value = &resolved(&root, example.1)["value"];
                check(&child(pointer, example.0), &node["schema"], value);
            }
        }
        NodeKind::Parameter => check(pointer, &node["schema"], &node["example"]),
        _ => {}
    });
    assert!(checked > 100, "{checked}");
}

#[test]
fn a_stateful_tester_finds_the_way_from_the_launch_to_the_job() {
    let root = description();
    let launched = &root["paths"]["/v1/enrichment/contact"]["post"]["responses"]["200"];
    let link = &launched["links"]["find"];
    assert_eq!(link["operationId"], root["paths"]["/v1/enrichment/contact"]["get"]["operationId"]);
    assert_eq!(link["parameters"], json!({ "job_id": "$response.body#/job_id" }));
}

/// Sets of fields, one of which a request requires.
fn ways(schema: &Value) -> &[Value] {
    schema["allOf"][0]["anyOf"].as_array().map_or(&[], Vec::as_slice)
}

/// An `anyOf` next to `properties` makes generators for Python and TypeScript lose the fields, and
/// so do alternatives with a type.
#[test]
fn alternatives_are_separate_from_the_fields() {
    let root = description();
    let mut several = 0;
    for (name, schema) in root["components"]["schemas"].as_object().unwrap() {
        assert!(schema["anyOf"].is_null() || schema["properties"].is_null(), "{name}");
        for way in ways(schema) {
            assert_eq!(way.as_object().unwrap().keys().collect::<Vec<_>>(), ["required"], "{name}");
        }
        several += usize::from(!ways(schema).is_empty());
    }
    assert_eq!(several, 8);
}

#[test]
fn a_launch_needs_one_of_four_ways_to_name_a_person() {
    let root = description();
    let mut schema = root["components"]["schemas"]["ContactEnrichmentLaunch"].clone();
    schema["components"] = root["components"].clone();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (body, is_valid) in [
        (json!({ "email": "a@b.example" }), true),
        (json!({ "linkedin": "a", "email": null }), true),
        (json!({ "full_name": "A B", "domain": "b.example" }), true),
        (json!({ "first_name": "A", "last_name": "B", "domain": "b.example" }), true),
        (json!({ "email": "a@b.example", "domain": "b.example" }), true),
        (json!({}), false),
        (json!({ "domain": "b.example" }), false),
        (json!({ "full_name": "A B" }), false),
        (json!({ "first_name": "A", "domain": "b.example" }), false),
        (json!({ "linkedin": "a", "custom_fields": { "a": 1, "b": "x", "c": true } }), true),
        (json!({ "linkedin": "a", "custom_fields": { "a": null } }), false),
        (json!({ "linkedin": "a", "custom_fields": { "a": [] } }), false),
    ] {
        assert_eq!(validator.is_valid(&body), is_valid, "{body}");
    }
}

/// Generators for TypeScript make a field with a default required.
#[test]
fn no_field_has_a_default() {
    walk(&description(), &mut |kind, pointer, node| {
        assert!(kind != NodeKind::Schema || node.get("default").is_none(), "{pointer}");
    });
}

/// A line that begins with a number and a period is a list item in Markdown, even in the middle of
/// a paragraph.
#[test]
fn no_line_of_a_paragraph_looks_like_a_list() {
    let is_item = |line: &str| {
        let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
        (rest.len() < line.len() && (rest.starts_with(". ") || rest.starts_with(") ")))
            || ["- ", "* ", "+ ", "# "].iter().any(|mark| line.starts_with(mark))
    };
    walk(&description(), &mut |_, pointer, node| {
        let Some(text) = node["description"].as_str() else { return };
        let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
        for pair in lines.windows(2) {
            let is_list = pair[0].is_empty() || is_item(pair[0]);
            assert!(is_list || !is_item(pair[1]), "{pointer}: {:?}", pair[1]);
        }
    });
}

/// Returns the operations by ID, with their path and method.
fn operations(root: &Value) -> Vec<(String, &Value)> {
    let mut operations = Vec::new();
    walk(root, &mut |kind, pointer, operation| {
        if kind == NodeKind::Operation && pointer.starts_with("/paths/") {
            let id = operation["operationId"].as_str().unwrap();
            operations.push((id.to_owned(), operation));
        }
    });
    operations
}

#[test]
fn all_operations_are_described_with_their_stages() {
    let root = description();
    let operations = operations(&root);
    assert_eq!(operations.len(), 24);
    let preview: Vec<&str> = operations
        .iter()
        .filter(|(id, operation)| match operation["x-stage"].as_str() {
            Some("GA") => false,
            Some("Preview") => true,
            stage => panic!("{id}: {stage:?}"),
        })
        .map(|(id, _)| id.as_str())
        .collect();
    assert_eq!(
        preview,
        [
            "findCompanySearch",
            "searchCompanies",
            "findJobChange",
            "detectJobChange",
            "findCompanyReveal",
            "revealCompany",
            "findCompanyTitles",
            "listCompanyTitles",
        ]
    );
}

/// Returns the pointers of the job's ID in the responses that link to a finder.
#[test]
fn every_job_leads_to_its_finder() {
    let root = description();
    let operations = operations(&root);
    let mut found = BTreeSet::new();
    for (id, operation) in &operations {
        for link in operation["responses"]["200"]["links"].as_object().into_iter().flatten() {
            let finder = link.1["operationId"].as_str().unwrap();
            let value = link.1["parameters"]["job_id"].as_str().unwrap();
            let is_launch = id.starts_with("launch");
            let job_id = if is_launch { "/job_id" } else { "/input/task/job_id" };
            assert_eq!(value, format!("$response.body#{job_id}"), "{id}");
            let schema = |operation: &Value| {
                operation["responses"]["200"]["content"]["application/json"]["schema"].clone()
            };
            let (_, finder_operation) = operations.iter().find(|(id, _)| id == finder).unwrap();
            assert_eq!(schema(operation) == schema(finder_operation), !is_launch, "{id}");
            assert!(found.insert(finder), "{finder}");
        }
    }
    let finders = operations.iter().map(|(id, _)| id.as_str()).filter(|id| id.starts_with("find"));
    assert_eq!(found, finders.collect());
}

/// The possible responses of an operation have examples: each state of a job, a job with and
/// without a result, and each status.
#[test]
fn every_operation_has_an_example_of_each_outcome() {
    let root = description();
    for (id, operation) in operations(&root) {
        let success =
            &resolved(&root, &operation["responses"]["200"])["content"]["application/json"];
        let examples: Vec<&Value> = success["examples"]
            .as_object()
            .unwrap()
            .values()
            .map(|example| &resolved(&root, example)["value"])
            .collect();
        let is_job = success["schema"]["$ref"].as_str().unwrap().ends_with("Job")
            && !id.starts_with("launch");
        if is_job {
            let states: BTreeSet<&str> =
                examples.iter().map(|job| job["status"].as_str().unwrap()).collect();
            let has_finder = id != "verifyEmail";
            assert_eq!(states.len(), if has_finder { 5 } else { 4 }, "{id}: {states:?}");
            let outputs: BTreeSet<String> = examples
                .iter()
                .filter(|job| job["status"] == "SUCCEEDED")
                .map(|job| job["output"].to_string())
                .collect();
            assert!(outputs.len() > 1, "{id} has no job that found nothing");
        }
        if let Some(body) = operation.get("requestBody") {
            let media = &body["content"]["application/json"];
            assert!(!media["examples"].as_object().unwrap().is_empty(), "{id}");
        }
    }
    for (at, status, media) in bodies(&root) {
        assert!(!media["examples"].as_object().unwrap().is_empty(), "{at} {status}");
    }
}

/// Each request schema has an example that matches each of its alternatives alone.
#[test]
fn every_strategy_of_a_request_has_an_example() {
    let root = description();
    for (id, operation) in operations(&root) {
        let Some(body) = operation.get("requestBody") else { continue };
        let media = &body["content"]["application/json"];
        let schema = resolved(&root, &media["schema"]);
        for way in ways(schema) {
            let fields = || way["required"].as_array().unwrap().iter();
            let is_shown = media["examples"].as_object().unwrap().values().any(|example| {
                let value = &resolved(&root, example)["value"];
                fields().all(|field| value.get(field.as_str().unwrap()).is_some())
            });
            assert!(is_shown, "{id} has no example of {:?}", fields().collect::<Vec<_>>());
        }
    }
}

/// The API rejects unknown fields, but a client must accept them.
#[test]
fn requests_are_closed_and_responses_are_open() {
    let root = description();
    let mut requests = BTreeSet::new();
    for (_, operation) in operations(&root) {
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
        requests.extend(schema.as_str().and_then(|reference| reference.rsplit('/').next()));
    }
    assert_eq!(requests.len(), 12);
    for (name, schema) in root["components"]["schemas"].as_object().unwrap() {
        let is_closed = schema["additionalProperties"] == false;
        assert_eq!(is_closed, requests.contains(name.as_str()), "{name}");
    }
}

/// The endings of descriptions: the source, and its certainty. The table in the document's own
/// description explains them.
#[test]
fn every_description_ends_with_its_source() {
    const SOURCES: [&str; 8] = [
        "the contact finder's page (certain)",
        "Waterfall's documentation (reliable)",
        "Waterfall's documentation and third parties (reliable)",
        "third parties (plausible)",
        "Waterfall's documentation and third parties, which disagree (disputed)",
        "Waterfall's documentation, which disagrees with itself (disputed)",
        "third parties, who disagree (disputed)",
        "none (assumed)",
    ];
    let root = description();
    let mut used = BTreeSet::new();
    let mut wrong = Vec::new();
    walk(&root, &mut |kind, pointer, node| {
        let (outer, name) = pointer.rsplit_once('/').unwrap_or_default();
        let is_field = outer.ends_with("/properties") || outer == "/components/schemas";
        let counts = match kind {
            NodeKind::Operation => true,
            NodeKind::Parameter => node.get("$ref").is_none(),
            NodeKind::Schema => is_field && !name.is_empty(),
            _ => false,
        };
        if !counts {
            return;
        }
        let text = node["description"].as_str().unwrap_or_default();
        let source = text.rsplit_once("Source: ").map_or("", |(_, source)| source);
        match SOURCES.iter().find(|known| source == format!("{known}.")) {
            Some(source) => drop(used.insert(source)),
            None => wrong.push(format!("{pointer}: {text}")),
        }
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(used.len(), SOURCES.len(), "{used:?}");
}

#[test]
fn every_field_has_an_example() {
    walk(&description(), &mut |kind, pointer, node| {
        if kind == NodeKind::Schema && pointer.rsplit('/').nth(1) == Some("properties") {
            let examples = node["examples"].as_array();
            assert!(examples.is_some_and(|examples| !examples.is_empty()), "{pointer}");
        }
    });
}
