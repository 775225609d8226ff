//! The account report.

use std::time::Duration;

use serde_json::json;
use waterfall::testing::{MockResponse, MockTransport};
use waterfall::{ErrorKind, Method, RateLimiter, Usd};

use crate::support::client;

const PATH: &str = "/v2/account";

fn report() -> MockResponse {
    let body = json!({
        "key_usage": {
            "start_date": "2026-11-01", "end_date": "2026-12-01",
            "enrichment_contact_requests": 3, "company_titles_found": 5,
            "verify_email_requests": null, "new_rate": 0.5,
        },
        "account_usage": { "enrichment_contact_requests": 30 },
        "balance_remaining_usd": 0.30000000000000004,
        "price": { "persons_safe_usd": 0.1, "titles_usd": 0.7, "currency": "USD" },
        "plan": "prepaid",
    });
    MockResponse::body(200, body.to_string())
}

#[tokio::test(start_paused = true)]
async fn the_report_has_known_and_unknown_counters() {
    let mock = MockTransport::new().on(Method::GET, PATH, [report()]);
    let report = client(&mock).account().month(" 2026-11 ").await.unwrap();
    assert_eq!(mock.requests()[0].url.query(), Some("month=2026-11"));
    let usage = report.key_usage().unwrap();
    assert_eq!(*usage.enrichment_contact_requests, Some(3));
    assert_eq!(usage.end_date.as_deref(), Some("2026-12-01"));
    let counters: Vec<_> = report.key_counters().collect();
    let expected = [("company_titles_found", 5), ("enrichment_contact_requests", 3)];
    assert_eq!(counters, expected.map(|(name, count)| (name.to_owned(), count)));
    assert_eq!(report.account_counters().count(), 1);
    assert_eq!(report.balance_remaining(), Some(Usd::from_micros(300_000)));
    let prices: Vec<_> = report.prices().collect();
    let expected = [("persons_safe_usd", 100_000), ("titles_usd", 700_000)];
    assert_eq!(prices, expected.map(|(name, usd)| (name.to_owned(), Usd::from_micros(usd))));
    assert_eq!(report.account().extra["plan"], "prepaid");
    assert!(report.deviations().is_empty() && report.status().is_success());
    assert!(std::str::from_utf8(report.raw()).unwrap().contains("prepaid"));

    let mock = MockTransport::new().on(Method::GET, PATH, [MockResponse::body(200, "{}")]);
    let report = client(&mock).account().await.unwrap();
    assert_eq!(mock.requests()[0].url.query(), None);
    assert_eq!((report.balance_remaining(), report.key_counters().count()), (None, 0));
}

#[tokio::test(start_paused = true)]
async fn it_is_outside_the_rate_limiter() {
    let mock = MockTransport::new().on(Method::GET, PATH, [report()]);
    let limiter = RateLimiter::at_most(1, Duration::from_secs(60));
    let client = mock.client_builder().rate_limiter(limiter).build().unwrap();
    client.enrich(waterfall::ContactQuery::email("jane.doe@acme.com")).await.unwrap();
    let start = tokio::time::Instant::now();
    for _ in 0..5 {
        client.account().await.unwrap();
    }
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn it_is_retried_as_a_read() {
    let script = [
        MockResponse::body(503, ""),
        MockResponse::connection_reset(),
        MockResponse::rate_limited(Duration::from_secs(3)),
        report(),
    ];
    let mock = MockTransport::new().on(Method::GET, PATH, script);
    let policy = waterfall::RetryPolicy::default().attempts(5);
    let client = mock.client_builder().retry(policy).build().unwrap();
    assert!(client.account().await.is_ok());
    assert_eq!(mock.requests().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn its_errors_are_those_of_a_read() {
    let code = "NOT_FOUND_ACCOUNT_OR_KEY_NOT_FOUND";
    let mock = MockTransport::new().on(Method::GET, PATH, [MockResponse::error(404, code)]);
    let error = client(&mock).account().await.unwrap_err();
    assert!(!error.may_have_launched());
    let text = error.to_string();
    assert!(
        text.starts_with("account report: 404") && text.ends_with("check the API key"),
        "{text}"
    );
    for month in ["2026-13", "2026-1", "november", "2026-11-01", ""] {
        let error = client(&mock).account().month(month).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidQuery, "{month}");
    }
    assert_eq!(mock.requests().len(), 1);
}
