//! Tests of the rate limit's window, exactly at its boundaries.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails, as it should")]

mod common;

use std::time::Duration;

use common::{OPEN, ask, bare, get, post, send};
use reqwest::Method;
use serde_json::json;
use tokio::time::advance;
use waterfall_api::{Request, Response, Transport};
use waterfall_sandbox::{Endpoint, KeyId, RateLimit, Sandbox, SandboxTransport};

const ID: &str = "7d44db58-5de3-4e92-a2fb-8325d12c2e8b";

async fn read(transport: &SandboxTransport) -> Response {
    send(transport, get(ID)).await.unwrap()
}

fn header(answer: &Response, name: &str) -> Option<u64> {
    answer.headers().get(name).map(|value| value.to_str().unwrap().parse().unwrap())
}

#[tokio::test(start_paused = true)]
async fn fifty_in_a_minute_and_the_place_is_free_after_sixty_seconds() {
    let sandbox = Sandbox::new();
    let transport = sandbox.transport();
    assert_eq!(ask(&transport, post(&json!({ "linkedin": "jane" }))).await.0, 200);
    advance(Duration::from_millis(500)).await;
    for _ in 0..49 {
        let answer = read(&transport).await;
        assert_eq!(answer.status(), 404);
        assert_eq!(header(&answer, "x-ratelimit-limit"), None);
    }
    let refused = read(&transport).await;
    assert_eq!(refused.status(), 429);
    assert_eq!(header(&refused, "retry-after"), Some(60), "59.5 s, rounded up");
    assert_eq!(header(&refused, "x-ratelimit-limit"), Some(50));
    assert_eq!(header(&refused, "x-ratelimit-interval"), Some(60));
    assert_eq!(header(&refused, "x-ratelimit-remaining"), Some(0));
    let other = sandbox.transport().with_key("another-key");
    assert_eq!(read(&other).await.status(), 404, "each key has its own window");

    advance(Duration::from_millis(59_499)).await;
    assert_eq!(header(&read(&transport).await, "retry-after"), Some(1));
    advance(Duration::from_millis(1)).await;
    assert_eq!(read(&transport).await.status(), 404, "60 s after the first");
    let refused = read(&transport).await;
    assert_eq!(refused.status(), 429);
    assert_eq!(header(&refused, "retry-after"), Some(1), "the others come free in 0.5 s");

    let requests = sandbox.requests();
    assert_eq!(requests.iter().filter(|request| request.refused).count(), 3);
    assert_eq!(requests[0].endpoint, Endpoint::Launch);
    assert_eq!(requests[0].key, Some(KeyId::of(waterfall_sandbox::DEMO_KEY)));
    assert_eq!(requests[50].code, Some("RATE_LIMIT_RATE_LIMIT_EXCEEDED"));
    assert_eq!(requests[50].status, Some(429));
}

#[tokio::test(start_paused = true)]
async fn rejected_requests_count_if_configured() {
    for (limit, free) in
        [(RateLimit::per_minute(2), true), (RateLimit::per_minute(2).counting_refused(), false)]
    {
        let transport = Sandbox::builder().rate_limit(limit).build().transport();
        read(&transport).await;
        read(&transport).await;
        advance(Duration::from_secs(59)).await;
        let refused = read(&transport).await;
        assert_eq!(header(&refused, "retry-after"), Some(1));
        read(&transport).await;
        advance(Duration::from_secs(1)).await;
        assert_eq!(read(&transport).await.status() == 404, free);
    }
}

#[tokio::test(start_paused = true)]
async fn waiting_for_retry_after_is_sufficient() {
    let limit = RateLimit::per_minute(3).counting_refused();
    let transport = Sandbox::builder().rate_limit(limit).build().transport();
    for n in 0..9 {
        advance(Duration::from_millis(1_300 * n)).await;
        let answer = read(&transport).await;
        if let Some(seconds) = header(&answer, "retry-after") {
            advance(Duration::from_secs(seconds)).await;
            assert_eq!(read(&transport).await.status(), 404);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn all_responses_report_the_window_if_configured() {
    let limit = RateLimit::per_minute(5).with_headers_on_all();
    let transport = Sandbox::builder().rate_limit(limit).build().transport();
    let launched = send(&transport, post(&json!({ "linkedin": "jane" }))).await.unwrap();
    assert_eq!(header(&launched, "x-ratelimit-remaining"), Some(4));
    let unknown = read(&transport).await;
    assert_eq!(header(&unknown, "x-ratelimit-remaining"), Some(3));
    assert_eq!(header(&unknown, "retry-after"), None);
}

#[tokio::test(start_paused = true)]
async fn the_webhook_keys_need_no_key_and_do_not_count() {
    let sandbox = Sandbox::builder().rate_limit(1).build();
    let transport = sandbox.transport();
    for _ in 0..5 {
        let request = bare(Method::GET, "/.well-known/jwks.json");
        let answer = transport.execute(Request::new(&OPEN, request)).await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["cache-control"], "public, max-age=300");
        let body: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
        assert_eq!(body["keys"].as_array().map(Vec::len), Some(1));
    }
    assert_eq!(read(&transport).await.status(), 404);
    assert_eq!(read(&transport).await.status(), 429);
}

#[tokio::test(start_paused = true)]
async fn keys_are_never_shown() {
    let builder = Sandbox::builder().accept_key("hush-hush").deny_phones_to("hush-hush");
    let shown = format!("{builder:?}");
    let sandbox = builder.build();
    let transport = sandbox.transport().with_key("hush-hush");
    ask(&transport, post(&json!({ "linkedin": "jane" }))).await;
    let (requests, launches) = (sandbox.requests(), sandbox.launches());
    let shown = format!("{shown} {sandbox:?} {transport:?} {requests:?} {launches:?}");
    assert!(!shown.contains("hush"), "{shown}");
    assert!(shown.contains("KeyId("));
}
