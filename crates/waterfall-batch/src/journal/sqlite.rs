//! [`SqliteJournal`]: a journal in a file, for the processes of one machine.

mod batches;
mod file;
mod reads;
mod rows;
mod sql;
mod workers;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use job_polling::limiter::RequestOutcome;
use rusqlite::{Connection, Transaction};
use tokio::sync::Mutex;
use waterfall::Clock;

use self::file::Synchronous;
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

/// The default time to wait for another process that writes.
pub const DEFAULT_BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// A journal in an SQLite file, for any number of processes on one machine.
///
/// The file is readable by its owner only (mode 0600), because it contains personal data. Two more
/// files exist next to it while it is in use. Commits are synced to the disk before they return
/// (write-ahead log, `synchronous=FULL`), except those of the key's budget. The file must be on a
/// local disk.
///
/// Clones share the connections. One connection makes all changes, one after another.
///
/// ```
/// use waterfall_batch::{Journal, NewBatch, SqliteJournal};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let folder = tempfile::tempdir()?;
/// let journal = SqliteJournal::open(folder.path().join("contacts.journal")).await?;
/// let batch = journal.open_batch(NewBatch::new("contacts", "contact_enrichment")).await?;
/// assert_eq!(batch.rows, 0);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SqliteJournal {
    path: PathBuf,
    clock: Clock,
    writer: Arc<Mutex<Connection>>,
    reader: Arc<Mutex<Connection>>,
}

impl SqliteJournal {
    /// Opens a journal. Creates a missing file.
    ///
    /// # Errors
    ///
    /// The file can't be created, or is locked, damaged, not a journal, or of a newer version.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, JournalError> {
        Self::open_with(path, DEFAULT_BUSY_TIMEOUT, Clock::system()).await
    }

    /// Like [`open`](Self::open), with this calendar and this maximum time to wait for other
    /// processes that write.
    ///
    /// # Errors
    ///
    /// Those of [`open`](Self::open).
    pub async fn open_with(
        path: impl AsRef<Path>,
        busy_timeout: Duration,
        clock: Clock,
    ) -> Result<Self, JournalError> {
        let path = path.as_ref().to_owned();
        let file = path.clone();
        let (writer, reader) = blocking("open its file", move || {
            let writer = file::open(&file, busy_timeout)?;
            Ok((writer, file::open_reader(&file, busy_timeout)?))
        })
        .await?;
        let (writer, reader) = (Arc::new(Mutex::new(writer)), Arc::new(Mutex::new(reader)));
        Ok(Self { path, clock, writer, reader })
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs a transaction on the connection that writes. A transaction that has begun is completed,
    /// even if the future is dropped.
    fn write<T: Send + 'static>(
        &self,
        attempt: &'static str,
        work: impl FnOnce(&Transaction<'_>, Timestamp) -> Result<T, JournalError> + Send + 'static,
    ) -> JournalFuture<'_, T> {
        let (writer, clock) = (self.writer.clone(), self.clock.clone());
        Box::pin(async move {
            let mut connection = writer.lock_owned().await;
            blocking(attempt, move || {
                // Uses the time within the lock, so that it does not run backwards.
                sql::write(&mut connection, attempt, |transaction| work(transaction, clock.now()))
            })
            .await
        })
    }

    /// Like [`write`](Self::write), for the budget, which need not be synced before a request is
    /// sent.
    fn write_soon<T: Send + 'static>(
        &self,
        attempt: &'static str,
        work: impl FnOnce(&Transaction<'_>, Duration) -> Result<T, JournalError> + Send + 'static,
    ) -> JournalFuture<'_, T> {
        let (writer, clock) = (self.writer.clone(), self.clock.clone());
        Box::pin(async move {
            let mut connection = writer.lock_owned().await;
            blocking(attempt, move || {
                file::set_synchronous(&connection, Synchronous::Normal)?;
                let done = sql::write(&mut connection, attempt, |transaction| {
                    work(transaction, since_epoch(clock.now()))
                });
                file::set_synchronous(&connection, Synchronous::Full)?;
                done
            })
            .await
        })
    }

    fn read<T: Send + 'static>(
        &self,
        attempt: &'static str,
        work: impl FnOnce(&mut Connection, Timestamp) -> Result<T, JournalError> + Send + 'static,
    ) -> JournalFuture<'_, T> {
        let (reader, clock) = (self.reader.clone(), self.clock.clone());
        Box::pin(async move {
            let mut connection = reader.lock_owned().await;
            blocking(attempt, move || work(&mut connection, clock.now())).await
        })
    }
}

impl fmt::Debug for SqliteJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteJournal").field("path", &self.path).finish_non_exhaustive()
    }
}

async fn blocking<T: Send + 'static>(
    attempt: &'static str,
    work: impl FnOnce() -> Result<T, JournalError> + Send + 'static,
) -> Result<T, JournalError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|ended| {
        let problem = "the task ended before its result was known";
        Err(JournalError::new(JournalErrorKind::Unacknowledged, attempt, problem).because(ended))
    })
}

fn since_epoch(now: Timestamp) -> Duration {
    now.duration_since(Timestamp::UNIX_EPOCH).try_into().unwrap_or(Duration::ZERO)
}

/// Returns the current time, and the end of a lease that begins now, in microseconds.
fn span(now: Timestamp, lease: Duration) -> (i64, i64) {
    let now = now.as_microsecond();
    (now, now.saturating_add(i64::try_from(lease.as_micros()).unwrap_or(i64::MAX)))
}

impl Journal for SqliteJournal {
    fn open_batch(&self, batch: NewBatch) -> JournalFuture<'_, BatchRecord> {
        self.write("open a batch", move |tx, now| batches::open(tx, now.as_microsecond(), &batch))
    }

    fn batches(&self) -> JournalFuture<'_, Vec<BatchRecord>> {
        self.read("list batches", |connection, _| batches::all(connection))
    }

    fn forget(&self, batch: BatchId) -> JournalFuture<'_, ()> {
        let writer = self.writer.clone();
        Box::pin(async move {
            self.write("delete a batch", move |tx, _| batches::forget(tx, batch)).await?;
            // Deleted data remains in free pages and in the log.
            let connection = writer.lock_owned().await;
            blocking("delete a batch", move || {
                connection
                    .execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);")
                    .map_err(|error| sql::failed("free the space of a batch", error))
            })
            .await
        })
    }

    fn add_rows(&self, batch: BatchId, first: u64, rows: Vec<NewRow>) -> JournalFuture<'_, Added> {
        self.write("add rows", move |tx, _| batches::add_rows(tx, batch, first, rows))
    }

    fn seal(&self, batch: BatchId, complete: bool) -> JournalFuture<'_, ()> {
        self.write("change a batch", move |tx, _| batches::set_flag(tx, batch, "sealed", complete))
    }

    fn set_stopped(&self, batch: BatchId, stopped: bool) -> JournalFuture<'_, ()> {
        self.write("change a batch", move |tx, _| batches::set_flag(tx, batch, "stopped", stopped))
    }

    fn set_account(&self, batch: BatchId, account: AccountRecord) -> JournalFuture<'_, ()> {
        self.write("store the account report", move |tx, _| {
            batches::set_account(tx, batch, &account)
        })
    }

    fn register(&self, worker: NewWorker, lease: Duration) -> JournalFuture<'_, WorkerId> {
        self.write("register a worker", move |tx, now| {
            workers::register(tx, span(now, lease), &worker)
        })
    }

    fn heartbeat(&self, worker: WorkerId, lease: Duration) -> JournalFuture<'_, Heartbeat> {
        self.write("renew a lease", move |tx, now| workers::heartbeat(tx, span(now, lease), worker))
    }

    fn bury_dead(&self) -> JournalFuture<'_, Buried> {
        self.write("retire dead workers", |tx, now| {
            workers::bury(tx, now.as_microsecond(), &Dead::Ended)
        })
    }

    fn workers(&self) -> JournalFuture<'_, Vec<WorkerRecord>> {
        self.read("list workers", |connection, _| reads::not_buried(connection))
    }

    fn leave(&self, worker: WorkerId) -> JournalFuture<'_, Buried> {
        self.write("end a lease", move |tx, now| {
            workers::bury(tx, now.as_microsecond(), &Dead::Leaves(worker))
        })
    }

    fn take_permit(&self, request: PermitRequest) -> JournalFuture<'_, PermitAnswer> {
        self.write_soon("query the key's budget", move |tx, now| {
            workers::take_permit(tx, now, &request)
        })
    }

    fn end_permit(
        &self,
        key: KeyHash,
        permit: PermitId,
        outcome: RequestOutcome,
    ) -> JournalFuture<'_, ()> {
        self.write_soon("query the key's budget", move |tx, now| {
            workers::end_permit(tx, now, key, (permit, outcome))
        })
    }

    fn intend(
        &self,
        batch: BatchId,
        worker: WorkerId,
        token: IntentToken,
        limits: Limits,
    ) -> JournalFuture<'_, Intention> {
        self.write("store the intent of a launch", move |tx, now| {
            rows::intend(tx, now.as_microsecond(), (batch, worker, token), &limits)
        })
    }

    fn intent(&self, token: IntentToken) -> JournalFuture<'_, Option<Fence>> {
        self.write("look up an intent", move |tx, _| rows::intent(tx, token))
    }

    fn record(&self, record: Record) -> JournalFuture<'_, Recorded> {
        self.write("store the event of a row", move |tx, now| {
            rows::record(tx, now.as_microsecond(), &record)
        })
    }

    fn deliver(&self, delivery: DeliveryRecord) -> JournalFuture<'_, Delivered> {
        self.write("store a delivery", move |tx, now| {
            rows::deliver(tx, now.as_microsecond(), delivery)
        })
    }

    fn claim(
        &self,
        batch: BatchId,
        worker: WorkerId,
        most: usize,
    ) -> JournalFuture<'_, Vec<LaunchedRow>> {
        self.write("take over launched jobs", move |tx, now| {
            rows::claim(tx, now.as_microsecond(), (batch, worker), most)
        })
    }

    fn ended_elsewhere(
        &self,
        batch: BatchId,
        worker: WorkerId,
    ) -> JournalFuture<'_, Vec<EndedRow>> {
        self.write("list rows that ended elsewhere", move |tx, _| {
            rows::ended_elsewhere(tx, batch, worker)
        })
    }

    fn status(&self, batch: BatchId) -> JournalFuture<'_, Status> {
        self.read("count the rows of a batch", move |connection, now| {
            reads::status(connection, now.as_microsecond(), batch)
        })
    }

    fn page(&self, batch: BatchId, from: u64, most: usize) -> JournalFuture<'_, Vec<StoredRow>> {
        self.read("read rows", move |connection, _| {
            reads::page(connection, batch, (from, most.min(PAGE)))
        })
    }

    fn doubts(
        &self,
        batch: BatchId,
        from: u64,
        most: usize,
    ) -> JournalFuture<'_, Vec<DoubtRecord>> {
        self.read("list doubts", move |connection, _| {
            reads::doubts(connection, batch, (from, most.min(PAGE)))
        })
    }
}
