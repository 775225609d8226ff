//! The requests: operations, bodies, and transports.

use std::time::Duration;

use serde_json::{Value, json};
use waterfall_api::{Method, Operation, Request, Response, Transport, Url, operations};
use waterfall_sandbox::{JobTime, RateLimit, Sandbox, SandboxTransport};

pub(crate) async fn call(
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

pub(crate) async fn launch(transport: &SandboxTransport, body: Value) -> Response {
    call(transport, &operations::LAUNCH_CONTACT_ENRICHMENT, "", Some(&body.to_string())).await
}

pub(crate) async fn find(transport: &SandboxTransport, query: &str) -> Response {
    call(transport, &operations::FIND_CONTACT_ENRICHMENT, query, None).await
}

pub(crate) fn job_id(launched: &Response) -> String {
    let body: Value = serde_json::from_slice(launched.body()).unwrap();
    format!("?job_id={}", body["job_id"].as_str().unwrap())
}

pub(crate) fn sandbox() -> Sandbox {
    Sandbox::builder()
        .rate_limit(RateLimit::unlimited())
        .job_time(JobTime::Fixed(Duration::from_secs(5)))
        .build()
}

pub(crate) fn launches() -> Vec<Value> {
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
pub(crate) fn sandbox_with_one_request() -> Sandbox {
    Sandbox::builder().rate_limit(RateLimit::per_minute(1)).build()
}

/// Returns the operations, each with requests that lead to different results.
pub(crate) fn requests() -> Vec<(&'static Operation, Value)> {
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

/// Returns all operations of the description.
pub(crate) fn all() -> Vec<&'static Operation> {
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

/// Returns the operation that reads the jobs of another.
pub(crate) fn finder(launcher: &Operation) -> Option<&'static Operation> {
    all().into_iter().find(|one| one.path == launcher.path && one.method == "GET")
}

pub(crate) async fn created_key(transport: &SandboxTransport) -> String {
    let body = json!({"notes": "crm"}).to_string();
    let answer = call(transport, &operations::CREATE_API_KEY, "", Some(&body)).await;
    let body: Value = serde_json::from_slice(answer.body()).unwrap();
    body["api_key"].as_str().unwrap().to_owned()
}
