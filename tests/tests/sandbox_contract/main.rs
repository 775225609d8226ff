//! Except for injected faults, all responses of the sandbox match the description.

#![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

mod contract;
mod requests;

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use waterfall_api::operations;
use waterfall_sandbox::{DEMO_MASTER_KEY, Endpoint, Fault, FaultRule, Feature, RateLimit, Sandbox};

use crate::contract::Contract;
use crate::requests::{
    all, call, created_key, find, finder, job_id, launch, launches, requests, sandbox,
    sandbox_with_one_request,
};

#[tokio::test(start_paused = true)]
async fn jobs_are_as_described_in_every_state() {
    let (sandbox, mut contract) = (sandbox(), Contract::new());
    let transport = sandbox.transport();
    let mut states = BTreeSet::new();
    for body in launches() {
        let launched = launch(&transport, body).await;
        contract.check(&operations::LAUNCH_CONTACT_ENRICHMENT, &launched);
        for wait in [0, 6] {
            tokio::time::sleep(Duration::from_secs(wait)).await;
            let found = find(&transport, &job_id(&launched)).await;
            contract.check(&operations::FIND_CONTACT_ENRICHMENT, &found);
            let body: Value = serde_json::from_slice(found.body()).unwrap();
            states.insert(body["status"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(states.len(), 5, "{states:?}");
}

#[tokio::test(start_paused = true)]
async fn refusals_are_as_described() {
    let (sandbox, mut contract) = (sandbox(), Contract::new());
    let transport = sandbox.transport();
    let launcher = &operations::LAUNCH_CONTACT_ENRICHMENT;
    let finder = &operations::FIND_CONTACT_ENRICHMENT;
    for body in [
        "",
        "[]",
        "null",
        "{",
        "{}",
        r#"{"unknown": 1}"#,
        r#"{"email": 1}"#,
        r#"{"email": "info@acme.com"}"#,
        r#"{"email": "x"}"#,
        r#"{"domain": "acme.com"}"#,
        r#"{"full_name": "J", "domain": "a"}"#,
        r#"{"full_name": "Jane Doe", "domain": "gmail.com"}"#,
        r#"{"linkedin": "a", "custom_fields": []}"#,
        r#"{"linkedin": "a", "custom_fields": {"deep": {}}}"#,
        r#"{"linkedin": "a", "webhook_url": "ftp://a"}"#,
        r#"{"linkedin": "a", "include_phones": "yes"}"#,
    ] {
        let answer = call(&transport, launcher, "", Some(body)).await;
        assert_eq!(answer.status(), 400, "{body}");
        contract.check(launcher, &answer);
    }
    let limited = sandbox_with_one_request().transport();
    let rows = [
        (finder, find(&transport, "").await, 400),
        (finder, find(&transport, "?job_id=1").await, 400),
        (finder, find(&transport, "?job_id=00000000-0000-4000-8000-000000000000").await, 404),
        (finder, find(&transport.clone().without_key(), "").await, 401),
        (launcher, launch(&transport.clone().without_key(), json!({})).await, 401),
        (finder, find(&limited, "").await, 400),
        (finder, find(&limited, "").await, 429),
        (launcher, launch(&limited, json!({})).await, 429),
    ];
    for (operation, answer, status) in rows {
        assert_eq!(answer.status(), status);
        contract.check(operation, &answer);
    }
    let strict = Sandbox::builder()
        .accept_key("good-key-0001")
        .deny_phones_to("good-key-0001")
        .quota(1)
        .build();
    let (stranger, owner) =
        (strict.transport().with_key("bad-key-0001"), strict.transport().with_key("good-key-0001"));
    for (transport, body, status) in [
        (&stranger, json!({"linkedin": "a-b"}), 403),
        (&owner, json!({"linkedin": "a-b", "include_phones": true}), 403),
        (&owner, json!({"linkedin": "a-b"}), 200),
        (&owner, json!({"linkedin": "a-b"}), 402),
    ] {
        let answer = launch(transport, body).await;
        assert_eq!(answer.status(), status);
        contract.check(launcher, &answer);
    }
    sandbox.fault_next(Endpoint::Find, Fault::status(500));
    contract.check(finder, &find(&transport, "?job_id=1").await);
    contract.check(
        &operations::GET_WEBHOOK_KEYS,
        &call(&transport, &operations::GET_WEBHOOK_KEYS, "", None).await,
    );
    assert_eq!(contract.seen.len(), 12, "{:?}", contract.seen);
}

#[tokio::test(start_paused = true)]
async fn a_429_has_the_headers_that_are_described() {
    let transport = sandbox_with_one_request().transport();
    find(&transport, "").await;
    let answer = find(&transport, "").await;
    let contract = Contract::new();
    let described =
        contract.root["components"]["responses"]["TooManyRequests"]["headers"].as_object().unwrap();
    assert!(!described.is_empty());
    for name in described.keys() {
        assert!(answer.headers().contains_key(name), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn injected_faults_break_the_contract() {
    let (sandbox, contract) = (sandbox(), Contract::new());
    let transport = sandbox.transport();
    let launched = launch(&transport, json!({"linkedin": "jane-doe-abc123"})).await;
    tokio::time::sleep(Duration::from_secs(6)).await;
    for fault in ["status=503", "html", "wrong-type", "unknown-values"] {
        sandbox.fault_next(Endpoint::Find, fault.parse().unwrap());
        let answer = find(&transport, &job_id(&launched)).await;
        let violation = contract.violation(&operations::FIND_CONTACT_ENRICHMENT, &answer);
        assert!(violation.is_some(), "{fault} stays within the description");
    }
}

#[tokio::test(start_paused = true)]
async fn every_operation_answers_as_described() {
    let (sandbox, mut contract) = (sandbox(), Contract::new());
    let transport = sandbox.transport().with_key(&DEMO_MASTER_KEY.to_string());
    for (operation, body) in requests() {
        for state in ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "RUNNING"] {
            let mut body = body.clone();
            if state != "SUCCEEDED" {
                body["custom_fields"] = json!({ "sandbox": format!("state={state}") });
            }
            let launched = call(&transport, operation, "", Some(&body.to_string())).await;
            assert_eq!(launched.status(), 200, "{} {body}", operation.id);
            contract.check(operation, &launched);
            let Some(finder) = finder(operation) else { continue };
            let id = sandbox.launches().last().unwrap().job_id;
            for wait in [0, 6] {
                tokio::time::sleep(Duration::from_secs(wait)).await;
                let found = call(&transport, finder, &format!("?job_id={id}"), None).await;
                assert_eq!(found.status(), 200, "{}", finder.id);
                contract.check(finder, &found);
            }
        }
    }
    use operations::*;
    let key = "00000000-0000-4000-8000-000000000001";
    for (operation, query, body, status) in [
        (&GET_ACCOUNT, "?month=2026-02", None, 200),
        (&GET_ACCOUNT, "?month=x", None, 400),
        (&LIST_API_KEYS, "", None, 200),
        (&CREATE_API_KEY, "", Some(json!({"notes": "crm"})), 200),
        (&CREATE_API_KEY, "", Some(json!({})), 400),
        (&MODIFY_API_KEY, "", Some(json!({"api_key": key, "notes": "n", "active": true})), 400),
        (&GET_WEBHOOK_KEYS, "", None, 200),
        (&LIST_COMPANY_TITLES, "", Some(json!({"domain": "nobody.example"})), 404),
    ] {
        let body = body.map(|body| body.to_string());
        let answer = call(&transport, operation, query, body.as_deref()).await;
        assert_eq!(answer.status(), status, "{}", operation.id);
        contract.check(operation, &answer);
    }
    let keys = sandbox.requests().last().map(|request| request.endpoint);
    assert_eq!(keys, Some(Endpoint::ListCompanyTitles));
    let sub_key = created_key(&transport).await;
    let change = json!({"api_key": sub_key, "notes": "n", "active": false}).to_string();
    contract.check(&MODIFY_API_KEY, &call(&transport, &MODIFY_API_KEY, "", Some(&change)).await);
    let answered: BTreeSet<&str> =
        contract.seen.iter().filter(|(_, status)| *status == 200).map(|(id, _)| *id).collect();
    let all: BTreeSet<&str> = all().iter().map(|operation| operation.id).collect();
    assert_eq!(answered, all, "every operation answers");
}

#[tokio::test(start_paused = true)]
async fn every_operation_refuses_as_described() {
    let mut contract = Contract::new();
    let open = sandbox();
    let poor = Sandbox::builder()
        .rate_limit(RateLimit::unlimited())
        .balance_usd(0.0)
        .without(Feature::Phone)
        .without(Feature::CompanyReveal)
        .without(Feature::CompanyTitles)
        .without(Feature::ApiKeys)
        .build();
    for operation in all() {
        let body = (operation.method != "GET").then_some("{\"unknown\": 1}");
        let limited = sandbox_with_one_request();
        let transports = [
            open.transport(),
            open.transport().without_key(),
            open.transport().with_key("not a key"),
            open.transport().with_key(&DEMO_MASTER_KEY.to_string()),
            poor.transport(),
            limited.transport(),
            limited.transport(),
        ];
        for transport in transports {
            let answer = call(&transport, operation, "", body).await;
            contract.check(operation, &answer);
        }
        open.fault_next(Endpoint::of(operation.method, operation.path), Fault::status(500));
        let answer = call(&open.transport(), operation, "", body).await;
        assert_eq!(answer.status(), 500, "{}", operation.id);
        contract.check(operation, &answer);
    }
    for (operation, body) in requests() {
        let answer = call(&poor.transport(), operation, "", Some(&body.to_string())).await;
        assert!([402, 403].contains(&answer.status().as_u16()), "{}", operation.id);
        contract.check(operation, &answer);
    }
}

/// Rules and records name the operations of the description.
#[test]
fn every_operation_is_known_to_the_sandbox() {
    for operation in all() {
        let endpoint = Endpoint::of(operation.method, operation.path);
        assert_eq!(endpoint.operation_id(), Some(operation.id));
        assert!(format!("{}:status=500", operation.id).parse::<FaultRule>().is_ok());
    }
}
