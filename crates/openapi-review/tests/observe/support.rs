//! A description with one operation, and responses to it.

use openapi_review::observe::{Description, Finding, Observations, compare};
use serde_json::{Value, json};

pub(crate) const ID: &str = "findPet";

/// Returns a document whose operation responds with `schema`, which may refer to the components.
pub(crate) fn document(schema: &Value, components: &Value) -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Pets", "version": "1"},
        "paths": {"/pets/{id}": {"get": {
            "operationId": ID,
            "responses": {"200": {
                "description": "A pet.",
                "content": {"application/json": {"schema": schema}},
            }},
        }}},
        "components": {"schemas": components},
    })
}

pub(crate) fn observed(document: &Value, bodies: &[Value]) -> (Description, Observations) {
    let description = Description::new(document);
    let mut seen = Observations::default();
    for body in bodies {
        seen.add(&description, ID, 200, body).unwrap();
    }
    (description, seen)
}

pub(crate) fn found(schema: &Value, bodies: &[Value]) -> Vec<Finding> {
    found_with(schema, &json!({}), bodies)
}

pub(crate) fn found_with(schema: &Value, components: &Value, bodies: &[Value]) -> Vec<Finding> {
    let (description, seen) = observed(&document(schema, components), bodies);
    compare(&description, &seen)
}

/// Returns the findings about drift, one per line.
pub(crate) fn lines(findings: &[Finding]) -> Vec<String> {
    let drift = findings.iter().filter(|finding| finding.code.is_drift());
    drift.map(line).collect()
}

pub(crate) fn line(finding: &Finding) -> String {
    let (code, path) = (finding.code.code(), finding.path());
    let what = finding.described.clone().unwrap_or_else(|| finding.found());
    format!("{code} {path}: {what} ({} of {})", finding.seen(), finding.of())
}
