//! Tests of failures of requests that may be billed.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use waterfall::api::jobs;
use waterfall::testing::{MockResponse, MockTransport};
use waterfall::{CompanyTitlesQuery, ContactSearch, Error, ErrorKind, JobId};

use crate::support::{ID, client, people};

fn search() -> ContactSearch {
    ContactSearch::at_domain("acme.com")
}

async fn failed(response: MockResponse) -> (Error, MockTransport) {
    let mock = MockTransport::new().launches([response]);
    let error = client(&mock).search_contacts(search()).await.unwrap_err();
    (error, mock)
}

#[tokio::test(start_paused = true)]
async fn a_request_without_an_effect_is_retried() {
    let limited = MockResponse::rate_limited(Duration::from_secs(20));
    let mock = MockTransport::new().launches([limited, MockResponse::not_sent(), people(&["a"])]);
    let start = tokio::time::Instant::now();
    assert!(client(&mock).search_contacts(search()).await.is_ok());
    assert_eq!(mock.launch_count(), 3);
    assert!(start.elapsed() >= Duration::from_secs(20));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_again_in_doubt() {
    let known = format!(r#"{{"status":7,"input":{{"task":{{"job_id":"{ID}"}}}},"output":{{}}}}"#);
    let cut = MockResponse::body(200, known.clone()).cut_after(known.len() - 3);
    let rows = [
        (MockResponse::body(500, "{}"), ErrorKind::Api, false),
        (MockResponse::body(503, "<html>"), ErrorKind::Api, false),
        (MockResponse::connection_reset(), ErrorKind::Transport, false),
        (MockResponse::never(), ErrorKind::Timeout, false),
        (MockResponse::body(200, "<html>"), ErrorKind::InvalidResponse, false),
        (MockResponse::body(200, known), ErrorKind::InvalidResponse, true),
        (cut, ErrorKind::Transport, true),
        (MockResponse::body(302, "").header("location", "/x"), ErrorKind::Redirect, false),
    ];
    let id = format!("contact-search/{ID}");
    for (response, kind, with_id) in rows {
        let (error, mock) = failed(response).await;
        let text = error.to_string();
        assert_eq!((error.kind(), mock.launch_count()), (kind, 1), "{text}");
        assert!(error.may_have_launched() && !error.is_retryable(), "{text}");
        assert_eq!(error.job_id().map(|id| id.to_string()).as_deref(), with_id.then_some(&*id));
        let advice = match with_id {
            true => format!("read the result of job {id}, don't send the request again"),
            false => "check the account's usage before you send it again".to_owned(),
        };
        assert!(text.starts_with("contact search: ") && text.ends_with(&advice), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn refusals_have_hints() {
    let rows = [
        (400, "VALIDATION_BAD_TITLE_FILTER", "correct the query"),
        (401, "AUTH_MISSING_API_KEY", "set an API key"),
        (402, "QUOTA_ACCOUNT_OVER_QUOTA", "the account has no credit left"),
        (403, "AUTH_BAD_API_KEY", "check the API key"),
    ];
    for (status, code, advice) in rows {
        let (error, mock) = failed(MockResponse::error(status, code)).await;
        assert!(error.to_string().ends_with(advice), "{error}");
        assert_eq!((error.may_have_launched(), mock.launch_count()), (false, 1));
    }
    let unknown = MockResponse::error(404, "NOT_FOUND_NOT_FOUND");
    let mock = MockTransport::new().launches([unknown]);
    let query = CompanyTitlesQuery::domain("acme.com");
    let error = client(&mock).company_titles(query).await.unwrap_err();
    assert!(error.to_string().ends_with("does not know the company; nothing is billed"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_dropped_request_completes_and_its_job_is_an_orphan() {
    let slow = people(&["a"]).after(Duration::from_secs(5));
    let mock = MockTransport::new().launches([slow]);
    let orphans = Arc::new(Mutex::new(Vec::new()));
    let seen = orphans.clone();
    let builder = mock.client_builder();
    let client = builder
        .on_orphan_of::<jobs::ContactSearch>(move |job| seen.lock().unwrap().push(job.id()))
        .build()
        .unwrap();
    let request = client.search_contacts(search()).into_future();
    assert!(tokio::time::timeout(Duration::from_secs(1), request).await.is_err());
    assert!(orphans.lock().unwrap().is_empty());
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(
        *orphans.lock().unwrap(),
        [JobId::of::<jobs::ContactSearch>(MockTransport::job_id(1).uuid())]
    );
    assert_eq!(client.spent().jobs_without_usage(), 1, "its response counts");
}

#[tokio::test(start_paused = true)]
async fn a_dropped_request_that_waits_is_never_sent() {
    let mock = MockTransport::new().launches([MockResponse::rate_limited(Duration::from_secs(9))]);
    let client = client(&mock);
    let request = client.search_contacts(search()).into_future();
    assert!(tokio::time::timeout(Duration::from_secs(1), request).await.is_err());
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(mock.launch_count(), 1);
}

#[tokio::test(start_paused = true)]
async fn stopping_stops_billed_work_but_not_the_account() {
    let account = MockResponse::body(200, "{}");
    let mock = MockTransport::new().on(waterfall::Method::GET, "/v2/account", [account]);
    let client = client(&mock);
    client.stop_launching();
    let error = client.verify_email("jane.doe@acme.com").await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_launched()), (ErrorKind::Stopped, false));
    assert_eq!(mock.requests().len(), 0);
    assert!(client.account().await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_page_in_flight_survives_a_dropped_next() {
    let slow = people(&["a"]).after(Duration::from_secs(5));
    let mock = MockTransport::new().launches([slow]);
    let mut pages = client(&mock).search_contacts(search()).pages();
    assert!(tokio::time::timeout(Duration::from_secs(1), pages.next()).await.is_err());
    assert_eq!(pages.next().await.unwrap().unwrap().persons().len(), 1);
    assert_eq!(mock.launch_count(), 1);
}

#[test]
fn futures_and_streams_can_be_sent_to_other_threads() {
    fn is_send(_: impl Send + 'static) {}

    let client = client(&MockTransport::new());
    is_send(client.search_contacts(search()).into_future());
    is_send(client.search_contacts(search()).pages());
    is_send(client.search_contacts(search()).items());
    is_send(client.account().into_future());
    is_send(client.api_keys().create("crm").into_future());
    is_send(client.request(waterfall::Method::GET, "/x").json(&json!(1)).send());
}
