//! `diff` generates only the parts that differ. On random edits, the result equals a
//! comparison of complete clients.

use openapi_client_codegen::compare;
use openapi_document::load::load;

#[path = "../benches/generate/document.rs"]
mod document;
#[path = "../benches/generate/revision.rs"]
mod revision;

#[test]
fn diffs_of_parts_and_of_whole_clients_agree() {
    let text = document::with_resources(4);
    let old = load("old.json", &text).unwrap();
    for seed in 0..8 {
        let edits = 1 + seed as usize;
        let new = load("new.json", &revision::revised(&text, seed, edits)).unwrap();
        for (before, after) in [(&old, &new), (&new, &old)] {
            let cut = compare::compare("old", before, after).client;
            let whole = compare::compare_whole("old", before, after).client;
            assert_eq!(cut.not_compared, whole.not_compared, "seed {seed}");
            assert_eq!(cut.changes, whole.changes, "seed {seed}");
            assert!(!cut.changes.is_empty(), "seed {seed} changes nothing");
        }
    }
}

/// A new cycle puts a field in a box whose own schema is unchanged.
#[test]
fn a_new_cycle_changes_the_types_of_schemas_that_did_not_change() {
    let document = |owner: serde_json::Value| {
        let text = serde_json::json!({
            "openapi": "3.1.0",
            "info": {"title": "Pets", "version": "1"},
            "paths": {"/owners": {"get": {"operationId": "getOwner", "responses": {"200": {
                "description": "An owner.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Owner"}}},
            }}}}},
            "components": {"schemas": {
                "Owner": {
                    "type": "object",
                    "required": ["pet"],
                    "properties": {"pet": {"$ref": "#/components/schemas/Pet"}},
                },
                "Pet": {
                    "type": "object",
                    "required": ["name"],
                    "properties": {"name": {"type": "string"}, "owner": owner},
                },
            }},
        });
        load("pets.json", &text.to_string()).unwrap()
    };
    let old = document(serde_json::json!({"type": "string"}));
    let new = document(serde_json::json!({"$ref": "#/components/schemas/Owner"}));
    for (before, after) in [(&old, &new), (&new, &old)] {
        let cut = compare::compare("old", before, after).client;
        let whole = compare::compare_whole("old", before, after).client;
        assert_eq!(cut.changes, whole.changes);
        let is_boxed = cut.changes.iter().any(|change| format!("{change:?}").contains("Box"));
        assert!(is_boxed, "{:#?}", cut.changes);
    }
}
