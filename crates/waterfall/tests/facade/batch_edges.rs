//! Batches under failures.

use std::future::{Future, IntoFuture, poll_fn};
use std::panic::AssertUnwindSafe;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;
use waterfall::{
    Batch, BatchItem, ContactQuery, ErrorKind, JobId, PollPolicy, RateLimiter, RetryPolicy,
};

use crate::fake_api::{FakeApi, LATENCY, TAKES};

fn query(index: usize) -> ContactQuery {
    ContactQuery::email(format!("person{index}@acme.com"))
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

async fn all(batch: &mut Batch) -> Vec<BatchItem> {
    let mut results = Vec::new();
    while let Some(done) = batch.next().await {
        results.push(done);
    }
    results
}

/// Asserts that each index occurs once.
fn assert_each_once(results: &[BatchItem], inputs: usize) {
    let mut indices: Vec<_> = results.iter().map(|done| done.index).collect();
    indices.sort_unstable();
    assert_eq!(indices, (0..inputs).collect::<Vec<_>>());
}

/// Returns a stream with this poll function.
struct Polled<F>(F);

impl<F> Stream for Polled<F>
where
    F: FnMut(&mut Context<'_>) -> Poll<Option<ContactQuery>> + Unpin,
{
    type Item = ContactQuery;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<ContactQuery>> {
        (self.0)(cx)
    }
}

/// Returns the outcome of polling for the next result, including panics.
async fn next_or_panic(batch: &mut Batch) -> Result<Option<BatchItem>, ()> {
    let mut next = pin!(batch.next());
    poll_fn(|cx| {
        let polled = std::panic::catch_unwind(AssertUnwindSafe(|| Future::poll(next.as_mut(), cx)));
        polled.map_or(Poll::Ready(Err(())), |polled| polled.map(Ok))
    })
    .await
}

/// The server certainly did not act on a launch that it rejected with a 429. The launch is retried,
/// for any `Retry-After` and any number of waiting requests.
#[tokio::test(start_paused = true)]
async fn rejected_launches_are_sent_later() {
    for retry_after in [None, Some("1"), Some("30"), Some("60"), Some("600"), Some("soon")] {
        for rate_limiter in [RateLimiter::unlimited(), RateLimiter::default()] {
            let api = FakeApi::default();
            api.refuse(10, 40, retry_after);
            let client = api.builder().rate_limiter(rate_limiter).build().unwrap();
            let results = all(&mut client.enrich_each((0..120).map(query))).await;
            for done in &results {
                assert!(done.result.is_ok(), "{retry_after:?}: {:?}", done.result);
            }
            assert_each_once(&results, 120);
            let mut queries = api.see(|counts| counts.launched.clone());
            queries.sort();
            queries.dedup_by(|one, other| one.0 == other.0);
            assert_eq!((queries.len(), api.ids().len()), (120, 120), "{retry_after:?}");
            assert!(api.see(|counts| counts.refused) > 0);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_launch_that_is_always_rejected_ends_with_and_without_retries() {
    let api = FakeApi::default();
    api.refuse(0, u32::MAX, Some("2"));
    let client = api.builder().build().unwrap();
    let results = all(&mut client.enrich_each((0..3).map(query))).await;
    assert_each_once(&results, 3);
    for done in results {
        let error = done.result.unwrap_err();
        assert_eq!(
            (error.status().map(|status| status.as_u16()), error.launch_attempts()),
            (Some(429), Some(5))
        );
        assert!(!error.may_have_launched());
    }
    let api = FakeApi::default();
    api.refuse(0, 1, None);
    let client = api.builder().retry(RetryPolicy::none()).build().unwrap();
    let results = all(&mut client.enrich_each((0..3).map(query))).await;
    assert_eq!(results.iter().filter(|done| done.result.is_err()).count(), 1);
}

#[tokio::test(start_paused = true)]
async fn without_a_rate_limit_there_are_other_bounds() {
    const JOBS: usize = 10_000;
    let (api, start) = (FakeApi::default(), Instant::now());
    let taken = Arc::new(AtomicUsize::new(0));
    let seen = taken.clone();
    let queries = (0..JOBS).map(move |index| {
        seen.fetch_add(1, Ordering::Relaxed);
        query(index)
    });
    let client = api.unlimited();
    let (mut batch, mut ended, mut ahead) = (client.enrich_each(queries), 0, 0);
    while let Some(done) = batch.next().await {
        assert!(done.result.is_ok());
        ended += 1;
        ahead = ahead.max(taken.load(Ordering::Relaxed) - ended);
    }
    assert_eq!((ended, api.ids().len()), (JOBS, JOBS));
    let (flight, pending) = api.see(|counts| (counts.most_in_flight, counts.most_pending));
    assert_eq!((flight, pending), (128, 4_096));
    assert!(ahead <= 4_096 + 2, "{ahead} taken and not handed over");
    assert!(start.elapsed() < seconds(40), "{:?}", start.elapsed());
}

/// While no result is requested, nothing is taken from the source, launched or read.
#[tokio::test(start_paused = true)]
async fn inputs_are_taken_shortly_before_they_are_sent() {
    let (api, taken) = (FakeApi::default(), Arc::new(AtomicUsize::new(0)));
    let seen = taken.clone();
    let mut batch = api.builder().build().unwrap().enrich_each((0..).map(move |index| {
        seen.fetch_add(1, Ordering::Relaxed);
        query(index)
    }));
    for passed in 1..=5 {
        let _ = timeout(seconds(60), batch.next()).await;
        // One input is taken but not sent.
        let (taken, left) = (taken.load(Ordering::Relaxed), api.ids().len());
        assert!(taken <= left + 1 && left <= 50 * passed, "{taken} taken, {left} launched");
    }
}

/// If the consumer is repeatedly busy for an hour, nothing is lost, nothing is sent during that
/// time, and no burst follows.
#[tokio::test(start_paused = true)]
async fn a_slow_consumer_loses_nothing() {
    let api = FakeApi::default();
    let client = api.builder().poll_policy(PollPolicy::fixed(seconds(3))).build().unwrap();
    let mut batch = client.enrich_each((0..300).map(query));
    let mut results = Vec::new();
    for _ in 0..5 {
        results.extend(timeout(seconds(30), batch.next()).await.ok().flatten());
        sleep(LATENCY).await;
        let before = api.see(|counts| counts.arrivals.len());
        sleep(seconds(3_600)).await;
        assert_eq!(api.see(|counts| counts.arrivals.len()), before);
    }
    results.extend(all(&mut batch).await);
    for done in &results {
        assert!(done.result.is_ok(), "{:?}", done.result);
    }
    assert_each_once(&results, 300);
    let arrivals = api.see(|counts| counts.arrivals.clone());
    let within = |first: &Instant| {
        arrivals.iter().filter(|at| (*first..*first + seconds(60)).contains(*at)).count()
    };
    let most = arrivals.iter().map(within).max();
    assert!(most.is_some_and(|most| (45..=50).contains(&most)), "{most:?} in a minute");
}

/// A response that is processed an hour late does not end the wait: the job is read again.
#[tokio::test(start_paused = true)]
async fn a_late_poll_does_not_make_a_response_late() {
    let api = FakeApi::default();
    let policy = PollPolicy::fixed(seconds(3)).with_jitter(0.0);
    let client = api.builder().poll_policy(policy).build().unwrap();
    let mut batch = client.enrich_each([query(0)]);
    assert!(timeout(Duration::from_millis(3_150), batch.next()).await.is_err());
    sleep(seconds(3_600)).await;
    let done = batch.next().await.unwrap().result.unwrap();
    assert_eq!(done.reads(), 2, "one before the pause, one after it");
}

#[tokio::test(start_paused = true)]
async fn a_slow_source_does_not_delay_results() {
    let (api, start) = (FakeApi::default(), Instant::now());
    let mut given = 0;
    let mut pause = Box::pin(sleep(Duration::ZERO));
    let queries = Polled(move |cx: &mut Context<'_>| {
        std::task::ready!(Future::poll(pause.as_mut(), cx));
        pause.as_mut().reset(Instant::now() + seconds(20));
        given += 1;
        Poll::Ready((given <= 5).then(|| query(given)))
    });
    let mut batch = api.unlimited().enrich_all(queries);
    let mut at = Vec::new();
    while let Some(done) = batch.next().await {
        assert!(done.result.is_ok());
        at.push(start.elapsed().as_secs());
    }
    assert_eq!(at, [4, 24, 44, 64, 84]);
    assert_eq!(start.elapsed().as_secs(), 100);
}

#[tokio::test(start_paused = true)]
async fn an_endless_source_can_be_stopped() {
    let api = FakeApi::default();
    let never = Polled(|_: &mut Context<'_>| Poll::Pending);
    let mut batch = api.unlimited().enrich_all(never);
    assert!(timeout(seconds(3_600), batch.next()).await.is_err());
    assert_eq!(batch.stop_launching(), None);
    assert!(batch.next().await.is_none());

    let mut batch = api.unlimited().enrich_each((0..).map(query));
    for _ in 0..300 {
        batch.next().await.unwrap().result.unwrap();
    }
    batch.stop_launching();
    let rest = all(&mut batch).await;
    // A launch that had a permit and was not in flight is not sent.
    let (launched, stopped): (Vec<_>, Vec<_>) = rest.iter().partition(|done| done.result.is_ok());
    assert_eq!(300 + launched.len(), api.ids().len());
    for done in stopped {
        assert_eq!(done.result.as_ref().unwrap_err().kind(), ErrorKind::Stopped);
    }
}

#[tokio::test(start_paused = true)]
async fn invalid_queries_cost_no_request() {
    let api = FakeApi::default();
    let queries = (0..3_000).map(|index| match index % 3 {
        0 => query(index),
        _ => ContactQuery::email(""),
    });
    let results = all(&mut api.unlimited().enrich_each(queries)).await;
    assert_each_once(&results, 3_000);
    for done in results {
        assert_eq!(done.result.is_ok(), done.index % 3 == 0);
    }
    assert_eq!(api.ids().len(), 1_000);
}

/// The panic reaches the caller. Launched jobs can still be waited for.
#[tokio::test(start_paused = true)]
async fn a_source_that_panics_loses_no_job() {
    let api = FakeApi::default();
    let queries =
        (0..).map(|index| if index == 7 { panic!("a source with a bug") } else { query(index) });
    let mut batch = api.unlimited().enrich_each(queries);
    assert!(next_or_panic(&mut batch).await.is_err());
    // The launch with a permit is sent, so it is in flight when launching stops.
    tokio::task::yield_now().await;
    batch.stop_launching();
    let results = all(&mut batch).await;
    assert!(results.iter().all(|done| done.result.is_ok()));
    assert_each_once(&results, 7);
}

/// The job whose hook panicked is passed to the hook for orphans, and the batch continues.
#[tokio::test(start_paused = true)]
async fn a_hook_that_panics_loses_no_job() {
    for go_on in [true, false] {
        let (api, orphans) = (FakeApi::default(), Arc::new(Mutex::new(Vec::new())));
        let seen = orphans.clone();
        let builder = api.builder().rate_limiter(RateLimiter::unlimited());
        let client = builder.on_orphan(move |job| seen.lock().unwrap().push(job.id())).build();
        let known = Arc::new(Mutex::new(Vec::new()));
        let stored = known.clone();
        let batch = client.unwrap().enrich_each((0..10).map(query));
        let mut batch = batch.on_launched(move |index, job| {
            assert!(index != 4, "a hook with a bug");
            stored.lock().unwrap().push(job.id());
        });
        assert!(next_or_panic(&mut batch).await.is_err());
        if go_on {
            let results = timeout(seconds(60), all(&mut batch)).await.unwrap();
            assert!(results.iter().all(|done| done.result.is_ok()));
            assert_each_once(&results, 10);
        }
        drop(batch);
        sleep(seconds(1)).await;
        assert!(orphans.lock().unwrap().contains(&api.ids()[4]));
        let mut known = known.lock().unwrap().clone();
        known.extend(orphans.lock().unwrap().iter());
        known.sort_unstable();
        assert_eq!(known, api.ids());
    }
}

/// A panic counts as a failed read, and the next read may succeed.
#[tokio::test(start_paused = true)]
async fn a_read_that_panics_does_not_block_the_others() {
    let api = FakeApi::default();
    let mut batch = api.unlimited().enrich_each((0..10).map(query));
    assert!(timeout(seconds(1), batch.next()).await.is_err());
    api.panic_at_next_read();
    let results = timeout(seconds(60), all(&mut batch)).await.expect("it hangs");
    assert_each_once(&results, 10);
    let reads = results.iter().map(|done| done.result.as_ref().unwrap().reads());
    assert_eq!(reads.sum::<u32>(), 11);
}

/// At any moment of the drop, each job that the server has started is known.
#[tokio::test(start_paused = true)]
async fn a_batch_can_be_dropped_at_any_moment() {
    for dropped_after in (0..400).step_by(17).map(Duration::from_millis) {
        let (api, known) = (FakeApi::default(), Arc::new(Mutex::new(Vec::new())));
        let (stored, orphaned) = (known.clone(), known.clone());
        let builder = api.builder().rate_limiter(RateLimiter::new(25, seconds(1)));
        let builder = builder.on_orphan(move |job| orphaned.lock().unwrap().push(job.id()));
        let batch = builder.build().unwrap().enrich_each((0..100).map(query));
        let mut batch = batch.on_launched(move |_, job| stored.lock().unwrap().push(job.id()));
        let _ = timeout(dropped_after, batch.next()).await;
        drop(batch);
        sleep(seconds(10)).await;
        let mut known = known.lock().unwrap().clone();
        known.sort_unstable();
        assert_eq!(known, api.ids(), "dropped after {dropped_after:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn two_batches_and_an_interactive_wait() {
    let api = FakeApi::default();
    let client = api.builder().build().unwrap();
    // After interactive requests, slots are spaced for the next one.
    client.enrich(ContactQuery::email("john@acme.com")).await.unwrap();
    let batch = |jobs: usize| {
        let mut batch = client.enrich_each((0..jobs).map(query));
        tokio::spawn(async move { all(&mut batch).await })
    };
    let batches = [batch(150), batch(150)];
    sleep(seconds(120)).await;
    let (start, before) = (Instant::now(), api.ids().len());
    let found = client.enrich(ContactQuery::email("jane@acme.com")).await.unwrap();
    // A request waits for at most two slots, which return 1.2 s apart.
    assert!(start.elapsed() < TAKES + seconds(6), "{:?}", start.elapsed());
    let launched = api.see(|counts| counts.launched[before..].to_vec());
    assert!(launched.iter().take(2).any(|(email, _)| email == "jane@acme.com"), "{launched:?}");
    assert!(found.is_success());
    // Many interactive requests leave one of four slots to the batches.
    let crowd: Vec<_> = (0..60)
        .map(|_| tokio::spawn(client.enrich(ContactQuery::email("crowd@acme.com")).into_future()))
        .collect();
    sleep(seconds(30)).await;
    let (from, crowded) = (api.ids().len(), client.rate_limiter().waiting() >= 30);
    assert!(crowded);
    sleep(seconds(24)).await;
    let since = api.see(|counts| counts.launched[from..].to_vec());
    let of_batches = since.iter().filter(|(email, _)| email.starts_with("person")).count();
    assert!(of_batches > 0 && of_batches * 2 < since.len(), "{of_batches} of {}", since.len());
    for found in crowd {
        found.await.unwrap().unwrap();
    }
    for results in batches {
        let results = results.await.unwrap();
        assert_each_once(&results, 150);
        assert!(results.iter().all(|done| done.result.is_ok()));
    }
}
fn stored(count: u128) -> impl Iterator<Item = JobId> {
    (1..=count).map(|number| JobId::from(Uuid::from_u128(number)))
}

#[tokio::test(start_paused = true)]
async fn a_hundred_thousand_stored_jobs_are_read_once_each() {
    const JOBS: usize = 100_000;
    let api = FakeApi::default();
    api.hold(stored(JOBS as u128));
    let (client, start) = (api.unlimited(), Instant::now());
    let mut jobs = client.wait_all(stored(JOBS as u128).map(|id| client.job(id)));
    let mut ended = vec![0_u8; JOBS];
    while let Some(done) = jobs.next().await {
        assert!(done.result.is_ok());
        ended[done.index] += 1;
    }
    assert!(ended.iter().all(|times| *times == 1));
    assert!(api.see(|counts| counts.reads.len() == JOBS && counts.arrivals.len() == JOBS));
    // In rounds of 128.
    assert!(start.elapsed() < LATENCY * (JOBS as u32 / 128 + 2), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn one_job_can_be_waited_for_twice_and_by_another_client() {
    let (api, other) = (FakeApi::default(), FakeApi::default());
    api.hold(stored(2));
    other.hold(stored(2));
    let (client, theirs) = (api.unlimited(), other.unlimited());
    let [one, two] = [1, 2].map(|number| client.job(stored(number).last().unwrap()));
    let foreign = theirs.job(one.id());
    let unknown = theirs.job(stored(3).last().unwrap());
    let mut jobs = client.wait_all([one.clone(), two, one.clone(), foreign, unknown]);
    let results = all(&mut jobs).await;
    assert_each_once(&results, 5);
    for done in results {
        assert_eq!(done.result.is_ok(), done.index < 4, "{:?}", done.result);
    }
    // Jobs of other clients are read with this client's key.
    assert!(other.see(|counts| counts.arrivals.is_empty()));
    assert_eq!(api.see(|counts| counts.reads[&one.id()]), 3);
}
