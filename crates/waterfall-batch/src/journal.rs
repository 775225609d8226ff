//! [`Journal`]: the storage of batches, and the contract of its implementations.
//!
//! A journal stores rows, attempts, results, workers and the budgets of keys. Each method is one
//! transaction, and its changes are durable when it returns `Ok`, except those of budgets. Every
//! journal makes its decisions with the same state machines, [`Row`](crate::row::Row) and
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

pub(crate) type JournalFuture<'a, T> = BoxFuture<'a, Result<T, JournalError>>;

/// The maximum number of rows that one call of [`Journal::add_rows`] or [`Journal::page`] handles.
pub const PAGE: usize = 5_000;

/// A store of batches.
///
/// `Ok` means that the change is durable. After an error, a change may or may not have been made.
/// Every call can be repeated, and [`intent`](Self::intent) returns whether an intent was stored.
pub trait Journal: fmt::Debug + Send + Sync + 'static {
    /// Finds the batch with this name, or creates it.
    fn open_batch(&self, batch: NewBatch) -> JournalFuture<'_, BatchRecord>;

    /// Returns all batches, oldest first.
    fn batches(&self) -> JournalFuture<'_, Vec<BatchRecord>>;

    /// Deletes a batch with all its stored data, including personal data.
    fn forget(&self, batch: BatchId) -> JournalFuture<'_, ()>;

    /// Appends rows, at most [`PAGE`]. `first` is the position of the first one, which must not
    /// exceed the number of rows so far. Rows that are already stored are skipped, so that a call
    /// can be repeated.
    fn add_rows(&self, batch: BatchId, first: u64, rows: Vec<NewRow>) -> JournalFuture<'_, Added>;

    /// Marks the input as complete, or as incomplete again.
    fn seal(&self, batch: BatchId, complete: bool) -> JournalFuture<'_, ()>;

    /// Asks all workers of a batch to launch nothing more, or withdraws the request.
    fn set_stopped(&self, batch: BatchId, stopped: bool) -> JournalFuture<'_, ()>;

    /// Stores the balance of the account. Stores the first counter as well, by which doubts are
    /// settled.
    fn set_account(&self, batch: BatchId, account: AccountRecord) -> JournalFuture<'_, ()>;

    /// Adds a worker whose lease begins now.
    fn register(&self, worker: NewWorker, lease: Duration) -> JournalFuture<'_, WorkerId>;

    /// Renews the lease of a worker. A lease that has ended is never renewed.
    fn heartbeat(&self, worker: WorkerId, lease: Duration) -> JournalFuture<'_, Heartbeat>;

    /// Buries (marks as dead) every worker whose lease has ended, in one transaction: its launches
    /// become doubts, and its launched jobs lose their owner.
    fn bury_dead(&self) -> JournalFuture<'_, Buried>;

    /// Returns all workers that are not buried.
    fn workers(&self) -> JournalFuture<'_, Vec<WorkerRecord>>;

    /// Buries a worker before its lease ends, because it stops or its process has certainly ended.
    fn leave(&self, worker: WorkerId) -> JournalFuture<'_, Buried>;

    /// Requests a permit to send one API request from the budget of a key.
    fn take_permit(&self, request: PermitRequest) -> JournalFuture<'_, PermitAnswer>;

    /// Reports the outcome of a request to the budget.
    fn end_permit(
        &self,
        key: KeyHash,
        permit: PermitId,
        outcome: RequestOutcome,
    ) -> JournalFuture<'_, ()>;

    /// Selects the first pending row and stores the intent to launch it, if the limits allow it and
    /// the worker's lease lasts.
    fn intend(
        &self,
        batch: BatchId,
        worker: WorkerId,
        token: IntentToken,
        limits: Limits,
    ) -> JournalFuture<'_, Intention>;

    /// Returns the attempt that an intent started, if it was stored.
    fn intent(&self, token: IntentToken) -> JournalFuture<'_, Option<Fence>>;

    /// Applies an event to a row, and stores the data of the event.
    fn record(&self, record: Record) -> JournalFuture<'_, Recorded>;

    /// Stores the end of a job that a webhook delivered.
    fn deliver(&self, delivery: DeliveryRecord) -> JournalFuture<'_, Delivered>;

    /// Claims launched jobs without an owner, oldest first.
    fn claim(
        &self,
        batch: BatchId,
        worker: WorkerId,
        most: usize,
    ) -> JournalFuture<'_, Vec<LaunchedRow>>;

    /// Returns the rows of this worker that ended elsewhere, by a delivery. Each is returned once.
    fn ended_elsewhere(&self, batch: BatchId, worker: WorkerId)
    -> JournalFuture<'_, Vec<EndedRow>>;

    /// Returns the counts of a batch.
    fn status(&self, batch: BatchId) -> JournalFuture<'_, Status>;

    /// Returns rows starting at a position, at most [`PAGE`], with all their stored data.
    fn page(&self, batch: BatchId, from: u64, most: usize) -> JournalFuture<'_, Vec<StoredRow>>;

    /// Returns rows in doubt, in input order, starting at a position.
    fn doubts(&self, batch: BatchId, from: u64, most: usize)
    -> JournalFuture<'_, Vec<DoubtRecord>>;
}

/// Rows can't be added beyond a gap.
pub(crate) fn rows_missing(rows: u64, first: u64) -> JournalError {
    let problem = format!("there are {rows} rows, so the next one can't be number {first}");
    JournalError::new(JournalErrorKind::Conflict, "add rows", problem)
}
