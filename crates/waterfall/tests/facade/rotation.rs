//! Tests of `RotatingKey`: replacing the key of a client in use.

use std::time::Duration;

use tokio::time::sleep;
use waterfall::testing::{MockResponse, MockTransport};
use waterfall::{ContactQuery, ErrorKind, PollPolicy, RetryPolicy, RotatingKey};

fn query() -> ContactQuery {
    ContactQuery::email("jane.doe@acme.com")
}

fn keys(mock: &MockTransport) -> Vec<String> {
    let key = |headers: &waterfall::HeaderMap| headers["x-api-key"].to_str().unwrap().to_owned();
    mock.requests().iter().map(|request| key(&request.headers)).collect()
}

#[tokio::test(start_paused = true)]
async fn requests_have_the_key_that_is_current_when_they_are_sent() {
    let mock = MockTransport::new()
        .reads(MockResponse::running().times(2).chain([MockResponse::found_nobody()]));
    let key = RotatingKey::new("first").unwrap();
    let policy = PollPolicy::fixed(Duration::from_secs(10)).with_jitter(0.0);
    let builder = mock.client_builder().rotating_key(key.clone()).poll_policy(policy);
    let (client, other) = (builder.clone().build().unwrap(), builder.build().unwrap());
    let wait = tokio::spawn(async move { client.enrich(query()).await });
    sleep(Duration::from_secs(15)).await;
    key.replace("second").unwrap();
    wait.await.unwrap().unwrap();
    other.launch(query()).await.unwrap();
    assert_eq!(keys(&mock), ["first", "first", "second", "second", "second"]);
    assert!(mock.requests().iter().all(|request| request.headers["x-api-key"].is_sensitive()));
}

#[tokio::test(start_paused = true)]
async fn a_retry_has_the_new_key() {
    let refused = MockResponse::rate_limited(Duration::from_secs(20));
    let mock = MockTransport::new().launches([refused]);
    let key = RotatingKey::new("first").unwrap();
    let client = mock.client_builder().rotating_key(key.clone()).build().unwrap();
    let launch = tokio::spawn(async move { client.launch(query()).await });
    sleep(Duration::from_secs(5)).await;
    key.replace("second").unwrap();
    launch.await.unwrap().unwrap();
    assert_eq!(keys(&mock), ["first", "second"]);
}

#[test]
fn an_invalid_key_is_rejected_and_the_previous_one_remains() {
    let key = RotatingKey::new("sesame").unwrap();
    for bad in ["", " k", "k\n", "k\u{1}", "clé\u{7f}"] {
        assert_eq!(key.replace(bad).unwrap_err().kind(), ErrorKind::Config, "{bad:?}");
        assert!(RotatingKey::new(bad).is_err());
    }
    assert_eq!(format!("{key:?}"), "RotatingKey([redacted])");
}

/// The response quotes the key of the request, and when the error is created, another key that
/// contains it is in use.
#[tokio::test(start_paused = true)]
async fn no_key_is_in_an_error() {
    let quoting = r#"{"status":"error","message":"not sesame-1, but sesame-10","code":"AUTH_X"}"#;
    let response = MockResponse::body(403, quoting).after(Duration::from_secs(5));
    let mock = MockTransport::new().launches([response]);
    let key = RotatingKey::new("sesame-1").unwrap();
    let builder = mock.client_builder().rotating_key(key.clone()).retry(RetryPolicy::none());
    assert!(!format!("{builder:?}").contains("sesame"));
    let client = builder.build().unwrap();
    assert!(!format!("{client:?}").contains("sesame"));
    let launch = tokio::spawn(async move { client.launch(query()).await });
    sleep(Duration::from_secs(1)).await;
    key.replace("sesame-10").unwrap();
    let error = launch.await.unwrap().unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(text.contains("not [redacted], but [redacted]"), "{text}");
    assert!(!text.contains("sesame"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn the_key_that_was_set_last_counts() {
    let mock = MockTransport::new();
    let rotating = RotatingKey::new("rotating").unwrap();
    let builder = mock.client_builder().rotating_key(rotating.clone());
    builder.clone().build().unwrap().launch(query()).await.unwrap();
    builder.api_key("fixed").build().unwrap().launch(query()).await.unwrap();
    assert_eq!(keys(&mock), ["rotating", "fixed"]);
}
