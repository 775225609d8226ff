//! [`Scheduler`]: the order in which many jobs are launched and read. No clock, no async, no
//! random numbers: times are counted from the start of the batch.
//!
//! It minimizes the mean time to a result at the throughput that the budget allows. A launch uses
//! a slot and commits at least one more; a read that finds a running job wastes one.
//!
//! - Each job is read when its own [`WaitState`] plans it. A wasted read delays all remaining
//!   results by the interval between two slots; that is its price. The number of remaining
//!   results is estimated: all pending jobs, plus twice the number of results so far.
//! - Reads precede launches: launching a job earlier than it can be read brings no result
//!   forward.
//! - A launch leaves slots for its own read and for those of all jobs that have not been read: it
//!   is made if the budget has that many slots until then. Slots that return one by one are never
//!   saved for a read, those of a burst are.
//! - While durations are unknown, a few jobs are read early ([`Probes`]).
//! - While reads find only running jobs, launches get at least one slot of four.
//!
//! A job whose result is delivered by a webhook commits no read. It is read when its delivery is
//! overdue, and launches get at least one slot of four, so that many overdue jobs do not delay
//! them.

use std::time::Duration;

use super::probes::Probes;
use super::read_queue::{JobSlot, QueuedRead, ReadQueue};
use super::step::{Read, ReadOutcome, Step, WaitStats};
use crate::limiter::Supply;
use crate::policy::{DEFAULT_READ_COST, PollPolicy};
use crate::schedule::{Planner, QuotaPressure};
use crate::wait_state::{Decision, Expectation, JobOrigin, PollContext, WaitState};

/// The maximum number of pending jobs of a batch.
pub(crate) const MAX_PENDING: usize = 4_096;

/// The maximum number of requests of a batch in flight. Usually the budget of the key is the
/// lower limit; this one is for keys without a limit.
pub(crate) const MAX_IN_FLIGHT: usize = 128;

/// At most this many wasted reads precede a waiting launch.
const MAX_READS_IN_A_ROW: u32 = 3;

/// With this many slots for each unread job, no slot has to be saved.
const AMPLE_SLOTS: usize = 4;

/// How many further results are expected for each result so far.
const EXPECTED_PER_RESULT: usize = 2;

/// The minimum interval at which a launch that waits for slots is reconsidered.
const MIN_RECHECK: Duration = Duration::from_millis(100);

/// A launched job that has not ended.
#[derive(Debug)]
struct Pending<T> {
    job: T,
    wait: WaitState,
    /// When the wait began. If the job was not launched here, with its first read, so that the
    /// time in a long queue does not count.
    started: Option<Duration>,
    /// The number of its queued read, if it has one.
    queued: Option<u64>,
    reading: bool,
    /// It has not been read, and must be.
    unread: bool,
    failed: bool,
    /// Its result was delivered during a read: the result of the read is ignored.
    over: bool,
}

/// The state of the inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Input {
    /// No input is available yet, and more may follow.
    Wanted,
    /// An input is available.
    Offered,
    /// All inputs have been taken.
    Ended,
}

/// The state machine of a batch: which job to read next, or whether to launch another one. It
/// keeps at most 4,096 pending jobs and 128 requests in flight.
///
/// The driver reports every event and asks for the [next](Self::next) step after each: an input
/// that was taken from its source ([`offer`](Self::offer)), a slot that was used for a launch
/// ([`launch`](Self::launch)) or a [`read`](Self::read), the results of these, and deliveries.
/// `T` is the data of the caller about a job.
///
/// ```
/// use std::time::Duration;
/// use job_polling::batch::{ReadOutcome, Read, Scheduler, Step};
/// use job_polling::schedule::{Planner, QuotaPressure};
/// use job_polling::wait_state::{PollContext, JobOrigin};
/// use job_polling::{DurationHistory, PollPolicy};
///
/// let mut planner = Planner::new(DurationHistory::new());
/// fn context(planner: &mut Planner) -> PollContext<'_> {
///     PollContext::new(planner, QuotaPressure::NONE, 0.5)
/// }
/// let seconds = Duration::from_secs;
/// let took = Duration::from_millis(100);
/// let mut batch = Scheduler::new(PollPolicy::fixed(seconds(5)), seconds(60));
///
/// batch.offer();
/// assert_eq!(batch.next(seconds(0)), Step::Launch);
/// batch.launch();
/// let start = JobOrigin::Launched { age: Duration::ZERO, took };
/// let (slot, at) = batch.launched(took, "job 1", start, false, context(&mut planner));
/// batch.end_inputs(took, context(&mut planner));
/// assert_eq!(batch.next(took), Step::Wait(at));
///
/// assert_eq!(batch.next(at), Step::Read(slot));
/// assert_eq!(batch.read(at, slot), Some(&"job 1"));
/// let over = Read::Over { lasted: Some(seconds(4)) };
/// let after = batch.answered(at + took, slot, took, over, context(&mut planner));
/// assert!(matches!(after, Some(ReadOutcome::Ended { stopped: None, .. })));
/// assert_eq!(batch.next(at + took), Step::Done);
/// ```
#[derive(Debug)]
pub struct Scheduler<T> {
    policy: PollPolicy,
    max_wait: Duration,
    input: Input,
    launching: usize,
    reading: usize,
    /// How many reads in flight are no longer awaited.
    abandoned: usize,
    reads_in_a_row: u32,
    /// How many pending jobs are [unread](Pending::unread).
    unread: usize,
    /// How many jobs were found to have ended.
    ended: usize,
    supply: Supply,
    /// How long after the newest launch its job is first read, and whether its result is
    /// delivered.
    ahead: Duration,
    delivery_expected: bool,
    probes: Probes,
    slots: Vec<Option<Pending<T>>>,
    free: Vec<u32>,
    queue: ReadQueue,
}

/// How many bytes a pending job takes, `T` included.
pub const fn bytes_per_job<T>() -> usize {
    size_of::<Option<Pending<T>>>() + size_of::<QueuedRead>() + size_of::<u32>()
}

impl<T> Scheduler<T> {
    /// A batch that waits for each job for at most `max_wait`, by this policy.
    pub fn new(policy: PollPolicy, max_wait: Duration) -> Self {
        Self {
            policy,
            max_wait,
            input: Input::Wanted,
            launching: 0,
            reading: 0,
            abandoned: 0,
            reads_in_a_row: 0,
            unread: 0,
            ended: 0,
            supply: Supply::UNLIMITED,
            ahead: Duration::ZERO,
            delivery_expected: false,
            probes: Probes::default(),
            slots: Vec::new(),
            free: Vec::new(),
            queue: ReadQueue::default(),
        }
    }

    /// How many jobs are launched or being launched, and have not ended.
    pub fn pending(&self) -> usize {
        self.slots.len() - self.free.len() + self.launching
    }

    /// Whether the batch needs the next input.
    pub fn wants_input(&self) -> bool {
        self.input == Input::Wanted
            && self.pending() < MAX_PENDING
            && self.in_flight() < MAX_IN_FLIGHT
    }

    /// The next input is available.
    pub fn offer(&mut self) {
        self.input = Input::Offered;
    }

    /// Withdraws the input in hand: it is not launched.
    pub fn withdraw(&mut self) {
        self.input = Input::Wanted;
    }

    /// All inputs have been taken. No launch waits for slots any longer, so reads become cheaper,
    /// and all are planned again.
    pub fn end_inputs(&mut self, now: Duration, mut context: PollContext<'_>) {
        self.input = Input::Ended;
        self.replan(now, &mut context);
    }

    /// Plans all reads again.
    fn replan(&mut self, now: Duration, context: &mut PollContext<'_>) {
        let mut queue = std::mem::take(&mut self.queue);
        queue.move_all(|queued| self.replanned(now, queued, context));
        self.queue = queue;
    }

    /// When a job is to be read by the current plan; `None` if the queued read is stale.
    fn replanned(
        &self,
        now: Duration,
        queued: &QueuedRead,
        context: &mut PollContext<'_>,
    ) -> Option<Duration> {
        let pending = current(&self.slots, queued)?;
        let Some(started) = pending.started.filter(|_| !pending.failed) else {
            return Some(queued.at);
        };
        let delivery_expected = pending.wait.expects_delivery();
        let quota_pressure =
            self.quota_pressure(context.quota_pressure, delivery_expected, context.planner);
        let PollContext { planner, unit, .. } = context;
        let mut context = PollContext { planner, quota_pressure, unit: *unit };
        let next = pending.wait.replanned(now.saturating_sub(started), &mut context);
        Some(next.map_or(queued.at, |next| started.saturating_add(next)))
    }

    /// Sets what the budget has within the [`horizon`](Self::horizon). Call it before
    /// [`next`](Self::next); by default there is no limit.
    pub fn supply(&mut self, supply: Supply) {
        self.supply = supply;
    }

    /// How far ahead slots matter: when a job that is launched now is first read.
    pub fn horizon(&self) -> Duration {
        self.ahead
    }

    /// The next step. Ask again when there is a slot, and after every event.
    pub fn next(&self, now: Duration) -> Step {
        let launch = self.input == Input::Offered && self.pending() < MAX_PENDING;
        let launch_is_due = launch && self.reads_in_a_row >= MAX_READS_IN_A_ROW;
        let room = self.in_flight() < MAX_IN_FLIGHT;
        let read = self.queue.first().and_then(|queued| Some((self.due(queued)?, queued.slot)));
        match read {
            None if self.is_done() => Step::Done,
            _ if !room => Step::Idle,
            _ if launch_is_due => Step::Launch,
            Some((at, slot)) if at <= now => Step::Read(slot),
            _ if launch && self.has_slots() => Step::Launch,
            read if launch => {
                let look = now.saturating_add(self.supply.interval.max(MIN_RECHECK));
                Step::Wait(read.map_or(look, |(at, _)| at.min(look)))
            }
            Some((at, _)) => Step::Wait(at),
            None => Step::Idle,
        }
    }

    fn is_done(&self) -> bool {
        let queue = self.queue.first().is_some();
        self.input == Input::Ended && !queue && self.in_flight() == self.abandoned
    }

    /// When the first read is due; `None` while the results of probes are awaited.
    fn due(&self, first: QueuedRead) -> Option<Duration> {
        let launched = current(&self.slots, &first).is_some_and(|job| job.started.is_some());
        match launched && self.is_probing() {
            true if self.policy.read_cost().is_some() => self.probes.next(),
            true => Some(self.probes.next()?.max(first.at)),
            false => Some(first.at),
        }
    }

    /// Whether durations are unknown and slots are scarce.
    fn is_probing(&self) -> bool {
        self.supply.requests < self.unread * AMPLE_SLOTS
            && self.probes.are_useful(self.unread, self.max_wait)
    }

    /// Whether a launch leaves slots for its own read, and for those of all jobs that have not
    /// been read.
    fn has_slots(&self) -> bool {
        let launching = if self.delivery_expected { 0 } else { self.launching };
        let jobs = self.unread + launching;
        jobs == 0 || self.supply.requests >= jobs + 2
    }

    /// The launch that [`next`](Self::next) returned was sent.
    pub fn launch(&mut self) {
        self.input = Input::Wanted;
        self.reads_in_a_row = 0;
        self.launching += 1;
    }

    /// A launch failed.
    pub fn launch_failed(&mut self) {
        self.launching = self.launching.saturating_sub(1);
    }

    /// A launch succeeded. `delivery_expected` states whether a webhook is expected to deliver
    /// the result. Returns the slot of the job and when it is first read.
    pub fn launched(
        &mut self,
        now: Duration,
        job: T,
        start: JobOrigin,
        delivery_expected: bool,
        context: PollContext<'_>,
    ) -> (JobSlot, Duration) {
        self.launching = self.launching.saturating_sub(1);
        self.probes.launched(now, context.planner.times().len());
        let (slot, at) = self.add(now, job, start, delivery_expected, context);
        (self.ahead, self.delivery_expected) = (at.saturating_sub(now), delivery_expected);
        (slot, at)
    }

    /// Adds a job that was launched earlier. Returns the slot of the job and when it is first
    /// read.
    pub fn add(
        &mut self,
        now: Duration,
        job: T,
        start: JobOrigin,
        delivery_expected: bool,
        mut context: PollContext<'_>,
    ) -> (JobSlot, Duration) {
        context.quota_pressure =
            self.quota_pressure(context.quota_pressure, delivery_expected, context.planner);
        let mut wait = WaitState::new(self.policy.clone(), self.max_wait, start);
        wait.expect_delivery(delivery_expected);
        let at = now.saturating_add(wait.first(context));
        let started = matches!(start, JobOrigin::Launched { .. }).then_some(now);
        let (reading, failed, over) = (false, false, false);
        let unread = !delivery_expected;
        self.unread += usize::from(unread);
        let pending = Pending { job, wait, started, queued: None, reading, unread, failed, over };
        let slot = match self.free.pop() {
            Some(free) => {
                self.slots[free as usize] = Some(pending);
                JobSlot(free)
            }
            None => {
                self.slots.push(Some(pending));
                JobSlot((self.slots.len() - 1) as u32)
            }
        };
        self.enqueue(at, slot);
        (slot, at)
    }

    /// The data of a pending job.
    pub fn job(&self, slot: JobSlot) -> Option<&T> {
        Some(&self.slots.get(slot.0 as usize)?.as_ref()?.job)
    }

    /// Sets whether a delivery is expected for a job, if that becomes known later.
    pub fn expect_delivery(&mut self, slot: JobSlot, expected: bool) {
        if let Some(Some(pending)) = self.slots.get_mut(slot.0 as usize) {
            pending.wait.expect_delivery(expected);
            if expected {
                self.unread -= usize::from(std::mem::take(&mut pending.unread));
            }
        }
    }

    /// A delivery reported the end of a job, which took `lasted` if the API reports that. The job
    /// is no longer read, and the result of a read in flight is ignored.
    pub fn delivered(
        &mut self,
        now: Duration,
        slot: JobSlot,
        lasted: Option<Duration>,
        planner: &mut Planner,
    ) -> Option<WaitStats> {
        let entry = self.slots.get_mut(slot.0 as usize)?;
        let pending = entry.as_mut().filter(|pending| !pending.over)?;
        let spent = now.saturating_sub(pending.started.unwrap_or(now));
        pending.wait.delivered(spent, lasted, planner);
        let waited = WaitStats { reads: pending.wait.reads(), spent };
        self.unread -= usize::from(std::mem::take(&mut pending.unread));
        if pending.reading {
            pending.over = true;
            self.abandoned += 1;
        } else {
            *entry = None;
            self.free.push(slot.0);
        }
        self.drop_stale_reads();
        Some(waited)
    }

    /// The reasons for a read of a job at this time, for logs.
    pub fn expectation(
        &self,
        slot: JobSlot,
        at: Duration,
        mut context: PollContext<'_>,
    ) -> Option<Expectation> {
        let pending = self.slots.get(slot.0 as usize)?.as_ref()?;
        let delivery_expected = pending.wait.expects_delivery();
        context.quota_pressure =
            self.quota_pressure(context.quota_pressure, delivery_expected, context.planner);
        let since = at.saturating_sub(pending.started.unwrap_or(at));
        Some(pending.wait.expectation(since, context))
    }

    /// The read that [`next`](Self::next) returned was sent. Returns the data of the job.
    pub fn read(&mut self, now: Duration, slot: JobSlot) -> Option<&T> {
        if self.queue.first().is_none_or(|queued| queued.slot != slot) {
            return None;
        }
        self.queue.pop();
        self.reading += 1;
        let pending = self.slots.get_mut(slot.0 as usize)?.as_mut()?;
        self.unread -= usize::from(std::mem::take(&mut pending.unread));
        // Each read of a job that is delivered is an extra one.
        self.reads_in_a_row += u32::from(pending.wait.expects_delivery());
        self.probes.sent();
        pending.started.get_or_insert(now);
        pending.queued = None;
        pending.reading = true;
        self.drop_stale_reads();
        self.job(slot)
    }

    /// A read returned this result after `took`. Returns what follows; `None` if the result is
    /// not awaited.
    pub fn answered(
        &mut self,
        now: Duration,
        slot: JobSlot,
        took: Duration,
        read: Read,
        mut context: PollContext<'_>,
    ) -> Option<ReadOutcome> {
        let delivery_expected = self.slots.get(slot.0 as usize)?.as_ref()?.wait.expects_delivery();
        let seen = context.quota_pressure;
        context.quota_pressure = self.quota_pressure(seen, delivery_expected, context.planner);
        let entry = self.slots.get_mut(slot.0 as usize)?;
        let pending = entry.as_mut().filter(|pending| pending.reading)?;
        pending.reading = false;
        self.reading = self.reading.saturating_sub(1);
        self.probes.answered();
        if pending.over {
            self.abandoned = self.abandoned.saturating_sub(1);
            *entry = None;
            self.free.push(slot.0);
            return None;
        }
        let started = pending.started.unwrap_or(now);
        let since = now.saturating_sub(started);
        pending.failed = matches!(read, Read::Failed { .. });
        let is_over = matches!(read, Read::Over { .. });
        let PollContext { planner, quota_pressure, unit } = context;
        let context = PollContext { planner: &mut *planner, quota_pressure, unit };
        let next = observe(&mut pending.wait, since, took, read, context);
        let reads = pending.wait.reads();
        let after = match next {
            Some(Decision::ReadAt(at)) => {
                let at = started.saturating_add(at);
                self.enqueue(at, slot);
                ReadOutcome::Pending { reads, at }
            }
            next => {
                *entry = None;
                self.free.push(slot.0);
                let stopped = match next {
                    Some(Decision::Stop(why)) => Some(why),
                    _ => None,
                };
                ReadOutcome::Ended { waited: WaitStats { reads, spent: since }, stopped }
            }
        };
        if is_over {
            self.found_final(
                now,
                delivery_expected,
                PollContext { planner, quota_pressure: seen, unit },
            );
        } else {
            self.probes.found_running(now);
            self.reads_in_a_row += u32::from(!delivery_expected);
        }
        Some(after)
    }

    /// A read found a job that has ended. All reads are planned again with the new duration,
    /// after each power of two of results.
    fn found_final(
        &mut self,
        now: Duration,
        delivery_expected: bool,
        mut context: PollContext<'_>,
    ) {
        self.ended += 1;
        self.probes.found_final();
        if !delivery_expected {
            self.reads_in_a_row = 0;
        }
        if self.ended.is_power_of_two() {
            self.replan(now, &mut context);
        }
    }

    /// How many reads are queued, stale ones included.
    #[cfg(test)]
    pub(crate) fn queue(&self) -> usize {
        self.queue.len()
    }

    fn in_flight(&self) -> usize {
        self.launching + self.reading
    }

    /// While an input waits for a slot, a wasted read delays all remaining results. Few jobs that
    /// are delivered need a read, so an extra one delays fewer results; once all inputs have been
    /// taken, slots are left to those few.
    fn quota_pressure(
        &self,
        seen: QuotaPressure,
        delivery_expected: bool,
        planner: &Planner,
    ) -> QuotaPressure {
        match self.input {
            Input::Offered if delivery_expected => QuotaPressure::new(1.0),
            Input::Offered => self.contested(self.pending() + EXPECTED_PER_RESULT * self.ended),
            Input::Ended if delivery_expected => seen.for_share(planner.share_lost()),
            Input::Wanted | Input::Ended => seen,
        }
    }

    /// The price of a read that delays this many results by an interval between slots.
    fn contested(&self, results: usize) -> QuotaPressure {
        let price = self.supply.interval.as_secs_f64() * results as f64;
        let cost = self.policy.read_cost().unwrap_or(DEFAULT_READ_COST);
        QuotaPressure::contested(price / cost.as_secs_f64())
    }

    fn enqueue(&mut self, at: Duration, slot: JobSlot) {
        if let Some(Some(pending)) = self.slots.get_mut(slot.0 as usize) {
            pending.queued = Some(self.queue.push(at, slot));
        }
    }

    fn drop_stale_reads(&mut self) {
        let (jobs, slots) = (self.pending(), &self.slots);
        self.queue.drop_stale(jobs, |queued| current(slots, queued).is_some());
    }
}

/// The job of a queued read, unless the read is stale.
fn current<'a, T>(slots: &'a [Option<Pending<T>>], queued: &QueuedRead) -> Option<&'a Pending<T>> {
    let pending = slots.get(queued.slot.0 as usize)?.as_ref()?;
    (pending.queued == Some(queued.number)).then_some(pending)
}

/// Reports the result of a read to the wait; `None` if the job has ended or the read failed
/// permanently.
fn observe(
    wait: &mut WaitState,
    now: Duration,
    took: Duration,
    read: Read,
    context: PollContext<'_>,
) -> Option<Decision> {
    match read {
        Read::Running { age } => Some(wait.still_running(now, took, age, context)),
        Read::Failed { retry_after } => Some(wait.failed(now, took, retry_after, context)),
        Read::Over { lasted } => {
            wait.over(now, took, lasted, context.planner);
            None
        }
        Read::Fatal => {
            wait.ended(took);
            None
        }
    }
}
