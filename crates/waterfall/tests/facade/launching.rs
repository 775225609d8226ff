//! A launch is sent once, no ID is lost, and each doubt is reported.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use serde_json::json;
use waterfall::{Client, ContactQuery, ErrorKind, JobId, Method};

use crate::script::{ID, Script, Step, id};

fn query() -> ContactQuery {
    ContactQuery::linkedin("jane-doe-abc123")
}

/// The IDs that the hook received.
type Orphans = Arc<Mutex<Vec<JobId>>>;

fn with_orphans(script: &Script) -> (Client, Orphans) {
    let orphans = Orphans::default();
    let seen = orphans.clone();
    let hook = move |job: waterfall::Job| seen.lock().unwrap().push(job.id());
    (script.builder().on_orphan(hook).build().unwrap(), orphans)
}

/// Lets all other tasks run until they are idle.
async fn settle() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_launch_contains_the_query() {
    let script = Script::new([Step::launched()]);
    let query = query().include_phones(true).custom_field("crm_id", 7);
    let job = script.client().launch(query).await.unwrap();
    assert_eq!(job.id(), id());
    assert_eq!(job.kind(), "contact_enrichment");
    let seen = script.requests().remove(0);
    assert_eq!(seen.method, Method::POST);
    assert_eq!(seen.url, "https://api.waterfall.io/v1/enrichment/contact");
    assert_eq!(seen.headers["content-type"], "application/json");
    assert!(!seen.headers.contains_key("api-version"));
    let body: serde_json::Value = serde_json::from_slice(&seen.body).unwrap();
    let expected = json!({
        "linkedin": "jane-doe-abc123",
        "include_phones": true,
        "custom_fields": { "crm_id": 7 },
    });
    assert_eq!(body, expected);
}

#[tokio::test(start_paused = true)]
async fn an_invalid_query_is_not_sent() {
    let script = Script::new([Step::launched()]);
    let error = script.client().launch(ContactQuery::full_name("J", "abc")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidQuery);
    assert!(!error.may_have_launched());
    let text = "query not sent: domain `abc` has no top-level domain; give the company's domain, \
                such as acme.com";
    assert_eq!(error.to_string(), text);
    assert!(script.requests().is_empty());
}

/// For an error of a launch: whether it excludes that a job was launched, whether it is retryable,
/// and whether it contains the ID.
#[tokio::test(start_paused = true)]
async fn a_launch_is_sent_once_and_its_doubt_is_reported() {
    let named = format!(r#"{{"data":{{"job_id":"{ID}","start"#);
    let unfit = format!(r#"{{"data":{{"job_id":"{ID}"}},"job_id":7}}"#);
    let cut = |status, body: &str| Step::Cut { status, body: body.into(), timeout: false };
    let late = |body: &str| Step::Cut { status: 200, body: body.into(), timeout: true };
    type Row = (Step, ErrorKind, bool, bool, bool);
    let rows: Vec<Row> = vec![
        (Step::NotSent { timeout: false }, ErrorKind::Connect, false, true, false),
        (Step::NotSent { timeout: true }, ErrorKind::Connect, false, true, false),
        (Step::MaybeSent { timeout: false }, ErrorKind::Transport, true, false, false),
        (Step::MaybeSent { timeout: true }, ErrorKind::Timeout, true, false, false),
        (Step::Never, ErrorKind::Timeout, true, false, false),
        (cut(200, ""), ErrorKind::Transport, true, false, false),
        (cut(200, &named), ErrorKind::Transport, true, false, true),
        (late(&named), ErrorKind::Timeout, true, false, true),
        (cut(400, ""), ErrorKind::Api, false, false, false),
        (cut(503, &named), ErrorKind::Api, true, false, true),
        (Step::refusal(400, "VALIDATION_BAD_REQUEST"), ErrorKind::Api, false, false, false),
        (Step::refusal(401, "AUTH_MISSING_API_KEY"), ErrorKind::Api, false, false, false),
        (Step::refusal(402, "QUOTA_ACCOUNT_OVER_QUOTA"), ErrorKind::Api, false, false, false),
        (Step::refusal(403, "AUTH_BAD_API_KEY"), ErrorKind::Api, false, false, false),
        (Step::body(404, "<html>"), ErrorKind::Api, false, false, false),
        (Step::body(429, "<html>"), ErrorKind::Api, false, true, false),
        (Step::body(408, ""), ErrorKind::Api, true, false, false),
        (Step::body(409, ""), ErrorKind::Api, true, false, false),
        (Step::refusal(500, "INTERNAL_UNCLASSIFIED_ERROR"), ErrorKind::Api, true, false, false),
        (Step::body(502, "<html>"), ErrorKind::Api, true, false, false),
        (Step::body(503, ""), ErrorKind::Api, true, false, false),
        (Step::body(504, ""), ErrorKind::Api, true, false, false),
        (Step::body(301, ""), ErrorKind::Redirect, true, false, false),
        (Step::body(307, ""), ErrorKind::Redirect, true, false, false),
        (Step::body(200, "<html>"), ErrorKind::InvalidResponse, true, false, false),
        (Step::body(200, "{}"), ErrorKind::InvalidResponse, true, false, false),
        (Step::body(200, r#"{"job_id":null}"#), ErrorKind::InvalidResponse, true, false, false),
        (Step::body(200, &*unfit), ErrorKind::InvalidResponse, true, false, true),
        (Step::body(202, &*unfit), ErrorKind::InvalidResponse, true, false, true),
        (Step::body(204, ""), ErrorKind::InvalidResponse, true, false, false),
    ];
    for (step, kind, may_have_launched, retryable, named) in rows {
        let name = format!("{step:?}");
        let script = Script::new([step, Step::launched()]);
        let error = script.client().launch(query()).await.unwrap_err();
        let outcome = (error.kind(), error.may_have_launched(), error.is_retryable());
        assert_eq!(outcome, (kind, may_have_launched, retryable), "{name}: {error}");
        assert_eq!(error.job_id(), named.then(id), "{name}: {error}");
        assert_eq!(script.requests().len(), 1, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_enrich_that_fails_after_its_launch_reports_it() {
    let refused = Step::refusal(401, "AUTH_MISSING_API_KEY");
    for (steps, kind) in [
        (vec![Step::launched(), refused], ErrorKind::Api),
        (vec![Step::launched(), Step::job("FAILED", "")], ErrorKind::JobFailed),
        (vec![Step::launched(), Step::body(503, "")], ErrorKind::WaitTimeout),
    ] {
        let script = Script::new(steps);
        let error = script.client().enrich(query()).await.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert!(error.may_have_launched() && !error.is_retryable(), "{error}");
        assert_eq!(error.job_id(), Some(id()));
        assert_eq!(script.count(Method::POST), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn the_hook_gets_the_job_before_the_wait() {
    let script = Script::new([Step::launched(), Step::succeeded()]);
    let reported = Arc::new(Mutex::new(None));
    let report = reported.clone();
    let reads = script.clone();
    let hook = move |job: &waterfall::Job| {
        *report.lock().unwrap() = Some((job.id(), reads.count(Method::GET)));
    };
    script.client().enrich(query()).on_launched(hook).await.unwrap();
    assert_eq!(*reported.lock().unwrap(), Some((id(), 0)));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_before_the_first_poll() {
    let script = Script::new([Step::launched()]);
    let (client, orphans) = with_orphans(&script);
    drop(client.launch(query()));
    drop(client.enrich(query()).into_future());
    settle().await;
    assert!(script.requests().is_empty() && orphans.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_dropped_launch_in_flight_completes() {
    let script = Script::new([Step::launched().after(5.0)]);
    let (client, orphans) = with_orphans(&script);
    let launch = client.launch(query());
    tokio::time::timeout(Duration::from_secs(1), launch).await.unwrap_err();
    assert!(orphans.lock().unwrap().is_empty());
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(*orphans.lock().unwrap(), [id()]);
    assert_eq!(script.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_unclaimed_response_is_not_lost() {
    let script = Script::new([Step::launched()]);
    let (client, orphans) = with_orphans(&script);
    {
        let mut launch = pin!(client.launch(query()));
        let mut cx = Context::from_waker(Waker::noop());
        assert!(launch.as_mut().poll(&mut cx).is_pending());
        settle().await;
        assert_eq!(script.requests().len(), 1);
        assert!(orphans.lock().unwrap().is_empty());
    }
    assert_eq!(*orphans.lock().unwrap(), [id()]);
}

#[tokio::test(start_paused = true)]
async fn an_abandoned_launch_in_doubt_reports_the_id_in_its_response() {
    let body = format!(r#"{{"job_id":"{ID}","start"#).into_bytes();
    let cut = Step::Cut { status: 200, body, timeout: false }.after(5.0);
    let script = Script::new([cut]);
    let (client, orphans) = with_orphans(&script);
    tokio::time::timeout(Duration::from_secs(1), client.launch(query())).await.unwrap_err();
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(*orphans.lock().unwrap(), [id()]);
}

#[tokio::test(start_paused = true)]
async fn an_enrich_that_is_dropped_while_waiting_leaves_an_orphan() {
    let script = Script::new([Step::launched(), Step::running()]);
    let (client, orphans) = with_orphans(&script);
    let enrich = client.enrich(query()).into_future();
    tokio::time::timeout(Duration::from_secs(7), enrich).await.unwrap_err();
    assert_eq!(*orphans.lock().unwrap(), [id()]);
}

#[tokio::test(start_paused = true)]
async fn an_enrich_with_a_result_leaves_no_orphan() {
    for last in [Step::succeeded(), Step::job("FAILED", "")] {
        let script = Script::new([Step::launched(), last]);
        let (client, orphans) = with_orphans(&script);
        let _ = client.enrich(query()).await;
        assert!(orphans.lock().unwrap().is_empty());
    }
}

/// If the future is dropped at any await, there is at most one launch, and its ID is either in the
/// result or passed to the hook, once.
#[tokio::test(start_paused = true)]
async fn a_dropped_enrich_loses_no_job_at_any_await() {
    for polls in 0.. {
        let script = Script::new([Step::launched(), Step::running(), Step::succeeded()]);
        let (client, orphans) = with_orphans(&script);
        let finished = poll_and_drop(client.enrich(query()).into_future(), polls).await;
        tokio::time::sleep(Duration::from_secs(60)).await;
        let (launches, orphans) = (script.count(Method::POST), orphans.lock().unwrap().len());
        let expected = if polls == 0 { (0, 0) } else { (1, usize::from(!finished)) };
        assert_eq!((launches, orphans), expected, "dropped after {polls} polls");
        if finished {
            assert!(polls > 3);
            return;
        }
    }
}

/// Returns whether the future was ready within this number of polls.
async fn poll_and_drop<F: Future + Unpin>(mut future: F, polls: usize) -> bool {
    for _ in 0..polls {
        let poll = std::future::poll_fn(|cx| match std::pin::Pin::new(&mut future).poll(cx) {
            Poll::Ready(_) => Poll::Ready(true),
            Poll::Pending => Poll::Ready(false),
        });
        if poll.await {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(700)).await;
    }
    false
}

#[test]
fn the_end_of_the_runtime_leaves_a_doubt() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let client = {
        let _inside = runtime.enter();
        Script::new([Step::Never]).client()
    };
    let mut launch = pin!(client.launch(query()));
    let mut cx = Context::from_waker(Waker::noop());
    {
        let _inside = runtime.enter();
        assert!(launch.as_mut().poll(&mut cx).is_pending());
    }
    drop(runtime);
    let Poll::Ready(Err(error)) = launch.poll(&mut cx) else { panic!("no error") };
    assert!(error.may_have_launched(), "{error}");
}
