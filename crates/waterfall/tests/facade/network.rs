//! Tests of behavior that needs real sockets and real time.

use std::process::Command;
use std::time::{Duration, Instant};

use waterfall::{
    Client, ClientBuilder, ContactQuery, DispatchState, ErrorKind, RetryPolicy, TransportError,
};

use crate::script::{ID, KEY, id};
use crate::server::{Act, ClosedPort, Server, answer};

fn builder(url: impl Into<String>) -> ClientBuilder {
    Client::builder().api_key(KEY).base_url(url).retry(RetryPolicy::none())
}

fn query() -> ContactQuery {
    ContactQuery::linkedin("jane-doe-abc123")
}

fn launched() -> Vec<u8> {
    let body = format!(r#"{{"job_id":"{ID}","start_date":"2025-02-05T12:00:00Z"}}"#);
    answer("200 OK", "", &body)
}

#[tokio::test]
async fn a_request_has_the_key_and_a_user_agent() {
    let server = Server::start(Act::Say(launched())).await;
    let client = builder(format!("{}/prefix/", server.url())).build().unwrap();
    let job = client.launch(query()).await.unwrap();
    assert_eq!(job.id(), id());
    let request = server.requests().remove(0);
    assert!(request.starts_with("POST /prefix/v1/enrichment/contact HTTP/1.1\r\n"), "{request}");
    assert_eq!(request.matches(KEY).count(), 1);
    assert!(request.contains(&format!("x-api-key: {KEY}\r\n")), "{request}");
    let agent = concat!("user-agent: waterfall-rust/", env!("CARGO_PKG_VERSION"), "\r\n");
    assert!(request.contains(agent), "{request}");
    for unwanted in ["api-version", "referer", "accept-encoding"] {
        assert!(!request.contains(unwanted), "{request}");
    }
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let elsewhere = Server::start_on("127.0.0.2", Act::Say(launched())).await;
    for status in ["301 A", "302 B", "303 C", "307 D", "308 E"] {
        let location = format!("location: {}/secret-path?q=1\r\n", elsewhere.url());
        let server = Server::start(Act::Say(answer(status, &location, ""))).await;
        let client = builder(server.url()).build().unwrap();
        for error in
            [client.launch(query()).await.unwrap_err(), client.job(id()).fetch().await.unwrap_err()]
        {
            assert_eq!(error.kind(), ErrorKind::Redirect, "{status}");
            assert_eq!(error.status().unwrap().as_str(), &status[..3]);
            let text = error.to_string();
            assert!(text.contains("to http://127.0.0.2:") && !text.contains("secret"), "{text}");
        }
        assert_eq!(server.requests().len(), 2, "{status}");
    }
    assert!(elsewhere.requests().is_empty(), "the key went to another host");
}

#[tokio::test]
async fn after_a_refused_connection_nothing_was_sent() {
    let closed = ClosedPort::new();
    for scheme in ["http", "https"] {
        if scheme == "https" && cfg!(not(feature = "tls")) {
            continue;
        }
        let client = builder(closed.url(scheme)).build().unwrap();
        let error = client.launch(query()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
        assert!(!error.may_have_launched() && error.is_retryable());
        assert!(error.to_string().contains("Connection refused"), "{error}");
        let source = std::error::Error::source(&error).unwrap();
        let source = source.downcast_ref::<TransportError>().unwrap();
        assert_eq!(source.dispatch_state(), DispatchState::NotSent);
    }
}

#[tokio::test]
async fn a_tls_handshake_that_times_out_is_no_connection() {
    if cfg!(not(feature = "tls")) {
        return;
    }
    let server = Server::start(Act::Say(Vec::new())).await;
    let limit = Duration::from_millis(200);
    let client =
        builder(format!("https://{}", server.addr)).connect_timeout(limit).build().unwrap();
    let error = client.launch(query()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
    assert!(!error.may_have_launched());
    let source = std::error::Error::source(&error).unwrap();
    assert!(source.downcast_ref::<TransportError>().unwrap().is_timeout());
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_server_without_tls_is_no_connection() {
    if cfg!(not(feature = "tls")) {
        return;
    }
    let server = Server::start(Act::Greet(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec())).await;
    let client = builder(format!("https://{}", server.addr)).build().unwrap();
    let error = client.launch(query()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
    assert!(!error.may_have_launched());
}

#[cfg(not(feature = "tls"))]
#[test]
fn https_to_a_server_without_tls_fails_at_once() {
    let error = Client::new(KEY).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains("enable the feature `tls`"), "{error}");
}

#[tokio::test]
async fn a_response_that_never_starts_leaves_a_doubt() {
    for head in ["", "HTTP/1.1 200 OK\r\ncontent-le"] {
        let server = Server::start(Act::Hang(head.into())).await;
        let limit = Duration::from_millis(300);
        let client = builder(server.url()).timeout(limit).build().unwrap();
        let start = Instant::now();
        let error = client.launch(query()).await.unwrap_err();
        assert!((limit / 2..limit * 20).contains(&start.elapsed()));
        assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
        assert!(error.may_have_launched() && error.status().is_none());
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_body_that_stalls_keeps_what_was_received() {
    let start =
        format!("HTTP/1.1 200 OK\r\ncontent-length: 500\r\nx-a: b\r\n\r\n{{\"job_id\":\"{ID}\"");
    for act in [Act::Hang(start.clone().into()), Act::Say(start.into())] {
        let hangs = matches!(act, Act::Hang(_));
        let server = Server::start(act).await;
        let limit = Duration::from_millis(800);
        let client = builder(server.url()).timeout(limit).build().unwrap();
        let error = client.launch(query()).await.unwrap_err();
        let kind = if hangs { ErrorKind::Timeout } else { ErrorKind::Transport };
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.may_have_launched());
        assert_eq!(error.job_id(), Some(id()));
        assert_eq!(error.status().unwrap(), 200);
        assert_eq!(error.headers().unwrap()["x-a"], "b");
        assert!(error.body().unwrap().starts_with(b"{\"job_id\""));
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn an_endless_body_is_truncated() {
    let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    let chunk = format!("400\r\n{}\r\n", "x".repeat(0x400)).into_bytes();
    let server = Server::start(Act::Flood(head, chunk)).await;
    let client = builder(server.url()).max_body(10_000).build().unwrap();
    let error = client.job(id()).fetch().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{error}");
    assert!(error.to_string().contains("longer than the limit of 10000 bytes"), "{error}");
    assert!(error.to_string().ends_with("raise `max_body`, or report it"), "{error}");
    assert!(!error.is_retryable());
    assert_eq!(error.body().unwrap().len(), 10_000);
}

#[tokio::test]
async fn a_request_is_not_repeated_after_its_connection_failed() {
    for act in [Act::Say(Vec::new()), Act::Say(b"no HTTP at all\r\n\r\n".to_vec())] {
        let server = Server::start(act).await;
        let client = builder(server.url()).build().unwrap();
        let error = client.launch(query()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport, "{error}");
        assert!(error.may_have_launched() && !error.is_retryable());
        let error = client.job(id()).fetch().await.unwrap_err();
        assert!(error.is_retryable());
        assert_eq!(server.requests().len(), 2);
    }
}

#[tokio::test]
async fn a_connection_is_reused() {
    let server = Server::start(Act::Keep(launched())).await;
    let client = builder(server.url()).build().unwrap();
    for _ in 0..3 {
        client.launch(query()).await.unwrap();
    }
    assert_eq!(server.requests().len(), 3);
}

/// A proxy would read the key of a request over plain http.
#[tokio::test]
async fn requests_to_this_machine_use_no_proxy() {
    const INNER: &str = "WATERFALL_TEST_INNER";
    if std::env::var_os(INNER).is_some() {
        let server = Server::start(Act::Say(launched())).await;
        builder(server.url()).build().unwrap().launch(query()).await.unwrap();
        assert_eq!(server.requests().len(), 1);
        return;
    }
    let closed = ClosedPort::new();
    let proxy = closed.url("http");
    let test = "network::requests_to_this_machine_use_no_proxy";
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test])
        .env(INNER, "1")
        .env("HTTP_PROXY", &proxy)
        .env("http_proxy", &proxy)
        .env("ALL_PROXY", &proxy)
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
}

/// The environment can't be changed in the process of a test.
#[test]
fn a_client_comes_from_the_environment() {
    const INNER: &str = "WATERFALL_TEST_INNER";
    if let Some(expected) = std::env::var_os(INNER) {
        let outcome = match Client::from_env() {
            Ok(client) => format!("{client:?}"),
            Err(error) => error.to_string(),
        };
        assert!(outcome.contains(expected.to_str().unwrap()), "{outcome}");
        return;
    }
    let url = "http://127.0.0.1:8080";
    let rows = [
        (Some("k"), Some(url), url),
        (None, Some(url), "set WATERFALL_API_KEY"),
        (Some(""), Some(url), "set WATERFALL_API_KEY"),
        (Some("k"), Some("http://a.b"), "plain http"),
        #[cfg(feature = "tls")]
        (Some("k"), None, "https://api.waterfall.io"),
        #[cfg(feature = "tls")]
        (Some("k"), Some(""), "https://api.waterfall.io"),
    ];
    for (key, url, expected) in rows {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "network::a_client_comes_from_the_environment"]);
        command
            .env(INNER, expected)
            .env_remove("WATERFALL_API_KEY")
            .env_remove("WATERFALL_BASE_URL");
        command.envs(key.map(|key| ("WATERFALL_API_KEY", key)));
        command.envs(url.map(|url| ("WATERFALL_BASE_URL", url)));
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}
