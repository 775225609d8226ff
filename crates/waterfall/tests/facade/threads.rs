//! Tests with one key on many threads and runtimes. On a real clock, at any speed.

use std::future::IntoFuture;
use std::sync::mpsc;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use waterfall::{Client, ContactQuery, RateLimiter, RetryPolicy};

use crate::fake_api::FakeApi;
use crate::script::{Script, Step, id};

const WINDOW: Duration = Duration::from_millis(200);

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().build().unwrap()
}

fn client(script: &Script, rate_limiter: &RateLimiter) -> Client {
    script
        .builder()
        .rate_limiter(rate_limiter.clone())
        .retry(RetryPolicy::default())
        .build()
        .unwrap()
}

/// A window never contains more requests than there are slots.
fn assert_within(script: &Script, requests: usize, arrivals: usize) {
    let seen = script.requests();
    assert_eq!(seen.len(), arrivals);
    for pair in seen.windows(requests + 1) {
        assert!(pair[requests].at - pair[0].at >= WINDOW);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_clone_for_each_thread_is_one_budget() {
    let script = Script::new([Step::succeeded()]);
    let client = client(&script, &RateLimiter::new(20, WINDOW));
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move {
                for _ in 0..12 {
                    client.job(id()).fetch().await.unwrap();
                }
            })
        })
        .collect();
    for thread in threads {
        thread.await.unwrap();
    }
    assert_within(&script, 20, 96);
    assert_eq!(client.rate_limiter().waiting(), 0);
}

/// The waiters of a runtime end with it. No other runtime waits for them or for its driver.
#[test]
fn a_runtime_that_ends_affects_only_its_own_requests() {
    let (dying, living) = (runtime(), runtime());
    let script = Script::new([Step::succeeded()]);
    let (rate_limiter, requests) = (RateLimiter::new(5, WINDOW), 5);
    let (doomed, client) = (client(&script, &rate_limiter), client(&script, &rate_limiter));
    let fetch = |client: &Client| {
        let job = client.job(id());
        async move { job.fetch().await.map(|_| ()) }
    };
    dying.block_on(async {
        for _ in 0..requests {
            fetch(&doomed).await.unwrap();
        }
        for _ in 0..50 {
            tokio::spawn(fetch(&doomed));
        }
        tokio::task::yield_now().await;
    });
    assert_eq!(rate_limiter.waiting(), 50);
    let rest: Vec<_> = (0..12).map(|_| living.spawn(fetch(&client))).collect();
    living.block_on(tokio::task::yield_now());
    assert_eq!(rate_limiter.waiting(), 62);
    drop(dying);
    living.block_on(async {
        for fetched in rest {
            fetched.await.unwrap().unwrap();
        }
    });
    assert_within(&script, requests, requests + 12);
    assert_eq!(rate_limiter.waiting(), 0);
}

/// The process continues in another runtime with the IDs that were reported.
#[test]
fn the_end_of_a_runtime_in_mid_flight_loses_no_known_job() {
    let (api, dying) = (FakeApi::default(), runtime());
    let (known, reported) = mpsc::channel();
    let start = || api.builder().rate_limiter(RateLimiter::unlimited()).build().unwrap();
    {
        let _inside = dying.enter();
        let batch = start().enrich_each((0..20).map(|_| ContactQuery::email("jane@acme.com")));
        let mut batch = batch.on_launched(move |_, job| known.send(job.id()).unwrap());
        dying.spawn(async move { batch.next().await.map(drop) });
        dying.spawn(start().enrich(ContactQuery::email("jane@acme.com")).into_future());
        let job = start().job(id());
        dying.spawn(async move { job.watch().next().await.map(drop) });
    }
    let ids: Vec<_> = dying.block_on(async {
        let mut ids = Vec::new();
        while ids.len() < 20 {
            tokio::time::sleep(Duration::from_millis(10)).await;
            ids.extend(reported.try_iter());
        }
        ids
    });
    drop(dying);
    runtime().block_on(async {
        let client = start();
        api.finish();
        let mut jobs = client.wait_all(ids.iter().map(|id| client.job(*id)));
        let mut ended = 0;
        while let Some(done) = jobs.next().await {
            done.result.unwrap();
            ended += 1;
        }
        assert_eq!(ended, 20);
    });
    // The missing one is that of the enrich call.
    assert_eq!(api.ids().len(), 21);
}
