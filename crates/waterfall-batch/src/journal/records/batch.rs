//! A batch as a whole, and what it is made of.

use jiff::Timestamp;

use crate::id::BatchId;
use crate::money::Usd;
use crate::row::Outcome;

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

    /// About how many bytes it has.
    pub(crate) fn size(&self) -> usize {
        let content = match &self.content {
            RowContent::Launch { request, .. } => request.len(),
            RowContent::Skip { detail, .. } => detail.as_ref().map_or(0, String::len),
        };
        size_of::<Self>() + self.raw.len() + content
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
