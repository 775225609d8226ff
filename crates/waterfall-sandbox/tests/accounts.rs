//! Tests of keys, balances and usage.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails, as it should")]

mod common;

use std::time::{Duration, SystemTime};

use common::{ask, bare, got, output_of, plain, posted, send_to};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::{Uuid, uuid};
use waterfall_sandbox::{DEMO_MASTER_KEY, Feature, JobTime, Sandbox, SandboxTransport};

const MASTER: Uuid = uuid!("7c1a2b3c-0000-4000-8000-00000000000a");
const SUB_KEY: Uuid = uuid!("7c1a2b3c-0000-4000-8000-00000000000b");
const KEYS: &str = "/v1/api-keys";

fn with(sandbox: &Sandbox, key: &str) -> SandboxTransport {
    sandbox.transport().with_key(key)
}

fn total(output: &Value) -> f64 {
    output["usage"]["total_usd"].as_f64().unwrap()
}

/// February 2nd, 2026.
fn february() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_769_990_400)
}

#[tokio::test(start_paused = true)]
async fn counters_costs_and_balance_add_up() {
    let sandbox = plain()
        .job_time(JobTime::Fixed(Duration::ZERO))
        .balance_usd(10.0)
        .epoch(february())
        .build();
    let transport = with(&sandbox, &DEMO_MASTER_KEY.to_string());
    let filter = json!({ "domain": "example.com", "title_filter": "NOT x-ray", "limit": 3,
        "include_phones": true });
    let mut spent = 0.0;
    let mut last = Value::Null;
    for (path, body) in [
        ("/v1/enrichment/contact", json!({ "linkedin": "john-roe-42", "include_phones": true })),
        ("/v1/enrichment/contact", json!({ "linkedin": "nobody" })),
        ("/v1/enrichment/phone", json!({ "linkedin": "john-roe-42" })),
        ("/v1/enrichment/phone", json!({ "linkedin": "nobody" })),
        ("/v1/enrichment/company", json!({ "domain": "example.com" })),
        ("/v1/enrichment/company", json!({ "domain": "nobody.example" })),
        ("/v1/prospector", filter),
        ("/v1/search/contact", json!({ "domain": "acme.com", "page_size": 4 })),
        ("/v1/search/company", json!({ "location_countries": ["France"], "page_size": 2 })),
        (
            "/v1/job/change",
            json!({ "company_domain": "example.com", "contact_linkedin": "kim-poe-7" }),
        ),
        (
            "/v1/job/change",
            json!({ "company_domain": "acme.com", "contact_linkedin": "kim-poe-7" }),
        ),
        ("/v1/company-reveal", json!({ "ip": "192.0.2.7" })),
        ("/v1/company-reveal", json!({ "ip": "198.51.100.1" })),
        ("/v1/company-titles", json!({ "domain": "acme.com" })),
        ("/v1/company-titles", json!({ "domain": "acme.com", "page_number": 99 })),
        ("/v1/verify/email", json!({ "email": "jane.doe@acme.com" })),
    ] {
        last = output_of(&transport, path, body).await;
        spent += total(&last);
    }
    let account = got(&transport, "/v2/account").await;
    let usage = &account["key_usage"];
    let phones = usage["prospector_persons_phones"].as_u64().unwrap();
    assert!((3..=6).contains(&phones));
    for (counter, expected) in [
        ("enrichment_contact_requests", 2),
        ("enrichment_contact_persons", 1),
        ("enrichment_contact_persons_phones", 2),
        ("enrichment_phone_requests", 2),
        ("enrichment_phone_phones", 2),
        ("enrichment_company_requests", 2),
        ("enrichment_company_companies", 1),
        ("prospector_requests", 1),
        ("prospector_persons", 3),
        ("search_contact_requests", 1),
        ("search_contact_found", 4),
        ("search_company_requests", 1),
        ("search_company_found", 2),
        ("job_change_requests", 2),
        ("job_change_found", 1),
        ("company_reveal_requests", 2),
        ("company_reveal_found", 1),
        ("verify_email_requests", 1),
        ("verify_email_verified", 1),
    ] {
        assert_eq!(usage[counter], expected, "{counter}");
    }
    assert_eq!(
        (&usage["start_date"], &usage["end_date"]),
        (&json!("2026-02-01"), &json!("2026-03-01"))
    );
    // Contact .12, phone .02, company .07, Prospector .30 and phones, searches .08 and .14, job
    // change .05, reveal .07, titles .70, verification .01.
    let expected = 1.56 + phones as f64 / 100.0;
    assert!((spent - expected).abs() < 1e-9, "{spent} instead of {expected}");
    let left = account["balance_remaining_usd"].as_f64().unwrap();
    assert!((10.0 - spent - left).abs() < 1e-9, "{left}");
    assert_eq!(last["usage"]["balance_remaining_usd"], left);
    assert_eq!(account["price"]["persons_safe_usd"], 0.1);
    assert_eq!(account["account_usage"], *usage);
}

#[tokio::test(start_paused = true)]
async fn usage_is_reported_by_month_and_by_period() {
    let sandbox = plain().epoch(february()).build();
    let transport = sandbox.transport();
    let verify = json!({ "email": "jane.doe@acme.com" });
    posted(&transport, "/v1/verify/email", verify.clone()).await;
    tokio::time::advance(Duration::from_secs(30 * 24 * 3_600)).await;
    posted(&transport, "/v1/verify/email", verify.clone()).await;
    posted(&transport, "/v1/verify/email", verify).await;
    let count = async |query: &str| {
        let account = got(&transport, &format!("/v2/account{query}")).await;
        account["key_usage"]["verify_email_requests"].as_u64().unwrap()
    };
    assert_eq!(count("").await, 2);
    assert_eq!(count("?month=2026-03").await, 2);
    assert_eq!(count("?month=2026-02").await, 1);
    assert_eq!(count("?month=2025-12").await, 0);
    assert_eq!(count("?start_date=2026-02-02&end_date=2026-03-05").await, 3);
    assert_eq!(count("?start_date=2026-02-02&end_date=2026-03-04").await, 1);
    for query in [
        "month=",
        "month=2026-13",
        "month=2026-1",
        "month=26-01-1",
        "start_date=2026-02-01",
        "end_date=2026-02-01",
        "start_date=2026-02-01&end_date=2026-02-01",
        "start_date=2026-02-01&end_date=2027-02-02",
        "start_date=2024-02-01&end_date=2024-03-01",
        "start_date=2026-02-01&end_date=2026-03-01&month=2026-02",
        "start_date=2026-02-30&end_date=2026-03-01",
    ] {
        let request = bare(Method::GET, &format!("/v2/account?{query}"));
        let (status, body) = ask(&transport, request).await;
        assert_eq!((status, &body["code"]), (400, &json!("VALIDATION_BAD_REQUEST")), "{query}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_balance_that_is_used_up_refuses_launches() {
    let sandbox = plain().balance_usd(0.15).build();
    let transport = sandbox.transport();
    let contact = json!({ "linkedin": "jane-doe-abc123" });
    let launched = posted(&transport, "/v1/enrichment/contact", contact.clone()).await;
    posted(&transport, "/v1/enrichment/contact", contact.clone()).await;
    for path in ["/v1/enrichment/contact", "/v1/enrichment/phone"] {
        let (status, body) = send_to(&transport, Method::POST, path, &contact).await;
        assert_eq!((status, &body["code"]), (402, &json!("QUOTA_ACCOUNT_OVER_QUOTA")));
    }
    // Results are not lost, and another account has a separate balance.
    let id = launched["job_id"].as_str().unwrap();
    got(&transport, &format!("/v1/enrichment/contact?job_id={id}")).await;
    assert_eq!(got(&transport, "/v2/account").await["balance_remaining_usd"], 0.0);
    posted(&with(&sandbox, "another"), "/v1/enrichment/contact", contact).await;
}

#[tokio::test(start_paused = true)]
async fn the_account_report_does_not_count_towards_the_rate_limit() {
    let sandbox = Sandbox::builder().rate_limit(1).build();
    let transport = sandbox.transport();
    for _ in 0..5 {
        got(&transport, "/v2/account").await;
    }
    let verify = json!({ "email": "jane.doe@acme.com" });
    posted(&transport, "/v1/verify/email", verify.clone()).await;
    got(&transport, "/v2/account").await;
    assert_eq!(send_to(&transport, Method::POST, "/v1/verify/email", &verify).await.0, 429);
    let keyless = sandbox.transport().without_key();
    assert_eq!(ask(&keyless, bare(Method::GET, "/v2/account")).await.0, 401);
}

#[tokio::test(start_paused = true)]
async fn keys_of_an_account_share_jobs_and_balance_but_no_rate_limit() {
    let sandbox =
        Sandbox::builder().master_key(MASTER).sub_key(SUB_KEY, 2).balance_usd(5.0).build();
    let (master, sub) = (with(&sandbox, &MASTER.to_string()), with(&sandbox, &SUB_KEY.to_string()));
    let contact =
        json!({ "linkedin": "jane-doe-abc123", "custom_fields": { "sandbox": "seconds=0" } });
    let launched = posted(&sub, "/v1/enrichment/contact", contact.clone()).await;
    let path = format!("/v1/enrichment/contact?job_id={}", launched["job_id"].as_str().unwrap());
    assert_eq!(got(&master, &path).await["status"], "SUCCEEDED");
    posted(&sub, "/v1/enrichment/contact", contact.clone()).await;
    assert_eq!(ask(&sub, bare(Method::GET, &path)).await.0, 429, "its rate limit is 2");
    let account = got(&sub, "/v2/account").await;
    assert!(account.get("price").is_none(), "only the master key gets prices");
    let account = got(&master, "/v2/account").await;
    assert_eq!(account["key_usage"]["enrichment_contact_requests"], 0);
    assert_eq!(account["account_usage"]["enrichment_contact_requests"], 2);
    assert_eq!(account["balance_remaining_usd"], 4.8);
    let (status, body) = ask(&with(&sandbox, "stranger"), bare(Method::GET, &path)).await;
    assert_eq!((status, &body["code"]), (403, &json!("AUTH_BAD_API_KEY")));
    assert!(!format!("{:?}", Sandbox::builder().master_key(MASTER)).contains("7c1a2b3c"));
}

#[tokio::test(start_paused = true)]
async fn the_master_key_manages_the_others() {
    let sandbox = Sandbox::builder().master_key(MASTER).accept_key("mine").build();
    let master = with(&sandbox, &MASTER.to_string());
    let created = posted(&master, KEYS, json!({ "notes": "crm", "per_interval": 30 })).await;
    let value = created["api_key"].as_str().unwrap().to_owned();
    assert_eq!(
        created,
        json!({ "api_key": value, "active": true, "notes": "crm", "master": false,
            "per_interval": 30, "interval_seconds": 60 })
    );
    let default = posted(&master, KEYS, json!({ "notes": "default" })).await;
    assert_eq!(default["per_interval"], 50);
    assert_ne!(default["api_key"], created["api_key"]);
    let list = got(&master, KEYS).await;
    assert_eq!(list["api_keys"].as_array().unwrap().len(), 3);
    assert_eq!((&list["api_keys"][0]["master"], &list["api_keys"][1]), (&json!(true), &created));

    let crm = with(&sandbox, &value);
    posted(&crm, "/v1/verify/email", json!({ "email": "jane.doe@acme.com" })).await;
    let (status, body) = ask(&crm, bare(Method::GET, KEYS)).await;
    assert_eq!((status, &body["code"]), (403, &json!("AUTH_NEED_MASTER_API_KEY")));
    let off = json!({ "api_key": value, "notes": "off", "active": false });
    let (status, changed) = send_to(&master, Method::PUT, KEYS, &off).await;
    assert_eq!(status, 200);
    assert_eq!(
        changed,
        json!({ "api_key": value, "active": false, "notes": "off", "master": false,
            "per_interval": 30 })
    );
    let (status, body) = ask(&crm, bare(Method::GET, "/v2/account")).await;
    assert_eq!((status, &body["code"]), (403, &json!("AUTH_BAD_API_KEY")));
    let on = json!({ "api_key": value, "notes": "on", "active": true, "per_interval": 1 });
    assert_eq!(send_to(&master, Method::PUT, KEYS, &on).await.1["per_interval"], 1);
    got(&crm, "/v2/account").await;
    let (status, body) = ask(&with(&sandbox, "mine"), bare(Method::GET, KEYS)).await;
    assert_eq!((status, &body["code"]), (404, &json!("NOT_FOUND_NO_MASTER_API_KEY_FOUND")));
}

#[tokio::test(start_paused = true)]
async fn changes_of_keys_are_validated() {
    let sandbox = Sandbox::builder().master_key(MASTER).rate_limit(40).sub_key(SUB_KEY, 9).build();
    let master = with(&sandbox, &MASTER.to_string());
    let bad = "VALIDATION_BAD_REQUEST";
    let changed = |key: Uuid| json!({ "api_key": key, "notes": "n", "active": true });
    let too_fast = json!({ "api_key": SUB_KEY, "notes": "n", "active": true, "per_interval": 41 });
    for (method, body, code) in [
        (Method::POST, json!({}), bad),
        (Method::POST, json!({ "notes": "" }), bad),
        (Method::POST, json!({ "notes": "n", "master": true }), bad),
        (Method::POST, json!({ "notes": "n", "per_interval": 0 }), bad),
        (
            Method::POST,
            json!({ "notes": "n", "per_interval": 41 }),
            "VALIDATION_SUBKEY_RATE_EXCEEDS_MASTER",
        ),
        (Method::PUT, json!({ "api_key": SUB_KEY, "notes": "n" }), bad),
        (Method::PUT, json!({ "api_key": "x", "notes": "n", "active": true }), bad),
        (Method::PUT, changed(MASTER), "VALIDATION_CANNOT_EDIT_MASTER_API_KEY"),
        (Method::PUT, changed(Uuid::nil()), "NOT_FOUND_API_KEY_NOT_FOUND"),
        (Method::PUT, too_fast, "VALIDATION_SUBKEY_RATE_EXCEEDS_MASTER"),
    ] {
        let (_, answer) = send_to(&master, method, KEYS, &body).await;
        assert_eq!(answer["code"], code, "{body}: {answer}");
    }
    let small = Sandbox::builder().without(Feature::ApiKeys).build();
    let master = with(&small, &DEMO_MASTER_KEY.to_string());
    let (status, body) = ask(&master, bare(Method::GET, KEYS)).await;
    assert_eq!((status, &body["code"]), (403, &json!("PERMISSION_FEATURE_NOT_ENABLED")));
}
