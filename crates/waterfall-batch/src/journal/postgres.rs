//! [`PostgresJournal`]: a journal in a PostgreSQL database, for any number of machines.

mod batches;
mod connection;
mod reads;
mod rows;
mod sql;
mod workers;

use std::sync::Arc;
use std::time::Duration;

use job_polling::limiter::RequestOutcome;

use self::connection::{Connections, TIMEOUT};
use self::sql::{commit_failed, failed};
use self::workers::Dead;
use crate::budget::{KeyHash, PermitAnswer, PermitId, PermitRequest};
use crate::error::{JournalError, JournalErrorKind};
use crate::id::{BatchId, Fence, IntentToken, WorkerId};
use crate::journal::{
    AccountRecord, Added, BatchRecord, Buried, Delivered, DeliveryRecord, DoubtRecord, EndedRow,
    Heartbeat, Intention, Journal, JournalFuture, LaunchedRow, NewBatch, NewRow, NewWorker, PAGE,
    Record, Recorded, Status, StoredRow, WorkerRecord,
};
use crate::limits::Limits;

/// A journal in a PostgreSQL database, version 14 or later, for any number of processes on any
/// number of machines.
///
/// Its tables are in a separate schema, `waterfall_batch`, which is created if it is missing.
/// Commits are synced before they return (`synchronous_commit = on`, regardless of the server's
/// default), except those of the key's budget. All times are those of the server's clock.
///
/// Connections are opened on demand, and again after failures. While the server can't be reached,
/// nothing is sent. With a host name, the connection is encrypted if the server offers it, or as
/// `sslmode` specifies, and the server's certificate is verified.
///
/// ```no_run
/// use waterfall_batch::PostgresJournal;
///
/// # async fn open() -> Result<(), waterfall_batch::JournalError> {
/// let journal = PostgresJournal::open("postgres://me@db.example.com/app?sslmode=require").await?;
/// # drop(journal);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct PostgresJournal {
    connections: Arc<Connections>,
}

impl PostgresJournal {
    /// Connects to the database of a URL or of a `key=value` text, and creates missing tables.
    ///
    /// # Errors
    ///
    /// The URL is invalid; the server can't be reached or is too old; or the tables can't be
    /// created or have a newer version. No error contains the URL.
    pub async fn open(url: &str) -> Result<Self, JournalError> {
        let connections = Connections::new(url)?;
        connections.migrate().await?;
        Ok(Self { connections })
    }
}

/// Cancels a transaction that takes too long, and closes its connection.
async fn in_time<T>(
    attempt: &'static str,
    work: impl Future<Output = Result<T, JournalError>>,
) -> Result<T, JournalError> {
    tokio::time::timeout(TIMEOUT + Duration::from_secs(5), work).await.unwrap_or_else(|_| {
        let problem = "PostgreSQL did not respond in time";
        Err(JournalError::new(JournalErrorKind::Unacknowledged, attempt, problem))
    })
}

/// Runs a transaction and commits it. A connection that failed, or whose future was dropped, is not
/// reused.
macro_rules! transaction {
    ($self:ident, $attempt:expr, |$tx:ident| $work:expr) => {{
        let (connections, attempt) = ($self.connections.clone(), $attempt);
        Box::pin(in_time(attempt, async move {
            let mut client = connections.take().await?;
            let $tx = client.transaction().await.map_err(|error| failed(attempt, error))?;
            let done = $work?;
            $tx.commit().await.map_err(|error| commit_failed(attempt, error))?;
            connections.give_back(client);
            Ok(done)
        }))
    }};
}

impl Journal for PostgresJournal {
    fn open_batch(&self, batch: NewBatch) -> JournalFuture<'_, BatchRecord> {
        const OPEN: &str = "open a batch";
        transaction!(self, OPEN, |tx| batches::open(&tx, &batch)
            .await
            .map_err(|error| failed(OPEN, error)))
    }

    fn batches(&self) -> JournalFuture<'_, Vec<BatchRecord>> {
        const LIST: &str = "list batches";
        transaction!(self, LIST, |tx| batches::all(&tx).await.map_err(|error| failed(LIST, error)))
    }

    fn forget(&self, batch: BatchId) -> JournalFuture<'_, ()> {
        transaction!(self, "delete a batch", |tx| batches::forget(&tx, batch).await)
    }

    fn add_rows(&self, batch: BatchId, first: u64, rows: Vec<NewRow>) -> JournalFuture<'_, Added> {
        transaction!(self, "add rows", |tx| batches::add_rows(&tx, batch, first, rows).await)
    }

    fn seal(&self, batch: BatchId, complete: bool) -> JournalFuture<'_, ()> {
        transaction!(self, "change a batch", |tx| batches::set_flag(&tx, batch, "sealed", complete)
            .await)
    }

    fn set_stopped(&self, batch: BatchId, stopped: bool) -> JournalFuture<'_, ()> {
        transaction!(self, "change a batch", |tx| batches::set_flag(&tx, batch, "stopped", stopped)
            .await)
    }

    fn set_account(&self, batch: BatchId, account: AccountRecord) -> JournalFuture<'_, ()> {
        transaction!(self, "store the account report", |tx| batches::set_account(
            &tx, batch, &account
        )
        .await)
    }

    fn register(&self, worker: NewWorker, lease: Duration) -> JournalFuture<'_, WorkerId> {
        const REGISTER: &str = "register a worker";
        transaction!(self, REGISTER, |tx| workers::register(&tx, &worker, lease)
            .await
            .map_err(|error| failed(REGISTER, error)))
    }

    fn heartbeat(&self, worker: WorkerId, lease: Duration) -> JournalFuture<'_, Heartbeat> {
        const RENEW: &str = "renew a lease";
        transaction!(self, RENEW, |tx| workers::heartbeat(&tx, worker, lease)
            .await
            .map_err(|error| failed(RENEW, error)))
    }

    fn bury_dead(&self) -> JournalFuture<'_, Buried> {
        const BURY: &str = "retire dead workers";
        transaction!(self, BURY, |tx| workers::bury(&tx, &Dead::Ended)
            .await
            .map_err(|error| failed(BURY, error)))
    }

    fn workers(&self) -> JournalFuture<'_, Vec<WorkerRecord>> {
        const LIST: &str = "list workers";
        transaction!(self, LIST, |tx| reads::not_buried(&tx)
            .await
            .map_err(|error| failed(LIST, error)))
    }

    fn leave(&self, worker: WorkerId) -> JournalFuture<'_, Buried> {
        const LEAVE: &str = "end a lease";
        transaction!(self, LEAVE, |tx| workers::bury(&tx, &Dead::Leaves(worker))
            .await
            .map_err(|error| failed(LEAVE, error)))
    }

    fn take_permit(&self, request: PermitRequest) -> JournalFuture<'_, PermitAnswer> {
        transaction!(self, "query the key's budget", |tx| workers::take_permit(&tx, &request).await)
    }

    fn end_permit(
        &self,
        key: KeyHash,
        permit: PermitId,
        outcome: RequestOutcome,
    ) -> JournalFuture<'_, ()> {
        transaction!(self, "query the key's budget", |tx| workers::end_permit(
            &tx, key, permit, outcome
        )
        .await)
    }

    fn intend(
        &self,
        batch: BatchId,
        worker: WorkerId,
        token: IntentToken,
        limits: Limits,
    ) -> JournalFuture<'_, Intention> {
        transaction!(self, "store the intent of a launch", |tx| rows::intend(
            &tx,
            (batch, worker, token),
            &limits
        )
        .await)
    }

    fn intent(&self, token: IntentToken) -> JournalFuture<'_, Option<Fence>> {
        const LOOK: &str = "look up an intent";
        transaction!(self, LOOK, |tx| rows::intent(&tx, token)
            .await
            .map_err(|error| failed(LOOK, error)))
    }

    fn record(&self, record: Record) -> JournalFuture<'_, Recorded> {
        transaction!(self, "store the event of a row", |tx| rows::record(&tx, &record).await)
    }

    fn deliver(&self, delivery: DeliveryRecord) -> JournalFuture<'_, Delivered> {
        transaction!(self, "store a delivery", |tx| rows::deliver(&tx, &delivery).await)
    }

    fn claim(
        &self,
        batch: BatchId,
        worker: WorkerId,
        most: usize,
    ) -> JournalFuture<'_, Vec<LaunchedRow>> {
        transaction!(self, "take over launched jobs", |tx| rows::claim(&tx, (batch, worker), most)
            .await)
    }

    fn ended_elsewhere(
        &self,
        batch: BatchId,
        worker: WorkerId,
    ) -> JournalFuture<'_, Vec<EndedRow>> {
        transaction!(self, "list rows that ended elsewhere", |tx| rows::ended_elsewhere(
            &tx, batch, worker
        )
        .await)
    }

    fn status(&self, batch: BatchId) -> JournalFuture<'_, Status> {
        transaction!(self, "count the rows of a batch", |tx| reads::status(&tx, batch).await)
    }

    fn page(&self, batch: BatchId, from: u64, most: usize) -> JournalFuture<'_, Vec<StoredRow>> {
        let most = most.min(PAGE);
        transaction!(self, "read rows", |tx| reads::page(&tx, batch, (from, most)).await)
    }

    fn doubts(
        &self,
        batch: BatchId,
        from: u64,
        most: usize,
    ) -> JournalFuture<'_, Vec<DoubtRecord>> {
        let most = most.min(PAGE);
        transaction!(self, "list doubts", |tx| reads::doubts(&tx, batch, (from, most)).await)
    }
}
