//! Requests to a sandbox, without a socket.
#![allow(dead_code, unreachable_pub)]

pub mod receiver;

use reqwest::{Method, Request as HttpRequest, Url};
use serde_json::{Value, json};
use waterfall_api::{Operation, Request, Response, Transport, TransportError};
use waterfall_sandbox::{Builder, FAULT_HEADER, RateLimit, Sandbox, SandboxTransport};

pub const PATH: &str = "/v1/enrichment/contact";
pub static CONTACT: Operation = Operation::new("any", "ANY", PATH, &[&["apiKey"]]);
pub static OPEN: Operation = Operation::new("keys", "GET", "/.well-known/jwks.json", &[]);

/// Returns a sandbox without latency and rate limit, so that only job times pass.
pub fn plain() -> Builder {
    Sandbox::builder().rate_limit(RateLimit::unlimited())
}

pub fn post(body: &Value) -> HttpRequest {
    let mut request = bare(Method::POST, PATH);
    request.headers_mut().insert("content-type", "application/json".parse().unwrap());
    *request.body_mut() = Some(body.to_string().into());
    request
}

pub fn get(id: &str) -> HttpRequest {
    bare(Method::GET, &format!("{PATH}?job_id={id}"))
}

pub fn bare(method: Method, path: &str) -> HttpRequest {
    HttpRequest::new(method, Url::parse(&format!("https://api.waterfall.io{path}")).unwrap())
}

pub fn faulty(mut request: HttpRequest, fault: &str) -> HttpRequest {
    request.headers_mut().insert(FAULT_HEADER, fault.parse().unwrap());
    request
}

pub async fn send(
    transport: &SandboxTransport,
    request: HttpRequest,
) -> Result<Response, TransportError> {
    transport.execute(Request::new(&CONTACT, request)).await
}

/// Returns the status and the JSON body of a response.
pub async fn ask(transport: &SandboxTransport, request: HttpRequest) -> (u16, Value) {
    let answer = send(transport, request).await.unwrap();
    (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap())
}

pub async fn launch(transport: &SandboxTransport, body: Value) -> String {
    let (status, body) = ask(transport, post(&body)).await;
    assert_eq!(status, 200, "{body}");
    body["job_id"].as_str().unwrap().to_owned()
}

pub async fn read(transport: &SandboxTransport, id: &str) -> Value {
    let (status, body) = ask(transport, get(id)).await;
    assert_eq!(status, 200, "{body}");
    body
}

/// Returns a request with a body to any operation.
pub async fn send_to(
    transport: &SandboxTransport,
    method: Method,
    path: &str,
    body: &Value,
) -> (u16, Value) {
    let mut request = bare(method, path);
    request.headers_mut().insert("content-type", "application/json".parse().unwrap());
    *request.body_mut() = Some(body.to_string().into());
    ask(transport, request).await
}

/// Returns the body of a successful POST to any operation.
pub async fn posted(transport: &SandboxTransport, path: &str, body: Value) -> Value {
    let (status, answer) = send_to(transport, Method::POST, path, &body).await;
    assert_eq!(status, 200, "{path} {body}: {answer}");
    answer
}

/// Returns the output of any operation, immediate or not. Jobs must take no time.
pub async fn output_of(transport: &SandboxTransport, path: &str, body: Value) -> Value {
    let mut answer = posted(transport, path, body).await;
    if let Some(id) = answer["job_id"].as_str() {
        answer = got(transport, &format!("{path}?job_id={id}")).await;
    }
    assert_eq!(answer["status"], "SUCCEEDED", "{answer}");
    answer["output"].clone()
}

/// Returns the body of a successful GET.
pub async fn got(transport: &SandboxTransport, path: &str) -> Value {
    let (status, answer) = ask(transport, bare(Method::GET, path)).await;
    assert_eq!(status, 200, "{path}: {answer}");
    answer
}

/// Launches with a directive and reads at once.
pub async fn ending(transport: &SandboxTransport, directive: Value) -> Value {
    let body = json!({ "linkedin": "jane-doe-abc123", "custom_fields": { "sandbox": directive } });
    let id = launch(transport, body).await;
    read(transport, &id).await
}

/// Returns the published key set.
pub async fn key_set(sandbox: &Sandbox) -> Response {
    let request = Request::new(&OPEN, bare(Method::GET, OPEN.path));
    sandbox.transport().without_key().execute(request).await.unwrap()
}
