//! [`Journal`]: where a batch is stored, and what a store has to promise.
//!
//! A journal keeps rows, attempts, results, workers and the budgets of keys. Each method is one
//! transaction, and its changes are durable when it returns `Ok`, except those of budgets. Every
//! journal takes its decisions by the same state machines, [`Row`](crate::row::Row) and
//! [`Budget`](crate::budget::Budget), and passes the same tests.

pub(crate) mod memory;
#[cfg(feature = "postgres")]
pub(crate) mod postgres;
pub(crate) mod records;
pub(crate) mod sqlite;

use std::fmt;
use std::time::Duration;

use waterfall::BoxFuture;

use crate::budget::{KeyHash, PermitAnswer, PermitId, PermitRequest};
use crate::error::{JournalError, JournalErrorKind};
use crate::id::{BatchId, Fence, IntentToken, WorkerId};
use crate::limits::Limits;
use job_polling::limiter::RequestOutcome;

pub use self::records::{
    AccountRecord, Added, AttemptEnd, BatchRecord, Buried, Counter, Delivered, DeliveryRecord,
    DoubtRecord, EndedRow, Heartbeat, Intention, JobResult, LaunchedRow, NewBatch, NewRow,
    NewWorker, Record, Recorded, RowContent, Status, StoredRow, WorkerRecord,
};

pub(crate) type Reply<'a, T> = BoxFuture<'a, Result<T, JournalError>>;

/// The most rows that one call of [`Journal::add_rows`] or [`Journal::page`] handles.
pub const PAGE: usize = 5_000;

/// A store of batches.
///
/// `Ok` means that the change is durable. After an error a change may or may not have been made:
/// every call can be repeated, and [`intent`](Self::intent) looks up what became of an intent.
pub trait Journal: fmt::Debug + Send + Sync + 'static {
    /// Finds the batch with this name, or creates it.
    fn open_batch(&self, batch: NewBatch) -> Reply<'_, BatchRecord>;

    /// All batches, oldest first.
    fn batches(&self) -> Reply<'_, Vec<BatchRecord>>;

    /// Deletes a batch with everything that is stored about it, personal data included.
    fn forget(&self, batch: BatchId) -> Reply<'_, ()>;

    /// Appends rows, at most [`PAGE`]. `first` is the position of the first one, which must be the
    /// number of rows so far; rows that are here already are skipped, so that a call can be
    /// repeated.
    fn add_rows(&self, batch: BatchId, first: u64, rows: Vec<NewRow>) -> Reply<'_, Added>;

    /// Marks the input as complete, or as incomplete again.
    fn seal(&self, batch: BatchId, complete: bool) -> Reply<'_, ()>;

    /// Asks all workers of a batch to launch nothing more, or withdraws that.
    fn set_stopped(&self, batch: BatchId, stopped: bool) -> Reply<'_, ()>;

    /// Stores the balance of the account, and the counter by which doubts are settled if it is
    /// the first.
    fn set_account(&self, batch: BatchId, account: AccountRecord) -> Reply<'_, ()>;

    /// Adds a worker whose lease begins now.
    fn register(&self, worker: NewWorker, lease: Duration) -> Reply<'_, WorkerId>;

    /// Renews the lease of a worker. A lease that has ended is never renewed.
    fn heartbeat(&self, worker: WorkerId, lease: Duration) -> Reply<'_, Heartbeat>;

    /// Buries every worker whose lease has ended, in one transaction: its launches become doubts,
    /// its launched jobs get no owner.
    fn bury_dead(&self) -> Reply<'_, Buried>;

    /// All workers that are not buried.
    fn workers(&self) -> Reply<'_, Vec<WorkerRecord>>;

    /// Buries a worker that stops, or whose process has certainly ended, before its lease ends.
    fn leave(&self, worker: WorkerId) -> Reply<'_, Buried>;

    /// Asks the budget of a key for the right to send one request.
    fn take_permit(&self, request: PermitRequest) -> Reply<'_, PermitAnswer>;

    /// Reports the outcome of a request to the budget.
    fn end_permit(&self, key: KeyHash, permit: PermitId, outcome: RequestOutcome) -> Reply<'_, ()>;

    /// Chooses the first pending row and stores the intent to launch it, if the limits allow it
    /// and the worker's lease lasts.
    fn intend(
        &self,
        batch: BatchId,
        worker: WorkerId,
        token: IntentToken,
        limits: Limits,
    ) -> Reply<'_, Intention>;

    /// Which attempt an intent began, if it was stored.
    fn intent(&self, token: IntentToken) -> Reply<'_, Option<Fence>>;

    /// Applies an event to a row, and stores what came with it.
    fn record(&self, record: Record) -> Reply<'_, Recorded>;

    /// Stores the end of a job that a webhook delivered.
    fn deliver(&self, delivery: DeliveryRecord) -> Reply<'_, Delivered>;

    /// Claims launched jobs that nobody reads, oldest first.
    fn claim(&self, batch: BatchId, worker: WorkerId, most: usize) -> Reply<'_, Vec<LaunchedRow>>;

    /// Rows of this worker that ended elsewhere, by a delivery. Each is returned once.
    fn ended_elsewhere(&self, batch: BatchId, worker: WorkerId) -> Reply<'_, Vec<EndedRow>>;

    /// Counts of a batch.
    fn status(&self, batch: BatchId) -> Reply<'_, Status>;

    /// Rows from a position on, at most [`PAGE`], with all that is stored about them.
    fn page(&self, batch: BatchId, from: u64, most: usize) -> Reply<'_, Vec<StoredRow>>;

    /// Rows in doubt, in input order, from a position on.
    fn doubts(&self, batch: BatchId, from: u64, most: usize) -> Reply<'_, Vec<DoubtRecord>>;
}

/// Rows can't be added beyond a gap.
pub(crate) fn rows_missing(rows: u64, first: u64) -> JournalError {
    let problem = format!("there are {rows} rows, so the next one can't be number {first}");
    JournalError::new(JournalErrorKind::Conflict, "add rows", problem)
}
