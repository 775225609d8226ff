//! [`Export`]: all rows of a batch with their results, in input order.

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::Timestamp;
use waterfall::{JobId, JobKind};

use crate::envelope::without_row_key;
use crate::error::JournalError;
use crate::id::{BatchId, JobKey};
use crate::journal::{Journal, StoredRow};
use crate::row::{Outcome, RowState};
use waterfall::Usd;

/// The number of rows that are read at a time.
const READ: usize = 1_000;

/// The rows of a batch, one for each input row and in the same order, in any state: from
/// [`Batch::export`](crate::Batch::export). Holds a thousand rows in memory.
#[derive(Debug)]
pub struct Export {
    journal: Arc<dyn Journal>,
    batch: BatchId,
    next: u64,
    read: VecDeque<StoredRow>,
    is_over: bool,
    job_id: fn(JobKey) -> JobId,
}

impl Export {
    pub(crate) fn new<K: JobKind>(journal: Arc<dyn Journal>, batch: BatchId) -> Self {
        let job_id = JobKey::id_of::<K>;
        Self { journal, batch, next: 0, read: VecDeque::new(), is_over: false, job_id }
    }

    /// Returns the next row; `None` after the last.
    ///
    /// # Errors
    ///
    /// The journal can't be read. The same row can be requested again.
    ///
    /// # Cancellation
    ///
    /// No row is lost if the future is dropped.
    pub async fn next(&mut self) -> Result<Option<ExportRow>, JournalError> {
        if self.read.is_empty() && !self.is_over {
            let rows = self.journal.page(self.batch, self.next, READ).await?;
            self.is_over = rows.len() < READ;
            self.next = rows.last().map_or(self.next, |last| last.row + 1);
            self.read = rows.into();
        }
        Ok(self.read.pop_front().map(|row| ExportRow::new(row, self.job_id)))
    }
}

/// A row of an export.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ExportRow {
    /// The position of the row in the input, counted from 0.
    pub row: u64,
    /// The input, byte for byte.
    pub raw: Vec<u8>,
    /// The body of the launch as JSON; empty for a skipped row.
    pub request: Vec<u8>,
    /// The state of the row.
    pub state: RowState,
    /// The outcome of the row, or the reason why it is skipped.
    pub outcome: Option<Outcome>,
    /// The position of the row of which this one is a duplicate.
    pub duplicate_of: Option<u64>,
    /// A description of the problem for people.
    pub detail: Option<String>,
    /// The row's job.
    pub job: Option<JobId>,
    /// The number of times its launch was sent.
    pub attempts: u32,
    /// The cost, if the API reports it.
    pub cost: Option<Usd>,
    /// The HTTP status of the response; 200 for a delivery.
    pub http_status: Option<u16>,
    /// The response, byte for byte except that the row's key is removed from the custom fields.
    pub body: Option<Vec<u8>>,
    /// When the response was stored, by the journal's clock.
    pub ended_at: Option<Timestamp>,
}

impl ExportRow {
    pub(crate) fn new(stored: StoredRow, job_id: impl Fn(JobKey) -> JobId) -> Self {
        let StoredRow { row, raw, request, state, duplicate_of, detail, result, ended_at } = stored;
        let has_body = result.as_ref().is_some_and(|result| !result.body.is_empty());
        Self {
            row,
            raw,
            request,
            state: state.state,
            outcome: state.outcome,
            duplicate_of,
            detail: detail.or_else(|| result.as_ref()?.detail.clone()),
            job: state.job.map(job_id),
            attempts: state.attempts,
            cost: result.as_ref().and_then(|result| result.cost),
            http_status: result.as_ref().map(|result| result.http_status),
            body: result.filter(|_| has_body).map(|result| without_row_key(&result.body)),
            ended_at,
        }
    }
}
