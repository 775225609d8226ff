//! Tests of all operations: jobs of each kind, and the contents of requests.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails, as it should")]

mod common;

use std::time::Duration;

use common::{ask, bare, got, plain, posted, send_to};
use reqwest::Method;
use serde_json::{Value, json};
use waterfall_sandbox::{Endpoint, Fault, Feature, JobTime, JobType};

const CONTACT: &str = "/v1/enrichment/contact";
const PHONE: &str = "/v1/enrichment/phone";
const COMPANY: &str = "/v1/enrichment/company";
const PROSPECTOR: &str = "/v1/prospector";
const SEARCH: &str = "/v1/search/contact";
const COMPANIES: &str = "/v1/search/company";
const CHANGE: &str = "/v1/job/change";
const REVEAL: &str = "/v1/company-reveal";
const TITLES: &str = "/v1/company-titles";
const VERIFY: &str = "/v1/verify/email";

fn prospecting() -> Value {
    json!({ "domain": "example.com", "title_filter": "VP OR Manager" })
}

/// Returns a request that each operation accepts; immediate operations come last.
fn requests() -> [(JobType, &'static str, Value); 10] {
    let change = json!({ "company_domain": "example.com", "contact_linkedin": "kim-poe-7" });
    [
        (JobType::Contact, CONTACT, json!({ "linkedin": "john-roe-42" })),
        (JobType::Phone, PHONE, json!({ "linkedin": "john-roe-42" })),
        (JobType::Company, COMPANY, json!({ "domain": "example.com" })),
        (JobType::Prospector, PROSPECTOR, prospecting()),
        (JobType::ContactSearch, SEARCH, json!({ "domain": "example.com" })),
        (JobType::CompanySearch, COMPANIES, json!({ "location_countries": ["France"] })),
        (JobType::JobChange, CHANGE, change),
        (JobType::CompanyReveal, REVEAL, json!({ "ip": "192.0.2.7" })),
        (JobType::CompanyTitles, TITLES, json!({ "domain": "example.com" })),
        (JobType::EmailVerification, VERIFY, json!({ "email": "john.roe@example.com" })),
    ]
}

#[tokio::test(start_paused = true)]
async fn each_kind_of_job_is_found_by_its_own_finder_only() {
    let sandbox = plain().job_time(JobTime::Fixed(Duration::from_secs(3))).build();
    let transport = sandbox.transport();
    for (index, (kind, path, body)) in requests().into_iter().enumerate() {
        let answer = posted(&transport, path, body.clone()).await;
        let at_once = index >= 4;
        let id = if at_once { &answer["input"]["task"]["job_id"] } else { &answer["job_id"] };
        let id = id.as_str().unwrap();
        assert_eq!(answer.get("status").is_some(), at_once, "{kind}: {answer}");
        let launched = sandbox.launches_of(kind);
        assert_eq!(launched.len(), 1, "{kind}");
        assert_eq!((launched[0].job_id.to_string().as_str(), &launched[0].body), (id, &body));
        tokio::time::sleep(Duration::from_secs(3)).await;
        for (other, other_path, _) in requests() {
            let request = bare(Method::GET, &format!("{other_path}?job_id={id}"));
            let (status, found) = ask(&transport, request).await;
            if other == JobType::EmailVerification {
                assert_eq!(found["code"], "ROUTING_INVALID_PATH_OR_METHOD");
            } else if other == kind {
                assert_eq!((status, &found["status"]), (200, &json!("SUCCEEDED")), "{kind}");
                assert!(!at_once || found == answer, "{kind}: {found} instead of {answer}");
                assert!(found["output"]["usage"]["balance_remaining_usd"].is_number(), "{kind}");
            } else {
                let code = json!("NOT_FOUND_JOB_NOT_FOUND");
                assert_eq!((status, &found["code"]), (404, &code), "{kind} at {other_path}");
            }
        }
    }
    assert_eq!(sandbox.launches().len(), 10);
    assert_eq!(sandbox.requests_to(Endpoint::LaunchProspector).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_launch_can_delay_and_fail_a_job_of_any_kind() {
    let transport = plain().build().transport();
    for (kind, path, mut body) in requests() {
        body["custom_fields"] = json!({ "sandbox": "seconds=2 state=FAILED", "row": 7 });
        let answer = posted(&transport, path, body).await;
        let id = answer["job_id"].as_str().or(answer["input"]["task"]["job_id"].as_str());
        let id = id.unwrap().to_owned();
        if kind == JobType::EmailVerification {
            assert_eq!(answer["status"], "RUNNING");
            continue;
        }
        let path = format!("{path}?job_id={id}");
        let running = got(&transport, &path).await;
        assert_eq!(running["status"], "RUNNING", "{kind}");
        assert!(answer.get("status").is_none() || running == answer, "{kind}");
        assert_eq!(running["input"]["task"]["custom_fields"]["row"], 7);
        tokio::time::sleep(Duration::from_secs(2)).await;
        let failed = got(&transport, &path).await;
        assert_eq!((&failed["status"], failed.get("output")), (&json!("FAILED"), None), "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn unknown_fields_are_refused_by_every_operation() {
    let transport = plain().build().transport();
    for (kind, path, mut body) in requests() {
        body["nickname"] = json!("J");
        let (status, answer) = send_to(&transport, Method::POST, path, &body).await;
        assert_eq!((status, &answer["code"]), (400, &json!("VALIDATION_BAD_REQUEST")), "{kind}");
        assert_eq!(answer["error"], json!(["nickname: Extra inputs are not permitted"]), "{kind}");
        let (_, answer) = send_to(&transport, Method::POST, path, &json!({})).await;
        assert_eq!(answer["category"], "VALIDATION", "{kind}: {answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn requests_are_validated_by_the_rules_of_their_operation() {
    let transport = plain().build().transport();
    let with = |mut body: Value, name: &str, value: Value| {
        body[name] = value;
        body
    };
    let industries = json!({ "company_industries": ["Robotics Engineering"] });
    let bad = "VALIDATION_BAD_REQUEST";
    for (path, body, code) in [
        (PHONE, json!({ "linkedin": "a-b", "email": "nonsense" }), "ok"),
        (PHONE, json!({ "email": "nonsense" }), "VALIDATION_BAD_EMAIL_INVALID"),
        (PHONE, json!({ "linkedin": "a-b", "include_phones": true }), bad),
        (COMPANY, json!({ "domain": "gmail.com" }), "VALIDATION_BAD_DOMAIN_EMAIL_PROVIDER"),
        (COMPANY, json!({ "linkedin": "https://www.linkedin.com/in/jane" }), bad),
        (COMPANY, json!({ "name": "" }), bad),
        (PROSPECTOR, json!({ "domain": "example.com" }), "VALIDATION_MISSING_TITLE_FILTERS"),
        (PROSPECTOR, json!({ "title_filter": "CEO" }), bad),
        (PROSPECTOR, with(prospecting(), "title_filters", json!([])), bad),
        (PROSPECTOR, with(prospecting(), "limit", json!(0)), bad),
        (PROSPECTOR, with(prospecting(), "limit", json!(501)), bad),
        (PROSPECTOR, with(prospecting(), "limit", json!(1.5)), bad),
        (
            PROSPECTOR,
            with(prospecting(), "title_filter", json!("(CEO")),
            "VALIDATION_BAD_TITLE_FILTER_MISSING_RIGHT_PARENTHESIS",
        ),
        (SEARCH, json!({ "domain": "example.com", "webhook_url": "https://a.example" }), bad),
        (SEARCH, json!({ "domain": "example.com", "page_number": 0 }), bad),
        (SEARCH, json!({ "domain": "example.com", "experience_start_date": "2024-02-30" }), bad),
        (SEARCH, industries.clone(), "VALIDATION_MISSING_TITLE_FILTERS"),
        (SEARCH, with(industries, "title_lists", json!([{ "name": "a", "titles": ["b"] }])), "ok"),
        (
            SEARCH,
            json!({ "domain": "example.com", "title_filters": [{ "name": "a", "filter": "b AND" }] }),
            "VALIDATION_BAD_TITLE_FILTER_MISSING_STRING_OR_NOT_OR_LEFT_PARENTHESIS",
        ),
        (SEARCH, json!({ "domain": "example.com", "title_filters": [{ "name": "a" }] }), bad),
        (COMPANIES, json!({ "sizes": [] }), bad),
        (CHANGE, json!({ "company_domain": "example.com" }), bad),
        (CHANGE, json!({ "contact_linkedin": "jane-doe-abc123" }), bad),
        (CHANGE, json!({ "company_linkedin": "example-corp", "contact_full_name": "J" }), bad),
        (CHANGE, json!({ "professional_email": "jane.doe@acme.com" }), "ok"),
        (REVEAL, json!({ "ip": "2001:db8::1" }), bad),
        (REVEAL, json!({ "ip": "192.0.2.7", "webhook_url": null }), "ok"),
        (TITLES, json!({ "domain": "nobody.example" }), "NOT_FOUND_NOT_FOUND"),
        (TITLES, json!({ "domain": "example.com", "page_size": 3 }), bad),
        (VERIFY, json!({ "email": "info@acme.com" }), "VALIDATION_BAD_EMAIL_ROLE"),
    ] {
        let (_, answer) = send_to(&transport, Method::POST, path, &body).await;
        assert_eq!(answer["code"].as_str().unwrap_or("ok"), code, "{path} {body}: {answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn disabled_features_are_forbidden() {
    let sandbox = plain()
        .without(Feature::Phone)
        .without(Feature::CompanyReveal)
        .without(Feature::CompanyTitles)
        .build();
    let transport = sandbox.transport();
    let mut with_phones = prospecting();
    with_phones["include_phones"] = json!(true);
    for (path, body, code) in [
        (PHONE, json!({ "linkedin": "john-roe-42" }), "PERMISSION_FEATURE_NOT_ENABLED"),
        (REVEAL, json!({ "ip": "192.0.2.7" }), "PERMISSION_FEATURE_NOT_ENABLED"),
        (TITLES, json!({ "domain": "acme.com" }), "PERMISSION_FEATURE_NOT_ENABLED"),
        (PROSPECTOR, with_phones, "PERMISSION_INCLUDE_PHONES_REQUIRES_PHONE_ENRICHMENT"),
    ] {
        let (status, answer) = send_to(&transport, Method::POST, path, &body).await;
        assert_eq!((status, &answer["code"]), (403, &json!(code)), "{path}");
    }
    posted(&transport, PROSPECTOR, prospecting()).await;
    let denied = plain().deny_phones_to("poor").build();
    let body = json!({ "linkedin": "john-roe-42" });
    let poor = denied.transport().with_key("poor");
    assert_eq!(send_to(&poor, Method::POST, PHONE, &body).await.0, 403);
    posted(&denied.transport(), PHONE, body).await;
}

#[tokio::test(start_paused = true)]
async fn faults_reach_the_operation_that_they_name() {
    let sandbox = plain().fault_rule("verifyEmail:status=503".parse().unwrap()).build();
    let transport = sandbox.transport();
    sandbox.fault_next(Endpoint::SearchContacts, Fault::status(500));
    let statuses = async |path, body| send_to(&transport, Method::POST, path, &body).await.0;
    assert_eq!(statuses(TITLES, json!({ "domain": "acme.com" })).await, 200);
    assert_eq!(statuses(SEARCH, json!({ "domain": "acme.com" })).await, 500);
    assert_eq!(statuses(SEARCH, json!({ "domain": "acme.com" })).await, 200);
    assert_eq!(statuses(VERIFY, json!({ "email": "jane.doe@acme.com" })).await, 503);
    assert_eq!(Endpoint::VerifyEmail.operation_id(), Some("verifyEmail"));
    assert!("verifyMail:status=503".parse::<waterfall_sandbox::FaultRule>().is_err());
}

#[tokio::test(start_paused = true)]
async fn webhooks_deliver_what_the_finder_returns() {
    let sandbox = plain().build();
    let bodies = std::sync::Arc::new(std::sync::Mutex::new(Vec::<Value>::new()));
    let received = bodies.clone();
    sandbox.deliver_to("https://hooks.example.com/", move |request| {
        received.lock().unwrap().push(serde_json::from_slice(request.body()).unwrap());
        async { axum::http::Response::new(()) }
    });
    let transport = sandbox.transport();
    for (kind, path, mut body) in requests() {
        let has_webhooks = matches!(
            kind,
            JobType::Contact
                | JobType::Phone
                | JobType::Company
                | JobType::Prospector
                | JobType::CompanyReveal
        );
        body["webhook_url"] = json!("https://hooks.example.com/w");
        let (status, answer) = send_to(&transport, Method::POST, path, &body).await;
        assert_eq!(status == 200, has_webhooks, "{kind}: {answer}");
        if !has_webhooks {
            continue;
        }
        sandbox.delivered().await;
        let id = sandbox.launches_of(kind)[0].job_id;
        let found = got(&transport, &format!("{path}?job_id={id}")).await;
        assert_eq!(bodies.lock().unwrap().pop(), Some(found), "{kind}");
    }
    assert_eq!(sandbox.deliveries().len(), 5);
}
