//! Attempts to launch rows: their intents, events and results.

use crate::id::{BatchId, Fence, JobKey};
use crate::limits::Halt;
use crate::row::{Event, Outcome, Row, Verdict};
use waterfall::Usd;

/// The result of the request to store an intent.
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

/// An event of a row, with the data that is stored with it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Record {
    /// The batch.
    pub batch: BatchId,
    /// The position of the row.
    pub row: u64,
    /// The event.
    pub event: Event,
    /// The response.
    pub result: Option<JobResult>,
    /// The known facts about a failed launch, for people.
    pub detail: Option<String>,
}

impl Record {
    /// Creates a record of an event without a response.
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
    /// A description of the problem, for people.
    pub detail: Option<String>,
    /// The cost of the job, if the API reports it.
    pub cost: Option<Usd>,
    /// The balance of the account after the job, if the API reports it.
    pub balance: Option<Usd>,
}

impl JobResult {
    /// Creates a record of a response with this status and body.
    pub fn new(http_status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { http_status, body: body.into(), detail: None, cost: None, balance: None }
    }
}

/// The effect of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recorded {
    /// The verdict of the state machine.
    pub verdict: Verdict,
    /// The row after the event.
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
    /// The outcome of the job.
    pub outcome: Outcome,
    /// The delivery.
    pub result: JobResult,
}

impl DeliveryRecord {
    /// Creates a record of a delivery with this outcome.
    pub const fn new(outcome: Outcome, result: JobResult) -> Self {
        Self { fence: None, job: None, outcome, result }
    }
}

/// The result of storing a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Delivered {
    /// The delivery belongs to this attempt.
    Recorded(Fence, Recorded),
    /// The delivery belongs to no row of this journal.
    Unknown,
}

/// The end of an attempt to launch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AttemptEnd {
    /// The API certainly did not act on the launch.
    NotLaunched,
    /// The API refused the launch.
    Refused,
    /// The launch returned a job ID, or its job's end was delivered.
    Launched,
    /// The response was lost or could not be decoded.
    Doubt,
    /// The lease of the worker ended.
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

    /// Returns whether no later event can change this end.
    pub(crate) const fn is_certain(self) -> bool {
        matches!(self, Self::NotLaunched | Self::Refused | Self::Launched)
    }

    /// Returns whether the API did not act on the launch.
    pub const fn is_harmless(self) -> bool {
        matches!(self, Self::NotLaunched | Self::Refused)
    }

    /// Returns what an event reports about its attempt.
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
