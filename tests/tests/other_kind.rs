//! Tests a job kind that the facade does not know: only its query is written by hand.

#![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use std::collections::VecDeque;
use std::future::IntoFuture;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use waterfall::{
    BoxFuture, Client, ContactQuery, DurationHistory, Error, ErrorKind, Job, JobId, JobQuery,
    JobState, Request, Response, RetryPolicy, StatusCode, Transport, TransportError,
};
use waterfall_tests::fixtures::jobs_required_id::jobs::PhoneSearch;
use waterfall_tests::fixtures::jobs_required_id::types;

#[derive(Debug, Clone, PartialEq)]
struct PhoneQuery(&'static str);

impl JobQuery for PhoneQuery {
    type Kind = PhoneSearch;

    fn to_request(&self, webhook_url: Option<&str>) -> Result<types::Query, Error> {
        if self.0.is_empty() {
            return Err(Error::invalid_query(vec!["the name is empty".to_owned()]));
        }
        let mut query = types::Query::new(self.0.to_owned());
        query.webhook_url = webhook_url.map(str::to_owned).into();
        Ok(query)
    }
}

/// Answers launches with sequential IDs, and reads as scripted; then the job is finished.
#[derive(Debug, Default, Clone)]
struct Phones {
    reads: Arc<Mutex<VecDeque<(u16, Value)>>>,
    sent: Arc<Mutex<Vec<String>>>,
}

impl Phones {
    fn new(reads: impl IntoIterator<Item = (u16, Value)>) -> Self {
        Self { reads: Arc::new(Mutex::new(reads.into_iter().collect())), sent: Arc::default() }
    }

    fn client(&self) -> Client {
        let builder = Client::builder().api_key("test").transport(self.clone());
        builder.retry(RetryPolicy::none()).build().unwrap()
    }

    fn sent(&self) -> Vec<String> {
        self.sent.lock().unwrap().clone()
    }

    fn answer(&self, request: &Request) -> (u16, Value) {
        let mut sent = self.sent.lock().unwrap();
        sent.push(format!("{} {}", request.http.method(), request.http.url().path()));
        if request.operation.id == "launchPhoneSearch" {
            let body = request.http.body().and_then(|body| body.as_bytes()).unwrap();
            let body: Value = serde_json::from_slice(body).unwrap();
            return match body["name"].as_str() {
                Some("Refused") => (400, json!({ "message": "no such name" })),
                _ => (200, json!({ "job_id": id(sent.len()) })),
            };
        }
        self.reads.lock().unwrap().pop_front().unwrap_or_else(|| (200, over()))
    }
}

impl Transport for Phones {
    fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        let (status, body) = self.answer(&request);
        let status = StatusCode::from_u16(status).unwrap();
        let response =
            Response::new(status, request.http.url().clone()).with_body(body.to_string());
        Box::pin(async move { Ok(response) })
    }
}

fn id(number: usize) -> String {
    format!("7d44db58-5de3-4e92-a2fb-{number:012}")
}

fn running() -> Value {
    json!({ "status": "RUNNING", "start_date": "2026-03-01T12:00:00.000Z" })
}

fn over() -> Value {
    json!({
        "status": "SUCCEEDED",
        "start_date": "2026-03-01T12:00:00.000Z",
        "stop_date": "2026-03-01T12:00:07.000Z",
        "output": { "phone": "+1 555 0100", "usage": { "credits": 2 } },
    })
}

#[tokio::test(start_paused = true)]
async fn it_is_launched_read_and_waited_for() {
    let api = Phones::new([(200, running()), (200, running())]);
    let client = api.client();
    let job: Job<PhoneSearch> = client.launch(PhoneQuery("Jane")).await.unwrap();
    assert_eq!(
        (job.id().to_string(), job.kind()),
        (format!("phone-search/{}", id(1)), "phone_search")
    );
    assert!(!job.fetch().await.unwrap().is_final());
    let done = job.wait().await.unwrap();
    assert_eq!(done.job().output.as_ref().unwrap()["phone"], "+1 555 0100");
    assert_eq!(*done.state(), JobState::Succeeded);
    assert_eq!(done.elapsed(), Some(Duration::from_secs(7)));
    assert_eq!((done.reads(), done.launch_attempts()), (2, Some(1)));
    assert_eq!(api.sent(), ["POST /phone", "GET /phone", "GET /phone", "GET /phone"]);
    // Durations are learned per kind.
    assert_eq!(client.duration_history::<PhoneSearch>().len(), 1);
    assert!(client.duration_history::<waterfall::ContactEnrichment>().is_empty());
    let later = client.job_of::<PhoneSearch>(job.id()).wait().await.unwrap();
    assert!(later.is_success());
}

#[tokio::test(start_paused = true)]
async fn one_call_launches_and_waits() {
    let api = Phones::new([(200, running())]);
    let (launching, seen) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(0)));
    let (noted, reads) = (launching.clone(), seen.clone());
    let done = api
        .client()
        .enrich(PhoneQuery("Jane"))
        .on_launching_of(move |query: &PhoneQuery| noted.lock().unwrap().push(query.clone()))
        .on_read(move |_| *reads.lock().unwrap() += 1)
        .await
        .unwrap();
    assert_eq!(done.job().status, "SUCCEEDED");
    assert_eq!(*launching.lock().unwrap(), [PhoneQuery("Jane")]);
    assert_eq!(*seen.lock().unwrap(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_batch_mixes_queries_and_jobs() {
    let api = Phones::new([]);
    let client = api.client();
    let known = client.launch(PhoneQuery("Joe")).await.unwrap();
    let mut batch = client.enrich_each([
        ("query", waterfall::BatchInput::from(PhoneQuery("Jane"))),
        ("invalid", PhoneQuery("").into()),
        ("refused", PhoneQuery("Refused").into()),
        ("job", known.into()),
    ]);
    let mut results = Vec::new();
    while let Some(item) = batch.next().await {
        let error = item.result.as_ref().err();
        if let Some(error) = error {
            assert!(error.query_of::<PhoneQuery>().is_some(), "{error}");
            assert!(error.query().is_none());
        }
        results.push((item.key, error.map(Error::kind)));
    }
    results.sort_by_key(|(key, _)| *key);
    assert_eq!(
        results,
        [
            ("invalid", Some(ErrorKind::InvalidQuery)),
            ("job", None),
            ("query", None),
            ("refused", Some(ErrorKind::Api)),
        ]
    );
    let stored = format!("phone-search/{}", id(7));
    let jobs = [client.job_of::<PhoneSearch>(stored.parse::<JobId>().unwrap())];
    let mut jobs = client.wait_all(jobs);
    assert_eq!(jobs.next().await.unwrap().result.unwrap().job().status, "SUCCEEDED");
}

#[tokio::test(start_paused = true)]
async fn a_job_that_fails_or_has_no_state_is_an_error() {
    let failed = json!({ "status": "FAILED", "error": "no luck" });
    let api = Phones::new([(200, failed)]);
    let error = api.client().enrich(PhoneQuery("Jane")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::JobFailed);
    assert_eq!(error.messages(), ["no luck"]);
    assert_eq!(error.final_state(), Some(&JobState::Failed));
    assert_eq!(error.query_of(), Some(&PhoneQuery("Jane")));
    assert!(error.query_of::<ContactQuery>().is_none() && error.snapshot().is_none());
    assert_eq!(error.snapshot_of::<PhoneSearch>().unwrap().job().status, "FAILED");
    assert!(error.to_string().contains("ended as FAILED"), "{error}");

    let api = Phones::new([(200, json!({ "state": "FAILED" }))]);
    let job = api.client().launch(PhoneQuery("Jane")).await.unwrap();
    let error = job.wait().await.unwrap_err();
    assert_eq!((error.kind(), error.job_id()), (ErrorKind::InvalidResponse, Some(job.id())));
}

#[tokio::test(start_paused = true)]
async fn it_has_its_own_hook_for_orphans_and_its_own_history() {
    let api = Phones::new([]);
    let (orphans, contacts) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(0)));
    let (noted, counted) = (orphans.clone(), contacts.clone());
    let history = {
        let client = api.client();
        client.enrich(PhoneQuery("Jane")).await.unwrap();
        client.duration_history::<PhoneSearch>()
    };
    assert_ne!(history.len(), DurationHistory::new().len());
    let client = Client::builder()
        .api_key("test")
        .transport(Phones::new(std::iter::repeat_n((200, running()), 99)))
        .duration_history::<PhoneSearch>(history.clone())
        .on_orphan(move |_| *counted.lock().unwrap() += 1)
        .on_orphan_of(move |job: Job<PhoneSearch>| noted.lock().unwrap().push(job.id()))
        .build()
        .unwrap();
    assert_eq!(client.duration_history::<PhoneSearch>().len(), history.len());
    let enrich = client.enrich(PhoneQuery("Jane"));
    let cut = tokio::time::timeout(Duration::from_secs(1), enrich.into_future()).await;
    assert!(cut.is_err());
    assert_eq!(orphans.lock().unwrap().len(), 1);
    assert_eq!(*contacts.lock().unwrap(), 0);
}
