//! The `tracing` output: a span for each job, an event for each decision, and no secrets.

use std::collections::BTreeSet;
use std::time::Duration;

use tracing::Level;
use waterfall::{Client, ContactQuery, Method, RateLimiter, RetryPolicy};
use waterfall_sandbox::{JobTime, Sandbox};

use crate::captured::{Captured, Entry};
use crate::script::{ID, KEY, Script, Step, id};
use crate::server::{Act, ClosedPort, Server, answer};

const SECOND: Duration = Duration::from_secs(1);

fn query() -> ContactQuery {
    ContactQuery::linkedin("jane-doe-abc123")
}

#[track_caller]
fn assert_has(entry: &Entry, fields: &[(&str, &str)]) {
    for (field, expected) in fields {
        assert_eq!(entry.get(field), *expected, "{field} of {entry:?}");
    }
}

/// Returns the events of a span, in order.
fn names(captured: &Captured, span: usize) -> Vec<&'static str> {
    let events = captured.events().into_iter();
    events.filter(|event| event.inside == Some(span)).map(|event| event.name).collect()
}

#[tokio::test(start_paused = true)]
async fn a_job_is_one_span_from_its_launch_to_its_end() {
    let (captured, _guard) = Captured::listen();
    let steps = [Step::launched(), Step::running(), Step::body(503, ""), Step::succeeded()];
    Script::new(steps).client().enrich(query()).await.unwrap();

    let spans = captured.spans();
    assert_eq!(spans.len(), 1, "{spans:?}");
    assert_eq!((spans[0].name, spans[0].level), ("waterfall.job", Level::INFO));
    assert_has(
        &spans[0],
        &[
            ("job.id", ID),
            ("job.kind", "contact_enrichment"),
            ("job.launch_attempts", "1"),
            ("job.reads", "3"),
            ("job.outcome", "SUCCEEDED"),
            // 2 s, then 4 s, and after a failure 8 s.
            ("job.waited_s", "14.0"),
            ("error.type", ""),
        ],
    );
    let expected = [
        "waterfall.launched",
        "waterfall.read.planned",
        "waterfall.read",
        "waterfall.read.planned",
        "waterfall.read.failed",
        "waterfall.read.planned",
        "waterfall.read",
        "waterfall.job.ended",
    ];
    assert_eq!(names(&captured, 0), expected);
    assert!(captured.events().iter().all(|event| event.level == Level::DEBUG));
}

#[tokio::test(start_paused = true)]
async fn an_event_explains_the_time_of_the_next_read() {
    let (captured, _guard) = Captured::listen();
    let script = Script::new([Step::launched(), Step::succeeded()]);
    let learned = waterfall::PollPolicy::adaptive().with_jitter(0.0);
    script.client().enrich(query()).policy(learned).await.unwrap();

    let planned = captured.events_named("waterfall.read.planned");
    assert_eq!(planned.len(), 1);
    // The launch has used one slot of 50.
    assert_has(&planned[0], &[("poll.policy", "adaptive"), ("poll.read_cost_s", "2.001")]);
    let number = |field: &str| planned[0].get(field).parse::<f64>().unwrap();
    assert_eq!(number("pause_s"), script.times()[1]);
    assert_eq!(number("pause_s"), number("job.age_s"));
    assert!((0.01..1.0).contains(&number("poll.chance_over")), "{planned:?}");
    assert!(number("poll.expected_lag_s") < number("pause_s"), "{planned:?}");
}

#[tokio::test(start_paused = true)]
async fn jobs_from_ids_failures_and_timeouts_are_logged() {
    let (captured, _guard) = Captured::listen();
    Script::new([Step::job("FAILED", "")]).client().job(id()).wait().await.unwrap_err();
    let waiting = Script::new([Step::running()]).client().job(id()).wait().max_wait(SECOND * 9);
    waiting.await.unwrap_err();
    Script::new([Step::refusal(404, "X")]).client().job(id()).wait().await.unwrap_err();
    Script::new([Step::running()]).client().job(id()).fetch().await.unwrap();
    Script::new([Step::refusal(402, "X")]).client().launch(query()).await.unwrap_err();
    Script::new([Step::launched()]).client().launch(query()).await.unwrap();

    let spans = captured.spans();
    let expected = [
        ("waterfall.job", "FAILED", "job_failed", "1"),
        ("waterfall.job", "wait_timeout", "wait_timeout", "4"),
        ("waterfall.job", "api", "api", "1"),
        ("waterfall.fetch", "RUNNING", "", "1"),
        ("waterfall.launch", "", "api", ""),
        ("waterfall.launch", "", "", ""),
    ];
    assert_eq!(spans.len(), expected.len());
    for (span, (name, outcome, error, reads)) in spans.iter().zip(expected) {
        assert_eq!(span.name, name);
        assert_has(span, &[("job.outcome", outcome), ("error.type", error), ("job.reads", reads)]);
        assert_eq!(span.get("job.id"), if error == "api" && name.ends_with('h') { "" } else { ID });
    }
    assert_has(&captured.events_named("waterfall.read.none")[0], &[("why", "deadline")]);
}

#[tokio::test(start_paused = true)]
async fn each_job_of_a_batch_has_its_own_span() {
    let sandbox = Sandbox::builder().job_time(JobTime::Fixed(SECOND * 4)).build();
    let client = Client::builder().api_key(KEY).transport(sandbox.transport()).build().unwrap();
    let (captured, _guard) = Captured::listen();
    let mut batch = client.enrich_each((0..60).map(|_| query()).chain([ContactQuery::email("")]));
    let mut ids = BTreeSet::new();
    while let Some(done) = batch.next().await {
        ids.extend(done.job_id.map(|id| id.to_string()));
        assert_eq!(done.result.is_ok(), done.index < 60);
        if let Ok(found) = done.result {
            assert_eq!(found.launch_attempts(), Some(1));
            assert!(found.reads() >= 1);
        }
    }
    let spans = captured.spans();
    assert_eq!(spans.len(), 60);
    let values = |field: &'static str| spans.iter().map(move |span| span.get(field).to_owned());
    assert_eq!(values("job.id").collect::<BTreeSet<_>>(), ids);
    let indices: BTreeSet<usize> =
        values("batch.index").map(|index| index.parse().unwrap()).collect();
    assert_eq!(indices, (0..60).collect());
    assert!(values("job.outcome").all(|outcome| outcome == "SUCCEEDED"));
    for place in 0..60 {
        let names = names(&captured, place);
        let (start, end) = (&names[..2], &names[names.len() - 2..]);
        assert_eq!(start, ["waterfall.launched", "waterfall.read.planned"]);
        assert_eq!(end, ["waterfall.read", "waterfall.job.ended"]);
    }
    // While launches wait for slots, a read is expensive: it delays all of them.
    let planned = captured.events_named("waterfall.read.planned");
    let cost = |event: &Entry| event.get("poll.read_cost_s").parse::<f64>().unwrap_or(0.0);
    assert!(planned.iter().map(cost).fold(0.0, f64::max) > 10.0);

    let (captured, _guard) = Captured::listen();
    let jobs: Vec<_> =
        ids.iter().take(3).map(|id| client.job(id.parse::<waterfall::JobId>().unwrap())).collect();
    let mut again = client.wait_all(jobs);
    while again.next().await.is_some() {}
    assert_eq!(captured.spans().len(), 3);
    assert_has(&captured.spans()[2], &[("batch.index", "2"), ("job.outcome", "SUCCEEDED")]);
}

#[tokio::test(start_paused = true)]
async fn retries_and_a_paused_rate_limiter_are_logged() {
    let (captured, _guard) = Captured::listen();
    let refused = Step::body(429, "").header("retry-after", "9").header("x-ratelimit-limit", "7");
    let script = Script::new([refused, Step::launched()]);
    let client = script.builder().retry(RetryPolicy::default()).build().unwrap();
    client.launch(query()).await.unwrap();

    let retry = &captured.events_named("waterfall.retry")[0];
    let fields = [
        ("retry.attempt", "1"),
        ("error.type", "api"),
        ("http.response.status_code", "429"),
        ("retry.after_s", "9.0"),
        ("pause_s", "9.0"),
    ];
    assert_has(retry, &fields);
    let frozen = &captured.events_named("waterfall.rate_limiter.paused")[0];
    assert_has(frozen, &[("pause_s", "9.0")]);
    assert_eq!(frozen.level, Level::WARN);
    let limit = &captured.events_named("waterfall.rate_limiter.limit")[0];
    assert_has(limit, &[("requests", "7"), ("window_s", "60.0")]);
    assert_has(&captured.spans()[0], &[("job.launch_attempts", "2"), ("job.id", ID)]);

    let none = Script::new([Step::body(503, "")]).client();
    none.job(id()).fetch().await.unwrap_err();
    assert_has(&captured.events_named("waterfall.retry.ended")[0], &[("why", "attempts")]);

    let rate_limiter = RateLimiter::per_minute(1);
    let script = Script::new([Step::running()]);
    let client = script.builder().rate_limiter(rate_limiter).build().unwrap();
    client.job(id()).fetch().await.unwrap();
    client.job(id()).fetch().await.unwrap();
    assert_has(&captured.events_named("waterfall.rate_limiter.waiting")[0], &[("waiting", "1")]);
}

#[tokio::test(start_paused = true)]
async fn doubts_and_orphans_are_warnings() {
    let (captured, _guard) = Captured::listen();
    let doubt = Script::new([Step::body(500, "").after(5.0)]);
    let client = doubt.client();
    tokio::time::timeout(SECOND, client.launch(query())).await.unwrap_err();
    tokio::time::sleep(SECOND * 10).await;
    let in_doubt = &captured.events_named("waterfall.launch.in_doubt")[0];
    assert_eq!(in_doubt.level, Level::WARN);
    assert_has(in_doubt, &[("error.type", "api"), ("http.response.status_code", "500")]);
    assert_eq!(captured.events_named("waterfall.launch.abandoned").len(), 1);

    let enrich = |script: &Script, hook: bool| {
        let builder = script.builder();
        let builder = if hook { builder.on_orphan(|_| ()) } else { builder };
        builder.build().unwrap().enrich(query()).into_future()
    };
    for (hook, level) in [(false, Level::WARN), (true, Level::DEBUG)] {
        let script = Script::new([Step::launched(), Step::running()]);
        tokio::time::timeout(SECOND, enrich(&script, hook)).await.unwrap_err();
        let orphaned = captured.events_named("waterfall.job.orphaned").pop().unwrap();
        assert_has(&orphaned, &[("job.id", ID)]);
        assert_eq!(orphaned.level, level);
    }
}

/// The counts in results and errors match the requests that were sent, alone and in a batch.
#[tokio::test(start_paused = true)]
async fn every_result_counts_its_requests() {
    let launched = || vec![Step::NotSent { timeout: false }, Step::launched()];
    let rows: Vec<(&str, Vec<Step>)> = vec![
        ("found", vec![Step::running(), Step::body(503, ""), Step::succeeded()]),
        ("failed", vec![Step::running(), Step::job("FAILED", "")]),
        ("timed out", vec![Step::running()]),
        ("refused", vec![Step::running(), Step::refusal(404, "X")]),
        ("not understood", vec![Step::body(200, "{}")]),
    ];
    for (name, reads) in rows {
        for in_batch in [false, true] {
            let script = Script::new([launched(), reads.clone()].concat());
            let client = script.builder().retry(RetryPolicy::default()).build().unwrap();
            let result = if in_batch {
                client.enrich_each([query()]).next().await.unwrap().result
            } else {
                client.enrich(query()).await
            };
            let (attempts, reads) = match &result {
                Ok(found) => (found.launch_attempts(), Some(found.reads())),
                Err(error) => (error.launch_attempts(), error.reads()),
            };
            let sent = |method| u32::try_from(script.count(method)).ok();
            assert_eq!(attempts, sent(Method::POST), "launches, {name}, batch: {in_batch}");
            assert_eq!(reads, sent(Method::GET), "reads, {name}, batch: {in_batch}");
        }
    }
}

/// Events of all crates, at all levels.
#[tokio::test(start_paused = true)]
async fn no_key_and_no_personal_data_are_logged() {
    let (captured, _guard) = Captured::listen();
    let hook = "https://hooks.example.com/secret-path?secret=token";
    let query = || {
        ContactQuery::linkedin("jane-doe-abc123").webhook_url(hook).custom_field("crm", "Secret")
    };
    let people = [
        query(),
        ContactQuery::email("jane-doe@secret.example"),
        ContactQuery::full_name("Jane-Doe Secret", "secret.example"),
        ContactQuery::first_and_last_name("jane-doe", "Secret", "secret.example"),
        ContactQuery::email("jane-doe Secret"),
    ];
    let found = r#"{"status":"SUCCEEDED","start_date":"","output":{"person":"Secret"}}"#;
    let steps = [
        Step::succeeded(),
        Step::job("FAILED", r#","error":"no Secret","output":{"x":"Secret"}"#),
        Step::NotSent { timeout: false },
        Step::MaybeSent { timeout: true },
        Step::Cut { status: 200, body: found.into(), timeout: false },
        Step::Never,
        Step::body(400, r#"{"code":"X","error":"'jane-doe' is Secret"}"#),
        Step::body(403, format!(r#"{{"code":"AUTH_BAD_API_KEY","message":"no key {KEY}"}}"#)),
        Step::body(429, "Secret").header("retry-after", "3").header("x-secret", KEY),
        Step::body(302, "").header("location", "https://a.b/Secret?jane-doe"),
        Step::body(200, found),
    ];
    for step in steps {
        let after_launch = Script::new([Step::launched(), step.clone(), Step::succeeded()]);
        let client = after_launch.builder().retry(RetryPolicy::default()).build().unwrap();
        let _ = client.enrich(query()).await;
        let _ = client.job(id()).fetch().await;
        let script = Script::new([step, Step::launched(), Step::succeeded()]);
        let client = script.builder().retry(RetryPolicy::default()).build().unwrap();
        let _ = client.launch(query()).await;
        let mut batch = client.enrich_each(people.clone());
        while batch.next().await.is_some() {}
    }
    assert!(captured.spans().len() > 50);
    assert_clean(&captured.text());
}

/// Repeats this over sockets, including the logs of hyper and reqwest.
#[tokio::test]
async fn nothing_personal_is_logged_over_sockets_either() {
    let (captured, _guard) = Captured::listen();
    let body =
        r#"{"status":"SUCCEEDED","start_date":"","output":{"person":{"last_name":"Secret"}}}"#;
    let location = "location: http://127.0.0.2:1/Secret?jane-doe\r\n";
    let (closed, found) = (ClosedPort::new(), answer("200 OK", "x-secret: Secret\r\n", body));
    let found = Server::start(Act::Say(found)).await;
    let redirecting = Server::start(Act::Say(answer("302 Found", location, ""))).await;
    let breaking = Server::start(Act::Say(Vec::new())).await;
    for url in [closed.url("http"), found.url(), redirecting.url(), breaking.url()] {
        let builder = Client::builder().api_key(KEY).base_url(url).retry(RetryPolicy::none());
        let client = builder.build().unwrap();
        let _ = client.launch(query()).await;
        let _ = client.job(id()).fetch().await;
    }
    assert_eq!(captured.spans().len(), 8);
    assert_clean(&captured.text());
}

fn assert_clean(text: &str) {
    let text = text.to_lowercase();
    assert!(text.contains("waterfall.launch"), "nothing was logged");
    for secret in [KEY, "secret", "jane", "doe", "job_id=", "?", "linkedin", "@", "\u{1b}"] {
        let line = text.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret} is logged");
    }
}
