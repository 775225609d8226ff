//! Tests of deliveries over HTTP on loopback ports.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails, as it should")]

mod common;

use std::net::SocketAddr;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use common::PATH;
use ed25519_dalek::{Signature, VerifyingKey};
use reqwest::Client;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use waterfall_sandbox::{
    DEMO_KEY, DeliveryAttempt, DeliveryOutcome, JobTime, Sandbox, Server, Webhooks,
};

async fn start(webhooks: Webhooks) -> (Sandbox, Server) {
    let time = JobTime::Fixed(Duration::from_millis(20));
    let sandbox = Sandbox::builder().job_time(time).webhooks(webhooks).build();
    let server = sandbox.listen(0).await.unwrap();
    (sandbox, server)
}

fn quick() -> Webhooks {
    Webhooks::default().with_backoff(Duration::from_millis(20))
}

async fn launch(server: &Server, webhook_url: &str) {
    let query = json!({ "linkedin": "jane-doe-abc123", "webhook_url": webhook_url });
    let request = Client::new().post(format!("{}{PATH}", server.url()));
    let answer = request.header("x-api-key", DEMO_KEY).json(&query).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}

/// Returns the record, once it has this many attempts, all of them ended.
async fn settled(sandbox: &Sandbox, attempts: usize) -> Vec<DeliveryAttempt> {
    let is_over = |attempt: &DeliveryAttempt| attempt.outcome != DeliveryOutcome::Pending;
    for _ in 0..1_000 {
        let seen = sandbox.deliveries();
        if seen.len() == attempts && seen.iter().all(is_over) {
            return seen;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{:?}", sandbox.deliveries());
}

/// Reads one request from a plain socket and responds with this head.
async fn take(listener: &TcpListener, answer: &str) -> (String, Vec<u8>) {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut seen = Vec::new();
    loop {
        assert_ne!(stream.read_buf(&mut seen).await.unwrap(), 0, "the request broke off");
        let Some(end) = seen.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8(seen[..end].to_vec()).unwrap().to_lowercase();
        let length = header(&head, "content-length").unwrap().parse::<usize>().unwrap();
        if seen.len() == end + 4 + length {
            let answer = format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
            let head = String::from_utf8(seen[..end].to_vec()).unwrap();
            return (head, seen.split_off(end + 4));
        }
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let lines = head.lines().filter_map(|line| line.split_once(": "));
    lines.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    (listener, addr)
}

#[tokio::test]
async fn a_delivery_comes_over_http_and_verifies_with_the_served_keys() {
    let (sandbox, server) = start(quick()).await;
    let (listener, addr) = listen().await;
    launch(&server, &format!("http://{addr}/hook?a=b")).await;
    let (head, body) = take(&listener, "200 OK").await;
    assert!(head.starts_with("POST /hook?a=b HTTP/1.1\r\n"), "{head}");
    assert_eq!(header(&head, "content-type"), Some("application/json"));
    assert_eq!(header(&head, "x-api-key"), None);

    let keys = format!("{}/.well-known/jwks.json", server.url());
    let keys: Value = Client::new().get(keys).send().await.unwrap().json().await.unwrap();
    let x = URL_SAFE_NO_PAD.decode(keys["keys"][0]["x"].as_str().unwrap()).unwrap();
    let key = VerifyingKey::from_bytes(&x.try_into().unwrap()).unwrap();
    let token = header(&head, "x-webhook-signature").unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let signature = Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
    key.verify_strict(signed.as_bytes(), &signature).unwrap();
    let (_, claims) = signed.split_once('.').unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    assert_eq!(claims["body_hash"], URL_SAFE_NO_PAD.encode(Sha256::digest(&body)));

    let body: Value = serde_json::from_slice(&body).unwrap();
    let url = format!(
        "{}{PATH}?job_id={}",
        server.url(),
        body["input"]["task"]["job_id"].as_str().unwrap()
    );
    let finder = Client::new().get(url).header("x-api-key", DEMO_KEY).send().await.unwrap();
    assert_eq!(finder.json::<Value>().await.unwrap(), body);
    assert_eq!(settled(&sandbox, 1).await[0].outcome, DeliveryOutcome::Answered(200));
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_failing_receiver_is_tried_again_and_a_redirect_is_not_followed() {
    let (sandbox, server) = start(quick()).await;
    let (listener, addr) = listen().await;
    launch(&server, &format!("http://localhost:{}/", addr.port())).await;
    let (_, first) = take(&listener, "503 Service Unavailable").await;
    let (_, again) = take(&listener, "500 Internal Server Error").await;
    let elsewhere = format!("307 Temporary Redirect\r\nlocation: http://{addr}/other");
    let (_, last) = take(&listener, &elsewhere).await;
    assert!(first == again && again == last);
    let expected = [503, 500, 307].map(DeliveryOutcome::Answered);
    let outcomes = settled(&sandbox, 3).await.into_iter().map(|attempt| attempt.outcome);
    assert_eq!(outcomes.collect::<Vec<_>>(), expected);
    let nobody = tokio::time::timeout(Duration::from_millis(200), listener.accept()).await;
    assert!(nobody.is_err(), "the redirect was followed");
}

#[tokio::test]
async fn refused_connections_and_missing_responses_are_distinguished() {
    let webhooks = quick().with_attempts(2).with_timeout(Duration::from_millis(200));
    let (sandbox, server) = start(webhooks).await;
    let (listener, addr) = listen().await;
    launch(&server, &format!("http://{addr}/")).await;
    let attempts = settled(&sandbox, 2).await;
    assert!(attempts.iter().all(|attempt| attempt.outcome == DeliveryOutcome::TimedOut));
    drop(listener);
    launch(&server, &format!("http://{addr}/secret")).await;
    let attempts = settled(&sandbox, 4).await;
    for attempt in &attempts[2..] {
        let DeliveryOutcome::NoAnswer(why) = &attempt.outcome else { panic!("{attempts:?}") };
        assert!(why.contains("refused") && !why.contains("secret"), "{why}");
    }
}

#[tokio::test]
async fn any_host_is_delivered_to_if_configured() {
    for (webhooks, allowed) in [(quick(), false), (quick().to_any_host(), true)] {
        let (sandbox, server) = start(webhooks).await;
        let (listener, addr) = listen().await;
        // A name that is not a loopback address, but resolves to this machine.
        launch(&server, &format!("http://0.0.0.0:{}/", addr.port())).await;
        if allowed {
            take(&listener, "200 OK").await;
        }
        let outcome = settled(&sandbox, 1).await.remove(0).outcome;
        assert_eq!(outcome == DeliveryOutcome::Answered(200), allowed, "{outcome:?}");
    }
}

#[tokio::test]
async fn keys_rotate_over_http_without_an_api_key() {
    let (_, server) = start(quick()).await;
    let set = async || -> Value {
        let url = format!("{}/.well-known/jwks.json", server.url());
        Client::new().get(url).send().await.unwrap().json().await.unwrap()
    };
    let before = set().await;
    let url = format!("{}/sandbox/rotate-keys", server.url());
    let reported = Client::new().post(url).send().await.unwrap().json::<Value>().await.unwrap();
    let after = set().await;
    assert_eq!(
        (&after["keys"][0]["kid"], &after["keys"][1]),
        (&reported["kid"], &before["keys"][0])
    );
}
