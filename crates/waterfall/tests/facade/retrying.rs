//! Reads are retried, launches only if that is safe, and each error reports the attempts.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;
use waterfall::{
    Client, ClientBuilder, ContactQuery, Error, ErrorKind, Job, Method, RateLimiter, RetryPolicy,
};
use waterfall_sandbox::{Endpoint, Fault, FaultRule, Sandbox};

use crate::script::{KEY, Script, Step, id};

fn query() -> ContactQuery {
    ContactQuery::linkedin("jane-doe-abc123")
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

fn retrying(script: &Script) -> Client {
    script.builder().retry(RetryPolicy::default()).build().unwrap()
}

fn rate_limited(pause: &str) -> Step {
    Step::body(429, "<html>").header("retry-after", pause)
}

#[tokio::test(start_paused = true)]
async fn a_fetch_survives_transient_failures() {
    let passing = vec![
        Step::NotSent { timeout: false },
        Step::NotSent { timeout: true },
        Step::MaybeSent { timeout: false },
        Step::MaybeSent { timeout: true },
        Step::Cut { status: 200, body: b"{\"status\":\"RUN".to_vec(), timeout: false },
        Step::Cut { status: 503, body: Vec::new(), timeout: false },
        Step::Never,
        Step::body(408, ""),
        Step::body(429, "<html>"),
        Step::refusal(500, "INTERNAL_UNCLASSIFIED_ERROR"),
        Step::body(502, "<html>"),
        Step::body(503, ""),
        Step::body(504, ""),
        Step::body(200, "<html>"),
        Step::body(200, ""),
    ];
    for step in passing {
        let name = format!("{step:?}");
        let script = Script::new([step, Step::body(503, ""), Step::running()]);
        let snapshot = retrying(&script).job(id()).fetch().await.unwrap();
        assert_eq!((snapshot.reads(), script.requests().len()), (3, 3), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_permanent_failure_ends_a_fetch_at_once() {
    let lasting = vec![
        Step::body(400, ""),
        Step::body(401, ""),
        Step::body(402, ""),
        Step::body(403, ""),
        Step::body(404, "<html>"),
        Step::body(410, ""),
        Step::body(302, ""),
        Step::body(200, r#"{"status":7}"#),
    ];
    for step in lasting {
        let name = format!("{step:?}");
        let script = Script::new([step, Step::running()]);
        let start = Instant::now();
        let error = retrying(&script).job(id()).fetch().await.unwrap_err();
        assert_eq!((script.requests().len(), start.elapsed()), (1, Duration::ZERO), "{name}");
        assert_eq!(error.reads(), Some(1), "{name}");
        assert!(!error.to_string().contains("attempt"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn pauses_grow_and_have_jitter() {
    let mut longest = [0.0_f64; 4];
    for _ in 0..60 {
        let script = Script::new([Step::body(503, "")]);
        let error = retrying(&script).job(id()).fetch().await.unwrap_err();
        assert_eq!(error.reads(), Some(5));
        assert!(error.to_string().contains("503 Service Unavailable; try again (5 attempts in "));
        for (number, pair) in script.times().windows(2).enumerate() {
            longest[number] = longest[number].max(pair[1] - pair[0]);
        }
    }
    for (longest, most) in longest.iter().zip([0.5, 1.0, 2.0, 4.0]) {
        assert!((most * 0.7..=most + 0.002).contains(longest), "{longest} of {most}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_fetch_respects_retry_after() {
    let script = Script::new([rate_limited("7"), Step::running()]);
    retrying(&script).job(id()).fetch().await.unwrap();
    assert_eq!(script.times(), [0.0, 7.0]);
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_beyond_the_deadline_ends_a_call_at_once() {
    for reads in [true, false] {
        let script = Script::new([rate_limited("61")]);
        let client = retrying(&script);
        let call = || async {
            match reads {
                true => client.job(id()).fetch().await.map(drop),
                false => client.launch(query()).await.map(drop),
            }
        };
        let start = Instant::now();
        let error = call().await.unwrap_err();
        assert_eq!((start.elapsed(), script.requests().len()), (Duration::ZERO, 1));
        assert_eq!((error.kind(), error.retry_after()), (ErrorKind::Api, Some(seconds(61.0))));
        assert!(error.is_retryable() && !error.may_have_launched());
        // Other calls fail without a request.
        let error = call().await.unwrap_err();
        assert_eq!((start.elapsed(), script.requests().len()), (Duration::ZERO, 1));
        assert_eq!(
            (error.kind(), error.retry_after()),
            (ErrorKind::RateLimited, Some(seconds(61.0)))
        );
        assert!(error.is_retryable() && !error.may_have_launched());
        let text =
            "not sent: rate limited (429); requests with this key are paused; try again after 61 s";
        assert!(error.to_string().ends_with(text), "{error}");
        assert_eq!(error.launch_attempts(), (!reads).then_some(0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends_at_once_if_a_pause_of_other_requests_exceeds_its_deadline() {
    let script = Script::new([rate_limited("600")]);
    let client = retrying(&script);
    client.job(id()).fetch().await.unwrap_err();
    let start = Instant::now();
    let error = client.job(id()).wait().await.unwrap_err();
    assert_eq!((start.elapsed(), script.requests().len()), (Duration::ZERO, 1));
    assert_eq!((error.kind(), error.retry_after()), (ErrorKind::WaitTimeout, Some(seconds(600.0))));
}

#[tokio::test(start_paused = true)]
async fn no_attempt_starts_after_the_deadline() {
    let script = Script::new([Step::Never]);
    let start = Instant::now();
    let error = retrying(&script).job(id()).fetch().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(script.requests().len(), 2);
    assert!(start.elapsed() <= seconds(60.5));
    let rate_limiter = RateLimiter::per_minute(1);
    let script = Script::new([Step::body(503, "")]);
    let policy = RetryPolicy::default().deadline(seconds(20.0));
    let client = script.builder().retry(policy).rate_limiter(rate_limiter).build().unwrap();
    let start = Instant::now();
    let error = client.job(id()).fetch().await.unwrap_err();
    assert_eq!((error.reads(), start.elapsed()), (Some(1), seconds(20.0)), "no slot came in time");
    assert_eq!(client.rate_limiter().waiting(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_wait_makes_one_attempt_per_read() {
    let script = Script::new([Step::body(503, ""), Step::body(503, ""), Step::succeeded()]);
    let done = retrying(&script).job(id()).wait().await.unwrap();
    assert_eq!((script.times(), done.reads()), (vec![0.0, 2.0, 6.0], 3));
}

#[tokio::test(start_paused = true)]
async fn a_launch_is_retried_if_it_certainly_was_not_acted_on() {
    let steps = [
        Step::NotSent { timeout: false },
        Step::NotSent { timeout: true },
        rate_limited("3"),
        Step::Cut { status: 429, body: Vec::new(), timeout: true },
        Step::launched(),
        Step::succeeded(),
    ];
    let script = Script::new(steps);
    let done = retrying(&script).enrich(query()).await.unwrap();
    assert_eq!((done.launch_attempts(), done.reads()), (Some(5), 1));
    assert_eq!(script.count(Method::POST), 5);
    let bodies: Vec<_> = script.requests().into_iter().take(5).map(|seen| seen.body).collect();
    assert!(bodies.iter().all(|body| *body == bodies[0]));
    let script = Script::new([Step::body(429, ""), Step::launched(), Step::succeeded()]);
    let job = retrying(&script).launch(query()).await.unwrap();
    assert_eq!(job.launch_attempts(), Some(2));
    assert_eq!(job.wait().await.unwrap().launch_attempts(), Some(2));
    assert_eq!(job.fetch().await.unwrap().launch_attempts(), Some(2));
    let job = retrying(&script).job(id());
    assert_eq!((job.launch_attempts(), job.fetch().await.unwrap().launch_attempts()), (None, None));
}

#[tokio::test(start_paused = true)]
async fn a_launch_in_doubt_is_not_retried_and_its_error_is_complete() {
    let cut = |status| Step::Cut { status, body: Vec::new(), timeout: false };
    let doubts = vec![
        Step::MaybeSent { timeout: false },
        Step::MaybeSent { timeout: true },
        Step::Never,
        cut(200),
        cut(503),
        Step::body(408, ""),
        Step::body(409, ""),
        Step::body(500, ""),
        Step::body(503, "").header("retry-after", "1"),
        Step::body(200, "<html>"),
        Step::body(302, ""),
    ];
    for step in doubts {
        let name = format!("{step:?}");
        let script = Script::new([Step::NotSent { timeout: false }, step, Step::launched()]);
        let error = retrying(&script).launch(query()).await.unwrap_err();
        assert!(error.may_have_launched() && !error.is_retryable(), "{name}");
        assert_eq!((error.launch_attempts(), script.requests().len()), (Some(2), 2), "{name}");
        assert_eq!(error.query(), Some(&query()), "{name}");
        let text = error.to_string();
        let advice = "the job may have been launched: check your webhook or usage before you \
                      launch again (2 attempts in ";
        assert!(text.contains(advice), "{text}");
        assert!(!format!("{error} {error:?}").contains("jane"));
    }
}

#[tokio::test(start_paused = true)]
async fn every_error_of_a_launch_has_the_query() {
    let script = Script::new([Step::launched(), Step::job("FAILED", "")]);
    let client = retrying(&script);
    let failed = client.enrich(query()).await.unwrap_err();
    assert_eq!((failed.query(), failed.launch_attempts()), (Some(&query()), Some(1)));
    let invalid = ContactQuery::full_name("J", "abc");
    let error = client.launch(invalid.clone()).await.unwrap_err();
    assert_eq!((error.query(), error.launch_attempts()), (Some(&invalid), Some(0)));
    let refused = retrying(&Script::new([Step::body(400, "")])).launch(query()).await.unwrap_err();
    assert_eq!((refused.query(), refused.launch_attempts()), (Some(&query()), Some(1)));
    let read = retrying(&Script::new([Step::body(404, "")])).job(id()).fetch().await.unwrap_err();
    assert_eq!((read.query(), read.launch_attempts()), (None, None));
}

#[tokio::test(start_paused = true)]
async fn without_retries_there_is_one_attempt() {
    for step in [Step::NotSent { timeout: false }, rate_limited("1")] {
        let script = Script::new([step]);
        let client = script.builder().retry(RetryPolicy::none()).build().unwrap();
        client.launch(query()).await.unwrap_err();
        assert_eq!(script.requests().len(), 1);
    }
}

type Orphans = Arc<Mutex<usize>>;

fn counting_orphans(builder: ClientBuilder) -> (Client, Orphans) {
    let orphans = Orphans::default();
    let count = orphans.clone();
    let hook = move |_: Job| *count.lock().unwrap() += 1;
    (builder.on_orphan(hook).build().unwrap(), orphans)
}

#[tokio::test(start_paused = true)]
async fn a_launch_that_is_dropped_before_it_is_sent_is_not_sent() {
    let script = Script::new([Step::launched()]);
    let (client, orphans) =
        counting_orphans(script.builder().rate_limiter(RateLimiter::per_minute(1)));
    client.job(id()).fetch().await.unwrap_err();
    let launch = client.launch(query());
    tokio::time::timeout(seconds(5.0), launch).await.unwrap_err();
    tokio::task::yield_now().await;
    assert_eq!(client.rate_limiter().waiting(), 0);
    tokio::time::sleep(seconds(300.0)).await;
    assert_eq!((script.count(Method::POST), *orphans.lock().unwrap()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_launch_that_is_dropped_between_attempts_is_not_retried() {
    let script = Script::new([rate_limited("30"), Step::launched()]);
    let builder = script.builder().retry(RetryPolicy::default());
    let (client, orphans) = counting_orphans(builder);
    tokio::time::timeout(seconds(5.0), client.launch(query())).await.unwrap_err();
    tokio::time::sleep(seconds(300.0)).await;
    assert_eq!((script.count(Method::POST), *orphans.lock().unwrap()), (1, 0));
}

/// All faults of one request, in the sandbox's notation.
const FAULTS: [&str; 29] = [
    "refuse",
    "reset",
    "reset+acted",
    "stall",
    "cut=0",
    "cut=20",
    "cut=60",
    "html",
    "wrong-type",
    "unknown-values",
    "raw=",
    "raw={",
    "raw=[]",
    "retry-after=1",
    "retry-after=soon",
    "status=400",
    "status=401",
    "status=402",
    "status=403",
    "status=404",
    "status=408+acted",
    "status=429",
    "status=429+html",
    "status=500",
    "status=500+acted",
    "status=502+html+acted",
    "status=503+empty",
    "status=504+html+acted",
    "status=302+acted",
];

/// Returns whether the outcome agrees with what the server did.
fn assert_honest(name: &str, outcome: &Result<Job, Error>, launched: usize) {
    match outcome {
        Ok(_) => assert_eq!(launched, 1, "{name}"),
        Err(error) if error.may_have_launched() => assert!(launched <= 1, "{name}: {error}"),
        Err(error) => assert_eq!(launched, 0, "{name}: {error}"),
    }
}

/// One fault, then a success.
async fn play_faults(sandbox: &Sandbox, client: &Client) {
    for name in FAULTS {
        let before = (sandbox.launches().len(), sandbox.requests().len());
        sandbox.fault_next(Endpoint::Launch, name.parse().unwrap());
        let outcome = client.launch(query()).await;
        let launched = sandbox.launches().len() - before.0;
        let sent = sandbox.requests().len() - before.1;
        assert_honest(name, &outcome, launched);
        let attempts = match &outcome {
            Ok(job) => job.launch_attempts(),
            Err(error) => error.launch_attempts(),
        };
        assert_eq!(attempts, Some(sent as u32), "{name}");
        sandbox.clear_faults();
    }
}

#[tokio::test(start_paused = true)]
async fn no_fault_makes_a_second_job() {
    let sandbox = Sandbox::builder().accept_key(KEY).build();
    let transport = sandbox.transport().without_key();
    let client = Client::builder().api_key(KEY).transport(transport).build().unwrap();
    play_faults(&sandbox, &client).await;
    for name in ["delay=60", "late=60"] {
        let before = sandbox.launches().len();
        sandbox.fault_next(Endpoint::Launch, name.parse().unwrap());
        let outcome = client.launch(query()).await;
        assert_honest(name, &outcome, sandbox.launches().len() - before);
    }
}

#[tokio::test]
async fn no_fault_on_a_socket_makes_a_second_job() {
    let sandbox = Sandbox::builder().accept_key(KEY).build();
    let server = sandbox.listen(0).await.unwrap();
    let policy = RetryPolicy::default().backoff(Duration::from_millis(5), Duration::from_millis(5));
    let client = Client::builder()
        .api_key(KEY)
        .base_url(server.url())
        .timeout(Duration::from_millis(1500))
        .rate_limiter(RateLimiter::unlimited())
        .retry(policy)
        .build()
        .unwrap();
    play_faults(&sandbox, &client).await;
    drop(client);
    server.shutdown().await.unwrap();
}

/// Random faults combined: each row is launched at most once, and not at all if its error reports
/// that.
#[tokio::test(start_paused = true)]
async fn no_chaos_makes_a_second_job() {
    for seed in 0..4 {
        let mut builder = Sandbox::builder().accept_key(KEY).seed(seed);
        for fault in FAULTS.iter().chain(&["delay=40", "late=40", "delay=3", "late=3"]) {
            let rule = FaultRule::new(fault.parse::<Fault>().unwrap(), 0.02);
            builder = builder.fault_rule(rule.on(Endpoint::Launch));
        }
        let sandbox = builder.build();
        let transport = sandbox.transport().without_key();
        let client = Client::builder().api_key(KEY).transport(transport).build().unwrap();
        let launch = |row: u64| {
            let (client, query) = (client.clone(), query().custom_field("row", row));
            tokio::spawn(async move { client.launch(query).await })
        };
        let rows: Vec<_> = (0..200).map(launch).collect();
        let mut outcomes = Vec::new();
        for row in rows {
            outcomes.push(row.await.unwrap());
        }
        tokio::time::sleep(seconds(120.0)).await;
        let mut launched: HashMap<u64, usize> = HashMap::new();
        for launch in sandbox.launches() {
            let row = launch.body["custom_fields"]["row"].as_u64().unwrap();
            *launched.entry(row).or_default() += 1;
        }
        for (row, outcome) in outcomes.iter().enumerate() {
            let launched = launched.get(&(row as u64)).copied().unwrap_or(0);
            assert_honest(&format!("row {row} of seed {seed}"), outcome, launched);
        }
        let doubts = outcomes.iter().flat_map(|outcome| outcome.as_ref().err());
        assert!(doubts.filter(|error| error.may_have_launched()).count() > 20);
    }
}
