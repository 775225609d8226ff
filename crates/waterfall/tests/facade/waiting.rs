//! When a wait reads, which failures it survives, and how it ends. On a paused clock, so that times
//! are exact.

use std::time::Duration;

use tokio::time::Instant;
use waterfall::{ContactQuery, ErrorCode, ErrorKind, JobState, PollPolicy};

use crate::script::{ID, Script, Step, id};

fn query() -> ContactQuery {
    ContactQuery::linkedin("jane-doe-abc123")
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

#[tokio::test(start_paused = true)]
async fn after_a_launch_reads_are_made_after_2_4_8_and_8_seconds() {
    let script = Script::new(
        [Step::launched()].into_iter().chain(vec![Step::running(); 4]).chain([Step::succeeded()]),
    );
    let done = script.client().enrich(query()).await.unwrap();
    assert_eq!(script.times(), [0.0, 2.0, 6.0, 14.0, 22.0, 30.0]);
    assert_eq!(done.reads(), 5);
    assert!(done.is_success());
    assert_eq!(done.person().unwrap().first_name.as_deref(), Some("Jane"));
}

#[tokio::test(start_paused = true)]
async fn pauses_have_a_jitter_of_ten_percent() {
    let mut distinct = std::collections::HashSet::new();
    for _ in 0..50 {
        let script = Script::new([Step::launched(), Step::succeeded()]);
        let client = script.builder().poll_policy(PollPolicy::recommended()).build().unwrap();
        client.enrich(query()).await.unwrap();
        let first = script.times()[1];
        assert!((1.79..=2.21).contains(&first), "{first}");
        distinct.insert((first * 1000.0) as u64);
    }
    assert!(distinct.len() > 10);
}

#[tokio::test(start_paused = true)]
async fn a_job_from_an_id_is_read_at_once_and_then_by_its_age() {
    let rows = [
        ("12:00:00", [0.0, 2.0, 6.0, 14.0]),
        ("12:00:03", [0.0, 4.0, 12.0, 20.0]),
        ("12:01:00", [0.0, 8.0, 16.0, 24.0]),
        ("11:59:00", [0.0, 2.0, 6.0, 14.0]),
    ];
    for (date, expected) in rows {
        let running = Step::running().header("date", format!("Wed, 05 Feb 2025 {date} GMT"));
        let script = Script::new([running.clone(), running.clone(), running, Step::succeeded()]);
        let done = script.client().job(id()).wait().await.unwrap();
        assert_eq!(script.times(), expected, "server's clock at {date}");
        assert_eq!(done.reads(), 4);
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_starts_late_reads_at_once() {
    let script = Script::new([Step::launched(), Step::running(), Step::succeeded()]);
    let job = script.client().launch(query()).await.unwrap();
    tokio::time::sleep(seconds(60.0)).await;
    job.wait().await.unwrap();
    assert_eq!(script.times(), [0.0, 60.0, 68.0]);
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends_exactly_at_its_deadline_after_a_last_read() {
    let script = Script::new([Step::launched(), Step::running()]);
    let job = script.client().launch(query()).await.unwrap();
    let start = Instant::now();
    let error = job.wait().max_wait(seconds(20.0)).await.unwrap_err();
    assert_eq!(start.elapsed(), seconds(20.0));
    assert_eq!(script.times(), [0.0, 2.0, 6.0, 14.0, 20.0]);
    assert_eq!(error.kind(), ErrorKind::WaitTimeout);
    assert_eq!(error.job_id(), Some(id()));
    assert_eq!(error.reads(), Some(4));
    assert_eq!(error.waited(), Some(seconds(20.0)));
    assert_eq!(*error.snapshot().unwrap().state(), JobState::Running);
    assert!(error.is_retryable() && !error.may_have_launched());
    let text = error.to_string();
    for part in [ID, "RUNNING", "4 reads", "in 20 s", "limit 20 s"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_default_deadline_is_five_minutes() {
    let script = Script::new([Step::launched(), Step::running()]);
    let start = Instant::now();
    let error = script.client().enrich(query()).await.unwrap_err();
    assert_eq!(start.elapsed(), waterfall::DEFAULT_MAX_WAIT);
    assert_eq!(waterfall::DEFAULT_MAX_WAIT, seconds(300.0));
    assert_eq!(error.kind(), ErrorKind::WaitTimeout);
    assert!(error.may_have_launched(), "repeating an enrich would launch again");
    assert!(!error.is_retryable());
    assert_eq!(error.job_id(), Some(id()));
}

#[tokio::test(start_paused = true)]
async fn the_default_deadline_can_be_set() {
    let script = Script::new([Step::running()]);
    let client = script.builder().max_wait(seconds(3.0)).build().unwrap();
    let start = Instant::now();
    client.job(id()).wait().await.unwrap_err();
    assert_eq!(start.elapsed(), seconds(3.0));
}

#[tokio::test(start_paused = true)]
async fn a_read_that_stalls_is_canceled_at_the_deadline() {
    let script = Script::new([Step::running(), Step::Never]);
    let start = Instant::now();
    let error = script.client().job(id()).wait().max_wait(seconds(10.0)).await.unwrap_err();
    assert_eq!(start.elapsed(), seconds(10.0));
    assert_eq!(error.kind(), ErrorKind::WaitTimeout);
    assert_eq!(error.reads(), Some(2));
    let last = std::error::Error::source(&error).unwrap();
    let last = last.downcast_ref::<waterfall::Error>().unwrap();
    assert_eq!(last.kind(), ErrorKind::Timeout);
    assert!(
        error.to_string().contains("the last read failed: timed out before a complete response"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn slow_reads_reserve_time_for_the_last_one() {
    let script = Script::new([Step::running().after(0.5)]);
    let start = Instant::now();
    let error = script.client().job(id()).wait().max_wait(seconds(9.0)).await.unwrap_err();
    assert!(start.elapsed() <= seconds(9.0));
    assert_eq!(script.times(), [0.0, 2.5, 7.0, 8.0]);
    assert_eq!(error.reads(), Some(4));
}

#[tokio::test(start_paused = true)]
async fn transient_failures_are_survived() {
    let html = "<html>gateway</html>";
    let survivable = vec![
        ("no connection", Step::NotSent { timeout: false }),
        ("no connection in time", Step::NotSent { timeout: true }),
        ("reset", Step::MaybeSent { timeout: false }),
        ("no answer in time", Step::MaybeSent { timeout: true }),
        ("cut", Step::Cut { status: 200, body: b"{\"status\":\"RUN".to_vec(), timeout: false }),
        ("cut in time", Step::Cut { status: 200, body: Vec::new(), timeout: true }),
        ("408", Step::body(408, "")),
        ("429", Step::refusal(429, "RATE_LIMIT_RATE_LIMIT_EXCEEDED")),
        ("429 html", Step::body(429, html)),
        ("500", Step::refusal(500, "INTERNAL_UNCLASSIFIED_ERROR")),
        ("502", Step::body(502, html)),
        ("503", Step::body(503, "")),
        ("504", Step::body(504, html)),
        ("html", Step::body(200, html)),
        ("empty", Step::body(200, "")),
        ("half of JSON", Step::body(200, "{\"status\":\"RUNNING\"")),
        ("cut 503", Step::Cut { status: 503, body: Vec::new(), timeout: false }),
    ];
    for (name, step) in survivable {
        let script = Script::new([step, Step::succeeded()]);
        let mut watch = script.client().job(id()).watch();
        let error = watch.next().await.unwrap().unwrap_err();
        assert!(error.is_retryable() && !error.may_have_launched(), "{name}: {error:?}");
        assert_eq!(error.job_id(), Some(id()), "{name}");
        let done = watch.next().await.unwrap().unwrap();
        assert!(done.is_success(), "{name}");
        assert_eq!(done.reads(), 2, "{name}");
        assert!(watch.next().await.is_none(), "{name}");
        assert_eq!(script.times(), [0.0, 2.0], "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_permanent_failure_ends_the_wait() {
    let fatal = vec![
        (Step::refusal(400, "VALIDATION_BAD_JOB_ID"), ErrorKind::Api),
        (Step::refusal(401, "AUTH_MISSING_API_KEY"), ErrorKind::Api),
        (Step::refusal(402, "QUOTA_ACCOUNT_OVER_QUOTA"), ErrorKind::Api),
        (Step::refusal(403, "AUTH_BAD_API_KEY"), ErrorKind::Api),
        (Step::refusal(404, "NOT_FOUND_JOB_NOT_FOUND"), ErrorKind::Api),
        (Step::body(404, "<html>"), ErrorKind::Api),
        (Step::Cut { status: 401, body: Vec::new(), timeout: false }, ErrorKind::Api),
        (Step::body(302, "").header("location", "https://a.b/"), ErrorKind::Redirect),
        (Step::body(304, ""), ErrorKind::Redirect),
        (Step::body(200, r#"{"status":7}"#), ErrorKind::InvalidResponse),
        (Step::body(200, "[]"), ErrorKind::InvalidResponse),
    ];
    for (step, kind) in fatal {
        let name = format!("{step:?}");
        let script = Script::new([Step::running(), step]);
        let error = script.client().job(id()).wait().await.unwrap_err();
        assert_eq!(error.kind(), kind, "{name}");
        assert_eq!(script.times(), [0.0, 2.0], "{name}");
        assert_eq!(error.job_id(), Some(id()), "{name}");
        assert_eq!(error.reads(), Some(2), "{name}");
        assert_eq!(error.waited(), Some(seconds(2.0)), "{name}");
        assert_eq!(*error.snapshot().unwrap().state(), JobState::Running, "{name}");
        assert!(!error.is_retryable(), "{name}");
        assert!(error.to_string().contains("2 reads in 2 s, last state RUNNING"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_read_is_never_made_before_retry_after() {
    let date = "Wed, 05 Feb 2025 12:00:00 GMT";
    let rows = [
        ("5", 5.0),
        ("1", 2.0),
        ("Wed, 05 Feb 2025 12:00:40 GMT", 40.0),
        ("soon", 2.0),
        ("-7", 2.0),
    ];
    for (text, expected) in rows {
        let refused = Step::body(429, "<html>").header("retry-after", text).header("date", date);
        let script = Script::new([refused, Step::succeeded()]);
        script.client().job(id()).wait().await.unwrap();
        assert_eq!(script.times(), [0.0, expected], "Retry-After: {text}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_beyond_the_deadline_ends_the_wait_at_once() {
    let script = Script::new([Step::running(), Step::body(429, "").header("retry-after", "600")]);
    let start = Instant::now();
    let error = script.client().job(id()).wait().await.unwrap_err();
    assert_eq!(start.elapsed(), seconds(2.0));
    assert_eq!(error.kind(), ErrorKind::WaitTimeout);
    assert_eq!(error.retry_after(), Some(seconds(600.0)));
    assert!(error.to_string().contains("after 600 s"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_failed_job_is_an_error_with_all_details() {
    for state in ["FAILED", "TIMED_OUT", "ABORTED"] {
        let rest = r#","stop_date":"2025-02-05T12:00:05Z","error":"Provider error","new":1"#;
        let script = Script::new([Step::running(), Step::job(state, rest)]);
        let error = script.client().job(id()).wait().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::JobFailed);
        assert_eq!(error.job_id(), Some(id()));
        assert_eq!(error.messages(), ["Provider error"]);
        assert_eq!(error.reads(), Some(2));
        assert!(!error.is_retryable() && !error.may_have_launched());
        assert!(error.to_string().contains(state) && !error.to_string().contains("Provider"));
        let last = error.snapshot().unwrap();
        assert_eq!(last.state().as_str(), state);
        assert_eq!(last.error_message(), Some("Provider error"));
        assert_eq!(last.elapsed(), Some(seconds(5.0)));
        assert!(last.raw_json().contains(r#""new":1"#));
        assert!(last.is_final() && !last.is_success());
    }
}

#[tokio::test(start_paused = true)]
async fn finding_nobody_is_not_an_error() {
    for rest in ["", r#","output":{}"#, r#","output":{"person":null}"#] {
        let script = Script::new([Step::job("SUCCEEDED", rest)]);
        let done = script.client().job(id()).wait().await.unwrap();
        assert!(done.person().is_none() && done.is_success());
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_state_is_not_final() {
    let script = Script::new([Step::job("PAUSED", ""), Step::job("PAUSED", ""), Step::succeeded()]);
    let job = script.client().job(id());
    let first = job.fetch().await.unwrap();
    assert!(!first.is_final());
    assert_eq!(first.state().as_str(), "PAUSED");
    assert!(job.wait().await.unwrap().is_success());

    let script = Script::new([Step::job("PAUSED", "")]);
    let error = script.client().job(id()).wait().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WaitTimeout);
    assert!(error.to_string().contains("PAUSED"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn each_wait_can_have_its_own_policy() {
    let script = Script::new([Step::launched(), Step::running()]);
    let policy = PollPolicy::fixed(seconds(1.5)).with_jitter(0.0);
    let job = script.client().launch(query()).await.unwrap();
    job.wait().policy(policy).max_wait(seconds(5.0)).await.unwrap_err();
    assert_eq!(script.times(), [0.0, 1.5, 3.0, 4.5, 5.0]);
}

#[tokio::test(start_paused = true)]
async fn a_wait_without_end_does_not_overflow() {
    let script = Script::new([Step::running(), Step::succeeded()]);
    let policy = PollPolicy::fixed(Duration::MAX);
    let wait = script.client().job(id()).wait().max_wait(Duration::MAX).policy(policy);
    assert!(wait.await.unwrap().is_success());
}

#[tokio::test(start_paused = true)]
async fn every_request_times_out_after_30_seconds() {
    let script = Script::new([Step::running().after(120.0)]);
    let start = Instant::now();
    let error = script.client().job(id()).fetch().await.unwrap_err();
    assert_eq!(start.elapsed(), seconds(30.0));
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.to_string().contains("30s"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn the_code_of_a_permanent_error_is_reported() {
    let script = Script::new([Step::refusal(404, "NOT_FOUND_JOB_NOT_FOUND")]);
    let error = script.client().job(id()).wait().await.unwrap_err();
    assert_eq!(error.code(), Some(&ErrorCode::NotFoundJobNotFound));
    assert_eq!(error.reads(), Some(1));
    assert!(error.snapshot().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_slow_launch_reserves_time_for_the_last_read() {
    let script = Script::new([Step::launched().after(1.0), Step::running()]);
    let job = script.client().launch(query()).await.unwrap();
    job.wait().max_wait(seconds(5.0)).await.unwrap_err();
    assert_eq!(script.times(), [0.0, 3.0, 4.0]);
}

#[tokio::test(start_paused = true)]
async fn only_the_failure_of_the_last_read_is_reported() {
    let script = Script::new([Step::body(503, ""), Step::running()]);
    let error = script.client().job(id()).wait().await.unwrap_err();
    assert!(std::error::Error::source(&error).is_none());
    assert!(!error.to_string().contains("503"), "{error}");
}
