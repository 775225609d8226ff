//! [`MemoryJournal`]: a journal in the memory of its process, for tests and short batches.

mod stored;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use job_polling::limiter::RequestOutcome;
use parking_lot::{Mutex, MutexGuard};
use waterfall::Clock;

use self::stored::{Launch, Stored};
use crate::budget::{Budget, KeyHash, PermitAnswer, PermitId, PermitRequest};
use crate::error::{JournalError, JournalErrorKind};
use crate::id::{BatchId, Fence, IntentToken, WorkerId};
use crate::journal::{
    AccountRecord, Added, BatchRecord, Buried, Delivered, DeliveryRecord, DoubtRecord, EndedRow,
    Heartbeat, Intention, Journal, JournalFuture, LaunchedRow, NewBatch, NewRow, NewWorker, Record,
    Recorded, Status, StoredRow, WorkerRecord,
};
use crate::limits::Limits;
use crate::row::{Event, Row, RowState};
use waterfall::Usd;

/// A journal in memory. Clones share it, like the workers of one process. It ends with the last
/// clone.
///
/// ```
/// use waterfall_batch::{Journal, MemoryJournal, NewBatch};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), waterfall_batch::JournalError> {
/// let journal = MemoryJournal::new();
/// let batch = journal.open_batch(NewBatch::new("demo", "contact_enrichment")).await?;
/// assert_eq!(batch.rows, 0);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct MemoryJournal {
    state: Arc<Mutex<State>>,
    clock: Clock,
}

#[derive(Default)]
struct State {
    batches: Vec<Stored>,
    workers: Vec<WorkerRecord>,
    budgets: HashMap<KeyHash, Budget>,
}

impl MemoryJournal {
    /// Creates an empty journal on the system's clock.
    #[must_use]
    pub fn new() -> Self {
        Self::with_clock(Clock::system())
    }

    /// Creates an empty journal on this clock.
    #[must_use]
    pub fn with_clock(clock: Clock) -> Self {
        Self { state: Arc::default(), clock }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    fn reply<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut State, Timestamp) -> Result<T, JournalError> + Send + 'static,
    ) -> JournalFuture<'_, T> {
        Box::pin(async move { work(&mut self.state(), self.clock.now()) })
    }
}

impl Default for MemoryJournal {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryJournal")
            .field("batches", &self.state().batches.len())
            .finish_non_exhaustive()
    }
}

fn no_batch() -> JournalError {
    JournalError::new(JournalErrorKind::Conflict, "find a batch", "there is no such batch")
}

fn since_epoch(now: Timestamp) -> Duration {
    now.duration_since(Timestamp::UNIX_EPOCH).try_into().unwrap_or(Duration::ZERO)
}

fn after(now: Timestamp, lease: Duration) -> Timestamp {
    let lease = SignedDuration::try_from(lease).unwrap_or(SignedDuration::MAX);
    now.checked_add(lease).unwrap_or(Timestamp::MAX)
}

impl State {
    fn batch(&mut self, id: BatchId) -> Result<&mut Stored, JournalError> {
        self.batches.iter_mut().find(|batch| batch.record.id == id).ok_or_else(no_batch)
    }

    fn is_alive(&self, worker: WorkerId, now: Timestamp) -> bool {
        self.workers.iter().any(|it| it.id == worker && !it.is_buried && it.until > now)
    }

    fn bury(&mut self, now: Timestamp, dead: impl Fn(&WorkerRecord) -> bool) -> Buried {
        let mut buried = Buried::default();
        let workers: Vec<WorkerId> = self
            .workers
            .iter_mut()
            .filter(|worker| !worker.is_buried && dead(worker))
            .map(|worker| {
                worker.is_buried = true;
                worker.until = worker.until.min(now);
                worker.id
            })
            .collect();
        buried.workers = workers.len() as u64;
        for worker in workers {
            for batch in &mut self.batches {
                batch.bury(worker, &mut buried);
            }
        }
        buried
    }
}

impl Journal for MemoryJournal {
    fn open_batch(&self, new: NewBatch) -> JournalFuture<'_, BatchRecord> {
        self.reply(move |state, now| {
            if let Some(known) = state.batches.iter().find(|it| it.record.name == new.name) {
                return Ok(known.record.clone());
            }
            let NewBatch { name, kind, input, settings } = new;
            let record = BatchRecord {
                id: BatchId::random(),
                name,
                kind,
                input,
                settings,
                created_at: now,
                rows: 0,
                is_sealed: false,
                is_stopped: false,
                launches: 0,
                confirmed: 0,
                spent: Usd::ZERO,
                balance: None,
                counter: None,
            };
            state.batches.push(Stored::new(record.clone()));
            Ok(record)
        })
    }

    fn batches(&self) -> JournalFuture<'_, Vec<BatchRecord>> {
        self.reply(|state, _| Ok(state.batches.iter().map(|it| it.record.clone()).collect()))
    }

    fn forget(&self, batch: BatchId) -> JournalFuture<'_, ()> {
        self.reply(move |state, _| {
            state.batch(batch)?;
            state.batches.retain(|it| it.record.id != batch);
            Ok(())
        })
    }

    fn add_rows(&self, batch: BatchId, first: u64, rows: Vec<NewRow>) -> JournalFuture<'_, Added> {
        self.reply(move |state, _| {
            let batch = state.batch(batch)?;
            let Some(known) = batch.record.rows.checked_sub(first) else {
                return Err(crate::journal::rows_missing(batch.record.rows, first));
            };
            let mut added = Added::default();
            for row in rows.into_iter().skip(usize::try_from(known).unwrap_or(usize::MAX)) {
                added += batch.add(row);
            }
            Ok(added)
        })
    }

    fn seal(&self, batch: BatchId, complete: bool) -> JournalFuture<'_, ()> {
        self.reply(move |state, _| {
            state.batch(batch)?.record.is_sealed = complete;
            Ok(())
        })
    }

    fn set_stopped(&self, batch: BatchId, stopped: bool) -> JournalFuture<'_, ()> {
        self.reply(move |state, _| {
            state.batch(batch)?.record.is_stopped = stopped;
            Ok(())
        })
    }

    fn set_account(&self, batch: BatchId, account: AccountRecord) -> JournalFuture<'_, ()> {
        self.reply(move |state, _| {
            let record = &mut state.batch(batch)?.record;
            record.balance = account.balance.or(record.balance);
            record.counter = record.counter.take().or(account.counter);
            Ok(())
        })
    }

    fn register(&self, worker: NewWorker, lease: Duration) -> JournalFuture<'_, WorkerId> {
        self.reply(move |state, now| {
            let NewWorker { host, pid, process } = worker;
            let (id, until) = (WorkerId::random(), after(now, lease));
            state.workers.push(WorkerRecord {
                id,
                host,
                pid,
                process,
                started_at: now,
                until,
                is_buried: false,
            });
            Ok(id)
        })
    }

    fn heartbeat(&self, worker: WorkerId, lease: Duration) -> JournalFuture<'_, Heartbeat> {
        self.reply(move |state, now| {
            if !state.is_alive(worker, now) {
                return Ok(Heartbeat::Ended);
            }
            for known in state.workers.iter_mut().filter(|known| known.id == worker) {
                known.until = after(now, lease);
            }
            let alive = state.workers.iter().filter(|it| !it.is_buried && it.until > now).count();
            Ok(Heartbeat::Renewed { workers: u32::try_from(alive).unwrap_or(u32::MAX) })
        })
    }

    fn bury_dead(&self) -> JournalFuture<'_, Buried> {
        self.reply(|state, now| Ok(state.bury(now, |worker| worker.until <= now)))
    }

    fn workers(&self) -> JournalFuture<'_, Vec<WorkerRecord>> {
        self.reply(|state, _| {
            Ok(state.workers.iter().filter(|worker| !worker.is_buried).cloned().collect())
        })
    }

    fn leave(&self, worker: WorkerId) -> JournalFuture<'_, Buried> {
        self.reply(move |state, now| Ok(state.bury(now, |it| it.id == worker)))
    }

    fn take_permit(&self, request: PermitRequest) -> JournalFuture<'_, PermitAnswer> {
        self.reply(move |state, now| {
            let budget = state.budgets.entry(request.key);
            let budget = budget.or_insert_with(|| Budget::new(request.policy));
            Ok(budget.take(since_epoch(now), &request))
        })
    }

    fn end_permit(
        &self,
        key: KeyHash,
        permit: PermitId,
        outcome: RequestOutcome,
    ) -> JournalFuture<'_, ()> {
        self.reply(move |state, now| {
            if let Some(budget) = state.budgets.get_mut(&key) {
                budget.end(since_epoch(now), permit, outcome);
            }
            Ok(())
        })
    }

    fn intend(
        &self,
        batch: BatchId,
        worker: WorkerId,
        token: IntentToken,
        limits: Limits,
    ) -> JournalFuture<'_, Intention> {
        self.reply(move |state, now| {
            if !state.is_alive(worker, now) {
                return Ok(Intention::LeaseEnded);
            }
            let batch = state.batch(batch)?;
            if let Some(halt) = limits.check(&batch.usage()) {
                return Ok(Intention::Halted(halt));
            }
            let Some(position) = batch.index.pending.first().copied() else {
                return Ok(Intention::NothingPending);
            };
            let Some(row) = batch.apply(position, Event::Intend { worker }) else {
                return Ok(Intention::NothingPending);
            };
            let request = batch.rows[position as usize].request.clone();
            let launch = Launch { worker, token, at: now, end: None, detail: None };
            batch.launches.insert((position, row.attempt), launch);
            batch.record.launches += 1;
            Ok(Intention::Begun {
                fence: Fence::new(batch.record.id, position, row.attempt),
                request,
            })
        })
    }

    fn intent(&self, token: IntentToken) -> JournalFuture<'_, Option<Fence>> {
        self.reply(move |state, _| {
            Ok(state.batches.iter().find_map(|batch| {
                let launch = batch.launches.iter().find(|(_, launch)| launch.token == token);
                launch.map(|((row, attempt), _)| Fence::new(batch.record.id, *row, *attempt))
            }))
        })
    }

    fn record(&self, record: Record) -> JournalFuture<'_, Recorded> {
        self.reply(move |state, now| state.batch(record.batch)?.record(record, now))
    }

    fn deliver(&self, delivery: DeliveryRecord) -> JournalFuture<'_, Delivered> {
        self.reply(move |state, now| {
            let found = state.batches.iter_mut().find_map(|it| Some((it.find(&delivery)?, it)));
            let Some(((row, attempt), batch)) = found else { return Ok(Delivered::Unknown) };
            let DeliveryRecord { job, outcome, result, .. } = delivery;
            let fence = Fence::new(batch.record.id, row, attempt);
            let event = Event::Delivered { attempt, job, outcome };
            let record = Record { result: Some(result), ..Record::new(fence.batch, row, event) };
            if row >= batch.record.rows {
                return Ok(Delivered::Unknown);
            }
            Ok(Delivered::Recorded(fence, batch.record(record, now)?))
        })
    }

    fn claim(
        &self,
        batch: BatchId,
        worker: WorkerId,
        most: usize,
    ) -> JournalFuture<'_, Vec<LaunchedRow>> {
        self.reply(move |state, now| {
            if !state.is_alive(worker, now) {
                return Ok(Vec::new());
            }
            let batch = state.batch(batch)?;
            let free = batch.index.launched.iter().copied().filter_map(|position| {
                let row = batch.row(position).filter(|row| row.owner.is_none())?;
                let launch = batch.launches.get(&(position, row.attempt));
                Some((launch.map_or(now, |launch| launch.at), position))
            });
            let mut free: Vec<_> = free.collect();
            free.sort_unstable();
            let mut claimed = Vec::new();
            for (_, position) in free.into_iter().take(most) {
                let Some(row) = batch.apply(position, Event::Claim { worker }) else { continue };
                let Some(job) = row.job else { continue };
                let fence = Fence::new(batch.record.id, position, row.attempt);
                claimed.push(LaunchedRow { fence, job });
            }
            Ok(claimed)
        })
    }

    fn ended_elsewhere(
        &self,
        batch: BatchId,
        worker: WorkerId,
    ) -> JournalFuture<'_, Vec<EndedRow>> {
        self.reply(move |state, _| {
            let batch = state.batch(batch)?;
            let mut ended = Vec::new();
            for row in batch.index.owned(worker) {
                let Some(state) = batch.row(row).filter(|it| it.state == RowState::Done) else {
                    continue;
                };
                let state = Row { owner: None, ..state };
                batch.set(row, state);
                let result = batch.results.get(&(row, state.attempt));
                ended.push(EndedRow { row, state, cost: result.and_then(|it| it.0.cost) });
            }
            Ok(ended)
        })
    }

    fn status(&self, batch: BatchId) -> JournalFuture<'_, Status> {
        self.reply(move |state, now| {
            let workers = state.workers.clone();
            let batch = state.batch(batch)?;
            let (recent_results, recent_since) = batch.recent(now);
            let counts = batch.index.counts.iter().filter(|(_, rows)| **rows > 0);
            Ok(Status {
                batch: batch.record.clone(),
                counts: counts.map(|((state, why), rows)| (*state, *why, *rows)).collect(),
                oldest_launched: batch.oldest(&batch.index.launched),
                oldest_doubt: batch.oldest(&batch.index.in_doubt),
                workers,
                recent_results,
                recent_since,
                now,
            })
        })
    }

    fn page(&self, batch: BatchId, from: u64, most: usize) -> JournalFuture<'_, Vec<StoredRow>> {
        self.reply(move |state, _| {
            let batch = state.batch(batch)?;
            let from = usize::try_from(from).unwrap_or(usize::MAX);
            Ok((from..batch.rows.len()).take(most).map(|position| batch.page(position)).collect())
        })
    }

    fn doubts(
        &self,
        batch: BatchId,
        from: u64,
        most: usize,
    ) -> JournalFuture<'_, Vec<DoubtRecord>> {
        self.reply(move |state, now| {
            let workers = state.workers.clone();
            let batch = state.batch(batch)?;
            let rows = batch.index.in_doubt.range(from..).copied();
            Ok(rows
                .take(most)
                .map(|row| {
                    let input = &batch.rows[row as usize];
                    let launch = batch.launches.get(&(row, input.row.attempt));
                    DoubtRecord {
                        fence: Fence::new(batch.record.id, row, input.row.attempt),
                        since: launch.map_or(now, |launch| launch.at),
                        worker: launch.and_then(|launch| {
                            workers.iter().find(|worker| worker.id == launch.worker).cloned()
                        }),
                        end: launch.and_then(|launch| launch.end),
                        detail: launch.and_then(|launch| launch.detail.clone()),
                        raw: input.raw.clone(),
                    }
                })
                .collect())
        })
    }
}
