//! [`Batch`]: a durable batch of jobs of one kind.

use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use waterfall::{Client, ContactEnrichment, api};

use crate::doubts::{Doubt, DoubtCount};
use crate::envelope::Envelope;
use crate::error::{BatchError, JournalError};
use crate::event::BatchEvent;
use crate::export::{Export, ExportRow};
use crate::id::{BatchId, Fence, JobKey};
use crate::input::{BatchKind, InputRow};
use crate::journal::{
    Added, BatchRecord, Delivered, DeliveryRecord, Journal, NewBatch, NewRow, PAGE, Record, Status,
    StoredRow,
};
use crate::requests::{Sender, return_permits};
use crate::row::{Event, Outcome, RowState, Verdict};
use crate::run::Run;
use crate::runner::Runner;
use crate::settings::BatchOptions;
use crate::worker::Worker;

/// The number of events that wait for the caller. If the caller does not take them, nothing more is
/// launched.
const EVENTS: usize = 256;

/// The maximum time that the end of a run waits for its last permits to return.
const RETURN_TIMEOUT: Duration = Duration::from_secs(5);

/// The maximum number of rows that are added in one transaction, and their approximate size in
/// bytes. In larger transactions, fewer pages of the index of keys are written more than once.
const ADDED_AT_ONCE: usize = 25_000;
const ADDED_BYTES: usize = 8 * 1024 * 1024;

/// Returns the rows of the next transaction; none at the end.
fn next_chunk<K: BatchKind>(rows: &mut impl Iterator<Item = InputRow<K>>) -> Vec<NewRow> {
    let (mut chunk, mut bytes) = (Vec::new(), 0);
    while chunk.len() < ADDED_AT_ONCE && bytes < ADDED_BYTES {
        let Some(row) = rows.next() else { break };
        let row = row.into_row();
        bytes += row.size();
        chunk.push(row);
    }
    chunk
}

/// A durable batch: every input row gets its result, even after crashes and restarts.
///
/// See the [crate's documentation](crate) for an example and the guarantees.
pub struct Batch<K: BatchKind = ContactEnrichment> {
    client: Client,
    journal: Arc<dyn Journal>,
    options: BatchOptions,
    id: BatchId,
    kind: PhantomData<fn() -> K>,
}

impl<K: BatchKind> Batch<K> {
    /// Opens the batch with this name in a journal, or creates it.
    ///
    /// # Errors
    ///
    /// The journal fails; the batch exists and has jobs of another kind or another
    /// [input](BatchOptions::input_digest); or the lease is too short for the client's requests.
    pub async fn open(
        client: Client,
        journal: impl Journal,
        options: BatchOptions,
    ) -> Result<Self, BatchError> {
        Self::open_shared(client, Arc::new(journal), options).await
    }

    /// Like [`open`](Self::open), with a shared journal.
    ///
    /// # Errors
    ///
    /// Those of [`open`](Self::open).
    pub async fn open_shared(
        client: Client,
        journal: Arc<dyn Journal>,
        options: BatchOptions,
    ) -> Result<Self, BatchError> {
        options.check(client.request_timeout())?;
        let kind = <K as api::JobKind>::NAME;
        let mut new = NewBatch::new(options.name.clone(), kind);
        new.input = options.input.clone();
        new.settings = options.settings.clone();
        let record = journal.open_batch(new).await?;
        if record.kind != kind {
            return Err(BatchError::OtherKind { stored: record.kind });
        }
        if options.input.is_some() && record.input != options.input {
            return Err(BatchError::InputChanged);
        }
        Ok(Self { client, journal, options, id: record.id, kind: PhantomData })
    }

    /// Returns the ID of the batch.
    pub fn id(&self) -> BatchId {
        self.id
    }

    /// Returns the stored metadata of the batch.
    ///
    /// # Errors
    ///
    /// The journal fails.
    pub async fn record(&self) -> Result<BatchRecord, BatchError> {
        Ok(self.status().await?.batch)
    }

    /// Appends rows, in transactions of some thousand rows. Duplicates are detected by their keys
    /// and are not launched.
    ///
    /// If the call is interrupted, the rows that were added so far are stored, and
    /// [`record`](Self::record) has their number. To continue, skip as many rows of the input and
    /// add the rest. After the last row, call [`seal`](Self::seal).
    ///
    /// # Errors
    ///
    /// The journal fails.
    pub async fn add(
        &self,
        rows: impl IntoIterator<Item = InputRow<K>>,
    ) -> Result<Added, BatchError> {
        let mut first = self.record().await?.rows;
        let (mut added, mut rows) = (Added::default(), rows.into_iter());
        let mut chunk = next_chunk(&mut rows);
        while !chunk.is_empty() {
            let count = chunk.len() as u64;
            let mut adding = self.journal.add_rows(self.id, first, chunk);
            // While the journal stores these rows, the next ones are checked.
            let early = poll_fn(|cx| Poll::Ready(adding.as_mut().poll(cx))).await;
            chunk = next_chunk(&mut rows);
            added += match early {
                Poll::Ready(stored) => stored?,
                Poll::Pending => adding.await?,
            };
            first += count;
        }
        Ok(added)
    }

    /// Marks the input as complete: [`BatchRecord::is_sealed`]. A batch can also be run before
    /// that.
    ///
    /// # Errors
    ///
    /// The journal fails.
    pub async fn seal(&self) -> Result<(), BatchError> {
        Ok(self.journal.seal(self.id, true).await?)
    }

    /// Launches pending rows and reads launched jobs until all rows are done, or a limit is
    /// reached. Jobs of earlier runs are read before anything is launched. Any number of processes
    /// can run a batch at the same time.
    ///
    /// A [stopped](Self::stop) batch is restarted.
    ///
    /// # Errors
    ///
    /// The journal fails before the run starts.
    ///
    /// # Cancellation
    ///
    /// If the [`Run`] is dropped, it stops in the background as with [`Run::stop`]. Its requests in
    /// flight complete and their results are stored, as long as the runtime lasts. Otherwise, its
    /// launches in flight become doubts when its lease ends.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub async fn run(&self) -> Result<Run, BatchError> {
        self.journal.set_stopped(self.id, false).await?;
        let worker =
            Worker::register(self.journal.clone(), self.options.lease, self.options.clock.clone())
                .await?;
        worker.bury_dead().await?;
        let worker = Arc::new(worker);
        let (returns, returned) = mpsc::unbounded_channel();
        let (events, received) = mpsc::channel(EVENTS);
        let (stop, heart) = (CancellationToken::new(), CancellationToken::new());
        let sender = Sender {
            client: self.client.clone(),
            journal: self.journal.clone(),
            worker: worker.clone(),
            batch: self.id,
            limits: self.options.limits,
            rate_limit: self.options.rate_limit,
            returns,
        };
        let returning = tokio::spawn(return_permits(self.journal.clone(), returned));
        tokio::spawn(worker.keep_alive(self.options.heartbeat, heart.clone()));
        let runner = Runner::<K>::new(sender, self.options.clone(), events.clone(), stop.clone());
        let heart = heart.drop_guard();
        tokio::spawn(async move {
            let end = runner.run().await;
            drop(heart);
            // If the process ended now, the next run would lack the permits in flight.
            let _ = timeout(RETURN_TIMEOUT, returning).await;
            let _ = events.send(BatchEvent::RunEnded(end)).await;
        });
        Ok(Run::new(received, stop))
    }

    /// Asks all workers of the batch, on any machine, to launch nothing more. They end within
    /// seconds, as with [`Run::stop`]. The next [`run`](Self::run) continues.
    ///
    /// # Errors
    ///
    /// The journal fails.
    pub async fn stop(&self) -> Result<(), BatchError> {
        Ok(self.journal.set_stopped(self.id, true).await?)
    }

    /// Returns the counts of the batch, its costs and its workers.
    ///
    /// # Errors
    ///
    /// The journal fails.
    pub async fn status(&self) -> Result<Status, BatchError> {
        Ok(self.journal.status(self.id).await?)
    }

    /// Returns all rows with their results, in input order. The export is complete at any time.
    pub fn export(&self) -> Export {
        Export::new::<K>(self.journal.clone(), self.id)
    }

    /// Returns one row with its result, by its position in the input; `None` beyond the last row.
    ///
    /// # Errors
    ///
    /// The journal fails.
    pub async fn row(&self, position: u64) -> Result<Option<ExportRow>, BatchError> {
        let rows = self.journal.page(self.id, position, 1).await?;
        Ok(rows.into_iter().next().map(|row| ExportRow::new(row, JobKey::id_of::<K>)))
    }

    /// Stores a result that a webhook delivered, with a verified body. It may belong to another
    /// batch: any worker of a journal can receive the deliveries for all its batches.
    ///
    /// Call it from the handler of a [`Receiver`](waterfall::webhook::Receiver), and return its
    /// error, so that the API delivers again.
    ///
    /// # Errors
    ///
    /// The journal fails.
    pub async fn deliver(&self, verified_body: &[u8]) -> Result<Delivered, BatchError> {
        Ok(deliver(&*self.journal, verified_body).await?)
    }

    /// Returns a receiver of webhooks that stores each signed delivery in the journal before it is
    /// acknowledged, for the rows of all batches in the journal. Any process can have a receiver,
    /// whether or not it runs a batch. Deliveries without a signature are refused.
    #[cfg(feature = "webhook")]
    pub fn receiver(&self, verifier: waterfall::webhook::Verifier) -> waterfall::webhook::Receiver {
        let journal = self.journal.clone();
        let receiver = waterfall::webhook::Receiver::new(verifier, move |delivery| {
            let journal = journal.clone();
            async move {
                if !delivery.is_signed() {
                    // Anyone who knows a job's ID could end its row.
                    return Err(None);
                }
                let delivered = deliver(&*journal, delivery.verified().body()).await;
                delivered.map(|_| ()).map_err(|error| {
                    tracing::warn!(kind = ?error.kind(), "a delivery was not stored: {error}");
                    Some(error)
                })
            }
        });
        // The journal knows the stored deliveries even after a restart.
        receiver.with_duplicates()
    }

    /// Returns the rows in doubt, in input order: their launches may or may not have started a job.
    ///
    /// # Errors
    ///
    /// The journal fails.
    pub async fn doubts(&self) -> Result<Vec<Doubt>, BatchError> {
        let (mut doubts, mut from) = (Vec::new(), 0);
        loop {
            let page = self.journal.doubts(self.id, from, PAGE).await?;
            let is_last = page.len() < PAGE;
            from = page.last().map_or(from, |last| last.fence.row + 1);
            doubts.extend(page.into_iter().map(Doubt::from));
            if is_last {
                return Ok(doubts);
            }
        }
    }

    /// Returns the evidence that the account's counter provides about the doubts, if there is an
    /// [account](BatchOptions::account). Call it while no run is active.
    ///
    /// # Errors
    ///
    /// The journal or the account can't be read.
    pub async fn count_doubts(&self) -> Result<DoubtCount, BatchError> {
        let Some(account) = &self.options.account else { return Ok(DoubtCount::Unknown) };
        let status = self.status().await?;
        if status.count(RowState::Launching) > 0 {
            return Ok(DoubtCount::Unknown);
        }
        let report = account.read().await.map_err(|error| {
            BatchError::Settings(format!("the account can't be read: {error}; try again"))
        })?;
        Ok(DoubtCount::new(&status.batch, &report))
    }

    /// Launches these rows again in the next run, although they may be paid for twice. Returns how
    /// many of them were still in doubt.
    ///
    /// # Errors
    ///
    /// The journal fails. Some rows may already be changed.
    pub async fn consent(&self, doubts: &[Doubt]) -> Result<u64, BatchError> {
        self.decide(doubts, |attempt| Event::Consent { attempt }).await
    }

    /// Ends these rows without a result. A result that arrives later is still stored. Returns how
    /// many of the rows were still in doubt.
    ///
    /// # Errors
    ///
    /// The journal fails. Some rows may already be changed.
    pub async fn give_up(&self, doubts: &[Doubt]) -> Result<u64, BatchError> {
        self.decide(doubts, |attempt| Event::GiveUp { attempt }).await
    }

    async fn decide(
        &self,
        doubts: &[Doubt],
        event: impl Fn(u32) -> Event,
    ) -> Result<u64, BatchError> {
        let mut decided = 0;
        for doubt in doubts {
            let Fence { batch, row, attempt, .. } = doubt.fence;
            let recorded = self.journal.record(Record::new(batch, row, event(attempt))).await?;
            decided += u64::from(matches!(recorded.verdict, Verdict::Moved(_)));
        }
        Ok(decided)
    }

    /// Launches completed rows again in the next run: those for which `which` returns `true`. Each
    /// launch may be billed. Returns their number.
    ///
    /// # Errors
    ///
    /// The journal fails. Some rows may already be pending again.
    pub async fn retry(&self, which: impl Fn(&StoredRow) -> bool) -> Result<u64, BatchError> {
        let (mut retried, mut from) = (0, 0);
        loop {
            let page = self.journal.page(self.id, from, PAGE).await?;
            let is_last = page.len() < PAGE;
            from = page.last().map_or(from, |last| last.row + 1);
            for row in page.iter().filter(|row| row.state.state == RowState::Done && which(row)) {
                let event = Event::Retry { attempt: row.state.attempt };
                let recorded = self.journal.record(Record::new(self.id, row.row, event)).await?;
                retried += u64::from(matches!(recorded.verdict, Verdict::Moved(_)));
            }
            if is_last {
                return Ok(retried);
            }
        }
    }

    /// Launches rows again, in the next run, that ended without a result of their job: refused,
    /// failed, expired or unreadable. Returns their number.
    ///
    /// # Errors
    ///
    /// Those of [`retry`](Self::retry).
    pub async fn retry_failed(&self) -> Result<u64, BatchError> {
        use Outcome::{Expired, Failed, Refused, Unreadable};
        self.retry(|row| {
            row.state
                .outcome
                .is_some_and(|outcome| matches!(outcome, Failed | Refused | Expired | Unreadable))
        })
        .await
    }

    /// Deletes the batch and all its personal data from the journal.
    ///
    /// # Errors
    ///
    /// The journal fails.
    pub async fn forget(self) -> Result<(), BatchError> {
        Ok(self.journal.forget(self.id).await?)
    }
}

/// Stores the end of a job that a webhook delivered, if the job belongs to a row.
async fn deliver(journal: &dyn Journal, body: &[u8]) -> Result<Delivered, JournalError> {
    let envelope = Envelope::parse(body);
    let Some((outcome, envelope)) =
        envelope.and_then(|envelope| Some((envelope.outcome()?, envelope)))
    else {
        return Ok(Delivered::Unknown);
    };
    let mut delivery = DeliveryRecord::new(outcome, envelope.result(200, body));
    delivery.fence = envelope.fence;
    delivery.job = envelope.job.map(Into::into);
    journal.deliver(delivery).await
}

impl<K: BatchKind> fmt::Debug for Batch<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("id", &self.id)
            .field("name", &self.options.name)
            .field("journal", &self.journal)
            .finish_non_exhaustive()
    }
}
