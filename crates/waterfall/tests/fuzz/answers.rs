//! A client that reads a job from a response created by the target, without a socket.

use std::sync::{Arc, Mutex};

use tokio::runtime::{Builder, Runtime};
use waterfall::{
    BoxFuture, Client, Error, HeaderMap, HeaderName, HeaderValue, JobId, RateLimiter, Request,
    Response, RetryPolicy, Snapshot, StatusCode, Transport, TransportError,
};

pub(crate) const KEY: &str = "sesame-0123456789";

const ID: &str = "01234567-89ab-4cde-8f01-23456789abcd";

/// The next response.
type Next = Arc<Mutex<(StatusCode, HeaderMap, Vec<u8>)>>;

#[derive(Debug, Default)]
struct Prepared(Next);

impl Transport for Prepared {
    fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        let (status, headers, body) = self.0.lock().expect("nobody panics with it").clone();
        let answer = Response::new(status, request.http.url().clone());
        Box::pin(async { Ok(answer.with_headers(headers).with_body(body)) })
    }
}

struct Reader {
    runtime: Runtime,
    client: Client,
    next: Next,
}

impl Reader {
    fn new() -> Self {
        let next = Next::default();
        let client = Client::builder()
            .api_key(KEY)
            .transport(Prepared(next.clone()))
            .retry(RetryPolicy::none())
            .rate_limiter(RateLimiter::unlimited())
            .build()
            .expect("these settings are right");
        // A 429 stops the next read for a while.
        let mut runtime = Builder::new_current_thread();
        let runtime = runtime.enable_time().start_paused(true).build().expect("a runtime");
        Self { runtime, client, next }
    }
}

thread_local! {
    static READER: Reader = Reader::new();
}

/// Returns the outcome of a client's read with this response.
pub(crate) fn fetch(
    status: u16,
    headers: &[(&'static str, &[u8])],
    body: &[u8],
) -> Result<Snapshot, Error> {
    let status = StatusCode::from_u16(status).expect("a status");
    let values = headers.iter().filter_map(|(name, value)| {
        Some((HeaderName::from_static(name), HeaderValue::from_bytes(value).ok()?))
    });
    let id: JobId = ID.parse().expect("a UUID");
    READER.with(|reader| {
        *reader.next.lock().expect("nobody panics with it") =
            (status, values.collect(), body.to_vec());
        reader.runtime.block_on(reader.client.job(id).fetch())
    })
}

/// Asserts the properties of every error: it is one short line without the key.
pub(crate) fn check_text(error: &Error) {
    let text = error.to_string();
    assert!(text.len() < 3_000, "{} bytes: {text}", text.len());
    assert!(!text.contains(char::is_control), "{text:?}");
    for text in [text, format!("{error:?}")] {
        assert!(!text.contains(KEY), "{text}");
    }
}
