//! [`Runner`]: the loop of a run. It selects the next request. Each request runs in its own task
//! ([`crate::requests`]), and [`answers`] processes the outcome.

mod answers;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use job_polling::batch::{JobSlot, Scheduler, Step};
use job_polling::limiter::Supply;
use job_polling::schedule::{Planner, QuotaPressure};
use job_polling::wait_state::PollContext;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use waterfall::JobId;

use crate::budget::{BudgetOutlook, KeyHash, PermitAnswer};
use crate::error::JournalError;
use crate::event::{BatchEvent, RunEnd};
use crate::id::Fence;
use crate::input::BatchKind;
use crate::limits::Halt;
use crate::pauses::Pauses;
use crate::progress::Pace;
use crate::requests::{HeldPermit, Launch, Read, Sender};
use crate::rounds::{Found, Round};
use crate::settings::BatchOptions;

/// The interval between queries for changes by other workers.
const ROUND: Duration = Duration::from_secs(1);

/// The time until the next request for a permit after the journal failed.
const AFTER_TROUBLE: Duration = Duration::from_secs(1);

/// The maximum number of jobs that a worker reads at a time.
pub(crate) const MAX_PENDING: usize = 4_000;

/// A launched job of the scheduler.
#[derive(Debug, Clone, Copy)]
struct Entry {
    fence: Fence,
    job: JobId,
    launched_at: Option<Instant>,
}

/// The outcome of a task.
enum TaskOutcome {
    Permit(KeyHash, Instant, Result<PermitAnswer, JournalError>),
    Launch(Launch),
    Read { slot: JobSlot, took: Duration, read: Read },
    Round(Box<Result<Found, JournalError>>),
}

/// The loop of a run.
pub(crate) struct Runner<K: BatchKind> {
    sender: Arc<Sender>,
    options: BatchOptions,
    events: mpsc::Sender<BatchEvent>,
    stop: CancellationToken,
    scheduler: Scheduler<Entry>,
    planner: Planner,
    started: Instant,
    tasks: JoinSet<TaskOutcome>,
    rows: HashMap<u64, JobSlot>,
    round: Arc<Round>,
    pace: Pace,
    outlook: Option<BudgetOutlook>,
    asking: bool,
    ask_at: Instant,
    offered: bool,
    /// Whether a row may be pending. Until the first round has looked for jobs of earlier runs, no
    /// row counts as pending.
    has_pending: bool,
    /// Jobs of earlier runs that have not been read yet. They have priority over any launch.
    unread: HashSet<u64>,
    rounding: bool,
    round_at: Instant,
    /// Counts the events of this run, to determine which of them the latest count of rows includes.
    changes: u64,
    changes_at_round: u64,
    counted: Option<u64>,
    open_elsewhere: bool,
    pauses: Pauses,
    /// The number of launches in flight.
    launching: usize,
    halted: Option<Halt>,
    /// The reason why nothing more is launched.
    ending: Option<RunEnd>,
    /// Whether the API refuses reads as well.
    reads_nothing_more: bool,
    /// Jobs that did not end within the maximum wait of a run.
    stuck: HashSet<u64>,
    kind: std::marker::PhantomData<fn() -> K>,
}

impl<K: BatchKind> Runner<K> {
    pub(crate) fn new(
        sender: Sender,
        options: BatchOptions,
        events: mpsc::Sender<BatchEvent>,
        stop: CancellationToken,
    ) -> Self {
        let planner = Planner::new(sender.client.duration_history::<K>());
        let scheduler = Scheduler::new(options.poll_policy.clone(), options.max_wait);
        let (now, max_doubts) = (Instant::now(), options.max_doubts);
        let sender = Arc::new(sender);
        Self {
            round: Arc::new(Round::new(sender.clone(), options.account.clone())),
            sender,
            options,
            events,
            stop,
            scheduler,
            planner,
            started: now,
            tasks: JoinSet::new(),
            rows: HashMap::new(),
            pace: Pace::default(),
            outlook: None,
            asking: false,
            ask_at: now,
            offered: false,
            has_pending: false,
            unread: HashSet::new(),
            rounding: false,
            round_at: now,
            changes: 0,
            changes_at_round: 0,
            counted: None,
            open_elsewhere: true,
            pauses: Pauses::new(max_doubts),
            launching: 0,
            halted: None,
            ending: None,
            reads_nothing_more: false,
            stuck: HashSet::new(),
            kind: std::marker::PhantomData,
        }
    }

    /// Runs until there is nothing left to do. Returns the reason for the end.
    pub(crate) async fn run(mut self) -> RunEnd {
        // Jobs of earlier runs are read before anything is launched.
        let found = self.round.look(MAX_PENDING, true).await;
        self.found(found).await;
        let worker = self.sender.worker.clone();
        let mut trouble = worker.trouble();
        loop {
            if self.is_over() {
                break;
            }
            self.start_round();
            self.offer();
            let wake = self.work();
            tokio::select! {
                biased;
                () = self.stop.cancelled(), if !self.is_stopping() => self.begin_stop(),
                Some(done) = self.tasks.join_next() => match done {
                    Ok(done) => self.done(done).await,
                    Err(error) => std::panic::resume_unwind(error.into_panic()),
                },
                Ok(()) = trouble.changed() => {
                    let why = trouble.borrow_and_update().clone();
                    self.send(why.map_or(BatchEvent::Unblocked, BatchEvent::Blocked)).await;
                }
                () = worker.released() => self.round_at = Instant::now(),
                () = sleep_until(wake) => {}
            }
        }
        self.end().await
    }

    fn now(&self) -> Duration {
        self.started.elapsed()
    }

    async fn send(&mut self, event: BatchEvent) {
        if self.events.send(event).await.is_err() {
            self.stop.cancel();
        }
    }

    fn is_stopping(&self) -> bool {
        self.reads_nothing_more || matches!(self.ending, Some(RunEnd::Stopped | RunEnd::Journal(_)))
    }

    /// Stops launching, and leaves launched jobs to the next run.
    fn begin_stop(&mut self) {
        self.withdraw();
        self.ending = Some(RunEnd::Stopped);
    }

    fn launches_nothing_more(&self) -> bool {
        self.ending.is_some()
    }

    fn is_over(&self) -> bool {
        if !self.tasks.is_empty() {
            return false;
        }
        let reading = !self.rows.is_empty();
        match &self.ending {
            Some(_) => self.is_stopping() || !reading,
            None if reading || self.counted != Some(self.changes) => false,
            None if self.halted.is_some() => true,
            None => !self.has_pending && !self.open_elsewhere,
        }
    }

    async fn end(&mut self) -> RunEnd {
        let stored = self.sender.worker.leave().await;
        let end = match (self.ending.take(), self.halted) {
            (Some(end), _) => end,
            (None, Some(_)) if !self.has_pending && self.stuck.is_empty() => RunEnd::Complete,
            (None, Some(halt)) => RunEnd::Halted(halt),
            (None, None) if !self.stuck.is_empty() => RunEnd::StillRunning,
            (None, None) => RunEnd::Complete,
        };
        if let Err(error) = stored {
            // The lease ends by itself.
            tracing::warn!(kind = ?error.kind(), "{error}");
        }
        end
    }

    /// Queries changes by other workers, if a query is due.
    fn start_round(&mut self) {
        if self.rounding || self.is_stopping() || Instant::now() < self.round_at {
            return;
        }
        self.rounding = true;
        self.changes_at_round = self.changes;
        let room = MAX_PENDING.saturating_sub(self.rows.len());
        let (round, is_idle) = (self.round.clone(), self.rows.is_empty() && !self.offered);
        self.tasks
            .spawn(async move { TaskOutcome::Round(Box::new(round.look(room, is_idle).await)) });
    }

    /// Offers a pending row to the scheduler, or withdraws it.
    fn offer(&mut self) {
        let wanted = self.has_pending
            && self.unread.is_empty()
            && !self.launches_nothing_more()
            && (self.launching == 0 || self.pauses.is_steady())
            && self.pauses.is_over(self.now());
        if wanted && !self.offered && self.rows.len() < MAX_PENDING {
            self.offered = true;
            self.scheduler.withdraw();
            self.scheduler.offer();
        } else if !wanted {
            self.withdraw();
        }
    }

    fn withdraw(&mut self) {
        if std::mem::take(&mut self.offered) {
            self.scheduler.withdraw();
        }
    }

    /// Requests a permit if a request is due. Returns when to check again.
    fn work(&mut self) -> Instant {
        let now = Instant::now();
        let mut wake =
            if self.rounding || self.is_stopping() { now + ROUND } else { self.round_at };
        if let Some(over) = self.pauses.until().filter(|over| *over > self.now()) {
            wake = wake.min(self.started + over);
        }
        if self.is_stopping() || self.asking {
            return wake.max(Instant::now() + Duration::from_millis(1));
        }
        match self.next_step(0) {
            Step::Read(_) | Step::Launch if Instant::now() >= self.ask_at => {
                self.asking = true;
                let (sender, within) = (self.sender.clone(), self.scheduler.horizon());
                self.tasks.spawn(async move {
                    let (wish, at) = (sender.wish(within), Instant::now());
                    TaskOutcome::Permit(wish.key, at, sender.journal.take_permit(wish).await)
                });
            }
            Step::Read(_) | Step::Launch => wake = wake.min(self.ask_at),
            Step::Wait(at) => wake = wake.min(self.started + at),
            Step::Idle | Step::Done => {}
        }
        wake.max(Instant::now() + Duration::from_millis(1))
    }

    fn next_step(&mut self, in_hand: usize) -> Step {
        let supply = self.supply(in_hand);
        self.scheduler.supply(supply);
        self.scheduler.next(self.now())
    }

    /// Returns this worker's part of the budget's supply.
    fn supply(&self, in_hand: usize) -> Supply {
        let Some(outlook) = self.outlook else { return Supply::UNLIMITED };
        let workers = self.sender.worker.workers();
        let mut supply = outlook.supply;
        if supply != Supply::UNLIMITED {
            supply.requests = supply.requests / workers as usize + in_hand;
            supply.interval *= workers;
        }
        supply
    }

    fn permitted(&mut self, key: KeyHash, at: Instant, answer: Result<PermitAnswer, JournalError>) {
        self.asking = false;
        match answer {
            Ok(PermitAnswer::Granted(permit, outlook)) => {
                self.outlook = Some(outlook);
                let taken = self.sender.taken(key, permit, at);
                self.use_permit(taken);
            }
            Ok(PermitAnswer::Wait(pause, outlook)) => {
                self.outlook = Some(outlook);
                self.ask_at = Instant::now() + pause;
            }
            Err(error) => {
                self.sender.worker.report(&error);
                self.ask_at = Instant::now() + AFTER_TROUBLE;
                if !error.is_transient() {
                    self.ending = Some(RunEnd::Journal(error));
                }
            }
        }
    }

    /// Uses a permit for the most valuable request. Without a request, returns the permit at once.
    fn use_permit(&mut self, taken: HeldPermit) {
        if self.is_stopping() {
            return;
        }
        match self.next_step(1) {
            Step::Read(slot) => {
                let now = self.now();
                let Some(entry) = self.scheduler.read(now, slot).copied() else { return };
                let sender = self.sender.clone();
                self.tasks.spawn(async move {
                    let since = Instant::now();
                    let Entry { fence, job, launched_at } = entry;
                    let read = sender.read::<K>(taken, fence, (job, launched_at)).await;
                    TaskOutcome::Read { slot, took: since.elapsed(), read }
                });
            }
            Step::Launch => {
                self.offered = false;
                self.scheduler.launch();
                self.launching += 1;
                let sender = self.sender.clone();
                self.tasks
                    .spawn(async move { TaskOutcome::Launch(sender.launch::<K>(taken).await) });
            }
            Step::Wait(_) | Step::Idle | Step::Done => {}
        }
    }

    fn finish(&mut self, end: RunEnd) {
        self.withdraw();
        self.ending.get_or_insert(end);
    }

    fn context<'a>(planner: &'a mut Planner, outlook: Option<BudgetOutlook>) -> PollContext<'a> {
        let pressure = outlook.map_or(0.0, |outlook| outlook.pressure);
        PollContext::new(planner, QuotaPressure::new(pressure), fastrand::f64())
    }
}
