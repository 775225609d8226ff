//! Records of requests and launches, for inspection by tests.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use crate::clock::{Clock, DateShape};
use crate::keys::KeyId;

/// The maximum number of recorded requests, and of recorded launches; the oldest are
/// dropped.
pub(crate) const MAX_RECORDS: usize = 100_000;

/// The operation of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Endpoint {
    /// The launcher, `POST /v1/enrichment/contact`; `launch` in rules.
    Launch,
    /// The finder, `GET /v1/enrichment/contact`; `find` in rules.
    Find,
    /// The webhook keys, `GET /.well-known/jwks.json`; `keys` in rules.
    Keys,
    /// The sandbox's own `POST /sandbox/rotate-keys`; `rotate-keys` in rules.
    RotateKeys,
    /// The sandbox's own `GET /sandbox/deliveries`; `deliveries` in rules.
    Deliveries,
    /// The sandbox's own `GET /sandbox/launches`; `launches` in rules.
    Launches,
    /// Any other method or path, which the API rejects; `other` in rules.
    Other,
}

impl Endpoint {
    const ALL: [Self; 7] = [
        Self::Launch,
        Self::Find,
        Self::Keys,
        Self::RotateKeys,
        Self::Deliveries,
        Self::Launches,
        Self::Other,
    ];

    /// The name in rules.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Launch => "launch",
            Self::Find => "find",
            Self::Keys => "keys",
            Self::RotateKeys => "rotate-keys",
            Self::Deliveries => "deliveries",
            Self::Launches => "launches",
            Self::Other => "other",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|endpoint| endpoint.name() == name)
    }

    /// The operation with this method and path. A HEAD counts as a GET.
    pub(crate) fn of(method: &str, path: &str) -> Self {
        let method = if method == "HEAD" { "GET" } else { method };
        let matches = |(_, at, its_path): &&Route| *at == method && *its_path == path;
        ROUTES.iter().find(matches).map_or(Self::Other, |(endpoint, ..)| *endpoint)
    }
}

/// An operation, its method and its path.
type Route = (Endpoint, &'static str, &'static str);

const CONTACT: &str = "/v1/enrichment/contact";
const KEYS: &str = "/.well-known/jwks.json";
const ROUTES: [Route; 6] = [
    (Endpoint::Launch, "POST", CONTACT),
    (Endpoint::Find, "GET", CONTACT),
    (Endpoint::Keys, "GET", KEYS),
    (Endpoint::RotateKeys, "POST", "/sandbox/rotate-keys"),
    (Endpoint::Deliveries, "GET", "/sandbox/deliveries"),
    (Endpoint::Launches, "GET", "/sandbox/launches"),
];

/// Whether an operation has this path, with any method.
pub(crate) fn is_path(path: &str) -> bool {
    ROUTES.iter().any(|(.., known)| *known == path)
}

/// Whether operations at this path need no key.
pub(crate) fn is_open(path: &str) -> bool {
    is_path(path) && path != CONTACT
}

/// A request and its outcome.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The operation.
    pub endpoint: Endpoint,
    /// When it arrived, on tokio's clock.
    pub at: Instant,
    /// The API key, if the request was processed and its key was accepted.
    pub key: Option<KeyId>,
    /// The job that it launched or read.
    pub job_id: Option<Uuid>,
    /// Whether the rate limit rejected it.
    pub refused: bool,
    /// Whether it was processed; `false` if a fault prevented that.
    pub processed: bool,
    /// The status of the response; `None` if no response was sent.
    pub status: Option<u16>,
    /// The `code` of the regular response if that is an error, before faults changed
    /// it.
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
    /// The API key that launched it.
    pub key: KeyId,
    /// When it was launched, on tokio's clock.
    pub at: Instant,
    /// How long it runs; `None` for one that never ends.
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

/// A launched job as it is stored: the body is parsed when it is requested.
#[derive(Debug, Clone)]
pub(crate) struct LaunchRecord {
    pub(crate) job_id: Uuid,
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
            key: self.key,
            at: self.at,
            runs_for: self.runs_for,
            state: self.state.to_string(),
            // Only bodies that could be parsed are stored.
            body: serde_json::from_slice(&self.body).unwrap_or_default(),
        }
    }
}

/// A launch as `GET /sandbox/launches` returns it.
pub(crate) fn listed(launched: &Launched, clock: &Clock, now: Instant) -> Value {
    let runs_for = launched.runs_for.map(|time| time.as_secs_f64());
    let is_over = launched
        .runs_for
        .and_then(|time| launched.at.checked_add(time))
        .is_some_and(|end| end <= now);
    json!({
        "job_id": launched.job_id,
        "at": clock.date(launched.at, DateShape::Zulu),
        "key": launched.key.to_string(),
        "status": if is_over { launched.state.as_str() } else { "RUNNING" },
        "runs_for_seconds": runs_for,
        "body": launched.body,
    })
}

impl<T: Clone> Log<T> {
    /// A list with this maximum length.
    pub(crate) fn with_max(max: usize) -> Self {
        Self { entries: VecDeque::new(), max, dropped: 0 }
    }

    /// Adds an entry and returns its number, counted from the first entry ever.
    pub(crate) fn push(&mut self, entry: T) -> u64 {
        if self.entries.len() == self.max {
            self.entries.pop_front();
            self.dropped += 1;
        }
        self.entries.push_back(entry);
        self.dropped + self.entries.len() as u64 - 1
    }

    /// The entry with this number, unless it has been dropped.
    pub(crate) fn get_mut(&mut self, number: u64) -> Option<&mut T> {
        let index = usize::try_from(number.checked_sub(self.dropped)?).ok()?;
        self.entries.get_mut(index)
    }

    /// The number of entries ever added.
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
