//! Requests of a key stay within its limit without any effort by the caller.

use std::time::Duration;

use tokio::time::Instant;
use waterfall::{Client, ContactQuery, ErrorKind, Method, RateLimiter};
use waterfall_sandbox::{Fault, JobTime, RateLimit, Sandbox};

use crate::script::{KEY, Script, Step, id};

const MINUTE: Duration = Duration::from_secs(60);

fn query() -> ContactQuery {
    ContactQuery::linkedin("jane-doe-abc123")
}

fn client(sandbox: &Sandbox) -> Client {
    let transport = sandbox.transport().without_key();
    Client::builder().api_key(KEY).transport(transport).build().unwrap()
}

async fn enrich_all(client: &Client, count: usize) {
    let jobs: Vec<_> =
        (0..count).map(|_| tokio::spawn(client.enrich(query()).into_future())).collect();
    for job in jobs {
        let _ = job.await.unwrap();
    }
}

/// Returns the maximum number of requests that the server has counted in any minute.
fn most_in_a_minute(sandbox: &Sandbox) -> usize {
    let times: Vec<_> = sandbox.requests().iter().map(|arrival| arrival.at).collect();
    let in_a_minute =
        |first: usize| times[first..].partition_point(|at| *at - times[first] < MINUTE);
    (0..times.len()).map(in_a_minute).max().unwrap_or(0)
}

fn refused(sandbox: &Sandbox) -> usize {
    sandbox.requests().iter().filter(|arrival| arrival.refused).count()
}

#[tokio::test(start_paused = true)]
async fn a_hundred_jobs_at_once_stay_within_the_limit() {
    let time = JobTime::Fixed(Duration::from_secs(3));
    let sandbox = Sandbox::builder().accept_key(KEY).job_time(time).build();
    let client = client(&sandbox);
    enrich_all(&client, 100).await;
    assert_eq!(sandbox.launches().len(), 100);
    assert_eq!((refused(&sandbox), most_in_a_minute(&sandbox)), (0, 50));
    tokio::time::sleep(MINUTE).await;
    assert_eq!((client.rate_limiter().available(), client.rate_limiter().waiting()), (50, 0));
}

#[tokio::test(start_paused = true)]
async fn late_responses_do_not_exceed_the_limit() {
    let sandbox = Sandbox::builder()
        .accept_key(KEY)
        .job_time(JobTime::Fixed(Duration::from_secs(1)))
        .fault_rate(Fault::DelayRequest(Duration::from_millis(1700)), 0.3)
        .fault_rate(Fault::DelayResponse(Duration::from_secs(9)), 0.2)
        .build();
    enrich_all(&client(&sandbox), 60).await;
    assert!(sandbox.requests().len() > 110);
    assert_eq!((refused(&sandbox), most_in_a_minute(&sandbox)), (0, 50));
}

#[tokio::test(start_paused = true)]
async fn clients_with_one_rate_limiter_share_one_budget() {
    let time = JobTime::Fixed(Duration::from_secs(3));
    let sandbox = Sandbox::builder().accept_key(KEY).job_time(time).build();
    let rate_limiter = RateLimiter::default();
    let client = || {
        let transport = sandbox.transport().without_key();
        let builder = Client::builder().api_key(KEY).transport(transport);
        builder.rate_limiter(rate_limiter.clone()).build().unwrap()
    };
    let (one, other) = (client(), client());
    tokio::join!(enrich_all(&one, 40), enrich_all(&other, 40));
    assert_eq!(sandbox.launches().len(), 80);
    assert_eq!((refused(&sandbox), most_in_a_minute(&sandbox)), (0, 50));
}

#[tokio::test(start_paused = true)]
async fn the_limit_is_learned_from_any_response() {
    for requests in [7, 200] {
        let limit = RateLimit::per_minute(requests).with_headers_on_all();
        let sandbox = Sandbox::builder().accept_key(KEY).rate_limit(limit).build();
        let client = client(&sandbox);
        client.launch(query()).await.unwrap();
        assert_eq!(client.rate_limiter().limit(), Some((requests, MINUTE)));
        assert_eq!(client.rate_limiter().available(), requests - 1);
    }
}

#[tokio::test(start_paused = true)]
async fn requests_of_other_processes_are_counted() {
    let limit = RateLimit::default().with_headers_on_all();
    let sandbox = Sandbox::builder().accept_key(KEY).rate_limit(limit).build();
    let (one, other) = (client(&sandbox), client(&sandbox));
    for _ in 0..20 {
        one.launch(query()).await.unwrap();
    }
    assert_eq!(other.rate_limiter().available(), 50);
    other.launch(query()).await.unwrap();
    assert_eq!(other.rate_limiter().available(), 29);
}

#[tokio::test(start_paused = true)]
async fn one_429_pauses_all_requests() {
    let sandbox = Sandbox::builder().accept_key(KEY).rate_limit(3).build();
    let client = client(&sandbox);
    enrich_all(&client, 12).await;
    assert_eq!(refused(&sandbox), 1);
    let first = sandbox.requests().iter().position(|arrival| arrival.refused).unwrap();
    let later = &sandbox.requests()[first..];
    let at = later[0].at;
    let early = later.iter().filter(|arrival| at < arrival.at && arrival.at < at + MINUTE / 2);
    assert_eq!(early.count(), 0, "a request was sent during the pause");
    assert_eq!(client.rate_limiter().limit(), Some((3, MINUTE)));
}

#[tokio::test(start_paused = true)]
async fn an_interactive_read_has_priority_over_a_batch() {
    let script = Script::new([Step::running()]);
    let client = script.builder().rate_limiter(RateLimiter::per_minute(1)).build().unwrap();
    client.job(id()).fetch().await.unwrap();
    let fetch = |client: Client| tokio::spawn(async move { client.job(id()).fetch().await });
    let batch: Vec<_> = (0..4).map(|_| fetch(client.with_low_priority())).collect();
    tokio::task::yield_now().await;
    let start = Instant::now();
    client.job(id()).fetch().await.unwrap();
    assert_eq!(start.elapsed(), MINUTE);
    for read in batch {
        read.await.unwrap().unwrap();
    }
    assert_eq!(start.elapsed(), MINUTE * 5);
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_a_permit_ends_at_the_deadline() {
    let script = Script::new([Step::launched(), Step::running()]);
    let client = script.builder().rate_limiter(RateLimiter::per_minute(1)).build().unwrap();
    let job = client.launch(query()).await.unwrap();
    let start = Instant::now();
    let error = job.wait().max_wait(Duration::from_secs(20)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WaitTimeout);
    assert_eq!(start.elapsed(), Duration::from_secs(20));
    assert_eq!((script.count(Method::GET), client.rate_limiter().waiting()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_request_that_was_not_sent_returns_its_slot_at_once() {
    let rows = [
        (Step::NotSent { timeout: false }, 50),
        (Step::NotSent { timeout: true }, 50),
        (Step::MaybeSent { timeout: false }, 49),
        (Step::Cut { status: 400, body: Vec::new(), timeout: false }, 49),
        (Step::Never, 49),
        (Step::body(400, ""), 49),
    ];
    for (step, available) in rows {
        let name = format!("{step:?}");
        let client = Script::new([step, Step::body(400, "")]).client();
        let limit = Duration::from_secs(40);
        let mut watch = client.job(id()).watch().max_wait(limit);
        assert!(watch.next().await.unwrap().is_err(), "{name}");
        assert_eq!(client.rate_limiter().available(), available, "{name}");
    }
}
