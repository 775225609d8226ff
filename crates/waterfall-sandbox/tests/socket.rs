//! Tests of requests over HTTP on a loopback port, with real connection failures.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails, as it should")]

mod common;

use std::error::Error;
use std::io::ErrorKind;
use std::time::{Duration, Instant};

use common::PATH;
use reqwest::{Client, Response};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use waterfall_sandbox::{DEMO_KEY, FAULT_HEADER, JobTime, Sandbox, Server};

async fn start() -> (Sandbox, Server) {
    let sandbox = Sandbox::builder().job_time(JobTime::Fixed(Duration::ZERO)).build();
    let server = sandbox.listen(0).await.unwrap();
    (sandbox, server)
}

async fn post(server: &Server, fault: Option<&str>) -> reqwest::Result<Response> {
    let mut request = Client::new()
        .post(format!("{}{PATH}", server.url()))
        .header("x-api-key", DEMO_KEY)
        .json(&json!({ "linkedin": "jane-doe-abc123" }));
    if let Some(fault) = fault {
        request = request.header(FAULT_HEADER, fault);
    }
    request.send().await
}

/// Returns all bytes that a plain socket receives, and how the connection ended.
async fn talk(server: &Server, fault: &str) -> (String, Option<ErrorKind>) {
    let mut stream = TcpStream::connect(server.addr()).await.unwrap();
    let body = r#"{"linkedin":"jane-doe-abc123"}"#;
    let request = format!(
        "POST {PATH} HTTP/1.1\r\nhost: sandbox\r\nx-api-key: {DEMO_KEY}\r\n{FAULT_HEADER}: {fault}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut seen = Vec::new();
    let ended = stream.read_to_end(&mut seen).await;
    (String::from_utf8(seen).unwrap(), ended.err().map(|error| error.kind()))
}

#[tokio::test]
async fn a_job_from_launch_to_person() {
    let (sandbox, server) = start().await;
    let launched: Value = post(&server, None).await.unwrap().json().await.unwrap();
    let id = launched["job_id"].as_str().unwrap();
    let url = format!("{}{PATH}?job_id={id}", server.url());
    let answer = Client::new().get(url).header("x-api-key", DEMO_KEY).send().await.unwrap();
    assert_eq!(answer.headers().get_all("date").iter().count(), 1);
    assert_eq!(answer.headers()["content-type"], "application/json");
    let job: Value = answer.json().await.unwrap();
    assert_eq!(job["output"]["person"]["company_name"], "Acme Corp");
    let nowhere =
        Client::new().put(server.url()).header("x-api-key", DEMO_KEY).send().await.unwrap();
    assert_eq!(nowhere.json::<Value>().await.unwrap()["category"], "NOT_FOUND");
    assert_eq!(sandbox.requests().len(), 3);
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_reset_is_a_reset() {
    let (sandbox, server) = start().await;
    for (fault, launched) in [("reset", 0), ("refuse", 0), ("reset+acted", 1)] {
        let (seen, ended) = talk(&server, fault).await;
        assert_eq!((seen.as_str(), ended), ("", Some(ErrorKind::ConnectionReset)), "{fault}");
        assert_eq!(sandbox.launches().len(), launched, "{fault}");
    }
    let error = post(&server, Some("reset")).await.unwrap_err();
    assert!(!error.is_connect() && !error.is_timeout(), "{error:?}");
}

#[tokio::test]
async fn a_cut_body_is_shorter_than_promised() {
    let (sandbox, server) = start().await;
    let (seen, ended) = talk(&server, "cut=5").await;
    let (head, body) = seen.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
    assert_eq!((body, ended), ("{\"job", None));
    let promised = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    assert!(promised.parse::<usize>().unwrap() > 5);
    assert_eq!(sandbox.launches().len(), 1);
    for fault in ["cut=0", "cut=100000", "status=204; cut=9"] {
        let answer = post(&server, Some(fault)).await;
        if fault.starts_with("cut") {
            let error = answer.unwrap().bytes().await.unwrap_err();
            assert!(error.source().is_some() && !error.is_timeout(), "{error:?}");
        }
    }
}

#[tokio::test]
async fn a_stalled_body_never_ends_and_does_not_hold_up_the_end() {
    let (_, server) = start().await;
    let answer = post(&server, Some("stall")).await.unwrap();
    assert_eq!(answer.status(), 200);
    let body = tokio::time::timeout(Duration::from_millis(300), answer.bytes()).await;
    assert!(body.is_err(), "{body:?}");
    let _held = post(&server, Some("stall")).await.unwrap();
    let start = Instant::now();
    server.shutdown().await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn bodies_come_in_parts() {
    let (_, server) = start().await;
    let mut long = post(&server, Some("pad=100000000")).await.unwrap();
    assert_eq!(long.content_length(), Some(100_000_000));
    assert_eq!(&long.chunk().await.unwrap().unwrap()[..1], b"{");
    drop(long);
    let padded = post(&server, Some("raw={}; pad=200000")).await.unwrap().bytes().await.unwrap();
    assert_eq!((padded.len(), padded.trim_ascii()), (200_000, &b"{}"[..]));
    let begin = Instant::now();
    let dripped = post(&server, Some("raw=abc; drip=0.05")).await.unwrap();
    assert_eq!(dripped.bytes().await.unwrap(), "abc");
    assert!(begin.elapsed() >= Duration::from_millis(150));
}

#[tokio::test]
async fn other_faults_look_the_same_on_the_wire() {
    let (sandbox, server) = start().await;
    let html = post(&server, Some("status=502+html")).await.unwrap();
    assert_eq!(html.status(), 502);
    assert!(html.text().await.unwrap().starts_with("<!doctype"));
    let empty = post(&server, Some("status=504+empty")).await.unwrap();
    assert_eq!((empty.status().as_u16(), empty.bytes().await.unwrap().len()), (504, 0));
    let wait = post(&server, Some("retry-after=in a while")).await.unwrap();
    assert_eq!(
        (wait.status().as_u16(), &wait.headers()["retry-after"]),
        (429, &reqwest::header::HeaderValue::from_static("in a while"))
    );
    let page = post(&server, Some("html")).await.unwrap();
    assert_eq!((page.status().as_u16(), page.text().await.unwrap().starts_with('<')), (200, true));
    let raw = post(&server, Some("raw=%FF%00")).await.unwrap();
    assert_eq!(&raw.bytes().await.unwrap()[..], b"\xff\0");
    let wrong: Value = post(&server, Some("wrong-type")).await.unwrap().json().await.unwrap();
    assert!(wrong["start_date"].is_object());
    let strange: Value = post(&server, Some("unknown-values")).await.unwrap().json().await.unwrap();
    assert!(strange["sandbox_new"].is_object());
    let start = Instant::now();
    assert_eq!(post(&server, Some("delay=0.1;late=0.1")).await.unwrap().status(), 200);
    assert!(start.elapsed() >= Duration::from_millis(200));
    assert_eq!(sandbox.launches().len(), 5);
}

#[tokio::test]
async fn a_server_stops_on_request_and_when_dropped() {
    let (_, server) = start().await;
    let addr = server.addr();
    assert_eq!(post(&server, None).await.unwrap().status(), 200);
    server.shutdown().await.unwrap();
    assert!(TcpStream::connect(addr).await.is_err());
    let (sandbox, server) = start().await;
    let addr = server.addr();
    drop(server);
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(10)).await;
        if TcpStream::connect(addr).await.is_err() {
            return;
        }
    }
    panic!("{sandbox:?} still listens on {addr}");
}

#[tokio::test]
async fn a_router_cuts_where_it_can_not_reset() {
    let sandbox = Sandbox::new();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let router = sandbox.router();
    let task = tokio::spawn(async move { axum::serve(listener, router).await });
    let answer = Client::new()
        .get(format!("http://{addr}{PATH}"))
        .header(FAULT_HEADER, "reset")
        .send()
        .await;
    let failed = match answer {
        Ok(answer) => answer.bytes().await.is_err(),
        Err(_) => true,
    };
    assert!(failed);
    task.abort();
}
