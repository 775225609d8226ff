//! Tests of the items of a watch, and of snapshots. On a paused clock.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;
use waterfall::{ContactQuery, ErrorKind};

use crate::script::{Script, Step, id};

fn query() -> ContactQuery {
    ContactQuery::linkedin("jane-doe-abc123")
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

#[tokio::test(start_paused = true)]
async fn watch_yields_each_snapshot_at_once_and_pauses_after() {
    let script = Script::new([Step::running(), Step::running(), Step::succeeded()]);
    let start = Instant::now();
    let mut watch = script.client().job(id()).watch();
    for (at, reads) in [(0.0, 1), (2.0, 2), (6.0, 3)] {
        let snapshot = watch.next().await.unwrap().unwrap();
        assert_eq!(start.elapsed(), seconds(at));
        assert_eq!(snapshot.reads(), reads);
    }
    assert!(watch.next().await.is_none());
    assert!(watch.next().await.is_none());
    assert_eq!(start.elapsed(), seconds(6.0));
}

#[tokio::test(start_paused = true)]
async fn a_watched_job_that_fails_is_an_item() {
    let script = Script::new([Step::job("FAILED", "")]);
    let mut watch = script.client().job(id()).watch();
    assert!(watch.next().await.unwrap().unwrap().is_final());
    assert!(watch.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_watch_ends_with_its_deadline() {
    let script = Script::new([Step::running()]);
    let mut watch = script.client().job(id()).watch().max_wait(seconds(3.0));
    let mut items = Vec::new();
    while let Some(item) = watch.next().await {
        items.push(item);
    }
    assert_eq!(script.times(), [0.0, 2.0, 3.0]);
    assert_eq!(items.len(), 4);
    assert_eq!(items.pop().unwrap().unwrap_err().kind(), ErrorKind::WaitTimeout);
    assert!(items.into_iter().all(|item| item.is_ok()));
}

#[tokio::test(start_paused = true)]
async fn dropping_next_loses_nothing() {
    let script =
        Script::new([Step::running().after(1.0), Step::running().after(1.0), Step::succeeded()]);
    let mut watch = script.client().job(id()).watch();
    let mut items = Vec::new();
    let mut dropped = 0;
    loop {
        match tokio::time::timeout(seconds(0.3), watch.next()).await {
            Ok(Some(item)) => items.push(item.unwrap()),
            Ok(None) => break,
            Err(_) => dropped += 1,
        }
    }
    assert!(dropped > 10);
    assert_eq!(items.len(), 3);
    assert_eq!(script.requests().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn watch_is_a_stream() {
    use std::future::poll_fn;
    use std::pin::Pin;

    fn is_stream<T: futures_core::Stream + Unpin + Send + 'static>(stream: T) -> T {
        stream
    }

    let script = Script::new([Step::running(), Step::succeeded()]);
    let mut stream = is_stream(script.client().job(id()).watch());
    let mut count = 0;
    while let Some(item) =
        poll_fn(|cx| futures_core::Stream::poll_next(Pin::new(&mut stream), cx)).await
    {
        item.unwrap();
        count += 1;
    }
    assert_eq!(count, 2);
}

#[tokio::test(start_paused = true)]
async fn elapsed_is_on_the_servers_clock() {
    let rows = [
        (Step::running().header("date", "Wed, 05 Feb 2025 12:00:07 GMT"), Some(7.0)),
        (Step::running().header("date", "Wed, 05 Feb 2025 11:00:00 GMT"), Some(0.0)),
        (Step::job("SUCCEEDED", r#","stop_date":"2025-02-05T12:00:02.500000""#), Some(2.5)),
        (Step::job("SUCCEEDED", r#","stop_date":"yesterday""#), None),
        (Step::job("SUCCEEDED", ""), None),
    ];
    for (step, expected) in rows {
        let name = format!("{step:?}");
        let snapshot = Script::new([step]).client().job(id()).fetch().await.unwrap();
        assert_eq!(snapshot.elapsed(), expected.map(seconds), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_raw_response_is_kept() {
    let body = "{ \"status\":\"RUNNING\",\n \"start_date\":\"x\", \"input\":null, \"ü\": 1.0 }";
    let script = Script::new([Step::body(200, body).header("x-request", "7")]);
    let snapshot = script.client().job(id()).fetch().await.unwrap();
    assert_eq!(snapshot.raw_json(), body);
    assert_eq!(&snapshot.raw()[..], body.as_bytes());
    assert_eq!(snapshot.headers()["x-request"], "7");
    assert_eq!(snapshot.status(), 200);
    assert_eq!(snapshot.started_at(), None);
    assert_eq!(snapshot.elapsed(), None);
    assert_eq!(snapshot.reads(), 1);
    assert!(snapshot.query().is_none() && snapshot.usage().is_none());
}

#[tokio::test(start_paused = true)]
async fn each_read_of_a_wait_is_reported_to_its_hook() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let see = seen.clone();
    let script = Script::new([
        Step::launched(),
        Step::running(),
        Step::body(503, ""),
        Step::job("FAILED", ""),
    ]);
    let enrich = script.client().enrich(query()).on_read(move |item| {
        see.lock().unwrap().push(item.clone());
    });
    let error = enrich.await.unwrap_err();
    assert!(error.may_have_launched());
    let seen = seen.lock().unwrap();
    let seen: Vec<_> = seen
        .iter()
        .map(|item| match item {
            Ok(snapshot) => snapshot.state().to_string(),
            Err(error) => error.status().unwrap().as_str().to_owned(),
        })
        .collect();
    assert_eq!(seen, ["RUNNING", "503", "FAILED"]);
}

#[tokio::test(start_paused = true)]
async fn an_error_that_a_hook_has_cloned_is_still_completed() {
    let kept = Arc::new(Mutex::new(Vec::new()));
    let keep = kept.clone();
    let script = Script::new([Step::launched(), Step::body(401, "")]);
    let enrich = script.client().enrich(query());
    let enrich = enrich.on_read(move |item| keep.lock().unwrap().push(item.clone()));
    let error = enrich.await.unwrap_err();
    assert!(error.may_have_launched());
    assert_eq!(kept.lock().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_can_become_a_result() {
    for (step, ok) in [
        (Step::running(), true),
        (Step::job("PAUSED", ""), true),
        (Step::succeeded(), true),
        (Step::job("ABORTED", ""), false),
    ] {
        let snapshot = Script::new([step]).client().job(id()).fetch().await.unwrap();
        let state = snapshot.state().clone();
        match snapshot.into_result() {
            Ok(_) => assert!(ok, "{state}"),
            Err(error) => {
                assert!(!ok, "{state}");
                assert_eq!(error.kind(), ErrorKind::JobFailed);
                assert_eq!(error.reads(), None);
            }
        }
    }
}
