//! No value of a response is in a report or a file without consent.

use openapi_review::observe::{Finding, Observations, compare};
use serde_json::{Value, json};

use crate::support::{document, line, observed};

/// Responses of which only the names of fields may be shown.
fn bodies() -> Vec<Value> {
    let body = |number: usize| {
        json!({
            "name": format!("Ada Lovelace {number}"),
            "state": "Confidential",
            "tier": if number.is_multiple_of(2) { "Platinum" } else { "Obsidian" },
            "custom": {"crm-id": "K4711", "Grace Hopper": true, "ada-l": {"lovelace": "x-secret"}},
            "contacts": {format!("person{number}"): {"mail": "ada@example.com"}},
            "by_mail": {"ada@example.com": ["+49301234567"]},
            "phones": ["+49301234567", null, ["deep-secret"]],
        })
    };
    (0..40).map(body).collect()
}

/// Returns all texts of a value, with the names of members except those of fields.
fn secrets(value: &Value, fields: &[&str], secrets: &mut Vec<String>) {
    match value {
        Value::String(text) => secrets.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| self::secrets(item, fields, secrets)),
        Value::Object(members) => {
            for (name, value) in members {
                if !fields.contains(&name.as_str()) {
                    secrets.push(name.clone());
                }
                self::secrets(value, fields, secrets);
            }
        }
        _ => {}
    }
}

fn shown(findings: &[Finding], seen: &Observations) -> String {
    let lines: Vec<String> = findings
        .iter()
        .map(|one| {
            let places: Vec<_> = one.places.iter().map(|place| &place.path).collect();
            format!("{} {:?} {:?} {}", line(one), places, one.pointer, one.schema(false))
        })
        .collect();
    lines.join("\n") + &seen.to_json(&|_| false)
}

#[test]
fn no_text_of_the_input_is_shown() {
    let schema = json!({"type": "object", "properties": {
        "state": {"enum": ["open", "closed"]},
        "custom": {"type": "object", "additionalProperties": true},
    }});
    let bodies = bodies();
    let (description, seen) = observed(&document(&schema, &json!({})), &bodies);
    let findings = compare(&description, &seen);
    let text = shown(&findings, &seen);
    let fields = ["name", "state", "tier", "custom", "contacts", "by_mail", "phones", "mail"];
    let mut all = Vec::new();
    bodies.iter().for_each(|body| secrets(body, &fields, &mut all));
    assert!(all.len() > 300);
    for secret in all {
        assert!(!text.contains(&secret), "`{secret}` is in\n{text}");
    }
    for path in ["$.contacts.*.mail", "$.by_mail.*[*]", "$.tier"] {
        let is_known = seen.to_json(&|shown| shown == path).contains("Platinum");
        assert_eq!(is_known, path == "$.tier", "{path}");
    }
}

#[test]
fn values_of_small_sets_are_shown_after_consent() {
    let schema = json!({"type": "object", "properties": {"state": {"enum": ["open", "closed"]}}});
    let (description, seen) = observed(&document(&schema, &json!({})), &bodies());
    let findings = compare(&description, &seen);
    let at = |path: &str| findings.iter().find(|finding| finding.is_at(path)).unwrap();
    let values = |path: &str| at(path).values().map(|all| all.keys().cloned().collect::<Vec<_>>());
    assert_eq!(values("$.state"), Some(vec!["Confidential".to_owned()]));
    assert_eq!(values("$.tier"), Some(vec!["Obsidian".to_owned(), "Platinum".to_owned()]));
    for open in ["$.name", "$.contacts", "$.phones"] {
        assert_eq!(at(open).small_set(), None, "{open}");
    }
    let read = Observations::from_json(&seen.to_json(&|path| path == "$.tier")).unwrap();
    let findings = compare(&description, &read);
    let at = |path: &str| findings.iter().find(|finding| finding.is_at(path)).unwrap();
    assert_eq!(at("$.tier").values().map(|all| all.len()), Some(2));
    assert_eq!((at("$.state").small_set(), at("$.state").values()), (Some(1), None));
}
