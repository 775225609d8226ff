//! [`MockResponse`]: the outcome of one request.

use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{StatusCode, Url};
use serde_json::{Value, json};
use waterfall_api::types::JobState;
use waterfall_api::{Response, TransportError};

use crate::job_id::JobId;
use crate::job_state;

/// The outcome that a [`MockTransport`](super::MockTransport) produces for one request.
///
/// ```
/// use std::time::Duration;
/// use waterfall::testing::MockResponse;
///
/// let slow = MockResponse::running().after(Duration::from_secs(2));
/// let broken = MockResponse::launched().cut_after(10); // may have launched
/// let gateway = MockResponse::body(502, "<html>bad gateway</html>");
/// let script = MockResponse::running().times(3).chain([MockResponse::failed("no data")]);
/// # drop((slow, broken, gateway, script));
/// ```
#[derive(Debug, Clone)]
#[must_use = "a response does nothing unless it is in a script"]
pub struct MockResponse {
    outcome: Outcome,
    headers: HeaderMap,
    pause: Duration,
    cut_after: Option<usize>,
}

#[derive(Debug, Clone)]
enum Outcome {
    Launched(Option<JobId>),
    Job { state: JobState, output: Value, error: Option<String> },
    Body { status: StatusCode, body: Bytes },
    NotSent,
    Reset,
    Never,
}

/// The context in which a response is created.
#[derive(Debug)]
pub(super) struct Moment {
    pub(super) now: Timestamp,
    pub(super) job_id: Option<JobId>,
    pub(super) started: Timestamp,
    pub(super) query: Value,
}

impl Moment {
    pub(super) fn at(now: Timestamp) -> Self {
        Self { now, job_id: None, started: now, query: Value::Null }
    }
}

impl MockResponse {
    fn new(outcome: Outcome) -> Self {
        Self { outcome, headers: HeaderMap::new(), pause: Duration::ZERO, cut_after: None }
    }

    /// Lets a launch succeed: 200 with a new job ID.
    pub fn launched() -> Self {
        Self::new(Outcome::Launched(None))
    }

    /// Lets a launch succeed with this job ID.
    pub fn launched_as(job_id: JobId) -> Self {
        Self::new(Outcome::Launched(Some(job_id)))
    }

    /// Reports a running job.
    pub fn running() -> Self {
        Self::state(JobState::Running)
    }

    /// Reports a job that succeeded and found this person, an object with any of the fields of
    /// [`Person`](crate::Person).
    pub fn succeeded(person: Value) -> Self {
        Self::job(JobState::Succeeded, json!({ "person": person }), None)
    }

    /// Reports a job that succeeded with this `output`, for any kind of jobs. In the script of
    /// launches, it answers an immediate operation.
    ///
    /// ```
    /// use serde_json::json;
    /// use waterfall::testing::MockResponse;
    ///
    /// let page = MockResponse::output(json!({ "companies": [{ "name": "Acme" }] }));
    /// # drop(page);
    /// ```
    pub fn output(output: Value) -> Self {
        Self::job(JobState::Succeeded, output, None)
    }

    /// Reports a job that succeeded and found nobody.
    pub fn found_nobody() -> Self {
        Self::succeeded(Value::Null)
    }

    /// Reports a job that failed for this reason.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::job(JobState::Failed, Value::Null, Some(message.into()))
    }

    /// Reports a job in this state, without output. The state may be unknown to this crate, such as
    /// `"PAUSED".into()`.
    pub fn state(state: JobState) -> Self {
        Self::job(state, Value::Null, None)
    }

    /// Responds with an error in the API's format: `error(404, "NOT_FOUND_JOB_NOT_FOUND")`.
    ///
    /// # Panics
    ///
    /// If the status is not between 100 and 999.
    pub fn error(status: u16, code: &str) -> Self {
        let message = format!("The mock answers {code}.");
        let error = json!({ "status": "error", "message": message, "code": code });
        Self::body(status, error.to_string()).header("content-type", "application/json")
    }

    /// Responds with a 429 and a `Retry-After`, in whole seconds, rounded up.
    pub fn rate_limited(retry_after: Duration) -> Self {
        let seconds = retry_after.as_secs() + u64::from(retry_after.subsec_nanos() > 0);
        Self::error(429, "RATE_LIMIT_RATE_LIMIT_EXCEEDED")
            .header(RETRY_AFTER.as_str(), &seconds.to_string())
    }

    /// Responds with any status and body, such as the page of a gateway.
    ///
    /// # Panics
    ///
    /// If the status is not between 100 and 999.
    pub fn body(status: u16, body: impl Into<Bytes>) -> Self {
        let status = StatusCode::from_u16(status);
        let status = status.unwrap_or_else(|_| panic!("a status is from 100 to 999"));
        Self::new(Outcome::Body { status, body: body.into() })
    }

    /// Lets the connection fail; nothing is sent.
    pub fn not_sent() -> Self {
        Self::new(Outcome::NotSent)
    }

    /// Breaks the connection after the request was sent, so that it is unknown whether the API has
    /// acted on it.
    pub fn connection_reset() -> Self {
        Self::new(Outcome::Reset)
    }

    /// Sends no response until the client's [`timeout`](crate::ClientBuilder::timeout).
    pub fn never() -> Self {
        Self::new(Outcome::Never)
    }

    /// Adds a header, replacing any header of this name.
    ///
    /// # Panics
    ///
    /// If the name or the value is not allowed in a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value)) {
            (Ok(name), Ok(value)) => self.headers.insert(name, value),
            _ => panic!("{name:?} can't be a header with this value"),
        };
        self
    }

    /// Delays the response and its effect, on tokio's clock.
    pub fn after(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }

    /// Truncates the body after this many bytes. If a truncated response to a launch no longer
    /// contains the job ID, the job starts and its ID is lost.
    pub fn cut_after(mut self, bytes: usize) -> Self {
        self.cut_after = Some(bytes);
        self
    }

    /// Repeats this response, for scripts.
    pub fn times(self, count: usize) -> impl Iterator<Item = Self> + Clone {
        std::iter::repeat_n(self, count)
    }

    /// Returns the person that jobs find without a script: Jane Doe, `jane.doe@example.com`, Head
    /// of Sales at Example Corp.
    pub fn sample_person() -> Value {
        json!({
            "first_name": "Jane",
            "last_name": "Doe",
            "linkedin_id": "jane-doe-abc123",
            "professional_email": "jane.doe@example.com",
            "title": "Head of Sales",
            "company_name": "Example Corp",
            "company_domain": "example.com",
        })
    }

    fn job(state: JobState, output: Value, error: Option<String>) -> Self {
        Self::new(Outcome::Job { state, output, error })
    }

    pub(super) fn starts_job(&self) -> bool {
        matches!(self.outcome, Outcome::Launched(_) | Outcome::Job { .. })
    }

    pub(super) fn named_job(&self) -> Option<JobId> {
        match self.outcome {
            Outcome::Launched(id) => id,
            _ => None,
        }
    }

    pub(super) async fn play(self, url: Url, moment: Moment) -> Result<Response, TransportError> {
        tokio::time::sleep(self.pause).await;
        let (status, body) = match self.outcome {
            Outcome::NotSent => return Err(TransportError::not_sent("connection refused")),
            Outcome::Reset => return Err(TransportError::maybe_sent("connection reset")),
            Outcome::Never => std::future::pending().await,
            Outcome::Body { status, body } => (status, body),
            Outcome::Launched(_) => (StatusCode::OK, launch_body(&moment)),
            Outcome::Job { state, output, error } => {
                (StatusCode::OK, job_body(&moment, &state, output, error))
            }
        };
        let mut headers = self.headers;
        headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
        if let Ok(date) = HeaderValue::from_str(&httpdate::fmt_http_date(moment.now.into())) {
            headers.entry(DATE).or_insert(date);
        }
        let answer = Response::new(status, url).with_headers(headers);
        match self.cut_after {
            Some(bytes) if bytes < body.len() => {
                let partial = answer.with_body(body.slice(..bytes));
                Err(TransportError::response_incomplete(partial, "the body broke off"))
            }
            _ => Ok(answer.with_body(body)),
        }
    }
}

fn launch_body(moment: &Moment) -> Bytes {
    let body = json!({ "job_id": moment.job_id.map(|id| id.uuid()), "start_date": moment.started.to_string() });
    body.to_string().into()
}

fn job_body(moment: &Moment, state: &JobState, output: Value, error: Option<String>) -> Bytes {
    let mut task = moment.query.clone();
    if !task.is_object() {
        task = json!({});
    }
    task["job_id"] = json!(moment.job_id.map(|id| id.uuid()));
    let mut body = json!({
        "status": state.as_str(),
        "start_date": moment.started.to_string(),
        "input": { "task": task },
    });
    if job_state::is_final(state) == Some(true) {
        body["stop_date"] = json!(moment.now.to_string());
    }
    if !output.is_null() {
        body["output"] = output;
    }
    if let Some(error) = error {
        body["error"] = json!(error);
    }
    body.to_string().into()
}
