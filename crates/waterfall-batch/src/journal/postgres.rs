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
    Heartbeat, Intention, Journal, LaunchedRow, NewBatch, NewRow, NewWorker, PAGE, Record,
    Recorded, Reply, Status, StoredRow, WorkerRecord,
};
use crate::limits::Limits;

/// A journal in a PostgreSQL database, version 14 or later, for any number of processes on any
/// number of machines.
///
/// Its tables are in a schema of their own, `waterfall_batch`, which is created if it is missing.
/// Commits are synced before they return (`synchronous_commit = on`, whatever the server's
/// default), except those of the key's budget. All times are those of the server's clock.
///
/// Connections are made when they are needed and made again after they failed. While the server
/// cannot be reached, nothing is sent. With a host name, the connection is encrypted if the server
/// offers it, or as `sslmode` says, and its certificate is verified.
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
    /// Connects to the database of a URL or of a `key=value` text, and creates the tables if they
    /// are missing.
    ///
    /// # Errors
    ///
    /// The URL is not one, the server cannot be reached or is too old, or the tables can't be
    /// created or are of a newer version. No error contains the URL.
    pub async fn open(url: &str) -> Result<Self, JournalError> {
        let connections = Connections::new(url)?;
        connections.migrate().await?;
        Ok(Self { connections })
    }
}

/// Ends a transaction that takes too long, with its connection.
async fn in_time<T>(
    attempt: &'static str,
    work: impl Future<Output = Result<T, JournalError>>,
) -> Result<T, JournalError> {
    tokio::time::timeout(TIMEOUT + Duration::from_secs(5), work).await.unwrap_or_else(|_| {
        let problem = "PostgreSQL did not respond in time";
        Err(JournalError::new(JournalErrorKind::Unacknowledged, attempt, problem))
    })
}

/// Runs a transaction and commits it. A connection that failed, or whose future was dropped, is
/// not used again.
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
    fn open_batch(&self, batch: NewBatch) -> Reply<'_, BatchRecord> {
        const OPEN: &str = "open a batch";
        transaction!(self, OPEN, |tx| batches::open(&tx, &batch)
            .await
            .map_err(|error| failed(OPEN, error)))
    }

    fn batches(&self) -> Reply<'_, Vec<BatchRecord>> {
        const LIST: &str = "list batches";
        transaction!(self, LIST, |tx| batches::all(&tx).await.map_err(|error| failed(LIST, error)))
    }

    fn forget(&self, batch: BatchId) -> Reply<'_, ()> {
        transaction!(self, "forget a batch", |tx| batches::forget(&tx, batch).await)
    }

    fn add_rows(&self, batch: BatchId, first: u64, rows: Vec<NewRow>) -> Reply<'_, Added> {
        transaction!(self, "add rows", |tx| batches::add_rows(&tx, batch, first, rows).await)
    }

    fn seal(&self, batch: BatchId, complete: bool) -> Reply<'_, ()> {
        transaction!(self, "change a batch", |tx| batches::set_flag(&tx, batch, "sealed", complete)
            .await)
    }

    fn set_stopped(&self, batch: BatchId, stopped: bool) -> Reply<'_, ()> {
        transaction!(self, "change a batch", |tx| batches::set_flag(&tx, batch, "stopped", stopped)
            .await)
    }

    fn set_account(&self, batch: BatchId, account: AccountRecord) -> Reply<'_, ()> {
        transaction!(self, "store what the account reports", |tx| batches::set_account(
            &tx, batch, &account
        )
        .await)
    }

    fn register(&self, worker: NewWorker, lease: Duration) -> Reply<'_, WorkerId> {
        const REGISTER: &str = "register a worker";
        transaction!(self, REGISTER, |tx| workers::register(&tx, &worker, lease)
            .await
            .map_err(|error| failed(REGISTER, error)))
    }

    fn heartbeat(&self, worker: WorkerId, lease: Duration) -> Reply<'_, Heartbeat> {
        const RENEW: &str = "renew a lease";
        transaction!(self, RENEW, |tx| workers::heartbeat(&tx, worker, lease)
            .await
            .map_err(|error| failed(RENEW, error)))
    }

    fn bury_dead(&self) -> Reply<'_, Buried> {
        const BURY: &str = "bury dead workers";
        transaction!(self, BURY, |tx| workers::bury(&tx, &Dead::Ended)
            .await
            .map_err(|error| failed(BURY, error)))
    }

    fn workers(&self) -> Reply<'_, Vec<WorkerRecord>> {
        const LIST: &str = "list workers";
        transaction!(self, LIST, |tx| reads::not_buried(&tx)
            .await
            .map_err(|error| failed(LIST, error)))
    }

    fn leave(&self, worker: WorkerId) -> Reply<'_, Buried> {
        const LEAVE: &str = "end a lease";
        transaction!(self, LEAVE, |tx| workers::bury(&tx, &Dead::Leaves(worker))
            .await
            .map_err(|error| failed(LEAVE, error)))
    }

    fn take_permit(&self, request: PermitRequest) -> Reply<'_, PermitAnswer> {
        transaction!(self, "ask the budget of the key", |tx| workers::take_permit(&tx, &request)
            .await)
    }

    fn end_permit(&self, key: KeyHash, permit: PermitId, outcome: RequestOutcome) -> Reply<'_, ()> {
        transaction!(self, "ask the budget of the key", |tx| workers::end_permit(
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
    ) -> Reply<'_, Intention> {
        transaction!(self, "store the intent of a launch", |tx| rows::intend(
            &tx,
            (batch, worker, token),
            &limits
        )
        .await)
    }

    fn intent(&self, token: IntentToken) -> Reply<'_, Option<Fence>> {
        const LOOK: &str = "look up an intent";
        transaction!(self, LOOK, |tx| rows::intent(&tx, token)
            .await
            .map_err(|error| failed(LOOK, error)))
    }

    fn record(&self, record: Record) -> Reply<'_, Recorded> {
        transaction!(self, "store what happened to a row", |tx| rows::record(&tx, &record).await)
    }

    fn deliver(&self, delivery: DeliveryRecord) -> Reply<'_, Delivered> {
        transaction!(self, "store a delivery", |tx| rows::deliver(&tx, &delivery).await)
    }

    fn claim(&self, batch: BatchId, worker: WorkerId, most: usize) -> Reply<'_, Vec<LaunchedRow>> {
        transaction!(self, "take over launched jobs", |tx| rows::claim(&tx, (batch, worker), most)
            .await)
    }

    fn ended_elsewhere(&self, batch: BatchId, worker: WorkerId) -> Reply<'_, Vec<EndedRow>> {
        transaction!(self, "list rows that ended elsewhere", |tx| rows::ended_elsewhere(
            &tx, batch, worker
        )
        .await)
    }

    fn status(&self, batch: BatchId) -> Reply<'_, Status> {
        transaction!(self, "count the rows of a batch", |tx| reads::status(&tx, batch).await)
    }

    fn page(&self, batch: BatchId, from: u64, most: usize) -> Reply<'_, Vec<StoredRow>> {
        let most = most.min(PAGE);
        transaction!(self, "read rows", |tx| reads::page(&tx, batch, (from, most)).await)
    }

    fn doubts(&self, batch: BatchId, from: u64, most: usize) -> Reply<'_, Vec<DoubtRecord>> {
        let most = most.min(PAGE);
        transaction!(self, "list doubts", |tx| reads::doubts(&tx, batch, (from, most)).await)
    }
}
