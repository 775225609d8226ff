//! Records requests and responses without personal data. Needs the feature `recording`.
//!
//! A [`Recording`] is a directory with one file for each request and its response, in the HAR
//! format. The API key is removed. Personal values are replaced by pseudonyms of the same form
//! ([`Pseudonymizer`]). A value has the same pseudonym in the whole recording, so that a launch and
//! the reads of its job still match.
//!
//! `waterfall sandbox --replay DIR`, or `Replay` of the crate `waterfall-sandbox`, serves a recording;
//! tests and bug reports can use it.
//!
//! ```
//! use waterfall::recording::Recording;
//! use waterfall::testing::MockTransport;
//! use waterfall::{Client, ContactQuery};
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let parent = std::env::temp_dir().join(format!("recording-{}", std::process::id()));
//! # let directory = parent.join("session");
//! # let mock = MockTransport::new();
//! let recording = Recording::create(&directory)?;
//! let client = Client::builder()
//!     .api_key("wf_0123")
//! #   .transport(mock)
//!     .record(recording.clone())
//!     .build()?;
//! client.enrich(ContactQuery::linkedin("jane-doe-abc123")).await?;
//! assert_eq!(recording.exchanges(), 2); // a launch and a read
//! # std::fs::remove_dir_all(parent)?;
//! # Ok(())
//! # }
//! ```

mod har;
mod json_text;
mod personal;
mod private_file;
mod pseudonymizer;
mod pseudonyms;
mod text;

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use reqwest::header::{HeaderMap, HeaderValue};
use waterfall_api::{BoxFuture, DispatchState, Request, Response, Transport, TransportError};

use self::har::{Exchange, Outcome, RecordedRequest};
use self::personal::Redactor;
pub use self::pseudonymizer::Pseudonymizer;
use crate::telemetry::recordings;

const EXTENSION: &str = "har";

/// Headers that are recorded. Others may contain cookies or IDs.
const REQUEST_HEADERS: &[&str] = &["accept", "content-type"];
const RESPONSE_HEADERS: &[&str] = &["content-type", "date", "retry-after"];
const RATE_LIMIT_HEADERS: &[&str] = &["ratelimit", "x-ratelimit"];

/// The minimum length of a secret key. A shorter text would occur in many words.
const MIN_KEY: usize = 3;

/// A directory to which requests and responses are recorded; see the [module](self). Clones share
/// it.
///
/// Each exchange is a separate file, such as `000001-launchContactEnrichment.har`, that only the
/// user can read. Files are numbered in the order in which responses arrive. A file is written
/// before the response is returned. If that fails, a warning is logged,
/// [`failures`](Self::failures) counts it, and the response is still returned.
#[derive(Clone)]
pub struct Recording(Arc<Inner>);

struct Inner {
    directory: PathBuf,
    pseudonyms: Pseudonymizer,
    /// The number of the last file.
    last: AtomicU64,
    exchanges: AtomicU64,
    failures: AtomicU64,
}

impl Recording {
    /// Creates a recording with a random pseudonym key that is kept only in memory. The directory
    /// is created if it does not exist.
    ///
    /// # Errors
    ///
    /// The directory can't be created, or it contains a recording, whose pseudonyms have another
    /// key. To record several sessions, use [`with_pseudonyms`](Self::with_pseudonyms).
    pub fn create(directory: impl Into<PathBuf>) -> io::Result<Self> {
        let directory = directory.into();
        let recording = Self::with_pseudonyms(directory, Pseudonymizer::new())?;
        if recording.0.last.load(Ordering::Relaxed) > 0 {
            return Err(io::Error::new(
                io::ErrorKind::AlreadyExists,
                "the directory contains a recording, and its pseudonyms can only be continued with \
                 the file of their key",
            ));
        }
        Ok(recording)
    }

    /// Creates a recording with these pseudonyms. It continues the recording in the directory, if
    /// there is one.
    ///
    /// # Errors
    ///
    /// The directory can't be created or read.
    pub fn with_pseudonyms(
        directory: impl Into<PathBuf>,
        pseudonyms: Pseudonymizer,
    ) -> io::Result<Self> {
        let directory = directory.into();
        private_file::create_directory(&directory)?;
        let last = AtomicU64::new(last_number(&directory)?);
        let (exchanges, failures) = (AtomicU64::new(0), AtomicU64::new(0));
        Ok(Self(Arc::new(Inner { directory, pseudonyms, last, exchanges, failures })))
    }

    /// Returns the directory.
    pub fn directory(&self) -> &Path {
        &self.0.directory
    }

    /// Returns the number of requests that were recorded.
    pub fn exchanges(&self) -> u64 {
        self.0.exchanges.load(Ordering::Relaxed)
    }

    /// Returns the number of requests that could not be recorded.
    pub fn failures(&self) -> u64 {
        self.0.failures.load(Ordering::Relaxed)
    }

    /// Returns a transport that records all requests of another one.
    /// [`ClientBuilder::record`](crate::ClientBuilder::record) does this for a client.
    pub fn transport(&self, inner: impl Transport) -> RecordingTransport {
        RecordingTransport { recording: self.clone(), inner: Box::new(inner) }
    }

    pub(crate) fn boxed(&self, inner: Box<dyn Transport>) -> RecordingTransport {
        RecordingTransport { recording: self.clone(), inner }
    }

    fn write(&self, exchange: &Exchange) {
        let number = self.0.last.fetch_add(1, Ordering::Relaxed) + 1;
        let name = format!("{number:06}-{}.{EXTENSION}", exchange.operation);
        let text = format!("{:#}\n", exchange.to_har());
        match private_file::write(&self.0.directory.join(name), text.as_bytes()) {
            Ok(()) => self.0.exchanges.fetch_add(1, Ordering::Relaxed),
            Err(error) => {
                recordings::failed(&exchange.operation, &error);
                self.0.failures.fetch_add(1, Ordering::Relaxed)
            }
        };
    }
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording").field("directory", &self.0.directory).finish_non_exhaustive()
    }
}

/// Returns the number of the last file of a recording.
fn last_number(directory: &Path) -> io::Result<u64> {
    let mut last = 0;
    for entry in fs::read_dir(directory)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let number =
            name.strip_suffix(EXTENSION).and_then(|name| name.split('-').next()?.parse().ok());
        last = last.max(number.unwrap_or(0));
    }
    Ok(last)
}

/// Records the requests of another transport: [`Recording::transport`].
#[derive(Debug)]
pub struct RecordingTransport {
    recording: Recording,
    inner: Box<dyn Transport>,
}

impl Transport for RecordingTransport {
    fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        let pseudonyms = &self.recording.0.pseudonyms.pseudonyms;
        let keys = keys(request.http.headers());
        let operation = file_name(request.operation.id);
        let started = jiff::Timestamp::now();
        let recorded = recorded_request(&request, &Redactor { pseudonyms, keys: &keys });
        Box::pin(async move {
            let start = Instant::now();
            let outcome = self.inner.execute(request).await;
            let redactor = Redactor { pseudonyms, keys: &keys };
            self.recording.write(&Exchange {
                operation,
                started,
                milliseconds: start.elapsed().as_secs_f64() * 1e3,
                request: recorded,
                outcome: recorded_outcome(&outcome, &redactor),
                key_id: pseudonyms.key_id(),
            });
            outcome
        })
    }
}

/// Returns the values of the headers that are marked as secrets.
fn keys(headers: &HeaderMap) -> Vec<String> {
    let secrets = headers.values().filter(|value| value.is_sensitive());
    let secrets = secrets.filter_map(|value| value.to_str().ok().map(str::to_owned));
    secrets.filter(|key| key.len() >= MIN_KEY).collect()
}

fn recorded_request(request: &Request, redactor: &Redactor<'_>) -> RecordedRequest {
    let url = request.http.url();
    let is_described =
        url.path().ends_with(request.operation.path) && request.operation.path.len() > 1;
    let query = redactor.query(url);
    let mut recorded = url.clone();
    let _ = recorded.set_username("").and_then(|()| recorded.set_password(None));
    recorded.set_fragment(None);
    recorded.set_query(None);
    recorded.set_path(&redactor.path(url.path(), is_described));
    if !query.is_empty() {
        recorded.query_pairs_mut().extend_pairs(&query);
    }
    let body = request.http.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
    RecordedRequest {
        method: request.http.method().to_string(),
        url: recorded.into(),
        headers: selected(request.http.headers(), |name| REQUEST_HEADERS.contains(&name)),
        query,
        body: redactor.body(&String::from_utf8_lossy(body)),
    }
}

fn recorded_outcome(
    outcome: &Result<Response, TransportError>,
    redactor: &Redactor<'_>,
) -> Outcome {
    let is_recorded = |name: &str| {
        RESPONSE_HEADERS.contains(&name)
            || RATE_LIMIT_HEADERS.iter().any(|start| name.starts_with(start))
    };
    match outcome {
        Ok(response) => Outcome::Response {
            status: response.status().as_u16(),
            headers: selected(response.headers(), is_recorded),
            body: redactor.body(&String::from_utf8_lossy(response.body())),
        },
        Err(error) => Outcome::Failure(match error.dispatch_state() {
            DispatchState::NotSent => "not_sent",
            DispatchState::ResponseIncomplete => "response_incomplete",
            _ => "maybe_sent",
        }),
    }
}

fn selected(headers: &HeaderMap, is_recorded: impl Fn(&str) -> bool) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| value.to_str().map(str::to_owned).unwrap_or_default();
    let headers =
        headers.iter().filter(|(name, value)| is_recorded(name.as_str()) && !value.is_sensitive());
    headers.map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}

/// Returns an operation's ID as a part of a file name.
fn file_name(operation: &str) -> String {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let name: String = operation.chars().filter(|c| is_allowed(*c)).collect();
    if name.is_empty() { "request".to_owned() } else { name }
}
