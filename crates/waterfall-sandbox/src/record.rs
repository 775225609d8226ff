//! Records of requests and launches, for inspection by tests.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use crate::clock::{Clock, DateShape};
use crate::endpoint::{Endpoint, JobType};
use crate::keys::KeyId;

/// The maximum number of recorded requests, and of recorded launches. The oldest are dropped.
pub(crate) const MAX_RECORDS: usize = 100_000;

/// A request and its outcome.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The operation.
    pub endpoint: Endpoint,
    /// When the request arrived, on tokio's clock.
    pub at: Instant,
    /// The API key, if the request was processed and its key was accepted.
    pub key: Option<KeyId>,
    /// The job that it launched or read.
    pub job_id: Option<Uuid>,
    /// Whether the rate limit rejected it.
    pub refused: bool,
    /// Whether the request was processed; `false` if a fault prevented that.
    pub processed: bool,
    /// The status of the response; `None` if no response was sent.
    pub status: Option<u16>,
    /// The `code` of the regular response if it is an error, before faults changed it.
    pub code: Option<&'static str>,
}

impl RecordedRequest {
    pub(crate) fn new(endpoint: Endpoint, at: Instant) -> Self {
        Self {
            endpoint,
            at,
            key: None,
            job_id: None,
            refused: false,
            processed: false,
            status: None,
            code: None,
        }
    }
}

/// A launched job.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Launched {
    /// The job's id.
    pub job_id: Uuid,
    /// The kind of the job.
    pub kind: JobType,
    /// The API key that launched it.
    pub key: KeyId,
    /// When it was launched, on tokio's clock.
    pub at: Instant,
    /// The duration of the job; `None` for a job that never ends.
    pub runs_for: Option<Duration>,
    /// The final state.
    pub state: String,
    /// The body of the launch.
    pub body: Value,
}

/// A list that drops its oldest entries.
#[derive(Debug)]
pub(crate) struct Log<T> {
    entries: VecDeque<T>,
    max: usize,
    dropped: u64,
}

/// A launched job as it is stored. The body is parsed on demand.
#[derive(Debug, Clone)]
pub(crate) struct LaunchRecord {
    pub(crate) job_id: Uuid,
    pub(crate) kind: JobType,
    pub(crate) key: KeyId,
    pub(crate) at: Instant,
    pub(crate) runs_for: Option<Duration>,
    pub(crate) state: Cow<'static, str>,
    pub(crate) body: Arc<[u8]>,
}

impl LaunchRecord {
    pub(crate) fn read(&self) -> Launched {
        Launched {
            job_id: self.job_id,
            kind: self.kind,
            key: self.key,
            at: self.at,
            runs_for: self.runs_for,
            state: self.state.to_string(),
            // Only bodies that could be parsed are stored.
            body: serde_json::from_slice(&self.body).unwrap_or_default(),
        }
    }
}

/// Returns a launch as `GET /sandbox/launches` returns it.
pub(crate) fn listed(launched: &Launched, clock: &Clock, now: Instant) -> Value {
    let runs_for = launched.runs_for.map(|time| time.as_secs_f64());
    let is_over = launched
        .runs_for
        .and_then(|time| launched.at.checked_add(time))
        .is_some_and(|end| end <= now);
    json!({
        "job_id": launched.job_id,
        "kind": launched.kind.to_string(),
        "at": clock.date(launched.at, DateShape::Zulu),
        "key": launched.key.to_string(),
        "status": if is_over { launched.state.as_str() } else { "RUNNING" },
        "runs_for_seconds": runs_for,
        "body": launched.body,
    })
}

impl<T: Clone> Log<T> {
    /// Creates a list with this maximum length.
    pub(crate) fn with_max(max: usize) -> Self {
        Self { entries: VecDeque::new(), max, dropped: 0 }
    }

    /// Adds an entry. Returns its number, counted from the first entry ever.
    pub(crate) fn push(&mut self, entry: T) -> u64 {
        if self.entries.len() == self.max {
            self.entries.pop_front();
            self.dropped += 1;
        }
        self.entries.push_back(entry);
        self.dropped + self.entries.len() as u64 - 1
    }

    /// Returns the entry with this number, unless it has been dropped.
    pub(crate) fn get_mut(&mut self, number: u64) -> Option<&mut T> {
        let index = usize::try_from(number.checked_sub(self.dropped)?).ok()?;
        self.entries.get_mut(index)
    }

    /// Returns the number of entries ever added.
    pub(crate) fn total(&self) -> u64 {
        self.dropped + self.entries.len() as u64
    }

    pub(crate) fn to_vec(&self) -> Vec<T> {
        self.entries.iter().cloned().collect()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.entries.iter()
    }
}
