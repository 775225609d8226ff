//! Tests of `waterfall::testing`: the scripted transport.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;
use waterfall::testing::{MockResponse, MockTransport};
use waterfall::{ContactQuery, ErrorKind, JobId, JobState, Method, PollPolicy, RetryPolicy};

fn query() -> ContactQuery {
    ContactQuery::email("jane.doe@acme.com").custom_field("row", json!(7))
}

#[tokio::test(start_paused = true)]
async fn without_a_script_each_job_finds_a_person() {
    let mock = MockTransport::new();
    let client = mock.client_builder().build().unwrap();
    let found = client.enrich(query()).await.unwrap();
    assert_eq!(found.job_id(), MockTransport::job_id(1));
    let email = found.person().unwrap().professional_email.as_deref();
    assert_eq!(email, Some("jane.doe@example.com"));
    let echoed = found.query().unwrap();
    assert_eq!(echoed.email.as_deref(), Some("jane.doe@acme.com"));
    assert_eq!(echoed.custom_fields.as_ref().unwrap().0["row"], 7);
    assert_eq!((mock.launch_count(), mock.read_count()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_job_runs_for_as_long_as_its_script() {
    let mock = MockTransport::new()
        .reads(MockResponse::running().times(3).chain([MockResponse::found_nobody()]));
    let policy = PollPolicy::fixed(Duration::from_secs(60)).with_jitter(0.0);
    let client = mock.client_builder().poll_policy(policy).build().unwrap();
    let start = Instant::now();
    let found = client.enrich(query()).await.unwrap();
    assert_eq!((found.reads(), found.person()), (4, None));
    assert_eq!(start.elapsed().as_secs(), 240);
    assert_eq!(found.elapsed().unwrap().as_secs(), 240, "its dates go by the same clock");
    assert_eq!(mock.read_count_of(found.job_id()), 4);
}

#[tokio::test(start_paused = true)]
async fn each_job_plays_the_script_from_the_start() {
    let second = MockTransport::job_id(2);
    let mock = MockTransport::new()
        .reads([MockResponse::running(), MockResponse::found_nobody()])
        .reads_of(second, [MockResponse::failed("no data")]);
    let client = mock.client_builder().build().unwrap();
    let mut batch = client.enrich_each((0..3).map(|_| query()));
    let mut outcomes = [None; 3];
    while let Some(done) = batch.next().await {
        outcomes[done.index] = Some(done.result.map_err(|error| error.kind()).err());
    }
    assert_eq!(outcomes, [Some(None), Some(Some(ErrorKind::JobFailed)), Some(None)]);
    let reads = [1, 2, 3].map(|number| mock.read_count_of(MockTransport::job_id(number)));
    assert_eq!(reads, [2, 1, 2]);
    assert_eq!(mock.launch_count(), 3);
}

#[tokio::test(start_paused = true)]
async fn scripted_launches_fail() {
    let id: JobId = "7d44db58-5de3-4e92-a2fb-8325d12c2e8b".parse().unwrap();
    let cut = MockResponse::launched_as(id);
    let rows = [
        (MockResponse::not_sent(), ErrorKind::Connect, false, None),
        (MockResponse::connection_reset(), ErrorKind::Transport, true, None),
        (MockResponse::never(), ErrorKind::Timeout, true, None),
        (MockResponse::launched().cut_after(5), ErrorKind::Transport, true, None),
        (cut.cut_after(60), ErrorKind::Transport, true, Some(id)),
        (MockResponse::error(402, "QUOTA_ACCOUNT_OVER_QUOTA"), ErrorKind::Api, false, None),
        (MockResponse::body(502, "<html>"), ErrorKind::Api, true, None),
    ];
    for (response, kind, in_doubt, job_id) in rows {
        let text = format!("{response:?}");
        let mock = MockTransport::new().launches([response]);
        let builder = mock.client_builder().retry(RetryPolicy::none());
        let error = builder.build().unwrap().launch(query()).await.unwrap_err();
        assert_eq!((error.kind(), error.may_have_launched()), (kind, in_doubt), "{text}");
        assert_eq!(error.job_id(), job_id, "{text}");
        assert_eq!(mock.launch_count(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn rate_limits_and_delays_take_time() {
    let pause = Duration::from_millis(19_500);
    let mock = MockTransport::new().launches([MockResponse::rate_limited(pause)]);
    let client = mock.client_builder().build().unwrap();
    let start = Instant::now();
    let job = client.launch(query()).await.unwrap();
    assert_eq!(job.launch_attempts(), Some(2));
    assert!(start.elapsed() >= Duration::from_secs(20), "{:?}", start.elapsed());

    let slow = MockResponse::found_nobody().after(Duration::from_secs(3));
    let mock = MockTransport::new().reads([slow]);
    let job = mock.client_builder().build().unwrap().job(MockTransport::job_id(1));
    let start = Instant::now();
    job.fetch().await.unwrap();
    assert_eq!(start.elapsed(), Duration::from_secs(3));
}

#[tokio::test(start_paused = true)]
async fn jobs_of_other_processes_and_new_states_can_be_read() {
    let id: JobId = "7d44db58-5de3-4e92-a2fb-8325d12c2e8b".parse().unwrap();
    let mock = MockTransport::new().reads([MockResponse::state("PAUSED".into())]);
    let job = mock.client_builder().build().unwrap().job(id);
    let seen = job.fetch().await.unwrap();
    assert_eq!(
        (seen.state().as_str(), seen.is_final(), seen.stopped_at()),
        ("PAUSED", false, None)
    );
    let mock = mock.reads_of(id, [MockResponse::state(JobState::Aborted)]);
    assert!(job.fetch().await.unwrap().stopped_at().is_some());
    assert_eq!(mock.read_count(), 2);
}

#[tokio::test(start_paused = true)]
async fn requests_are_recorded_without_the_key_in_debug() {
    let mock = MockTransport::new();
    let client = mock.client_builder().api_key("sesame-0123").build().unwrap();
    client.enrich(query()).await.unwrap();
    let requests = mock.requests();
    let methods: Vec<_> = requests.iter().map(|request| request.method.clone()).collect();
    assert_eq!(methods, [Method::POST, Method::GET]);
    let body: serde_json::Value = serde_json::from_slice(&requests[0].body).unwrap();
    assert_eq!(body["email"], "jane.doe@acme.com");
    assert_eq!(requests[1].job_id, Some(MockTransport::job_id(1)));
    assert!(requests[0].at < requests[1].at);
    assert!(requests.iter().all(|request| request.headers["x-api-key"] == "sesame-0123"));
    let debug = format!("{mock:?} {requests:?} {:?}", requests[0].headers);
    assert!(!debug.contains("sesame") && !debug.contains("jane"), "{debug}");
}

#[test]
#[should_panic = "a script of reads needs a response"]
fn an_empty_script_panics() {
    let _ = MockTransport::new().reads([]);
}
