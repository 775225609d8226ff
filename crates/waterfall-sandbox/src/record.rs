//! What a sandbox remembers of its requests, for tests to look at.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use crate::clock::{Clock, DateShape};
use crate::keys::KeyId;

/// So many requests, and so many launches, are remembered; then the oldest are
/// forgotten.
pub(crate) const KEPT: usize = 100_000;

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Endpoint {
    /// The launcher, `POST /v1/enrichment/contact`; `launch` in texts.
    Launch,
    /// The finder, `GET /v1/enrichment/contact`; `find` in texts.
    Find,
    /// The webhook keys, `GET /.well-known/jwks.json`; `keys` in texts.
    Keys,
    /// The sandbox's own `POST /sandbox/rotate-keys`; `rotate-keys` in texts.
    RotateKeys,
    /// The sandbox's own `GET /sandbox/deliveries`; `deliveries` in texts.
    Deliveries,
    /// The sandbox's own `GET /sandbox/launches`; `launches` in texts.
    Launches,
    /// Anything else, which the API refuses; `other` in texts.
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

    /// The name in texts.
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

    /// What a request of this method and path is for. A HEAD is for what a GET
    /// would be.
    pub(crate) fn of(method: &str, path: &str) -> Self {
        let method = if method == "HEAD" { "GET" } else { method };
        let here = |(_, at, its_path): &&Route| *at == method && *its_path == path;
        ROUTES.iter().find(here).map_or(Self::Other, |(endpoint, ..)| *endpoint)
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

/// Whether anything is at this path, with whatever method.
pub(crate) fn is_path(path: &str) -> bool {
    ROUTES.iter().any(|(.., known)| *known == path)
}

/// Whether all that is at this path needs no key.
pub(crate) fn is_open(path: &str) -> bool {
    is_path(path) && path != CONTACT
}

/// A request that came, and what became of it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// What it was for.
    pub endpoint: Endpoint,
    /// When it came, on tokio's clock.
    pub at: Instant,
    /// Whose it was, if it was looked at and had a key that is accepted.
    pub key: Option<KeyId>,
    /// The job that it read or launched.
    pub job_id: Option<Uuid>,
    /// Whether the rate limit refused it.
    pub refused: bool,
    /// Whether it was looked at: `false` if a fault came before.
    pub processed: bool,
    /// The status of the answer; `None` if there was none at all.
    pub status: Option<u16>,
    /// The `code` of an error that the sandbox itself answered with, before
    /// faults changed it.
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

/// A job that was started.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Launched {
    /// The job's id.
    pub job_id: Uuid,
    /// Whose it is.
    pub key: KeyId,
    /// When it was started, on tokio's clock.
    pub at: Instant,
    /// How long it runs; `None` for one that never ends.
    pub runs_for: Option<Duration>,
    /// The state that it ends in.
    pub state: String,
    /// The body of the launch.
    pub body: Value,
}

/// A list that forgets its oldest.
#[derive(Debug)]
pub(crate) struct Log<T> {
    entries: VecDeque<T>,
    kept: usize,
    forgotten: u64,
}

/// A job that was started, as it is kept: the body is read again when it is asked
/// for.
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
            // Only bodies that could be read are kept.
            body: serde_json::from_slice(&self.body).unwrap_or_default(),
        }
    }
}

/// A launch as `GET /sandbox/launches` has it.
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
    /// A list of at most so many.
    pub(crate) fn keeping(kept: usize) -> Self {
        Self { entries: VecDeque::new(), kept, forgotten: 0 }
    }

    /// Adds an entry, and says which it is of all that there ever were.
    pub(crate) fn push(&mut self, entry: T) -> u64 {
        if self.entries.len() == self.kept {
            self.entries.pop_front();
            self.forgotten += 1;
        }
        self.entries.push_back(entry);
        self.forgotten + self.entries.len() as u64 - 1
    }

    /// The entry of this number, unless it is forgotten.
    pub(crate) fn get_mut(&mut self, number: u64) -> Option<&mut T> {
        let index = usize::try_from(number.checked_sub(self.forgotten)?).ok()?;
        self.entries.get_mut(index)
    }

    /// How many there ever were.
    pub(crate) fn total(&self) -> u64 {
        self.forgotten + self.entries.len() as u64
    }

    pub(crate) fn to_vec(&self) -> Vec<T> {
        self.entries.iter().cloned().collect()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.entries.iter()
    }
}
