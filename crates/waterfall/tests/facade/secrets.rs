//! No text that may be logged contains the key or personal data.

use std::error::Error as StdError;
use std::fmt::Debug;

use waterfall::{Client, ContactQuery, Error, RetryPolicy};

use crate::script::{KEY, Script, Step, id};
use crate::server::{Act, ClosedPort, Server, answer};

/// The last name that is found, and the one in the query.
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
    let header = &script.requests()[0].headers["x-api-key"];
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
        r#"{"status":["Secret"],"start_date":"","input":null,"output":{"person":"Secret"}}"#;
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
