//! Adds an operation with only a part of the description and a query type, as in
//! `docs/add-an-operation.md`.

#![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

mod industry_query;

use std::fs;
use std::time::Duration;

use serde_json::{Value, json};
use waterfall::testing::{MockResponse, MockTransport};
use waterfall::{Client, ErrorKind, Job, JobId, JobState, Method};
use waterfall_tests::fixtures::jobs_added_operations::jobs::IndustryEnrichment;
use waterfall_tests::fixtures::jobs_added_operations::types::Industries;

use self::industry_query::IndustryQuery;

const PATH: &str = "/v1/enrichment/industry";

fn query(domain: &str) -> IndustryQuery {
    IndustryQuery { domain: domain.to_owned() }
}

/// A server that returns the job as `RUNNING` at the first read, and then as finished.
fn server() -> MockTransport {
    let found = MockResponse::output(json!({ "industry": "Software Development" }));
    MockTransport::new().reads([MockResponse::running(), found])
}

fn client(server: &MockTransport) -> Client {
    server.client_builder().build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn it_is_launched_and_found() {
    let server = server();
    let found = client(&server).enrich(query("acme.com")).await.unwrap();
    let output = found.job().output.as_ref().unwrap();
    assert_eq!(output.industry.as_deref(), Some("Software Development"));
    assert_eq!((found.state(), found.reads()), (&JobState::Succeeded, 2));
    assert_eq!(found.job_id().kind(), "industry");

    let requests = server.requests();
    let sent: Vec<(&Method, &str)> =
        requests.iter().map(|request| (&request.method, request.url.path())).collect();
    assert_eq!(sent, [(&Method::POST, PATH), (&Method::GET, PATH), (&Method::GET, PATH)]);
    let body: Value = serde_json::from_slice(&requests[0].body).unwrap();
    assert_eq!(body, json!({ "domain": "acme.com" }));
    assert!(requests[1].url.query().unwrap().starts_with("job_id="));
}

/// Another process continues with the ID, which is printed and parsed with the kind.
#[tokio::test(start_paused = true)]
async fn it_is_resumed_by_its_id() {
    let client = client(&server());
    let stored = client.launch(query("acme.com")).await.unwrap().id().to_string();
    assert!(stored.starts_with("industry/"), "{stored}");
    let id: JobId = stored.parse().unwrap();
    let job: Job<IndustryEnrichment> = client.job_of(id);
    assert!(job.wait().await.unwrap().is_success());
    assert_eq!(client.duration_history::<IndustryEnrichment>().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_batch_has_a_result_for_each_query() {
    let server = server();
    let client = client(&server);
    let mut batch = client.enrich_each(["acme.com", "acme", "example.com"].map(query));
    let mut results = Vec::new();
    while let Some(item) = batch.next().await {
        results.push((item.index, item.result.err().map(|error| error.kind())));
    }
    results.sort_unstable_by_key(|(index, _)| *index);
    assert_eq!(results, [(0, None), (1, Some(ErrorKind::InvalidQuery)), (2, None)]);
}

/// An immediate operation without a wrapper is called with the rate limiter and retries.
#[tokio::test(start_paused = true)]
async fn an_operation_without_jobs_is_requested() {
    let pause = MockResponse::rate_limited(Duration::from_secs(20));
    let all = MockResponse::body(200, r#"{"industries":["Software Development"],"total":1}"#);
    let server = MockTransport::new().on(Method::GET, "/v1/industries", [pause, all]);
    let request = client(&server).request(Method::GET, "/v1/industries").query("country", "France");
    let response = request.send().await.unwrap();
    let industries: Industries = response.json().unwrap();
    assert_eq!(industries.industries.as_deref().unwrap(), ["Software Development"]);
    // Fields that the description does not have are kept.
    assert_eq!(industries.extra["total"], 1);
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[1].url.query(), Some("country=France"));
}

/// The page contains the code that this test compiles.
#[test]
fn the_page_has_the_document_and_the_query() {
    let top = waterfall_tests::top();
    let read = |path: &str| fs::read_to_string(top.join(path)).unwrap();
    let page = read("docs/add-an-operation.md");
    let document = read("tests/fixtures/quirks/jobs/added_operations.yaml");
    let query = read("tests/tests/added_operation/industry_query.rs");
    for (language, text) in [("yaml", document), ("rust", query)] {
        assert!(page.contains(&format!("```{language}\n{text}```\n")), "the {language} differs");
    }
}
