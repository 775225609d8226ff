use serde_json::{Value, json};

use super::*;

fn of(path: &str, body: &Value) -> Option<&'static str> {
    of_delivery(of_path(path), body.to_string().as_bytes())
}

fn body(task: Value, output: Value) -> Value {
    json!({ "status": "SUCCEEDED", "input": { "task": task }, "output": output })
}

#[test]
fn a_path_may_end_with_a_kind() {
    for (path, kind) in [
        ("/waterfall/phone", Some("phone")),
        ("/waterfall/company-reveal/", Some("company-reveal")),
        ("https://hooks.example.com/waterfall/prospector?token=x", Some("prospector")),
        ("/waterfall/contact", Some("contact")),
        ("/waterfall", None),
        ("/phone/waterfall", None),
        ("", None),
    ] {
        assert_eq!(of_path(path), kind, "{path}");
    }
}

#[test]
fn the_path_decides_unless_the_output_contradicts() {
    let nobody = body(json!({}), json!({ "person": null }));
    assert_eq!(of("/hook/phone", &nobody), Some("phone"));
    assert_eq!(of("/hook/contact", &nobody), Some("contact"));
    assert_eq!(of("/hook", &nobody), None);
    assert_eq!(of("/hook/phone", &json!({ "status": "FAILED" })), Some("phone"));
    let company = body(json!({}), json!({ "company": { "name": "Acme" } }));
    assert_eq!(of("/hook/phone", &company), Some("company"));
    assert_eq!(of("/hook/company", &nobody), None);
    let contact = body(json!({ "linkedin_url": "x" }), json!({ "person": null }));
    assert_eq!(of("/company", &contact), Some("contact"));
}

#[test]
fn the_content_has_the_kind() {
    let person = json!({ "first_name": "Jane", "professional_email": "jane.doe@example.com" });
    let phones = json!({ "first_name": "Jane", "phone_numbers": ["+33639980001"] });
    let contact_task = json!({ "linkedin_url": "jane-doe", "email": null, "full_name": null });
    let phone_task = json!({ "linkedin": "jane-doe", "email": null, "full_name": null });
    for (task, output, kind) in [
        (contact_task.clone(), json!({ "person": person }), Some("contact")),
        (contact_task.clone(), json!({ "person": null }), Some("contact")),
        (contact_task.clone(), Value::Null, Some("contact")),
        (json!({ "include_phones": true }), json!({ "person": phones }), Some("contact")),
        (json!({}), json!({ "person": null, "usage": { "persons_count": 0 } }), Some("contact")),
        (json!({}), json!({ "person": { "first_name": "Jane" } }), Some("contact")),
        (phone_task.clone(), json!({ "person": phones }), Some("phone")),
        (phone_task.clone(), json!({ "person": null }), Some("phone")),
        (phone_task, Value::Null, Some("phone")),
        (json!({}), json!({ "person": phones }), Some("phone")),
        (contact_task, json!({ "person": null, "usage": { "phones_count": 0 } }), Some("phone")),
        (json!({ "email": "a@example.com" }), json!({ "person": null }), None),
        (
            json!({ "webhook_url": "https://hooks.example.com/x/phone" }),
            json!({ "person": null }),
            Some("phone"),
        ),
        (json!({ "domain": "example.com" }), json!({ "company": null }), Some("company")),
        (json!({ "name": null, "domain": "example.com" }), Value::Null, Some("company")),
        (json!({}), json!({ "company": null, "persons": [] }), Some("prospector")),
        (json!({ "title_filter": "CFO" }), Value::Null, Some("prospector")),
        (json!({ "title_filter": "CFO" }), json!({ "company": {} }), Some("prospector")),
        (json!({ "ip": "192.0.2.7" }), json!({ "company": {} }), Some("company-reveal")),
        (json!({}), json!({ "ip": "192.0.2.7", "company": {} }), Some("company-reveal")),
        (json!({ "page_number": 1 }), json!({ "persons": [] }), None),
        (json!({}), json!({ "job_change_status": "moved", "person": {} }), None),
        (json!({}), json!({ "titles": [] }), None),
        (json!({ "webhook_url": "https://x.example/company" }), Value::Null, Some("company")),
        (json!({}), Value::Null, None),
        (Value::Null, json!("text"), None),
    ] {
        assert_eq!(of("/hook", &body(task.clone(), output.clone())), kind, "{task} {output}");
    }
    assert_eq!(of_delivery(None, b"not JSON"), None);
}
