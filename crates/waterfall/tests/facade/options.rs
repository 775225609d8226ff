//! Tests of `Client::with_options`: headers, time limit and retries of some requests.

use std::time::Duration;

use tokio::time::Instant;
use waterfall::testing::{MockResponse, MockTransport};
use waterfall::{ContactQuery, ErrorKind, HeaderName, HeaderValue, RequestOptions, RetryPolicy};

const TRACE: HeaderName = HeaderName::from_static("traceparent");

fn value(text: &'static str) -> HeaderValue {
    HeaderValue::from_static(text)
}

fn query() -> ContactQuery {
    ContactQuery::email("jane.doe@acme.com")
}

fn traces(mock: &MockTransport) -> Vec<Option<String>> {
    let trace = |headers: &waterfall::HeaderMap| Some(headers.get(TRACE)?.to_str().ok()?.into());
    mock.requests().iter().map(|request| trace(&request.headers)).collect()
}

#[tokio::test(start_paused = true)]
async fn headers_go_with_the_launch_and_its_reads_only() {
    let mock = MockTransport::new();
    let client = mock.client_builder().build().unwrap();
    let traced = client.with_options(RequestOptions::new().header(TRACE, value("a"))).unwrap();
    let job = traced.launch(query()).await.unwrap();
    job.wait().await.unwrap();
    client.job(job.id()).fetch().await.unwrap();
    traced.job(job.id()).fetch().await.unwrap();
    let a = Some("a".to_owned());
    assert_eq!(traces(&mock), [a.clone(), a.clone(), None, a.clone()]);
    traced.enrich_each([query()]).next().await.unwrap().result.unwrap();
    assert_eq!(traces(&mock)[4..], [a.clone(), a]);
}

#[tokio::test(start_paused = true)]
async fn later_options_override_earlier_ones() {
    let mock = MockTransport::new();
    let client = mock.client_builder().build().unwrap();
    let agent = HeaderName::from_static("user-agent");
    let first = RequestOptions::new().header(TRACE, value("a")).header(agent, value("mine"));
    let client = client.with_options(first).unwrap();
    let client = client.with_options(RequestOptions::new().header(TRACE, value("b"))).unwrap();
    client.launch(query()).await.unwrap();
    let headers = &mock.requests()[0].headers;
    assert_eq!((&headers["traceparent"], &headers["user-agent"]), (&value("b"), &value("mine")));
    assert_eq!(headers["x-api-key"], "test");
    assert_eq!(headers.get_all("traceparent").iter().count(), 1);
}

#[tokio::test(start_paused = true)]
async fn options_can_have_a_time_limit() {
    let mock = MockTransport::new().launches(MockResponse::never().times(2));
    let client = mock.client_builder().timeout(Duration::from_secs(30)).build().unwrap();
    let limit = RequestOptions::new().timeout(Duration::from_secs(2));
    for (client, seconds) in [(client.with_options(limit).unwrap(), 2), (client, 30)] {
        let start = Instant::now();
        let error = client.launch(query()).await.unwrap_err();
        assert_eq!((error.kind(), error.may_have_launched()), (ErrorKind::Timeout, true));
        assert_eq!(start.elapsed(), Duration::from_secs(seconds));
    }
}

#[tokio::test(start_paused = true)]
async fn options_can_have_retries() {
    let mock = MockTransport::new().launches(MockResponse::not_sent().times(5));
    let client = mock.client_builder().build().unwrap();
    let once = client.with_options(RequestOptions::new().retry(RetryPolicy::none())).unwrap();
    let error = once.launch(query()).await.unwrap_err();
    assert_eq!((error.kind(), error.launch_attempts()), (ErrorKind::Connect, Some(1)));
    let job = client.launch(query()).await.unwrap();
    assert_eq!(job.launch_attempts(), Some(5));
}

#[test]
fn headers_that_the_client_sets_are_rejected() {
    let client = MockTransport::new().client_builder().build().unwrap();
    let names =
        ["x-api-key", "host", "content-length", "content-type", "transfer-encoding", "connection"];
    for name in names {
        let options = RequestOptions::new().header(HeaderName::from_static(name), value("sesame"));
        let error = client.with_options(options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        let text = format!("{error} {error:?}");
        assert!(text.contains(name) && !text.contains("sesame"), "{text}");
    }
    let error = client.with_options(RequestOptions::new().timeout(Duration::ZERO)).unwrap_err();
    assert!(error.to_string().contains("zero"), "{error}");
}

#[test]
fn debug_shows_no_values() {
    let options = RequestOptions::new().header(TRACE, value("sesame"));
    let client = MockTransport::new().client_builder().build().unwrap();
    let text = format!("{options:?} {:?}", client.with_options(options.clone()).unwrap());
    assert!(text.contains("traceparent") && !text.contains("sesame"), "{text}");
}
