//! Attempts to launch rows: their intents, what happened to them, and their results.

use crate::id::{BatchId, Fence, JobKey};
use crate::limits::Halt;
use crate::money::Usd;
use crate::row::{Event, Outcome, Row, Verdict};

/// What became of the wish to launch a row.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Intention {
    /// The intent is stored.
    Begun {
        /// The attempt.
        fence: Fence,
        /// The body of the launch as JSON.
        request: Vec<u8>,
    },
    /// No row is pending.
    NothingPending,
    /// A limit is reached.
    Halted(Halt),
    /// The lease of the worker has ended.
    LeaseEnded,
}

/// An event of a row, with what is stored beside it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Record {
    /// The batch.
    pub batch: BatchId,
    /// The position of the row.
    pub row: u64,
    /// What happened.
    pub event: Event,
    /// The response.
    pub result: Option<JobResult>,
    /// What is known of a launch that failed, for people to read.
    pub detail: Option<String>,
}

impl Record {
    /// An event without a response.
    pub const fn new(batch: BatchId, row: u64, event: Event) -> Self {
        Self { batch, row, event, result: None, detail: None }
    }
}

/// The response about a job that ended.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct JobResult {
    /// The HTTP status; 200 for a delivery.
    pub http_status: u16,
    /// The body, byte for byte.
    pub body: Vec<u8>,
    /// What went wrong, for people to read.
    pub detail: Option<String>,
    /// What the job cost, if the API reports that.
    pub cost: Option<Usd>,
    /// The balance of the account after it, if the API reports that.
    pub balance: Option<Usd>,
}

impl JobResult {
    /// A response with this status and body.
    pub fn new(http_status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { http_status, body: body.into(), detail: None, cost: None, balance: None }
    }
}

/// What an event did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recorded {
    /// What the state machine says.
    pub verdict: Verdict,
    /// The row afterwards.
    pub row: Row,
}

/// The end of a job that a webhook delivered.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct DeliveryRecord {
    /// The attempt, if the delivery has the key of a row.
    pub fence: Option<Fence>,
    /// The job, if the delivery names it.
    pub job: Option<JobKey>,
    /// How it ended.
    pub outcome: Outcome,
    /// The delivery.
    pub result: JobResult,
}

impl DeliveryRecord {
    /// A delivery of a job that ended so.
    pub const fn new(outcome: Outcome, result: JobResult) -> Self {
        Self { fence: None, job: None, outcome, result }
    }
}

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Delivered {
    /// It belongs to this attempt.
    Recorded(Fence, Recorded),
    /// It belongs to no row of this journal.
    Unknown,
}

/// How an attempt to launch ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AttemptEnd {
    /// The API certainly did not act on it.
    NotLaunched,
    /// The API refused it.
    Refused,
    /// It returned a job id, or its job's end was delivered.
    Launched,
    /// Its response was lost or could not be understood.
    Doubt,
    /// The lease of its worker ended.
    Buried,
}

impl AttemptEnd {
    /// All ends.
    pub const ALL: [Self; 5] =
        [Self::NotLaunched, Self::Refused, Self::Launched, Self::Doubt, Self::Buried];

    pub(crate) const fn code(self) -> i16 {
        match self {
            Self::NotLaunched => 0,
            Self::Refused => 1,
            Self::Launched => 2,
            Self::Doubt => 3,
            Self::Buried => 4,
        }
    }

    pub(crate) fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|end| end.code() == code)
    }

    /// Whether nothing that arrives later can change it.
    pub(crate) const fn is_certain(self) -> bool {
        matches!(self, Self::NotLaunched | Self::Refused | Self::Launched)
    }

    /// Whether the API did not act on it.
    pub const fn is_harmless(self) -> bool {
        matches!(self, Self::NotLaunched | Self::Refused)
    }

    /// What an event says about its attempt.
    pub(crate) const fn of(event: &Event) -> Option<Self> {
        match event {
            Event::NotLaunched { .. } => Some(Self::NotLaunched),
            Event::Refused { .. } => Some(Self::Refused),
            Event::Launched { .. } | Event::Delivered { .. } => Some(Self::Launched),
            Event::Doubt { .. } => Some(Self::Doubt),
            Event::Bury { .. } => Some(Self::Buried),
            _ => None,
        }
    }
}
