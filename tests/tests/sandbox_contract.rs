//! The sandbox answers nothing that the description does not allow, unless it
//! was told to.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails, as it should")]

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use waterfall_api::{Method, Operation, Request, Response, Transport, Url, operations};
use waterfall_sandbox::{Endpoint, Fault, JobTime, RateLimit, Sandbox, SandboxTransport};

/// What the description says that an operation may answer.
struct Contract {
    root: Value,
    seen: BTreeSet<(&'static str, u16)>,
}

impl Contract {
    fn new() -> Self {
        Self { root: waterfall_tests::description().root, seen: BTreeSet::new() }
    }

    fn responses(&self, operation: &Operation) -> &Value {
        &self.root["paths"][operation.path][operation.method.to_lowercase()]["responses"]
    }

    /// The schema of the answer, or what is wrong with it.
    fn violation(&self, operation: &Operation, answer: &Response) -> Option<String> {
        let status = answer.status().as_u16();
        let response = &self.responses(operation)[status.to_string()];
        let response = match response["$ref"].as_str() {
            Some(reference) => self.root.pointer(&reference[1..]).unwrap(),
            None => response,
        };
        let Some(schema) = response.pointer("/content/application~1json/schema") else {
            return Some(format!("{} answers {status}, which is not described", operation.id));
        };
        let is_json = |header: &waterfall_api::HeaderValue| header == "application/json";
        if !answer.headers().get("content-type").is_some_and(is_json) {
            return Some(format!("{} {status} is not application/json", operation.id));
        }
        let mut schema = schema.clone();
        schema["components"] = self.root["components"].clone();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let Ok(body) = serde_json::from_slice::<Value>(answer.body()) else {
            return Some(format!("{} {status}: not JSON", operation.id));
        };
        let errors: Vec<String> =
            validator.iter_errors(&body).map(|error| error.to_string()).collect();
        (!errors.is_empty()).then(|| format!("{} {status}: {errors:?} in {body}", operation.id))
    }

    fn check(&mut self, operation: &'static Operation, answer: &Response) {
        assert_eq!(self.violation(operation, answer), None);
        self.seen.insert((operation.id, answer.status().as_u16()));
    }
}

async fn call(
    transport: &SandboxTransport,
    operation: &'static Operation,
    query: &str,
    body: Option<&str>,
) -> Response {
    let url = Url::parse(&format!("http://sandbox{}{query}", operation.path)).unwrap();
    let mut http = reqwest::Request::new(operation.method.parse::<Method>().unwrap(), url);
    if let Some(body) = body {
        http.headers_mut().insert("content-type", "application/json".parse().unwrap());
        *http.body_mut() = Some(body.to_owned().into());
    }
    transport.execute(Request::new(operation, http)).await.unwrap()
}

async fn launch(transport: &SandboxTransport, body: Value) -> Response {
    call(transport, &operations::LAUNCH_CONTACT_ENRICHMENT, "", Some(&body.to_string())).await
}

async fn find(transport: &SandboxTransport, query: &str) -> Response {
    call(transport, &operations::FIND_CONTACT_ENRICHMENT, query, None).await
}

fn job_id(launched: &Response) -> String {
    let body: Value = serde_json::from_slice(launched.body()).unwrap();
    format!("?job_id={}", body["job_id"].as_str().unwrap())
}

fn sandbox() -> Sandbox {
    Sandbox::builder()
        .rate_limit(RateLimit::unlimited())
        .job_time(JobTime::Fixed(Duration::from_secs(5)))
        .build()
}

fn launches() -> Vec<Value> {
    let mut bodies = vec![
        json!({"email": "jane.doe@acme.com"}),
        json!({"linkedin": "jane-doe-abc123", "include_phones": true}),
        json!({"linkedin": "nobody"}),
        json!({"full_name": "Jane Doe", "domain": "acme.com", "custom_fields": {"row": 7, "ok": true}}),
        json!({"first_name": "Jane", "last_name": "Doe", "domain": "https://acme.com/x", "webhook_url": "https://a.example/h"}),
    ];
    for state in ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "RUNNING"] {
        bodies.push(
            json!({"linkedin": "jane-doe-abc123", "custom_fields": {"sandbox": {"state": state}}}),
        );
    }
    bodies.extend(
        (0..60).map(|n| json!({"linkedin": format!("person-{n}"), "include_phones": n % 2 == 0})),
    );
    bodies
}

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

fn sandbox_with_one_request() -> Sandbox {
    Sandbox::builder().rate_limit(RateLimit::per_minute(1)).build()
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
async fn told_to_misbehave_it_breaks_the_contract() {
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
