//! Tests of the facade with the mock server.

use std::time::Duration;

use serde_json::json;
use waterfall::{Client, ContactQuery, ErrorCode, ErrorKind, PollPolicy, Snapshot};
use waterfall_sandbox::{Endpoint, Fault, JobTime, Sandbox};

use crate::script::KEY;

fn client(sandbox: &Sandbox) -> Client {
    let policy = PollPolicy::recommended().with_jitter(0.0);
    let transport = sandbox.transport().without_key();
    Client::builder().api_key(KEY).poll_policy(policy).transport(transport).build().unwrap()
}

fn ending(state: &str, seconds: f64) -> ContactQuery {
    ContactQuery::email("jane.doe@acme.com")
        .custom_field("sandbox", format!("state={state} seconds={seconds}"))
        .custom_field("row", 9_007_199_254_740_993_u64)
}

#[tokio::test(start_paused = true)]
async fn all_four_ways_to_name_a_person() {
    let sandbox = Sandbox::builder().accept_key(KEY).build();
    let client = client(&sandbox);
    for query in [
        ContactQuery::email("jane.doe@acme.com"),
        ContactQuery::linkedin("jane-doe-abc123"),
        ContactQuery::full_name("Jane Doe", "acme.com"),
        ContactQuery::first_and_last_name("Jane", "Doe", "acme.com"),
    ] {
        assert!(client.enrich(query).await.unwrap().is_success());
    }
}

#[tokio::test(start_paused = true)]
async fn five_endings() {
    let sandbox = Sandbox::builder().accept_key(KEY).build();
    let client = client(&sandbox);
    let done = client.enrich(ending("SUCCEEDED", 7.0)).await.unwrap();
    assert_eq!(done.elapsed(), Some(Duration::from_secs(7)));
    assert_eq!(done.reads(), 3);
    assert!(done.person().is_some());
    let echo = done.query().unwrap();
    assert_eq!(echo.custom_fields.as_ref().unwrap()["row"], 9_007_199_254_740_993_u64);
    for state in ["FAILED", "TIMED_OUT", "ABORTED"] {
        let error = client.enrich(ending(state, 1.0)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::JobFailed);
        assert_eq!(error.snapshot().map(Snapshot::state).unwrap().as_str(), state);
    }
    let error = client.enrich(ending("RUNNING", 1.0)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WaitTimeout);
    let error = client.enrich(ending("PAUSED", 1.0)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WaitTimeout);
}

#[tokio::test(start_paused = true)]
async fn a_job_continues_in_another_process() {
    let sandbox = Sandbox::builder().accept_key(KEY).build();
    let id = client(&sandbox).launch(ending("SUCCEEDED", 70.0)).await.unwrap().id();
    tokio::time::sleep(Duration::from_secs(60)).await;
    let done = client(&sandbox).job(id).wait().await.unwrap();
    assert_eq!(done.reads(), 3);
    let times: Vec<_> = sandbox.reads(id.into()).iter().map(|read| read.at).collect();
    let pauses: Vec<_> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(pauses, [Duration::from_secs(8); 2]);
}

#[tokio::test(start_paused = true)]
async fn waits_survive_faults_and_report_deviations() {
    let sandbox = Sandbox::builder().accept_key(KEY).build();
    let client = client(&sandbox);
    let job = client.launch(ending("SUCCEEDED", 1.0)).await.unwrap();
    for fault in ["status=503", "status=429+html", "html", "cut=20", "reset", "refuse", "stall"] {
        sandbox.fault_next(Endpoint::Find, fault.parse::<Fault>().unwrap());
        let done = job.wait().await.unwrap();
        assert_eq!(done.reads(), 2, "{fault}");
    }
    sandbox.fault_next(Endpoint::Find, Fault::WrongType);
    let done = job.wait().await.unwrap();
    assert_eq!(done.deviations()[0].path(), "$.output.person.domain_age_days");
    sandbox.fault_next(Endpoint::Find, Fault::UnknownValues);
    assert!(job.fetch().await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_processed_launch_without_a_response_is_one_job() {
    let sandbox = Sandbox::builder().accept_key(KEY).build();
    let client = client(&sandbox);
    for fault in [
        "reset+acted",
        "status=503+acted",
        "status=500+html+acted",
        "html",
        "cut=0",
        "cut=60",
        "stall",
        "delay=60",
        "late=60",
    ] {
        sandbox.fault_next(Endpoint::Launch, fault.parse::<Fault>().unwrap());
        let before = sandbox.launches().len();
        let error = client.launch(ending("SUCCEEDED", 1.0)).await.unwrap_err();
        assert!(error.may_have_launched() && !error.is_retryable(), "{fault}: {error}");
        tokio::time::sleep(Duration::from_secs(120)).await;
        assert!(sandbox.launches().len() - before <= 1, "{fault}");
        if fault == "cut=60" {
            let id = error.job_id().unwrap();
            assert!(client.job(id).wait().await.unwrap().is_success());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_wrong_key_and_an_unknown_job() {
    let sandbox = Sandbox::builder().accept_key("another").build();
    let error = client(&sandbox).launch(ending("SUCCEEDED", 1.0)).await.unwrap_err();
    assert_eq!(error.code(), Some(&ErrorCode::AuthBadApiKey));
    assert!(!error.may_have_launched());
    let sandbox = Sandbox::builder().accept_key(KEY).build();
    let error = client(&sandbox).job(crate::script::id()).wait().await.unwrap_err();
    assert_eq!(error.code(), Some(&ErrorCode::NotFoundJobNotFound));
}

#[tokio::test(start_paused = true)]
async fn the_rate_limit_is_waited_for() {
    let sandbox = Sandbox::builder().accept_key(KEY).rate_limit(2).build();
    let client = client(&sandbox);
    let done = client.enrich(ending("SUCCEEDED", 3.0)).await.unwrap();
    assert!(done.is_success());
    assert!(sandbox.requests().iter().filter(|arrival| arrival.refused).count() <= 1);
}

#[tokio::test]
async fn over_a_socket() {
    let time = JobTime::Fixed(Duration::from_millis(100));
    let sandbox = Sandbox::builder().accept_key(KEY).job_time(time).build();
    let server = sandbox.listen(0).await.unwrap();
    let client = Client::builder()
        .api_key(KEY)
        .base_url(server.url())
        .poll_policy(PollPolicy::fixed(Duration::from_millis(150)))
        .build()
        .unwrap();
    let done = client.enrich(ContactQuery::linkedin("jane-doe-abc123")).await.unwrap();
    assert_eq!(done.person().unwrap().first_name.as_deref(), Some("Jane"));
    assert!(done.raw_json().starts_with('{'));
    drop(client);
    server.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_age_of_a_domain_is_read_as_a_number_and_as_text() {
    let client = client(&Sandbox::new());
    for (age, expected) in [
        (json!(4380), Some(4380)),
        (json!("4380"), Some(4380)),
        (json!(" 4380 "), Some(4380)),
        (json!("old"), None),
        (json!(null), None),
    ] {
        let wish = json!({ "person": { "domain_age_days": age } });
        let query =
            ContactQuery::linkedin("jane-doe-abc123").custom_field("sandbox", wish.to_string());
        let found = client.enrich(query).await.unwrap();
        assert_eq!(found.domain_age_days(), expected, "{age}");
    }
}
