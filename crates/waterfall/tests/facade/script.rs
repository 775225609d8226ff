//! A scripted transport, and the steps of scripts.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;
use waterfall::{
    BoxFuture, Client, ClientBuilder, HeaderMap, HeaderName, HeaderValue, JobId, Method,
    PollPolicy, Request, Response, RetryPolicy, StatusCode, Transport, TransportError,
};

pub(crate) const KEY: &str = "sesame-0123456789";
pub(crate) const ID: &str = "7d44db58-5de3-4e92-a2fb-8325d12c2e8b";

pub(crate) fn id() -> JobId {
    ID.parse().unwrap()
}

/// The outcome of one request.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Response { status: u16, headers: Vec<(&'static str, String)>, body: Vec<u8> },
    NotSent { timeout: bool },
    MaybeSent { timeout: bool },
    Cut { status: u16, body: Vec<u8>, timeout: bool },
    Never,
    After(Duration, Box<Step>),
}

impl Step {
    pub(crate) fn body(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::Response { status, headers: Vec::new(), body: body.into() }
    }

    pub(crate) fn header(self, name: &'static str, value: impl Into<String>) -> Self {
        match self {
            Self::Response { status, mut headers, body } => {
                headers.retain(|(other, _)| *other != name);
                headers.push((name, value.into()));
                Self::Response { status, headers, body }
            }
            Self::After(pause, step) => Self::After(pause, Box::new(step.header(name, value))),
            other => other,
        }
    }

    pub(crate) fn after(self, seconds: f64) -> Self {
        Self::After(Duration::from_secs_f64(seconds), Box::new(self))
    }

    pub(crate) fn launched() -> Self {
        Self::body(200, format!(r#"{{"job_id":"{ID}","start_date":"2025-02-05T12:00:00Z"}}"#))
    }

    /// Returns a response about a job that was started at 12:00:00, sent at that moment.
    pub(crate) fn job(state: &str, rest: &str) -> Self {
        let start = r#""start_date":"2025-02-05T12:00:00Z","input":{}"#;
        Self::body(200, format!(r#"{{"status":"{state}",{start}{rest}}}"#))
            .header("date", "Wed, 05 Feb 2025 12:00:00 GMT")
    }

    pub(crate) fn running() -> Self {
        Self::job("RUNNING", "")
    }

    pub(crate) fn succeeded() -> Self {
        let person = r#","output":{"person":{"first_name":"Jane","last_name":"Doe-Secret"}}"#;
        Self::job("SUCCEEDED", person)
    }

    pub(crate) fn refusal(status: u16, code: &str) -> Self {
        Self::body(
            status,
            format!(r#"{{"status":"error","message":"It says no.","code":"{code}"}}"#),
        )
    }
}

/// One request, with the time of its arrival.
#[derive(Debug, Clone)]
pub(crate) struct RecordedRequest {
    pub(crate) at: Instant,
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// Performs one step for each request, and repeats the last one.
#[derive(Clone)]
pub(crate) struct Script {
    steps: Arc<Mutex<VecDeque<Step>>>,
    requests: Arc<Mutex<Vec<RecordedRequest>>>,
    start: Instant,
}

impl Script {
    pub(crate) fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        let steps = Arc::new(Mutex::new(steps.into_iter().collect()));
        Self { steps, requests: Arc::default(), start: Instant::now() }
    }

    pub(crate) fn requests(&self) -> Vec<RecordedRequest> {
        self.requests.lock().unwrap().clone()
    }

    /// Returns the times of the requests, in seconds from the start, to the millisecond.
    pub(crate) fn times(&self) -> Vec<f64> {
        let seconds =
            |request: &RecordedRequest| (request.at - self.start).as_millis() as f64 / 1000.0;
        self.requests().iter().map(seconds).collect()
    }

    pub(crate) fn count(&self, method: Method) -> usize {
        self.requests().iter().filter(|request| request.method == method).count()
    }

    /// Returns a client without jitter, so that times are exact, and without retries.
    pub(crate) fn client(&self) -> Client {
        self.builder().build().unwrap()
    }

    pub(crate) fn builder(&self) -> ClientBuilder {
        Client::builder()
            .api_key(KEY)
            .transport(self.clone())
            .poll_policy(PollPolicy::recommended().with_jitter(0.0))
            .retry(RetryPolicy::none())
    }
}

impl Transport for Script {
    fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        let mut steps = self.steps.lock().unwrap();
        let step = if steps.len() > 1 { steps.pop_front() } else { steps.front().cloned() };
        let http = request.http;
        self.requests.lock().unwrap().push(RecordedRequest {
            at: Instant::now(),
            method: http.method().clone(),
            url: http.url().to_string(),
            headers: http.headers().clone(),
            body: http.body().and_then(|body| body.as_bytes()).unwrap_or_default().to_vec(),
        });
        let ok = Response::new(StatusCode::OK, http.url().clone());
        Box::pin(play(step.expect("a script has a step"), ok))
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Script")
    }
}

async fn play(mut step: Step, ok: Response) -> Result<Response, TransportError> {
    while let Step::After(pause, next) = step {
        tokio::time::sleep(pause).await;
        step = *next;
    }
    let timed = |error: TransportError, timeout| if timeout { error.timed_out() } else { error };
    let response = |status| Response::new(StatusCode::from_u16(status).unwrap(), ok.url().clone());
    match step {
        Step::Response { status, headers, body } => {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                let value = HeaderValue::from_str(&value).unwrap();
                map.append(HeaderName::from_static(name), value);
            }
            Ok(response(status).with_headers(map).with_body(body))
        }
        Step::NotSent { timeout } => Err(timed(TransportError::not_sent("refused"), timeout)),
        Step::MaybeSent { timeout } => Err(timed(TransportError::maybe_sent("reset"), timeout)),
        Step::Cut { status, body, timeout } => {
            let partial = response(status).with_body(body);
            Err(timed(TransportError::response_incomplete(partial, "broke off"), timeout))
        }
        Step::Never => std::future::pending().await,
        Step::After(..) => unreachable!(),
    }
}
