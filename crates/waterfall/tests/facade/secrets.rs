//! The key, and what is known of a person, are in no text that anybody logs.

use std::error::Error as StdError;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use waterfall::{Client, ContactQuery, Error, RetryPolicy};

use crate::script::{ID, KEY, Script, Step, id};
use crate::server::{Act, ClosedPort, Server, answer};

/// The last name that is found, and the one that is asked for.
const PEOPLE: [&str; 2] = ["Secret", "jane-doe"];

fn query() -> ContactQuery {
    ContactQuery::linkedin("jane-doe-abc123")
}

fn assert_clean(text: &str) {
    assert!(!text.contains(KEY), "the key is in: {text}");
    for name in PEOPLE {
        assert!(!text.contains(name), "{name} is in: {text}");
    }
}

fn show(thing: &impl Debug) -> String {
    format!("{thing:?} {thing:#?}")
}

fn show_error(error: &Error) -> String {
    let mut text = format!("{error} {error:#} {}", show(error));
    let mut source = error.source();
    while let Some(cause) = source {
        text += &format!(" {cause} {cause:?}");
        source = cause.source();
    }
    text
}

#[tokio::test(start_paused = true)]
async fn debug_is_clean() {
    let script = Script::new([Step::launched(), Step::succeeded()]);
    let builder = script.builder();
    assert_clean(&show(&builder));
    let client = builder.build().unwrap();
    assert_clean(&show(&client));
    assert_clean(&show(&client.enrich(query())));
    let job = client.launch(query()).await.unwrap();
    for text in [show(&job), show(&job.wait()), show(&job.watch()), show(&job.id())] {
        assert_clean(&text);
    }
    let done = job.wait().await.unwrap();
    assert!(done.raw_json().contains("Secret"));
    assert_clean(&show(&done));
    let header = &script.seen()[0].headers["x-api-key"];
    assert_eq!(header, KEY);
    assert!(header.is_sensitive());
}

#[tokio::test]
async fn debug_of_a_network_client_is_clean() {
    let builder = Client::builder().api_key(KEY).base_url("http://127.0.0.1:1");
    assert_clean(&show(&builder));
    assert_clean(&show(&builder.build().unwrap()));
}

#[tokio::test(start_paused = true)]
async fn errors_are_clean() {
    let found =
        r#"{"status":"SUCCEEDED","start_date":"","input":null,"output":{"person":"Secret"}}"#;
    let failed = Step::job("FAILED", r#","error":"no Secret","output":{"x":"Secret"}"#);
    let steps = vec![
        Step::NotSent { timeout: false },
        Step::MaybeSent { timeout: true },
        Step::Cut { status: 200, body: found.into(), timeout: false },
        Step::Never,
        Step::refusal(400, "VALIDATION_BAD_REQUEST"),
        Step::body(400, r#"{"code":"X","error":"'jane-doe' is Secret"}"#),
        Step::body(403, format!(r#"{{"code":"AUTH_BAD_API_KEY","message":"no key {KEY}"}}"#)),
        Step::body(500, found),
        Step::body(302, "").header("location", "https://a.b/Secret?jane-doe"),
        Step::body(200, found),
        Step::body(200, "Secret"),
        failed,
    ];
    for step in steps {
        let script = Script::new([Step::launched(), step.clone()]);
        let client = script.client();
        for error in
            [client.enrich(query()).await.unwrap_err(), client.job(id()).wait().await.unwrap_err()]
        {
            assert_clean(&show_error(&error));
        }
        if let Err(error) = Script::new([step]).client().launch(query()).await {
            assert_clean(&show_error(&error));
        }
    }
}

#[tokio::test]
async fn errors_of_the_network_are_clean() {
    let closed = ClosedPort::new();
    let location = "location: http://127.0.0.2:1/Secret?jane-doe\r\n";
    let redirecting = Server::start(Act::Say(answer("302 Found", location, ""))).await;
    let breaking = Server::start(Act::Say(Vec::new())).await;
    for url in [closed.url("http"), redirecting.url(), breaking.url()] {
        let builder = Client::builder().api_key(KEY).base_url(url).retry(RetryPolicy::none());
        let client = builder.build().unwrap();
        let errors = [
            client.launch(query()).await.unwrap_err(),
            client.job(id()).fetch().await.unwrap_err(),
        ];
        for error in errors {
            let text = show_error(&error);
            assert_clean(&text);
            assert!(!text.contains("?job_id") && !text.contains("job_id="), "{text}");
        }
    }
}

/// Writes down all that is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Visit for Log {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        *self.0.lock().unwrap() += &format!("{}={value:?}\n", field.name());
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("waterfall")
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        *self.0.lock().unwrap() += &format!("span {}\n", attributes.metadata().name());
        attributes.record(&mut self.clone());
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test(start_paused = true)]
async fn logs_are_clean_and_tell_the_wait() {
    let log = Log::default();
    let guard = tracing::subscriber::set_default(log.clone());
    let steps = [Step::launched(), Step::running(), Step::body(503, "Secret"), Step::succeeded()];
    Script::new(steps).client().enrich(query()).await.unwrap();

    let doubt = Script::new([Step::body(500, r#"{"message":"Secret"}"#).after(5.0)]);
    let second = std::time::Duration::from_secs(1);
    let launch = doubt.client();
    tokio::time::timeout(second, launch.launch(query())).await.unwrap_err();
    tokio::time::sleep(second * 10).await;

    let refused =
        Step::body(429, "Secret").header("retry-after", "9").header("x-ratelimit-limit", "7");
    let repeated = Script::new([refused, Step::launched()]);
    let client = repeated.builder().retry(RetryPolicy::default()).build().unwrap();
    client.launch(query()).await.unwrap();

    let orphan = Script::new([Step::launched(), Step::running()]);
    let enrich = orphan.client().enrich(query()).into_future();
    tokio::time::timeout(second, enrich).await.unwrap_err();
    drop(guard);

    let text = log.0.lock().unwrap().clone();
    assert_clean(&text);
    for part in ["span waterfall.wait", ID, "reads=3", "SUCCEEDED", "status=Some(503)"] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
    assert!(text.contains("in doubt"), "{text}");
    for part in
        ["to be tried again", "pause=9s", "no request with this key leaves", "limit is told"]
    {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
    assert!(text.contains("nobody waits for this job any more"), "{text}");
}
