//! Calls that are dropped at each of their polls and continued by the job ID.

use std::future::{Future, IntoFuture, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Instant, advance, sleep};
use waterfall::{ContactQuery, ErrorKind, JobId, PollPolicy, RateLimiter, RetryPolicy};

use crate::fake_api::{FakeApi, TAKES};
use crate::script::{Script, Step, id};

fn query() -> ContactQuery {
    ContactQuery::email("jane@acme.com")
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Returns the result of a future within this number of polls, each after a wake-up.
async fn within<F: Future + Unpin>(polls: usize, mut future: F) -> Option<F::Output> {
    let mut left = polls;
    poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match Pin::new(&mut future).poll(cx) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// Returns the number of polls that find the job running before one finds it finished.
fn impatient() -> PollPolicy {
    PollPolicy::fixed(Duration::from_millis(1_500)).with_jitter(0.0)
}

#[tokio::test(start_paused = true)]
async fn a_wait_can_be_dropped_at_each_poll() {
    for polls in 0.. {
        let api = FakeApi::default();
        let client = api.builder().poll_policy(impatient()).build().unwrap();
        let job = client.launch(query()).await.unwrap();
        let finished = within(polls, job.wait().into_future()).await;
        let found = client.job(job.id()).wait().await.unwrap();
        assert!(found.is_success() && found.job_id() == job.id());
        assert_eq!((api.ids(), client.rate_limiter().waiting()), (vec![job.id()], 0));
        if let Some(finished) = finished {
            assert_eq!(finished.unwrap().raw(), found.raw());
            assert!(polls >= 6, "{polls}");
            return;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_next_of_a_watch_can_be_dropped_at_each_poll() {
    let mut states = Vec::new();
    for polls in [usize::MAX, 1, 2, 3] {
        let api = FakeApi::default();
        let client = api.builder().poll_policy(impatient()).build().unwrap();
        let mut watch = client.launch(query()).await.unwrap().watch();
        let mut seen = Vec::new();
        loop {
            match within(polls, Box::pin(watch.next())).await {
                Some(Some(item)) => seen.push(item.unwrap().state().to_string()),
                Some(None) => break,
                None => sleep(Duration::from_millis(1)).await,
            }
        }
        assert_eq!(api.see(|counts| counts.arrivals.len()), 1 + seen.len());
        assert!(watch.next().await.is_none() && watch.next().await.is_none());
        states.push(seen);
    }
    assert_eq!(states[0], ["RUNNING", "RUNNING", "SUCCEEDED"]);
    assert!(states.iter().all(|seen| *seen == states[0]), "{states:?}");
}

#[tokio::test(start_paused = true)]
async fn an_enrich_can_be_dropped_at_each_poll_and_continued() {
    for polls in 0.. {
        let (api, known) = (FakeApi::default(), Arc::new(Mutex::new(Vec::<JobId>::new())));
        api.refuse(0, 1, Some("2"));
        let orphaned = known.clone();
        let builder = api.builder().poll_policy(impatient());
        let builder = builder.on_orphan(move |job| orphaned.lock().unwrap().push(job.id()));
        let client = builder.build().unwrap();
        let finished = within(polls, client.enrich(query()).into_future()).await;
        sleep(seconds(20)).await;
        let known = known.lock().unwrap().clone();
        if let Some(finished) = finished {
            assert_eq!((finished.unwrap().job_id(), known), (api.ids()[0], vec![]));
            assert!(polls >= 5, "{polls}");
            return;
        }
        assert_eq!(known, api.ids(), "dropped after {polls} polls");
        for id in known {
            assert!(client.job(id).wait().await.unwrap().is_success());
        }
        assert_eq!(client.rate_limiter().waiting(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_batch_can_be_dropped_at_each_poll_and_continued() {
    for polls in 0.. {
        let (api, known) = (FakeApi::default(), Arc::new(Mutex::new(Vec::new())));
        let (stored, orphaned) = (known.clone(), known.clone());
        let builder =
            api.builder().poll_policy(impatient()).rate_limiter(RateLimiter::new(2, seconds(1)));
        let builder = builder.on_orphan(move |job| orphaned.lock().unwrap().push(job.id()));
        let client = builder.build().unwrap();
        let batch = client.enrich_each((0..4).map(|_| query()));
        let mut batch = batch.on_launched(move |_, job| stored.lock().unwrap().push(job.id()));
        let all = Box::pin(async {
            let mut ended = 0;
            while let Some(done) = batch.next().await {
                ended += usize::from(done.result.is_ok());
            }
            ended
        });
        let finished = within(polls, all).await;
        drop(batch);
        sleep(seconds(20)).await;
        let known = known.lock().unwrap().clone();
        assert_eq!(known, api.ids(), "dropped after {polls} polls");
        let mut jobs = client.wait_all(known.iter().map(|id| client.job(*id)));
        while let Some(done) = jobs.next().await {
            assert!(done.result.unwrap().is_success());
        }
        assert_eq!((api.ids().len(), client.rate_limiter().waiting()), (known.len(), 0));
        if let Some(ended) = finished {
            assert_eq!(ended, 4);
            assert!(polls > 12, "{polls}");
            return;
        }
    }
}

/// The clock jumps by an hour between two polls, as for a process that was stopped.
#[tokio::test(start_paused = true)]
async fn a_clock_that_jumps_ends_a_wait_with_one_last_read() {
    for (over, policy) in
        [(true, impatient()), (false, impatient()), (false, PollPolicy::adaptive())]
    {
        let last = if over { Step::succeeded() } else { Step::running() };
        let script = Script::new([Step::launched(), Step::running(), last]);
        let client = script.builder().poll_policy(policy).build().unwrap();
        let job = client.launch(query()).await.unwrap();
        let (start, mut watch) = (Instant::now(), job.watch().max_wait(seconds(60)));
        assert!(!watch.next().await.unwrap().unwrap().is_final());
        assert!(within(1, Box::pin(watch.next())).await.is_none());
        advance(seconds(3_600)).await;
        let jumped = start.elapsed();
        assert_eq!(watch.next().await.unwrap().unwrap().is_final(), over);
        match watch.next().await {
            None => assert!(over),
            Some(end) => {
                let error = end.unwrap_err();
                assert_eq!((error.kind(), over), (ErrorKind::WaitTimeout, false));
                assert_eq!((error.reads(), error.waited()), (Some(2), Some(start.elapsed())));
            }
        }
        assert!(watch.next().await.is_none());
        assert_eq!((start.elapsed(), script.requests().len()), (jumped, 3));
    }
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_jumps_loses_no_job_of_a_batch() {
    let api = FakeApi::default();
    let client = api.builder().poll_policy(impatient()).build().unwrap();
    let mut batch = client.enrich_each((0..30).map(|_| query())).max_wait(seconds(60));
    let mut ended = 0;
    loop {
        match within(3, Box::pin(batch.next())).await {
            Some(None) => break,
            Some(Some(done)) => {
                done.result.unwrap();
                ended += 1;
            }
            None => advance(seconds(3_600)).await,
        }
    }
    assert_eq!((ended, api.ids().len()), (30, 30));
}

#[tokio::test(start_paused = true)]
async fn waits_of_zero_and_unlimited_duration() {
    for (max_wait, over) in [(Duration::ZERO, false), (Duration::MAX, true)] {
        let (api, start) = (FakeApi::default(), Instant::now());
        let client = api
            .builder()
            .max_wait(max_wait)
            .rate_limiter(RateLimiter::unlimited())
            .build()
            .unwrap();
        let mut batch = client.enrich_each((0..3).map(|_| query()));
        let mut results = Vec::new();
        while let Some(done) = batch.next().await {
            results.push(done.result);
        }
        results.push(client.enrich(query()).await);
        let from_id = client.launch(query()).await.unwrap().id();
        results.push(client.wait_all([client.job(from_id)]).next().await.unwrap().result);
        results.push(client.job(from_id).wait().await);
        assert_eq!(results.len(), 6);
        for result in results {
            match result {
                Ok(found) => assert!(over && found.reads() <= 2),
                Err(error) => assert_eq!((error.kind(), over), (ErrorKind::WaitTimeout, false)),
            }
        }
        assert!(start.elapsed() < TAKES * 4, "{:?}", start.elapsed());
    }
}

/// With any policy, a job is read at most ten times per second, and soon enough.
#[tokio::test(start_paused = true)]
async fn no_policy_reads_too_often_or_never() {
    let nothing = Duration::ZERO;
    let rows = [
        (PollPolicy::fixed(nothing), 41),
        (PollPolicy::exponential(nothing, 0.0, nothing), 41),
        (PollPolicy::exponential(nothing, f64::INFINITY, Duration::MAX), 41),
        (PollPolicy::adaptive_with_read_cost(nothing), 41),
        (PollPolicy::adaptive_with_read_cost(Duration::from_nanos(1)), 41),
        (PollPolicy::adaptive_with_read_cost(Duration::MAX), 2),
        (PollPolicy::fixed(Duration::MAX), 1),
    ];
    for (policy, most) in rows {
        let (api, start) = (FakeApi::default(), Instant::now());
        let builder =
            api.builder().poll_policy(policy.clone()).rate_limiter(RateLimiter::unlimited());
        let client = builder.build().unwrap();
        let found = client.enrich(query()).await.unwrap();
        assert!((1..=most).contains(&found.reads()), "{policy:?}: {} reads", found.reads());
        assert!(start.elapsed() <= seconds(301), "{policy:?}: {:?}", start.elapsed());
        let found = client.enrich_each([query()]).next().await.unwrap().result.unwrap();
        assert!((1..=most).contains(&found.reads()), "{policy:?}: {} reads", found.reads());

        // A server that responds immediately, and a job that never ends.
        let script = Script::new([Step::running()]);
        let builder =
            script.builder().poll_policy(policy.clone()).rate_limiter(RateLimiter::unlimited());
        let (client, second) = (builder.max_wait(seconds(1)).build().unwrap(), 1..=11);
        let error = client.job(id()).wait().await.unwrap_err();
        assert!(second.contains(&error.reads().unwrap()), "{policy:?}: {error}");
        let mut jobs = client.wait_all([client.job(id())]);
        let error = jobs.next().await.unwrap().result.unwrap_err();
        assert!(second.contains(&error.reads().unwrap()), "{policy:?}: {error}");
    }
}

/// Without pauses, the deadline still comes.
#[tokio::test(start_paused = true)]
async fn retries_without_pauses_end() {
    let script = Script::new([Step::NotSent { timeout: false }]);
    let retry = RetryPolicy::default().attempts(u32::MAX).backoff(Duration::ZERO, Duration::ZERO);
    let client = script.builder().retry(retry.deadline(seconds(1))).build().unwrap();
    let start = Instant::now();
    let error = client.job(id()).fetch().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(start.elapsed() <= seconds(1));
    assert!(script.requests().len() <= 101, "{} tries", script.requests().len());
}
