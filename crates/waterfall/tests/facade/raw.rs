//! Tests of `Client::raw`: which settings of the facade the generated client uses.

use std::time::Duration;

use tokio::time::Instant;
use waterfall::api::OperationError;
use waterfall::testing::{MockResponse, MockTransport};
use waterfall::{
    ContactQuery, HeaderName, HeaderValue, RateLimiter, RequestOptions, RotatingKey, StatusCode,
};

fn query() -> ContactQuery {
    ContactQuery::email("jane.doe@acme.com")
}

#[tokio::test(start_paused = true)]
async fn it_uses_the_key_and_options_and_returns_the_response() {
    let mock = MockTransport::new();
    let key = RotatingKey::new("sesame").unwrap();
    let client = mock.client_builder().rotating_key(key.clone()).build().unwrap();
    let id = client.launch(query()).await.unwrap().id();
    let (name, value) = (HeaderName::from_static("x-team"), HeaderValue::from_static("a"));
    let client = client.with_options(RequestOptions::new().header(name, value)).unwrap();
    let raw = client.raw();
    key.replace("sesame-2").unwrap();
    let reply = raw.find_contact_enrichment(&id.into()).await.unwrap();
    assert_eq!(reply.response().status(), StatusCode::OK);
    assert_eq!(reply.status.as_str(), "SUCCEEDED");
    let sent = &mock.requests()[1].headers;
    assert_eq!(
        (&sent["x-api-key"], &sent["x-team"]),
        (&"sesame-2".parse().unwrap(), &"a".parse().unwrap())
    );
    assert!(sent["x-api-key"].is_sensitive());
    assert!(!format!("{raw:?}").contains("sesame"));
}

#[tokio::test(start_paused = true)]
async fn it_respects_the_rate_limit() {
    let mock = MockTransport::new();
    let rate_limiter = RateLimiter::new(2, Duration::from_secs(60));
    let client = mock.client_builder().rate_limiter(rate_limiter).build().unwrap();
    let (raw, id, start) = (client.raw(), MockTransport::job_id(1).into(), Instant::now());
    for _ in 0..4 {
        raw.find_contact_enrichment(&id).await.unwrap();
    }
    assert!(start.elapsed() >= Duration::from_secs(60), "{:?}", start.elapsed());
    // Its requests count towards the facade's limit as well.
    assert_eq!(client.rate_limiter().available(), 0);
}

#[tokio::test(start_paused = true)]
async fn it_sends_once() {
    let mock = MockTransport::new().reads([MockResponse::error(503, "INTERNAL_X")]);
    let raw = mock.client_builder().build().unwrap().raw();
    let error = raw.find_contact_enrichment(&MockTransport::job_id(1).into()).await.unwrap_err();
    assert_eq!(error.response().unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(!matches!(error, OperationError::Transport(_)));
    assert_eq!(mock.read_count(), 1);
}

/// The request for the key set needs neither a key nor a slot.
#[tokio::test(start_paused = true)]
async fn the_key_is_sent_only_with_operations_that_need_it() {
    let mock = MockTransport::new();
    let client =
        mock.client_builder().rate_limiter(RateLimiter::new(1, Duration::from_secs(60))).build();
    let client = client.unwrap();
    for _ in 0..3 {
        let _ = client.raw().get_webhook_keys().await;
    }
    assert!(mock.requests().iter().all(|request| !request.headers.contains_key("x-api-key")));
    assert_eq!((mock.requests().len(), client.rate_limiter().available()), (3, 1));
}
