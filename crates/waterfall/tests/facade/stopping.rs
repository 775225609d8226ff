//! Tests of stopping launches, and of the hook before a launch is sent.

use std::error::Error as _;
use std::future::IntoFuture;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use waterfall::{
    BatchItem, ContactQuery, Error, ErrorKind, Method, PollPolicy, RateLimiter, RetryPolicy,
};

use crate::fake_api::{FakeApi, TAKES};
use crate::script::{Script, Step, id};

fn query() -> ContactQuery {
    ContactQuery::email("jane@acme.com")
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

fn refused_for(seconds: &str) -> Step {
    Step::body(429, "").header("retry-after", seconds)
}

fn status_of_source(error: &Error) -> Option<u16> {
    let last: &Error = error.source()?.downcast_ref()?;
    Some(last.status()?.as_u16())
}

#[tokio::test(start_paused = true)]
async fn a_launch_in_the_pause_before_a_retry_is_not_sent_again() {
    let script = Script::new([refused_for("8"), Step::launched()]);
    let client = script.builder().retry(RetryPolicy::default()).build().unwrap();
    let start = Instant::now();
    let stop = async {
        sleep(seconds(1.0)).await;
        client.clone().stop_launching();
    };
    let (outcome, ()) = tokio::join!(client.enrich(query()).into_future(), stop);
    let error = outcome.unwrap_err();
    assert_eq!((error.kind(), start.elapsed()), (ErrorKind::Stopped, seconds(1.0)));
    assert_eq!((error.launch_attempts(), status_of_source(&error)), (Some(1), Some(429)));
    assert_eq!((error.may_have_launched(), error.is_retryable()), (false, true));
    assert_eq!(error.query(), Some(&query()));
    sleep(seconds(600.0)).await;
    assert_eq!(script.count(Method::POST), 1);
}

#[tokio::test(start_paused = true)]
async fn a_launch_that_waits_for_its_turn_is_not_sent() {
    let script = Script::new([Step::running(), Step::launched()]);
    let client = script.builder().rate_limiter(RateLimiter::per_minute(1)).build().unwrap();
    client.job(id()).fetch().await.unwrap();
    let stop = async {
        sleep(seconds(1.0)).await;
        client.stop_launching();
    };
    let (outcome, ()) = tokio::join!(client.launch(query()), stop);
    let error = outcome.unwrap_err();
    assert_eq!((error.kind(), error.launch_attempts()), (ErrorKind::Stopped, Some(0)));
    assert_eq!(client.rate_limiter().waiting(), 0);
    sleep(seconds(600.0)).await;
    assert_eq!(script.count(Method::POST), 0);
}

#[tokio::test(start_paused = true)]
async fn launches_in_flight_complete_and_no_new_ones_start() {
    let script = Script::new([Step::launched().after(5.0), Step::succeeded()]);
    let client = script.client();
    let stop = async {
        sleep(seconds(1.0)).await;
        client.stop_launching();
    };
    let (outcome, ()) = tokio::join!(client.enrich(query()).into_future(), stop);
    assert_eq!(outcome.unwrap().job_id(), id());
    for later in [client.launch(query()).await, client.with_low_priority().launch(query()).await] {
        assert_eq!(later.unwrap_err().kind(), ErrorKind::Stopped);
    }
    assert!(client.job(id()).fetch().await.unwrap().is_final());
    assert_eq!(script.count(Method::POST), 1);
}

async fn rest(batch: &mut waterfall::Batch) -> Vec<BatchItem> {
    let mut results = Vec::new();
    while let Some(done) = batch.next().await {
        results.push(done);
    }
    results
}

fn kinds(results: &[BatchItem]) -> Vec<(usize, Option<ErrorKind>)> {
    let kind = |done: &BatchItem| done.result.as_ref().err().map(Error::kind);
    let mut kinds: Vec<_> = results.iter().map(|done| (done.index, kind(done))).collect();
    kinds.sort_unstable_by_key(|(index, _)| *index);
    kinds
}

/// Two of three launches wait for a retry when their batch is stopped.
#[tokio::test(start_paused = true)]
async fn a_batch_that_is_stopped_repeats_no_launch() {
    let api = FakeApi::default();
    api.refuse(1, 2, Some("8"));
    let client = api.unlimited();
    let mut batch = client.enrich_each((0..3).map(|_| query()));
    assert!(timeout(seconds(1.0), batch.next()).await.is_err());
    let start = Instant::now();
    assert_eq!(batch.stop_launching(), None);
    let results = rest(&mut batch).await;
    let stopped = Some(ErrorKind::Stopped);
    assert_eq!(kinds(&results), [(0, None), (1, stopped), (2, stopped)]);
    // Only the read of the first job waits for the end of the pause.
    assert!(start.elapsed() <= seconds(8.0), "{:?}", start.elapsed());
    sleep(seconds(600.0)).await;
    assert_eq!(api.ids().len(), 1);
    // Another batch of the same client is not affected.
    let mut other = client.enrich_each([query()]);
    assert!(other.next().await.unwrap().result.is_ok());
}

#[tokio::test(start_paused = true)]
async fn all_inputs_of_a_batch_end_when_its_client_is_stopped() {
    let api = FakeApi::default();
    let client = api.builder().rate_limiter(RateLimiter::per_minute(2)).build().unwrap();
    let mut batch = client.enrich_each((0..500).map(|_| query()));
    let _ = timeout(seconds(1.0), batch.next()).await;
    let launched = api.ids().len();
    client.stop_launching();
    let start = Instant::now();
    let next = batch.next().await.unwrap();
    assert_eq!(
        (next.result.unwrap_err().kind(), start.elapsed()),
        (ErrorKind::Stopped, seconds(0.0))
    );
    let results = rest(&mut batch).await;
    assert_eq!(results.iter().filter(|done| done.result.is_ok()).count(), launched);
    assert_eq!((results.len(), api.ids().len()), (499, launched));
}

/// The reports in order.
type Log = Arc<Mutex<Vec<String>>>;

fn note(log: &Log, text: impl Into<String>) {
    log.lock().unwrap().push(text.into());
}

#[tokio::test(start_paused = true)]
async fn a_launch_is_reported_before_each_time_it_is_sent() {
    let steps = [refused_for("1"), Step::launched(), Step::succeeded()];
    let (script, log) = (Script::new(steps), Log::default());
    let client = script.builder().retry(RetryPolicy::default()).build().unwrap();
    let (launching, launched, seen) = (log.clone(), log.clone(), script.clone());
    client
        .enrich(query())
        .on_launching(move |sent| {
            assert_eq!(*sent, query());
            note(&launching, format!("launching after {}", seen.count(Method::POST)));
        })
        .on_launched(move |_| note(&launched, "launched"))
        .await
        .unwrap();
    let expected = ["launching after 0", "launching after 1", "launched"];
    assert_eq!(*log.lock().unwrap(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_batch_reports_each_launch_before_it_is_sent() {
    let (api, log) = (FakeApi::default(), Log::default());
    api.refuse(1, 1, Some("2"));
    let client = api.builder().rate_limiter(RateLimiter::new(2, seconds(1.0))).build().unwrap();
    let queries = ["0@acme.com", "1@acme.com", "", "3@acme.com"].map(ContactQuery::email);
    let (launching, launched, seen) = (log.clone(), log.clone(), api.clone());
    let mut batch = client
        .enrich_each(queries)
        .on_launching(move |index, query| {
            let sent = seen.see(|counts| {
                counts.launched.iter().filter(|one| one.0 == format!("{index}@acme.com")).count()
            });
            assert_eq!((sent, query), (0, &ContactQuery::email(format!("{index}@acme.com"))));
            note(&launching, format!("launching {index}"));
        })
        .on_launched(move |index, _| note(&launched, format!("launched {index}")));
    assert_eq!(rest(&mut batch).await.len(), 4);
    let log = log.lock().unwrap().clone();
    let count = |text: &str| log.iter().filter(|line| *line == text).count();
    let counts = [0, 1, 2, 3].map(|index| count(&format!("launching {index}")));
    assert_eq!(counts, [1, 2, 0, 1], "{log:?}");
    for index in [0, 1, 3] {
        let at = |text: String| log.iter().rposition(|line| *line == text).unwrap();
        assert!(at(format!("launching {index}")) < at(format!("launched {index}")), "{log:?}");
    }
}

/// The hook failed to record the launch, so nothing is sent.
#[tokio::test(start_paused = true)]
async fn a_hook_that_panics_keeps_its_launch_from_being_sent() {
    let api = FakeApi::default();
    let client = api.builder().poll_policy(PollPolicy::fixed(TAKES)).build().unwrap();
    let mut batch = client
        .enrich_each((0..3).map(|_| query()))
        .on_launching(|index, _| assert_ne!(index, 1, "a hook with a bug"));
    let results = rest(&mut batch).await;
    assert_eq!(kinds(&results), [(0, None), (1, Some(ErrorKind::Transport)), (2, None)]);
    let enrich = client.enrich(query()).on_launching(|_| panic!("a hook with a bug"));
    assert!(enrich.await.unwrap_err().may_have_launched());
    assert_eq!(api.ids().len(), 2);
}

/// A dropped batch sends nothing, not even a launch that already has its slot.
#[tokio::test(start_paused = true)]
async fn a_batch_that_is_dropped_sends_nothing_more() {
    let api = FakeApi::default();
    api.refuse(0, 20, Some("8"));
    let client = api.builder().build().unwrap();
    let mut batch = client.enrich_each((0..40).map(|_| query()));
    assert!(timeout(seconds(1.0), batch.next()).await.is_err());
    let sent = api.see(|counts| counts.arrivals.len());
    drop(batch);
    sleep(seconds(600.0)).await;
    assert_eq!(api.see(|counts| counts.arrivals.len()), sent);
    assert_eq!(client.rate_limiter().waiting(), 0);
}
