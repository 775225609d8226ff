//! The sandbox answers nothing that the description does not allow, unless it
//! was told to.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails, as it should")]

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::time::Duration;

use jsonschema::Validator;
use serde_json::{Value, json};
use waterfall_api::{Method, Operation, Request, Response, Transport, Url, operations};
use waterfall_sandbox::{
    DEMO_MASTER_KEY, Endpoint, Fault, FaultRule, Feature, JobTime, RateLimit, Sandbox,
    SandboxTransport,
};

/// What the description says that an operation may answer.
struct Contract {
    root: Value,
    seen: BTreeSet<(&'static str, u16)>,
    /// Those that were compiled, by their schemas.
    validators: RefCell<HashMap<String, Rc<Validator>>>,
}

impl Contract {
    fn new() -> Self {
        Self {
            root: waterfall_tests::description().root,
            seen: BTreeSet::new(),
            validators: RefCell::default(),
        }
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
        let validator = self.validator(schema);
        let Ok(body) = serde_json::from_slice::<Value>(answer.body()) else {
            return Some(format!("{} {status}: not JSON", operation.id));
        };
        let errors: Vec<String> =
            validator.iter_errors(&body).map(|error| error.to_string()).collect();
        (!errors.is_empty()).then(|| format!("{} {status}: {errors:?} in {body}", operation.id))
    }

    fn validator(&self, schema: &Value) -> Rc<Validator> {
        let compile = || {
            let mut schema = schema.clone();
            schema["components"] = self.root["components"].clone();
            Rc::new(jsonschema::validator_for(&schema).unwrap())
        };
        let mut validators = self.validators.borrow_mut();
        validators.entry(schema.to_string()).or_insert_with(compile).clone()
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

/// The operations that may answer, each with requests that lead to other results.
fn requests() -> Vec<(&'static Operation, Value)> {
    use operations::*;
    let mut requests = Vec::new();
    let mut add = |operation: &'static Operation, bodies: &[Value]| {
        requests.extend(bodies.iter().map(|body| (operation, body.clone())));
    };
    let people = [
        json!({"linkedin": "john-roe-42"}),
        json!({"email": "jane.doe@acme.com"}),
        json!({"linkedin": "nobody"}),
        json!({"full_name": "Ada Reed", "domain": "sample.io", "custom_fields": {"row": 7}}),
        json!({"linkedin": "kim-poe-7", "webhook_url": "https://a.example/h"}),
    ];
    add(&LAUNCH_CONTACT_ENRICHMENT, &people);
    add(&LAUNCH_PHONE_ENRICHMENT, &people);
    let companies = [
        json!({"domain": "example.com"}),
        json!({"domain": "larch-university.example"}),
        json!({"linkedin": "https://www.linkedin.com/company/sample-io/"}),
        json!({"name": "No Such Company"}),
    ];
    add(&LAUNCH_COMPANY_ENRICHMENT, &companies);
    add(
        &LAUNCH_PROSPECTOR,
        &[
            json!({"domain": "acme.com", "title_filter": "VP OR Head", "include_phones": true}),
            json!({"domain": "kelpstudios.example", "title_filter": "Founder",
                "verified_only": false, "limit": 500}),
            json!({"domain": "nobody.example", "title_filter": "Founder"}),
        ],
    );
    add(
        &SEARCH_CONTACTS,
        &[
            json!({"domain": "acme.com"}),
            json!({"contact_linkedin": "john-roe-42"}),
            json!({"company_name": "No Such Company"}),
            json!({"company_industries": ["Software Development"], "page_size": 50,
                "title_filters": [{"name": "a", "filter": "NOT Founder"}]}),
        ],
    );
    add(
        &SEARCH_COMPANIES,
        &[json!({"location_countries": ["France"]}), json!({"sizes": ["11-50"], "page_number": 9})],
    );
    add(
        &DETECT_JOB_CHANGE,
        &[
            json!({"company_domain": "example.com", "contact_linkedin": "kim-poe-7"}),
            json!({"professional_email": "john.roe@example.com"}),
            json!({"company_domain": "acme.com", "contact_linkedin": "nobody"}),
        ],
    );
    add(
        &REVEAL_COMPANY,
        &["192.0.2.7", "192.0.2.14", "198.51.100.1", "10.0.0.1"].map(|ip| json!({"ip": ip})),
    );
    let first = json!({"domain": "acme.com"});
    add(&LIST_COMPANY_TITLES, &[first, json!({"domain": "acme.com", "page_number": 99})]);
    let addresses = ["jane.doe@acme.com", "nobody@acme.com", "a.b@kelpstudios.example"];
    add(&VERIFY_EMAIL, &addresses.map(|email| json!({"email": email})));
    requests
}

/// All operations of the description.
fn all() -> Vec<&'static Operation> {
    fn leak(text: &str) -> &'static str {
        text.to_owned().leak()
    }
    let root = waterfall_tests::description().root;
    let mut all: Vec<&'static Operation> = Vec::new();
    for (path, item) in root["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Some(id) = operation["operationId"].as_str() else { continue };
            let is_open = operation["security"].as_array().is_some_and(Vec::is_empty);
            let security: &'static [&'static [&'static str]] =
                if is_open { &[] } else { &[&["apiKey"]] };
            let (id, method) = (leak(id), leak(&method.to_uppercase()));
            all.push(Box::leak(Box::new(Operation::new(id, method, leak(path), security))));
        }
    }
    assert_eq!(all.len(), 24);
    all
}

/// The operation that reads the jobs of another.
fn finder(launcher: &Operation) -> Option<&'static Operation> {
    all().into_iter().find(|one| one.path == launcher.path && one.method == "GET")
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

async fn created_key(transport: &SandboxTransport) -> String {
    let body = json!({"notes": "crm"}).to_string();
    let answer = call(transport, &operations::CREATE_API_KEY, "", Some(&body)).await;
    let body: Value = serde_json::from_slice(answer.body()).unwrap();
    body["api_key"].as_str().unwrap().to_owned()
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
