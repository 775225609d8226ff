//! `ClientBuilder::http_client`: which settings it determines.

use waterfall::reqwest::{Proxy, redirect};
use waterfall::{Client, ClientBuilder, ContactQuery, ErrorKind, RetryPolicy};

use crate::script::{ID, KEY};
use crate::server::{Act, ClosedPort, Server, answer};

fn builder(url: impl Into<String>) -> ClientBuilder {
    Client::builder().api_key(KEY).base_url(url).retry(RetryPolicy::none())
}

fn query() -> ContactQuery {
    ContactQuery::linkedin("jane-doe-abc123")
}

fn launched() -> Act {
    let body = format!(r#"{{"job_id":"{ID}","start_date":"2025-02-05T12:00:00Z"}}"#);
    Act::Say(answer("200 OK", "", &body))
}

/// The base URL has no server, so a request that arrives has used the proxy.
#[tokio::test]
async fn a_proxy_can_be_set() {
    let (proxy, nowhere) = (Server::start(launched()).await, ClosedPort::new());
    let url = proxy.url();
    let client = builder(nowhere.url("http"))
        .http_client(move |http| http.proxy(Proxy::http(&url).unwrap().basic_auth("me", "pass")))
        .build()
        .unwrap();
    client.launch(query()).await.unwrap();
    let request = proxy.requests().remove(0);
    assert!(request.starts_with("POST http://127.0.0.1:"), "{request}");
    assert!(request.contains("proxy-authorization: Basic bWU6cGFzcw=="), "{request}");
    assert!(!format!("{client:?}").contains("pass"));
}

#[tokio::test]
async fn redirects_stay_off() {
    let elsewhere = Server::start_on("127.0.0.2", launched()).await;
    let location = format!("location: {}/x\r\n", elsewhere.url());
    let server = Server::start(Act::Say(answer("307 Temporary", &location, ""))).await;
    let client = builder(server.url())
        .http_client(|http| http.redirect(redirect::Policy::limited(10)).referer(true))
        .build()
        .unwrap();
    let error = client.launch(query()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Redirect);
    assert_eq!(server.requests().len(), 1);
    assert!(elsewhere.requests().is_empty(), "the key went to another host");
}

/// A default header can't replace the key or the user agent.
#[tokio::test]
async fn default_headers_come_last() {
    use waterfall::{HeaderMap, HeaderName, HeaderValue};

    let headers = [("x-api-key", "mine"), ("user-agent", "mine"), ("x-team", "mine")];
    let headers: HeaderMap = headers
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
        .into_iter()
        .collect();
    let server = Server::start(launched()).await;
    let client = builder(server.url())
        .http_client(move |http| http.default_headers(headers.clone()))
        .build()
        .unwrap();
    client.launch(query()).await.unwrap();
    let request = server.requests().remove(0);
    assert!(request.contains(&format!("x-api-key: {KEY}\r\n")), "{request}");
    assert_eq!(request.matches("mine").count(), 1, "{request}");
    assert!(request.contains("x-team: mine\r\n"), "{request}");
}

#[test]
fn contradictory_settings_are_rejected() {
    let builder = builder("http://127.0.0.1:1").http_client(|http| http);
    let builder = builder.transport(crate::script::Script::new([]));
    let error = builder.clone().build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains("the transport replaces the HTTP client"), "{error}");
}

#[test]
fn settings_that_reqwest_rejects_are_config_errors() {
    let builder = builder("http://127.0.0.1:1");
    let error = builder.http_client(|http| http.user_agent("a\nb")).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains("no HTTP client"), "{error}");
}
