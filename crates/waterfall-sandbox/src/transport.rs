//! Connects clients to a sandbox in process, without a socket.

use std::fmt;
use std::io::{Error as IoError, ErrorKind};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderValue, Method};
use bytes::Bytes;
use tokio::time::Instant;
use waterfall_api::{BoxFuture, Request, Response, Transport, TransportError, Url};

use crate::keys::{DEMO_KEY, KEY_HEADER};
use crate::reply::{Ending, Outcome};
use crate::routes::{Call, MAX_BODY};
use crate::sandbox::Sandbox;

/// A [`Transport`] that sends requests to a [`Sandbox`] in process. It uses no socket,
/// so tokio's clock may be paused. Clones share one sandbox.
///
/// It adds an API key, by default [`DEMO_KEY`], to requests that need a key and have none. Requests
/// time out after 30 s by default. Faults that break a connection cause the same errors as on a
/// socket:
///
/// | fault | error |
/// |---|---|
/// | `refuse` | not sent |
/// | `reset`, `reset+acted` | may have been sent |
/// | `cut` | response incomplete, with the received part |
/// | `stall` | response incomplete, timed out |
/// | `drip` beyond the timeout | response incomplete, timed out, with the received part |
/// | `pad` beyond 1 MiB | response incomplete, with the first MiB |
/// | `delay`, `late` beyond the timeout | may have been sent, timed out |
#[derive(Clone)]
pub struct SandboxTransport {
    sandbox: Sandbox,
    key: Option<HeaderValue>,
    timeout: Duration,
}

impl Sandbox {
    /// Returns a transport that sends requests to this sandbox in process.
    pub fn transport(&self) -> SandboxTransport {
        let mut key = HeaderValue::from_static(DEMO_KEY);
        key.set_sensitive(true);
        let timeout = Duration::from_secs(30);
        SandboxTransport { sandbox: self.clone(), key: Some(key), timeout }
    }
}

impl SandboxTransport {
    /// Adds this API key to requests instead of [`DEMO_KEY`]. A key that is not a valid
    /// header value is not sent.
    #[must_use]
    pub fn with_key(mut self, key: &str) -> Self {
        self.key = HeaderValue::from_str(key).ok();
        if let Some(key) = &mut self.key {
            key.set_sensitive(true);
        }
        self
    }

    /// Adds no API key to requests.
    #[must_use]
    pub fn without_key(mut self) -> Self {
        self.key = None;
        self
    }

    /// The time limit of a request, from its start to the end of its response. The
    /// default is 30 s.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Returns the sandbox that receives the requests.
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    async fn send(&self, mut request: Request) -> Result<Response, TransportError> {
        let body = request.http.body_mut().take();
        let body = match body {
            Some(body) => to_bytes(Body::new(body), MAX_BODY).await.ok(),
            None => Some(Default::default()),
        };
        let url = request.http.url().clone();
        let mut headers = request.http.headers().clone();
        if let Some(key) = &self.key
            && !request.operation.security.is_empty()
            && !headers.contains_key(KEY_HEADER)
        {
            headers.insert(KEY_HEADER, key.clone());
        }
        let method = request.http.method().clone();
        let is_head = method == Method::HEAD;
        let deadline = Instant::now() + self.timeout;
        let call = Call::new(method, url.path(), url.query(), headers).with_body(body);
        let handled = self.sandbox.handle(call);
        match tokio::time::timeout_at(deadline, handled).await {
            Ok(mut outcome) => {
                if is_head {
                    outcome.body = Bytes::new();
                }
                deliver(outcome, url, deadline).await
            }
            Err(elapsed) => Err(TransportError::maybe_sent(elapsed).timed_out()),
        }
    }
}

async fn deliver(
    outcome: Outcome,
    url: Url,
    deadline: Instant,
) -> Result<Response, TransportError> {
    let response = Response::new(outcome.status, url).with_headers(outcome.headers.clone());
    match outcome.ending {
        Ending::Complete => Ok(response.with_body(outcome.body)),
        Ending::Cut(after) => {
            let (part, promised) = outcome.cut_body(after);
            let error = format!("received {} of {promised} bytes", part.len());
            let error = IoError::new(ErrorKind::UnexpectedEof, error);
            Err(TransportError::response_incomplete(response.with_body(part), error))
        }
        Ending::Stall => {
            tokio::time::sleep_until(deadline).await;
            let error = IoError::from(ErrorKind::TimedOut);
            Err(TransportError::response_incomplete(response, error).timed_out())
        }
        Ending::Drip(pause) => drip(response, outcome.body, pause, deadline).await,
        Ending::Pad(length) => pad(response, outcome.body, length),
        Ending::Reset => Err(TransportError::maybe_sent(IoError::from(ErrorKind::ConnectionReset))),
        Ending::Refuse => {
            Err(TransportError::not_sent(IoError::from(ErrorKind::ConnectionRefused)))
        }
    }
}

async fn drip(
    response: Response,
    body: Bytes,
    pause: Duration,
    deadline: Instant,
) -> Result<Response, TransportError> {
    for received in 0..body.len() {
        if Instant::now() + pause > deadline {
            tokio::time::sleep_until(deadline).await;
            let error = IoError::from(ErrorKind::TimedOut);
            let part = response.with_body(body.slice(..received));
            return Err(TransportError::response_incomplete(part, error).timed_out());
        }
        tokio::time::sleep(pause).await;
    }
    Ok(response.with_body(body))
}

fn pad(response: Response, body: Bytes, length: usize) -> Result<Response, TransportError> {
    let mut padded = body.to_vec();
    padded.resize(length.clamp(body.len(), body.len().max(MAX_BODY)), b' ');
    let response = response.with_body(padded);
    if length <= MAX_BODY {
        return Ok(response);
    }
    let error = format!("the body is larger than {MAX_BODY} bytes");
    Err(TransportError::response_incomplete(response, error))
}

impl Transport for SandboxTransport {
    fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(self.send(request))
    }
}

impl fmt::Debug for SandboxTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SandboxTransport").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}
