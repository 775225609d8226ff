//! What goes into a journal and comes out of it.

use jiff::Timestamp;

use crate::id::{BatchId, Fence, JobKey, WorkerId};
use crate::limits::Halt;
use crate::money::Usd;
use crate::row::{Event, Outcome, Row, RowState, Verdict};

/// A batch to be created.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NewBatch {
    /// A name that is unique in the journal.
    pub name: String,
    /// The kind of its jobs.
    pub kind: String,
    /// A digest of the input, by which a changed input is noticed.
    pub input: Option<String>,
    /// Whatever the caller wants to keep with it, such as a mapping of columns.
    pub settings: String,
}

impl NewBatch {
    /// A batch with this name, for jobs of this kind.
    pub fn new(name: impl Into<String>, kind: impl Into<String>) -> Self {
        Self { name: name.into(), kind: kind.into(), input: None, settings: String::new() }
    }
}

/// What is stored about a batch as a whole.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct BatchRecord {
    /// Its id.
    pub id: BatchId,
    /// Its name.
    pub name: String,
    /// The kind of its jobs.
    pub kind: String,
    /// The digest of its input.
    pub input: Option<String>,
    /// What the caller keeps with it.
    pub settings: String,
    /// When it was created, by the journal's clock.
    pub created_at: Timestamp,
    /// How many rows were added.
    pub rows: u64,
    /// Whether the input is complete.
    pub is_sealed: bool,
    /// Whether its workers are asked to launch nothing more.
    pub is_stopped: bool,
    /// How many launches were or may have been acted on.
    pub launches: u64,
    /// How many launches certainly were acted on: they have a job.
    pub confirmed: u64,
    /// What the results cost.
    pub spent: Usd,
    /// The latest balance of the account that is known.
    pub balance: Option<Usd>,
    /// The counter of the account when the batch began.
    pub counter: Option<Counter>,
}

/// A count of launches by the account, for a billing period.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counter {
    /// When the period began, as the API reports it.
    pub period: String,
    /// The launches that the account has counted.
    pub counted: u64,
    /// The confirmed launches of the batch at that time.
    pub confirmed: u64,
}

impl Counter {
    /// A count of the account, and of the batch at that time.
    pub fn new(period: impl Into<String>, counted: u64, confirmed: u64) -> Self {
        Self { period: period.into(), counted, confirmed }
    }
}

/// What the account reports.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct AccountRecord {
    /// The balance.
    pub balance: Option<Usd>,
    /// The counter to begin with.
    pub counter: Option<Counter>,
}

/// A row to be added.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NewRow {
    /// The input as the caller wants it back on export.
    pub raw: Vec<u8>,
    /// What it asks for.
    pub content: RowContent,
}

impl NewRow {
    /// A row of this input.
    pub fn new(raw: impl Into<Vec<u8>>, content: RowContent) -> Self {
        Self { raw: raw.into(), content }
    }
}

/// What a row asks for.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum RowContent {
    /// A launch.
    Launch {
        /// What makes it the same as another row.
        key: [u8; 16],
        /// The body of the launch as JSON.
        request: Vec<u8>,
    },
    /// Nothing.
    Skip {
        /// Why.
        why: Outcome,
        /// The problem, for people to read.
        detail: Option<String>,
    },
}

/// How many rows were added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Added {
    /// To be launched.
    pub pending: u64,
    /// Duplicates of another row.
    pub duplicates: u64,
    /// Skipped for other reasons.
    pub skipped: u64,
}

impl std::ops::AddAssign for Added {
    fn add_assign(&mut self, other: Self) {
        self.pending += other.pending;
        self.duplicates += other.duplicates;
        self.skipped += other.skipped;
    }
}

/// A worker to be registered.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NewWorker {
    /// The name of its machine.
    pub host: String,
    /// The number of its process.
    pub pid: u32,
}

impl NewWorker {
    /// A worker in this process.
    pub fn here() -> Self {
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
        let host = host.or_else(|| std::env::var("HOSTNAME").ok());
        let host = host.map(|host| host.trim().to_owned()).filter(|host| !host.is_empty());
        Self { host: host.unwrap_or_else(|| "localhost".to_owned()), pid: std::process::id() }
    }
}

/// Whether a lease was renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Heartbeat {
    /// It was.
    Renewed {
        /// How many workers have a lease now, this one included.
        workers: u32,
    },
    /// It had ended. The process needs a new identity.
    Ended,
}

/// What burying dead workers did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Buried {
    /// How many workers were buried.
    pub workers: u64,
    /// How many rows are in doubt because of it.
    pub doubts: u64,
    /// How many launched jobs have no owner because of it.
    pub released: u64,
}

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

/// A job that is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LaunchedRow {
    /// The attempt.
    pub fence: Fence,
    /// The job.
    pub job: JobKey,
}

/// A row that ended elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct EndedRow {
    /// The position of the row.
    pub row: u64,
    /// The row.
    pub state: Row,
    /// What it cost.
    pub cost: Option<Usd>,
}

/// Counts of a batch.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Status {
    /// The batch.
    pub batch: BatchRecord,
    /// How many rows there are by state and outcome.
    pub counts: Vec<(RowState, Option<Outcome>, u64)>,
    /// Since when the oldest launched row has been waiting for its result.
    pub oldest_launched: Option<Timestamp>,
    /// Since when the oldest doubt has been one.
    pub oldest_doubt: Option<Timestamp>,
    /// The workers whose leases last, and the latest that ended.
    pub workers: Vec<WorkerRecord>,
    /// The journal's clock.
    pub now: Timestamp,
}

impl Status {
    /// How many rows are in a state.
    pub fn count(&self, state: RowState) -> u64 {
        self.counts.iter().filter(|count| count.0 == state).map(|count| count.2).sum()
    }

    /// How many rows have an outcome.
    pub fn outcome(&self, outcome: Outcome) -> u64 {
        self.counts.iter().filter(|count| count.1 == Some(outcome)).map(|count| count.2).sum()
    }

    /// How many rows can still change without a decision of the operator.
    pub fn open(&self) -> u64 {
        [RowState::Pending, RowState::Launching, RowState::Launched]
            .into_iter()
            .map(|state| self.count(state))
            .sum()
    }
}

/// A worker.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct WorkerRecord {
    /// Its id.
    pub id: WorkerId,
    /// The name of its machine.
    pub host: String,
    /// The number of its process.
    pub pid: u32,
    /// When it started.
    pub started_at: Timestamp,
    /// The end of its lease.
    pub until: Timestamp,
    /// Whether its lease has ended and its rows were given to others.
    pub is_buried: bool,
}

/// All that is stored about a row.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct StoredRow {
    /// Its position, from 0.
    pub row: u64,
    /// The input.
    pub raw: Vec<u8>,
    /// The body of its launch as JSON; empty for a row that was skipped.
    pub request: Vec<u8>,
    /// Its state.
    pub state: Row,
    /// The row that it is a duplicate of.
    pub duplicate_of: Option<u64>,
    /// Why it was skipped, for people to read.
    pub detail: Option<String>,
    /// The result of its attempt.
    pub result: Option<JobResult>,
    /// When that was stored.
    pub ended_at: Option<Timestamp>,
}

/// A row in doubt.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct DoubtRecord {
    /// The attempt.
    pub fence: Fence,
    /// When the intent was stored.
    pub since: Timestamp,
    /// The worker.
    pub worker: Option<WorkerRecord>,
    /// How the attempt ended as far as that is known.
    pub end: Option<AttemptEnd>,
    /// What is known of the launch, for people to read.
    pub detail: Option<String>,
    /// The input.
    pub raw: Vec<u8>,
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
