//! A scripted transport for tests of code that uses this crate. Needs the feature `testing`.
//!
//! A [`MockTransport`] responds according to a script, without a socket, and counts requests.
//! Together with a paused clock (`tokio` with the feature `test-util`), a test that waits for
//! minutes takes milliseconds. A complete test:
//!
//! ```
//! use std::time::Duration;
//! use waterfall::testing::{MockResponse, MockTransport};
//! use waterfall::{Client, ContactQuery, Error};
//!
//! /// The code under test.
//! async fn email_of(client: &Client, slug: &str) -> Result<Option<String>, Error> {
//!     let found = client.enrich(ContactQuery::linkedin(slug)).await?;
//!     Ok(found.person().and_then(|person| person.professional_email.as_deref().map(Into::into)))
//! }
//!
//! # /*
//! #[tokio::test(start_paused = true)]
//! # */
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! async fn finds_an_email_after_a_rate_limit() -> Result<(), Error> {
//!     let person = serde_json::json!({ "professional_email": "jane.doe@acme.com" });
//!     let mock = MockTransport::new()
//!         .launches([MockResponse::rate_limited(Duration::from_secs(20))])
//!         .reads(MockResponse::running().times(2).chain([MockResponse::succeeded(person)]));
//!     let client = mock.client_builder().build()?;
//!
//!     let email = email_of(&client, "jane-doe-abc123").await?;
//!     assert_eq!(email.as_deref(), Some("jane.doe@acme.com"));
//!     assert_eq!((mock.launch_count(), mock.read_count()), (2, 3));
//!     Ok(())
//! }
//! # fn main() { finds_an_email_after_a_rate_limit().unwrap() }
//! ```
//!
//! # Choosing a test double
//!
//! | to test | use |
//! |---|---|
//! | your code's handling of a particular response, error or delay | [`MockTransport`] |
//! | your code with a realistic API: job durations, rate limit, validation, many people, webhooks | the crate `waterfall-sandbox`, in process: `Client::builder().transport(sandbox.transport())` |
//! | a program, or code in another language | `waterfall sandbox`, the same on a port |
//! | a receiver of webhooks, delivery by delivery | `waterfall::webhook::testing::Signer` (with the feature `webhook`) |

mod response;

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use parking_lot::{Mutex, MutexGuard};
use reqwest::header::HeaderMap;
use reqwest::{Method, Url};
use tokio::time::Instant;
use uuid::Uuid;
use waterfall_api::{BoxFuture, Request, Response, Transport, TransportError};

pub use self::response::MockResponse;
use self::response::Moment;
use crate::client::Client;
use crate::client::builder::ClientBuilder;
use crate::clock::Clock;
use crate::job_id::JobId;
use crate::known_kinds::word_of_finder;

/// Responds to launches and reads according to a script, and records the requests.
///
/// Without a script, each launch starts a job with a new ID, and each read finds the job
/// `SUCCEEDED` with [`MockResponse::sample_person`]. [`launches`](Self::launches),
/// [`reads`](Self::reads) and [`reads_of`](Self::reads_of) set scripts, even while a client is in
/// use. [`on`](Self::on) sets scripts for operations other than launches and reads. Any job ID can
/// be read, including those of jobs that were not launched here. Clones share scripts and counts.
///
/// Create it inside the test's runtime: dates in its responses advance with tokio's clock from then
/// on. The responses have a `Date`, and the dates of jobs are consistent with it. Requests are not
/// validated, and the only rate limit is the client's own; the crate `waterfall-sandbox` has both.
///
/// The [module](self) has a complete test.
#[derive(Clone)]
#[doc(alias = "mock")]
#[doc(alias = "fake")]
#[doc(alias = "stub")]
pub struct MockTransport {
    shared: Arc<Mutex<State>>,
    clock: Clock,
}

struct State {
    launches: VecDeque<MockResponse>,
    reads: VecDeque<MockResponse>,
    reads_of: HashMap<Uuid, VecDeque<MockResponse>>,
    jobs: HashMap<Uuid, Job>,
    started: usize,
    requests: Vec<MockRequest>,
    /// Scripts of other operations.
    others: HashMap<(Method, String), VecDeque<MockResponse>>,
}

/// A job.
struct Job {
    started: jiff::Timestamp,
    query: serde_json::Value,
    /// The remaining part of its script.
    script: VecDeque<MockResponse>,
}

/// A request that a [`MockTransport`] received.
///
/// `Debug` shows neither the body nor the key.
#[derive(Clone)]
#[non_exhaustive]
pub struct MockRequest {
    /// When it arrived, on tokio's clock.
    pub at: Instant,
    /// `POST` for a launch, `GET` for a read.
    pub method: Method,
    /// The complete URL.
    pub url: Url,
    /// Its headers, with the API key marked as sensitive.
    pub headers: HeaderMap,
    /// Its body; empty for a read.
    pub body: Bytes,
    /// The job that it reads.
    pub job_id: Option<JobId>,
}

impl MockTransport {
    /// Creates a transport without a script.
    pub fn new() -> Self {
        let state = State {
            launches: VecDeque::new(),
            reads: VecDeque::from([MockResponse::succeeded(MockResponse::sample_person())]),
            reads_of: HashMap::new(),
            jobs: HashMap::new(),
            started: 0,
            requests: Vec::new(),
            others: HashMap::new(),
        };
        Self { shared: Arc::new(Mutex::new(state)), clock: Clock::tokio() }
    }

    /// Adds responses to the next launches, one for each attempt, including retries. When they are
    /// used up, launches succeed.
    pub fn launches(self, responses: impl IntoIterator<Item = MockResponse>) -> Self {
        self.state().launches.extend(responses);
        self
    }

    /// Sets the responses to the reads of each job, one for each read; the last one is repeated. Jobs
    /// that were read before keep their script. Replaces the previous script.
    ///
    /// # Panics
    ///
    /// If there is no response.
    pub fn reads(self, responses: impl IntoIterator<Item = MockResponse>) -> Self {
        self.state().reads = script(responses);
        self
    }

    /// Like [`reads`](Self::reads), for one job, starting with its next read.
    ///
    /// # Panics
    ///
    /// If there is no response.
    pub fn reads_of(
        self,
        job_id: JobId,
        responses: impl IntoIterator<Item = MockResponse>,
    ) -> Self {
        let script = script(responses);
        let mut state = self.state();
        if let Some(job) = state.jobs.get_mut(&job_id.uuid()) {
            job.script.clone_from(&script);
        }
        state.reads_of.insert(job_id.uuid(), script);
        drop(state);
        self
    }

    /// Sets the responses to requests with this method and path, one for each request; the last one
    /// is repeated. It has precedence over the scripts of launches and reads, and replaces the
    /// previous script of the method and path.
    ///
    /// # Panics
    ///
    /// If there is no response.
    pub fn on(
        self,
        method: Method,
        path: impl Into<String>,
        responses: impl IntoIterator<Item = MockResponse>,
    ) -> Self {
        self.state().others.insert((method, path.into()), script(responses));
        self
    }

    /// Returns the ID of a job by its number, counted from 1, unless a response [sets
    /// another](MockResponse::launched_as).
    pub fn job_id(number: usize) -> JobId {
        Uuid::from_u128(number as u128).into()
    }

    /// Returns settings for a client with this transport and a key.
    pub fn client_builder(&self) -> ClientBuilder {
        Client::builder().api_key("test").transport(self.clone()).clock(self.clock.clone())
    }

    /// Returns the number of launches that were sent, with any response.
    pub fn launch_count(&self) -> usize {
        self.count(|request| request.method == Method::POST)
    }

    /// Returns the number of reads that were sent, with any response.
    pub fn read_count(&self) -> usize {
        self.count(|request| request.job_id.is_some())
    }

    /// Returns the number of reads of this job that were sent.
    pub fn read_count_of(&self, job_id: JobId) -> usize {
        self.count(|request| request.job_id.is_some_and(|id| id.uuid() == job_id.uuid()))
    }

    /// Returns all requests so far, in the order of their arrival.
    pub fn requests(&self) -> Vec<MockRequest> {
        self.state().requests.clone()
    }

    fn count(&self, is_counted: impl Fn(&MockRequest) -> bool) -> usize {
        self.state().requests.iter().filter(|request| is_counted(request)).count()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.lock()
    }

    /// Returns the response to a request, and the context in which it is created.
    fn receive(&self, request: MockRequest) -> (MockResponse, Moment) {
        let (mut state, now) = (self.state(), self.clock.now());
        let other = (request.method.clone(), request.url.path().to_owned());
        let other = state.others.get_mut(&other).and_then(next);
        let answered = match (other, &request.method, request.job_id) {
            (Some(response), ..) => state.start(response, &request, now),
            (None, &Method::POST, _) => state.launch(&request, now),
            (None, _, Some(job_id)) => state.read(job_id, now),
            _ => (MockResponse::error(404, "NOT_FOUND_NOT_FOUND"), Moment::at(now)),
        };
        state.requests.push(request);
        answered
    }
}

impl State {
    fn launch(&mut self, request: &MockRequest, now: jiff::Timestamp) -> (MockResponse, Moment) {
        let response = self.launches.pop_front().unwrap_or_else(MockResponse::launched);
        self.start(response, request, now)
    }

    /// Starts a job if the response reports one.
    fn start(
        &mut self,
        response: MockResponse,
        request: &MockRequest,
        now: jiff::Timestamp,
    ) -> (MockResponse, Moment) {
        let mut moment = Moment::at(now);
        if response.starts_job() {
            self.started += 1;
            let id = response.named_job().unwrap_or(MockTransport::job_id(self.started));
            let query: serde_json::Value =
                serde_json::from_slice(&request.body).unwrap_or_default();
            let script = self.script_of(id);
            self.jobs.insert(id.uuid(), Job { started: now, query: query.clone(), script });
            moment.job_id = Some(id);
            moment.query = query;
        }
        (response, moment)
    }

    fn read(&mut self, id: JobId, now: jiff::Timestamp) -> (MockResponse, Moment) {
        let script = self.script_of(id);
        let job = self.jobs.entry(id.uuid()).or_insert_with(|| Job {
            started: now,
            query: serde_json::Value::Null,
            script,
        });
        let moment =
            Moment { now, job_id: Some(id), started: job.started, query: job.query.clone() };
        // No script is empty.
        (next(&mut job.script).unwrap_or_else(MockResponse::running), moment)
    }

    fn script_of(&self, id: JobId) -> VecDeque<MockResponse> {
        self.reads_of.get(&id.uuid()).unwrap_or(&self.reads).clone()
    }
}

/// Returns the next response of a script; the last one is repeated.
fn next(script: &mut VecDeque<MockResponse>) -> Option<MockResponse> {
    match script.len() {
        0 | 1 => script.front().cloned(),
        _ => script.pop_front(),
    }
}

/// Returns the ID of a read, with the kind of its finder.
fn job_id(id: &str, path: &str) -> Option<JobId> {
    let uuid = Uuid::parse_str(id).ok()?;
    word_of_finder(path).map_or(Some(uuid.into()), |word| JobId::of_word(uuid, word))
}

fn script(responses: impl IntoIterator<Item = MockResponse>) -> VecDeque<MockResponse> {
    let script: VecDeque<_> = responses.into_iter().collect();
    assert!(!script.is_empty(), "a script of reads needs a response");
    script
}

impl Transport for MockTransport {
    fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            let http = request.http;
            let id = http.url().query_pairs().find(|(name, _)| name == "job_id");
            let body = http.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
            let received = MockRequest {
                at: Instant::now(),
                method: http.method().clone(),
                url: http.url().clone(),
                headers: http.headers().clone(),
                body: Bytes::copy_from_slice(body),
                job_id: id.and_then(|(_, id)| job_id(&id, request.operation.path)),
            };
            let (response, moment) = self.receive(received);
            response.play(http.url().clone(), moment).await
        })
    }
}

impl Default for MockTransport {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MockTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockTransport")
            .field("requests", &self.state().requests)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for MockRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockRequest")
            .field("method", &self.method)
            .field("job_id", &self.job_id)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
