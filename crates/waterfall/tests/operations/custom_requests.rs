//! Tests of custom requests of any operation.

use std::time::Duration;

use serde_json::{Value, json};
use waterfall::testing::{MockResponse, MockTransport};
use waterfall::{ErrorKind, HeaderName, HeaderValue, Method, RateLimiter};

use crate::support::{KEY, client};

const PATH: &str = "/v1/new/thing";

#[tokio::test(start_paused = true)]
async fn a_request_is_sent_with_the_key_and_all_settings() {
    let response = MockResponse::body(201, r#"{"a":1}"#).header("x-extra", "7");
    let mock = MockTransport::new().on(Method::POST, "/base/v1/new/thing", [response]);
    let builder = mock.client_builder().api_key(KEY).base_url("https://api.example.com/base");
    let response = builder
        .build()
        .unwrap()
        .request(Method::POST, PATH)
        .query("name", "Jane Doe & co")
        .header(HeaderName::from_static("x-trace"), HeaderValue::from_static("1"))
        .json(&json!({ "domain": "acme.com" }))
        .send()
        .await
        .unwrap();
    assert_eq!((response.status().as_u16(), &response.bytes()[..]), (201, &br#"{"a":1}"#[..]));
    assert_eq!(response.headers()["x-extra"], "7");
    assert_eq!(response.json::<Value>().unwrap(), json!({ "a": 1 }));
    let error = response.json::<Vec<u8>>().unwrap_err();
    assert_eq!((error.kind(), error.json_path()), (ErrorKind::InvalidResponse, Some("$")));

    let sent = &mock.requests()[0];
    assert_eq!(sent.url.as_str(), "https://api.example.com/base/v1/new/thing?name=Jane+Doe+%26+co");
    assert_eq!(sent.headers["x-api-key"], KEY);
    assert_eq!(sent.headers["content-type"], "application/json");
    assert_eq!(sent.headers["x-trace"], "1");
    assert_eq!(&sent.body[..], br#"{"domain":"acme.com"}"#);
}

#[tokio::test(start_paused = true)]
async fn paths_that_lead_elsewhere_are_not_sent() {
    let mock = MockTransport::new();
    let client = client(&mock);
    let paths = [
        "",
        "v1/x",
        "//evil.example/x",
        "https://evil.example/x",
        "/v1/../x",
        "/v1/%2E%2e/x",
        "/./x",
        "/\\evil.example",
        "/x?job_id=1",
        "/x#y",
        "/x\n",
    ];
    for path in paths {
        let error = client.request(Method::GET, path).send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidQuery, "{path}: {error}");
    }
    let reserved = HeaderName::from_static("x-api-key");
    let request = client.request(Method::GET, PATH);
    let error = request.header(reserved, HeaderValue::from_static("x")).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    let unwritable = std::collections::HashMap::from([((1, 2), 3)]);
    let error = client.request(Method::POST, PATH).json(&unwritable).send().await.unwrap_err();
    assert!(error.to_string().contains("can't be written as JSON"), "{error}");
    assert_eq!(mock.requests().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn reads_are_retried_and_others_only_without_doubt() {
    for (method, sent) in [
        (Method::GET, 2),
        (Method::HEAD, 2),
        (Method::POST, 1),
        (Method::PUT, 1),
        (Method::PATCH, 1),
        (Method::DELETE, 1),
    ] {
        let script = [MockResponse::body(502, "<html>"), MockResponse::body(200, "{}")];
        let mock = MockTransport::new().on(method.clone(), PATH, script);
        let outcome = client(&mock).request(method.clone(), PATH).send().await;
        assert_eq!((outcome.is_ok(), mock.requests().len()), (sent == 2, sent), "{method}");
        if let Err(error) = outcome {
            assert!(error.may_have_launched() && !error.is_retryable());
            let text = error.to_string();
            assert!(text.starts_with(&format!("{method} request: 502")), "{text}");
            assert!(text.ends_with("check its effect before you send it again"), "{text}");
        }
        let script = [MockResponse::not_sent(), MockResponse::body(200, "{}")];
        let mock = MockTransport::new().on(method.clone(), PATH, script);
        assert!(client(&mock).request(method.clone(), PATH).send().await.is_ok(), "{method}");
    }
}

#[tokio::test(start_paused = true)]
async fn error_statuses_are_errors_with_the_response() {
    let response = MockResponse::error(404, "NOT_FOUND_NOT_FOUND");
    let mock = MockTransport::new().on(Method::GET, PATH, [response]);
    let error = client(&mock).request(Method::GET, PATH).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api);
    assert_eq!(error.code().unwrap().as_str(), "NOT_FOUND_NOT_FOUND");
    assert!(std::str::from_utf8(error.body().unwrap()).unwrap().contains("NOT_FOUND"));
}

#[tokio::test(start_paused = true)]
async fn it_uses_the_rate_limiter_and_its_own_time_limit() {
    let mock = MockTransport::new().on(Method::GET, PATH, [MockResponse::body(200, "{}")]);
    let limiter = RateLimiter::at_most(1, Duration::from_secs(60));
    let client = mock.client_builder().rate_limiter(limiter).build().unwrap();
    let start = tokio::time::Instant::now();
    for _ in 0..2 {
        client.request(Method::GET, PATH).send().await.unwrap();
    }
    assert!(start.elapsed().as_secs() >= 60);

    let mock = MockTransport::new().on(Method::POST, PATH, [MockResponse::never()]);
    let client = self::client(&mock);
    let start = tokio::time::Instant::now();
    let request = client.request(Method::POST, PATH).timeout(Duration::from_secs(3));
    let error = request.send().await.unwrap_err();
    assert_eq!((error.kind(), start.elapsed().as_secs()), (ErrorKind::Timeout, 3));
}
