//! A batch as a whole, and its input rows.

use jiff::Timestamp;

use crate::id::BatchId;
use crate::row::Outcome;
use waterfall::Usd;

/// A batch to be created.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NewBatch {
    /// The name, which is unique in the journal.
    pub name: String,
    /// The kind of the jobs.
    pub kind: String,
    /// A digest of the input, by which changes of the input are detected.
    pub input: Option<String>,
    /// Settings that the caller stores with the batch, such as a mapping of columns.
    pub settings: String,
}

impl NewBatch {
    /// Creates a batch with this name, for jobs of this kind.
    pub fn new(name: impl Into<String>, kind: impl Into<String>) -> Self {
        Self { name: name.into(), kind: kind.into(), input: None, settings: String::new() }
    }
}

/// The stored metadata of a batch.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct BatchRecord {
    /// The ID.
    pub id: BatchId,
    /// The name.
    pub name: String,
    /// The kind of the jobs.
    pub kind: String,
    /// The digest of the input.
    pub input: Option<String>,
    /// The settings that the caller stores with the batch.
    pub settings: String,
    /// When the batch was created, by the journal's clock.
    pub created_at: Timestamp,
    /// The number of rows that were added.
    pub rows: u64,
    /// Whether the input is complete.
    pub is_sealed: bool,
    /// Whether the workers are asked to launch nothing more.
    pub is_stopped: bool,
    /// The number of launches that may have started a job.
    pub launches: u64,
    /// The number of launches that certainly started a job.
    pub confirmed: u64,
    /// The cost of the results.
    pub spent: Usd,
    /// The latest known balance of the account.
    pub balance: Option<Usd>,
    /// The counter of the account at the start of the batch.
    pub counter: Option<Counter>,
}

/// The account's count of launches for a billing period.
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
    /// Creates a counter from the account's count and that of the batch at the same time.
    pub fn new(period: impl Into<String>, counted: u64, confirmed: u64) -> Self {
        Self { period: period.into(), counted, confirmed }
    }
}

/// The values that the account reports.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct AccountRecord {
    /// The balance.
    pub balance: Option<Usd>,
    /// The counter at the start.
    pub counter: Option<Counter>,
}

/// A row to add.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NewRow {
    /// The input that an export returns to the caller.
    pub raw: Vec<u8>,
    /// The request of the row.
    pub content: RowContent,
}

impl NewRow {
    /// Creates a row with this input.
    pub fn new(raw: impl Into<Vec<u8>>, content: RowContent) -> Self {
        Self { raw: raw.into(), content }
    }

    /// Returns the approximate size in bytes.
    pub(crate) fn size(&self) -> usize {
        let content = match &self.content {
            RowContent::Launch { request, .. } => request.len(),
            RowContent::Skip { detail, .. } => detail.as_ref().map_or(0, String::len),
        };
        size_of::<Self>() + self.raw.len() + content
    }
}

/// The request of a row.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum RowContent {
    /// A launch.
    Launch {
        /// The key by which duplicates are detected.
        key: [u8; 16],
        /// The body of the launch as JSON.
        request: Vec<u8>,
    },
    /// No launch.
    Skip {
        /// The reason.
        why: Outcome,
        /// The problem, for people.
        detail: Option<String>,
    },
}

/// The numbers of added rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Added {
    /// Rows to launch.
    pub pending: u64,
    /// Duplicates of another row.
    pub duplicates: u64,
    /// Rows that are skipped for other reasons.
    pub skipped: u64,
}

impl std::ops::AddAssign for Added {
    fn add_assign(&mut self, other: Self) {
        self.pending += other.pending;
        self.duplicates += other.duplicates;
        self.skipped += other.skipped;
    }
}
