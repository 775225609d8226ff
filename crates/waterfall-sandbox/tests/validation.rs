//! Tests of rejected requests and their codes.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails, as it should")]

mod common;

use common::{PATH, ask, bare, get, plain, post};
use reqwest::Method;
use serde_json::{Value, json};
use waterfall_sandbox::{DEMO_KEY, Sandbox};

fn long(text: &str, times: usize) -> String {
    text.repeat(times)
}

fn launches() -> Vec<(Value, &'static str)> {
    let at = |domain: &str| json!({ "full_name": "Jane Doe", "domain": domain });
    let by = |email: &str| json!({ "email": email });
    let full = |name: &str| json!({ "full_name": name, "domain": "acme.com" });
    vec![
        // Form.
        (json!([]), "VALIDATION_BAD_REQUEST"),
        (json!({}), "VALIDATION_BAD_REQUEST"),
        (json!({ "email": "jane.doe@acme.com", "phone": "1" }), "VALIDATION_BAD_REQUEST"),
        (json!({ "email": 7 }), "VALIDATION_BAD_REQUEST"),
        (json!(null), "VALIDATION_MISSING_BODY"),
        (json!({ "email": null }), "VALIDATION_BAD_REQUEST"),
        (json!({ "email": null, "linkedin": "jane" }), "ok"),
        (json!({ "email": "jane.doe@acme.com", "linkedin": null }), "ok"),
        (json!({ "linkedin": "jane", "domain": null }), "VALIDATION_BAD_REQUEST"),
        (json!({ "linkedin": long("a", 501) }), "VALIDATION_BAD_REQUEST"),
        (json!({ "linkedin": long("a", 500) }), "ok"),
        (full(&long("é", 251)), "VALIDATION_BAD_REQUEST"),
        (full(&long("é", 250)), "ok"),
        (
            json!({ "first_name": long("a", 101), "last_name": "Doe", "domain": "acme.com" }),
            "VALIDATION_BAD_REQUEST",
        ),
        (
            json!({ "first_name": "Jane", "last_name": long("a", 101), "domain": "acme.com" }),
            "VALIDATION_BAD_REQUEST",
        ),
        (
            json!({ "first_name": long("a", 100), "last_name": long("a", 100), "domain": "acme.com" }),
            "ok",
        ),
        (at("a.b"), "VALIDATION_BAD_REQUEST"),
        (at("a.bc"), "ok"),
        (at(&format!("acme.com/{}", long("a", 491))), "ok"),
        (at(&format!("acme.com/{}", long("a", 492))), "VALIDATION_BAD_REQUEST"),
        (json!({ "linkedin": "jane", "include_phones": "yes" }), "VALIDATION_BAD_REQUEST"),
        (json!({ "linkedin": "jane", "include_phones": true }), "ok"),
        (json!({ "linkedin": "jane", "custom_fields": [] }), "VALIDATION_BAD_REQUEST"),
        (json!({ "linkedin": "jane", "custom_fields": null }), "VALIDATION_BAD_REQUEST"),
        (json!({ "linkedin": "jane", "custom_fields": { "sandbox": true } }), "ok"),
        (json!({ "linkedin": "jane", "custom_fields": { "a": "x", "b": 1.5, "c": false } }), "ok"),
        (json!({ "linkedin": "jane", "custom_fields": { "a": null } }), "VALIDATION_BAD_REQUEST"),
        (json!({ "linkedin": "jane", "custom_fields": { "a": ["x"] } }), "VALIDATION_BAD_REQUEST"),
        (json!({ "linkedin": "jane", "custom_fields": { "a": {} } }), "VALIDATION_BAD_REQUEST"),
        (
            json!({ "linkedin": "jane", "custom_fields": { "sandbox": { "seconds": -1 } } }),
            "VALIDATION_BAD_REQUEST",
        ),
        (json!({ "linkedin": "jane", "webhook_url": "ftp://x.com" }), "VALIDATION_BAD_REQUEST"),
        (json!({ "linkedin": "jane", "webhook_url": "/hook" }), "VALIDATION_BAD_REQUEST"),
        (json!({ "linkedin": "jane", "webhook_url": "https://hooks.example.com/a" }), "ok"),
        // Strategies: the first one present is used, and the others are ignored.
        (json!({ "full_name": "Jane Doe" }), "VALIDATION_BAD_REQUEST"),
        (json!({ "first_name": "Jane", "domain": "acme.com" }), "VALIDATION_BAD_REQUEST"),
        (json!({ "domain": "acme.com" }), "VALIDATION_BAD_REQUEST"),
        (json!({ "email": "jane@acme.com", "domain": "gmail.com", "full_name": "7" }), "ok"),
        (json!({ "email": "nonsense", "linkedin": "jane" }), "VALIDATION_BAD_EMAIL_INVALID"),
        (json!({ "linkedin": "https://www.linkedin.com/in/jane/?x=1" }), "ok"),
        (json!({ "linkedin": "linkedin.com/in/jane" }), "ok"),
        (json!({ "linkedin": "https://de.linkedin.com/in/jane" }), "ok"),
        (json!({ "linkedin": "https://example.com/in/jane" }), "VALIDATION_BAD_REQUEST"),
        (json!({ "linkedin": "https://evillinkedin.com/in/jane" }), "VALIDATION_BAD_REQUEST"),
        (json!({ "linkedin": "" }), "VALIDATION_BAD_REQUEST"),
        // E-delivery addresses.
        (by(""), "VALIDATION_BAD_EMAIL_INVALID"),
        (by("jane.doe@"), "VALIDATION_BAD_EMAIL_INVALID"),
        (by("jane@doe@acme.com"), "VALIDATION_BAD_EMAIL_INVALID"),
        (by("jane..doe@acme.com"), "VALIDATION_BAD_EMAIL_INVALID"),
        (by("jane doe@acme.com"), "VALIDATION_BAD_EMAIL_INVALID"),
        (by("jane@acme"), "VALIDATION_BAD_EMAIL_INVALID"),
        (by(&format!("j@{}.com", long("a", 249))), "VALIDATION_BAD_EMAIL_TOO_LONG"),
        (by("info@acme.com"), "VALIDATION_BAD_EMAIL_ROLE"),
        (by("Sales@acme.com"), "VALIDATION_BAD_EMAIL_ROLE"),
        (by("a1b2c3d4e5f6g7h8i9@acme.com"), "VALIDATION_BAD_EMAIL_TOO_MANY_DIGITS"),
        (by("a1b2c3d4e5f6g7h8@acme.com"), "ok"),
        (by("jane123456@acme.com"), "VALIDATION_BAD_EMAIL_CONSECUTIVE_DIGITS"),
        (by("jane12345@acme.com"), "ok"),
        (by("jane@mailinator.com"), "VALIDATION_BAD_DOMAIN_DISPOSABLE"),
        (by("jane.smith@gmail.com"), "ok"),
        // Domains.
        (at("https://www.acme.com/about?x=1"), "ok"),
        (at("ACME.com"), "ok"),
        (at("acme"), "VALIDATION_BAD_DOMAIN"),
        (at("acme..com"), "VALIDATION_BAD_DOMAIN"),
        (at("-acme.com"), "VALIDATION_BAD_DOMAIN"),
        (at("ac me.com"), "VALIDATION_BAD_DOMAIN_INVALID_CHARACTERS"),
        (at("acmé.com"), "VALIDATION_BAD_DOMAIN_INVALID_CHARACTERS"),
        (at("acme_corp.com"), "VALIDATION_BAD_DOMAIN_INVALID_CHARACTERS"),
        (at("acme.c0m"), "VALIDATION_BAD_DOMAIN_TOP_LEVEL"),
        (at("10.0.0.1"), "VALIDATION_BAD_DOMAIN_TOP_LEVEL"),
        (at("co.uk"), "VALIDATION_BAD_DOMAIN_TOP_LEVEL"),
        (at("acme.co.uk"), "ok"),
        (at("printer.local"), "VALIDATION_BAD_DOMAIN_TOP_LEVEL"),
        (at("gmail.com"), "VALIDATION_BAD_DOMAIN_EMAIL_PROVIDER"),
        (at("notgmail.com"), "ok"),
        (at("www.linkedin.com"), "VALIDATION_BAD_DOMAIN_SOCIAL_MEDIA"),
        (at("de.linkedin.com"), "VALIDATION_BAD_DOMAIN_SOCIAL_MEDIA"),
        (at("bit.ly"), "VALIDATION_BAD_DOMAIN_URL_SHORTENER"),
        (at("yopmail.com"), "VALIDATION_BAD_DOMAIN_DISPOSABLE"),
        (at("calendly.com"), "VALIDATION_BAD_DOMAIN_SERVICE_DOMAIN"),
        (at("acme.herokuapp.com"), "VALIDATION_BAD_DOMAIN_PROVIDER_DOMAIN"),
        (at("no-mx.example"), "VALIDATION_BAD_DOMAIN_NO_MX"),
        // Names.
        (full("Zoë O'Hara-Smith Jr."), "ok"),
        (full("小明"), "ok"),
        (full("Jane D0e"), "VALIDATION_BAD_NAME_INVALID"),
        (full("..."), "VALIDATION_BAD_NAME_INVALID"),
        (full("<b>Jane</b>"), "VALIDATION_BAD_NAME_INVALID"),
        (
            json!({ "first_name": "Jane", "last_name": "", "domain": "acme.com" }),
            "VALIDATION_BAD_NAME_INVALID",
        ),
    ]
}

#[tokio::test(start_paused = true)]
async fn launches_are_validated() {
    let sandbox = plain().build();
    let transport = sandbox.transport();
    for (body, expected) in launches() {
        let (status, answer) = ask(&transport, post(&body)).await;
        let code = answer["code"].as_str().unwrap_or("ok");
        assert_eq!(code, expected, "the response to {body} was {answer}");
        assert_eq!(status, if expected == "ok" { 200 } else { 400 });
        if expected != "ok" {
            assert_eq!(answer["status"], "error");
            assert_eq!(answer["category"], "VALIDATION");
            assert!(answer["message"].is_string());
        }
    }
    let accepted = launches().iter().filter(|(_, expected)| *expected == "ok").count();
    assert_eq!(sandbox.launches().len(), accepted, "a refused request starts no job");
}

#[tokio::test(start_paused = true)]
async fn at_most_ten_problems_of_a_request_are_reported() {
    let transport = plain().build().transport();
    let (_, answer) = ask(&transport, post(&json!({ "email": 1, "nickname": "J" }))).await;
    let unknown = "nickname: Extra inputs are not permitted";
    assert_eq!(answer["error"], json!(["email: must be a string", unknown]));
    let many: Value = (0..20).map(|n| (format!("field_{n}"), json!(n))).collect();
    let (_, answer) = ask(&transport, post(&many)).await;
    assert_eq!(answer["error"].as_array().unwrap().len(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_launch_needs_a_body_in_json() {
    let transport = plain().build().transport();
    let empty = bare(Method::POST, PATH);
    let mut untyped = post(&json!({ "linkedin": "jane" }));
    untyped.headers_mut().remove("content-type");
    let mut text = post(&json!({ "linkedin": "jane" }));
    text.headers_mut().insert("content-type", "text/plain".parse().unwrap());
    for request in [empty, untyped, text] {
        assert_eq!(ask(&transport, request).await.1["code"], "VALIDATION_MISSING_BODY");
    }
    let mut broken = post(&json!({}));
    *broken.body_mut() = Some("{\"email\":".into());
    assert_eq!(ask(&transport, broken).await.1["code"], "VALIDATION_BAD_REQUEST");
    let mut charset = post(&json!({ "linkedin": "jane" }));
    charset
        .headers_mut()
        .insert("content-type", "Application/JSON; charset=utf-8".parse().unwrap());
    assert_eq!(ask(&transport, charset).await.0, 200);
    let mut huge = post(&json!({}));
    *huge.body_mut() = Some(vec![b' '; 2 << 20].into());
    assert_eq!(ask(&transport, huge).await.1["code"], "VALIDATION_BAD_REQUEST");
}

#[tokio::test(start_paused = true)]
async fn the_finder_needs_the_id_of_a_job() {
    let sandbox = plain().build();
    let transport = sandbox.transport();
    let id = common::launch(&transport, json!({ "linkedin": "jane" })).await;
    let table = [
        (bare(Method::GET, PATH), 400, "VALIDATION_MISSING_JOB_ID_PARAMETER"),
        (bare(Method::GET, &format!("{PATH}?id={id}")), 400, "VALIDATION_MISSING_JOB_ID_PARAMETER"),
        (get(""), 400, "VALIDATION_MISSING_JOB_ID_PARAMETER"),
        (get("not-a-uuid"), 400, "VALIDATION_BAD_JOB_ID"),
        (get(&id.replace('-', "")), 400, "VALIDATION_BAD_JOB_ID"),
        (get("7d44db58-5de3-4e92-a2fb-8325d12c2e8b"), 404, "NOT_FOUND_JOB_NOT_FOUND"),
    ];
    for (request, status, code) in table {
        let url = request.url().clone();
        let (answered, body) = ask(&transport, request).await;
        assert_eq!((answered, body["code"].as_str()), (status, Some(code)), "{url}");
    }
    let other = sandbox.transport().with_key("another-key");
    assert_eq!(ask(&other, get(&id)).await.1["code"], "NOT_FOUND_JOB_NOT_FOUND");
    assert_eq!(ask(&transport, get(&id.to_uppercase())).await.0, 200);
}

#[tokio::test(start_paused = true)]
async fn keys_routes_and_the_order_of_checks() {
    let open = plain().build();
    let (status, body) = ask(&open.transport().without_key(), get("x")).await;
    assert_eq!((status, body["code"].as_str()), (401, Some("AUTH_MISSING_API_KEY")));
    let (status, body) = ask(&open.transport().with_key("not a key"), get("x")).await;
    assert_eq!((status, body["code"].as_str()), (403, Some("AUTH_BAD_API_KEY")));

    let closed = Sandbox::builder().accept_key("mine").rate_limit(1).build();
    let (status, body) = ask(&closed.transport().with_key(DEMO_KEY), get("x")).await;
    assert_eq!((status, body["code"].as_str()), (403, Some("AUTH_BAD_API_KEY")));
    let mine = closed.transport().with_key("mine");
    let (status, body) = ask(&mine, bare(Method::DELETE, PATH)).await;
    assert_eq!((status, body["code"].as_str()), (400, Some("ROUTING_INVALID_PATH_OR_METHOD")));
    let (status, body) = ask(&mine, bare(Method::GET, "/v2/nothing")).await;
    assert_eq!((status, body["category"].as_str()), (429, Some("RATE_LIMIT")));
    for (path, method, status, code) in [
        ("/v2/nothing", Method::GET, 404, "NOT_FOUND_NOT_FOUND"),
        ("/", Method::POST, 404, "NOT_FOUND_NOT_FOUND"),
        ("/v1/enrichment/contact/", Method::GET, 404, "NOT_FOUND_NOT_FOUND"),
        (PATH, Method::PUT, 400, "ROUTING_INVALID_PATH_OR_METHOD"),
    ] {
        let (answered, body) = ask(&open.transport(), bare(method, path)).await;
        assert_eq!((answered, body["code"].as_str()), (status, Some(code)), "{path}");
    }
    let keyless = open.transport().without_key();
    for path in ["/.well-known/jwks.json", "/sandbox/launches"] {
        let (status, body) = ask(&keyless, bare(Method::DELETE, path)).await;
        assert_eq!((status, body["code"].as_str()), (400, Some("ROUTING_INVALID_PATH_OR_METHOD")));
    }
    let (status, _) = ask(&closed.transport(), bare(Method::GET, "/v2/nothing")).await;
    assert_eq!(status, 403, "the key is checked first");
}

#[tokio::test(start_paused = true)]
async fn a_head_is_a_get_without_a_body() {
    let sandbox = plain().build();
    let transport = sandbox.transport();
    let id = common::launch(&transport, json!({ "linkedin": "jane" })).await;
    let unknown = "7d44db58-5de3-4e92-a2fb-8325d12c2e8b";
    for (id, status) in [(id.as_str(), 200), (unknown, 404)] {
        let head = bare(Method::HEAD, &format!("{PATH}?job_id={id}"));
        let answer = common::send(&transport, head).await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.body().len()), (status, 0));
        assert_eq!(answer.headers()["content-type"], "application/json");
    }
    let reads = sandbox.reads(id.parse().unwrap());
    assert_eq!(reads.len(), 1, "it counts as a read");
}

#[tokio::test(start_paused = true)]
async fn permission_and_quota() {
    let sandbox = plain().deny_phones_to("poor").quota(2).build();
    let poor = sandbox.transport().with_key("poor");
    let phones = json!({ "linkedin": "jane", "include_phones": true });
    let (status, body) = ask(&poor, post(&phones)).await;
    assert_eq!(status, 403);
    assert_eq!(body["code"], "PERMISSION_INCLUDE_PHONES_REQUIRES_PHONE_ENRICHMENT");
    assert_eq!(ask(&sandbox.transport(), post(&phones)).await.0, 200);
    for _ in 0..2 {
        assert_eq!(ask(&poor, post(&json!({ "linkedin": "jane" }))).await.0, 200);
    }
    let (status, body) = ask(&poor, post(&json!({ "linkedin": "jane" }))).await;
    assert_eq!((status, body["code"].as_str()), (402, Some("QUOTA_ACCOUNT_OVER_QUOTA")));
}
