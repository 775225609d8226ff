//! [`Scheduler`]: the order in which many jobs are launched and read, without a clock, async or
//! random numbers. Times are measured from the start of the batch.
//!
//! It minimizes the mean time to a result at the throughput that the budget allows. A launch uses
//! one slot and commits at least one more. A read that finds a running job wastes one.
//!
//! - Each job is read when its own [`WaitState`] plans it. The price of a wasted read is the delay
//!   of all remaining results by the interval between two slots. The number of remaining results is
//!   estimated: all pending jobs, plus twice the number of results so far.
//! - Reads precede launches: launching a job before it can be read brings no result forward.
//! - A launch leaves slots for its own read and for those of all jobs that have not been read: it
//!   is made if the budget has that many slots until then. Slots that return one by one are never
//!   saved for a read; those that return in a burst are.
//! - While durations are unknown, a few jobs are read early ([`Probes`]).
//! - While reads find only running jobs, launches get at least one slot of four.
//!
//! A job whose result is delivered by a webhook commits no read. It is read when its delivery is
//! overdue. Launches get at least one slot of four, so that many overdue jobs do not delay them.

use std::time::Duration;

use super::job_table::{JobTable, Pending};
use super::launches::{Input, Launches};
use super::probes::Probes;
use super::read_queue::{JobSlot, QueuedRead, ReadQueue};
use super::step::{Read, ReadOutcome, Step, WaitStats};
use crate::limiter::Supply;
use crate::policy::{DEFAULT_READ_COST, PollPolicy};
use crate::schedule::{Planner, QuotaPressure};
use crate::wait_state::{Decision, Expectation, JobOrigin, PollContext, WaitState};

/// The maximum number of pending jobs of a batch.
pub(crate) const MAX_PENDING: usize = 4_096;

/// The maximum number of requests of a batch in flight. Usually the budget of the key is the lower
/// limit. This limit is for keys without one.
pub(crate) const MAX_IN_FLIGHT: usize = 128;

/// With this many slots for each unread job, no slot needs to be saved.
const AMPLE_SLOTS: usize = 4;

/// The number of further results that are expected for each result so far.
const EXPECTED_PER_RESULT: usize = 2;

/// The state machine of a batch. Selects the next job to read, or decides to launch another one. It
/// keeps at most 4,096 pending jobs and 128 requests in flight.
///
/// The driver reports every event and requests the [next](Self::next) step after each. Events are:
/// an input that was taken from its source ([`offer`](Self::offer)), a slot that was used for a
/// launch ([`launch`](Self::launch)) or a [`read`](Self::read), the results of these, and
/// deliveries. `T` is the data of the caller about a job.
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
    launches: Launches,
    jobs: JobTable<T>,
    queue: ReadQueue,
    reading: usize,
    /// The number of reads in flight whose results are no longer awaited.
    abandoned: usize,
    /// The number of jobs that were found to have ended.
    ended: usize,
    probes: Probes,
}

impl<T> Scheduler<T> {
    /// Creates a batch that waits for each job for at most `max_wait`, with this policy.
    pub fn new(policy: PollPolicy, max_wait: Duration) -> Self {
        Self {
            policy,
            max_wait,
            launches: Launches::new(),
            jobs: JobTable::new(),
            queue: ReadQueue::default(),
            reading: 0,
            abandoned: 0,
            ended: 0,
            probes: Probes::default(),
        }
    }

    /// Returns the number of jobs that are launched or being launched, and have not ended.
    pub fn pending(&self) -> usize {
        self.jobs.len() + self.launches.in_flight()
    }

    /// Returns whether the batch needs the next input.
    pub fn wants_input(&self) -> bool {
        self.launches.input == Input::Wanted
            && self.pending() < MAX_PENDING
            && self.in_flight() < MAX_IN_FLIGHT
    }

    /// Records that the next input is available.
    pub fn offer(&mut self) {
        self.launches.input = Input::Offered;
    }

    /// Withdraws the offered input: it is not launched.
    pub fn withdraw(&mut self) {
        self.launches.input = Input::Wanted;
    }

    /// Records that all inputs have been taken. No launch waits for slots any longer, so reads
    /// become cheaper, and all are planned again.
    pub fn end_inputs(&mut self, now: Duration, mut context: PollContext<'_>) {
        self.launches.input = Input::Ended;
        self.replan(now, &mut context);
    }

    /// Plans all reads again.
    fn replan(&mut self, now: Duration, context: &mut PollContext<'_>) {
        let mut queue = std::mem::take(&mut self.queue);
        queue.move_all(|queued| self.replanned(now, queued, context));
        self.queue = queue;
    }

    /// Returns when a job is to be read by the current plan; `None` if the queued read is stale.
    fn replanned(
        &self,
        now: Duration,
        queued: &QueuedRead,
        context: &mut PollContext<'_>,
    ) -> Option<Duration> {
        let pending = self.jobs.current(queued)?;
        let Some(started) = pending.started.filter(|_| !pending.failed) else {
            return Some(queued.at);
        };
        let PollContext { planner, quota_pressure, unit } = context;
        let delivery_expected = pending.wait.expects_delivery();
        let quota_pressure = self.quota_pressure(*quota_pressure, delivery_expected, planner);
        let mut context = PollContext { planner, quota_pressure, unit: *unit };
        let next = pending.wait.replanned(now.saturating_sub(started), &mut context);
        Some(next.map_or(queued.at, |next| started.saturating_add(next)))
    }

    /// Sets the budget within the [`horizon`](Self::horizon). Call it before [`next`](Self::next).
    /// By default, there is no limit.
    pub fn supply(&mut self, supply: Supply) {
        self.launches.supply = supply;
    }

    /// Returns the period for which slots matter: until a job that is launched now is first read.
    pub fn horizon(&self) -> Duration {
        self.launches.ahead()
    }

    /// Returns the next step. Call it again when there is a slot, and after every event.
    pub fn next(&self, now: Duration) -> Step {
        let launch = self.launches.input == Input::Offered && self.pending() < MAX_PENDING;
        let launch_is_due = launch && self.launches.is_due();
        let room = self.in_flight() < MAX_IN_FLIGHT;
        let read = self.queue.first().and_then(|queued| Some((self.due(queued)?, queued.slot)));
        match read {
            None if self.is_done() => Step::Done,
            _ if !room => Step::Idle,
            _ if launch_is_due => Step::Launch,
            Some((at, slot)) if at <= now => Step::Read(slot),
            _ if launch && self.launches.has_slots(self.jobs.unread()) => Step::Launch,
            read if launch => {
                let recheck = self.launches.recheck(now);
                Step::Wait(read.map_or(recheck, |(at, _)| at.min(recheck)))
            }
            Some((at, _)) => Step::Wait(at),
            None => Step::Idle,
        }
    }

    fn is_done(&self) -> bool {
        let is_awaited = self.queue.first().is_some() || self.in_flight() > self.abandoned;
        self.launches.input == Input::Ended && !is_awaited
    }

    /// Returns when the first read is due; `None` while the results of probes are awaited.
    fn due(&self, first: QueuedRead) -> Option<Duration> {
        let launched = self.jobs.current(&first).is_some_and(|job| job.started.is_some());
        match launched && self.is_probing() {
            true if self.policy.read_cost().is_some() => self.probes.next(),
            true => Some(self.probes.next()?.max(first.at)),
            false => Some(first.at),
        }
    }

    /// Returns whether durations are unknown and slots are scarce.
    fn is_probing(&self) -> bool {
        let unread = self.jobs.unread();
        self.launches.supply.requests < unread * AMPLE_SLOTS
            && self.probes.are_useful(unread, self.max_wait)
    }

    /// Records that the launch that [`next`](Self::next) returned was sent.
    pub fn launch(&mut self) {
        self.launches.sent();
    }

    /// Records that a launch failed.
    pub fn launch_failed(&mut self) {
        self.launches.ended();
    }

    /// Records that a launch succeeded. `delivery_expected` states whether a webhook is expected to
    /// deliver the result. Returns the slot of the job, and when it is first read.
    pub fn launched(
        &mut self,
        now: Duration,
        job: T,
        start: JobOrigin,
        delivery_expected: bool,
        context: PollContext<'_>,
    ) -> (JobSlot, Duration) {
        self.launches.ended();
        self.probes.launched(now, context.planner.times().len());
        let (slot, at) = self.add(now, job, start, delivery_expected, context);
        self.launches.first_read(at.saturating_sub(now), delivery_expected);
        (slot, at)
    }

    /// Adds a job that was launched earlier. Returns the slot of the job, and when it is first
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
        let slot = self.jobs.insert(Pending::new(job, wait, started));
        self.enqueue(at, slot);
        (slot, at)
    }

    /// Returns the data of a pending job.
    pub fn job(&self, slot: JobSlot) -> Option<&T> {
        Some(&self.jobs.get(slot)?.job)
    }

    /// Sets whether a delivery is expected for a job, if that becomes known later.
    pub fn expect_delivery(&mut self, slot: JobSlot, expected: bool) {
        let Some(pending) = self.jobs.get_mut(slot) else { return };
        pending.wait.expect_delivery(expected);
        if expected {
            self.jobs.settle(slot);
        }
    }

    /// Records that a delivery reported the end of a job, which took `lasted` if the API reports
    /// that. The job is no longer read, and the result of a read in flight is ignored.
    pub fn delivered(
        &mut self,
        now: Duration,
        slot: JobSlot,
        lasted: Option<Duration>,
        planner: &mut Planner,
    ) -> Option<WaitStats> {
        let pending = self.jobs.get_mut(slot).filter(|pending| !pending.over)?;
        let spent = now.saturating_sub(pending.started.unwrap_or(now));
        pending.wait.delivered(spent, lasted, planner);
        let waited = WaitStats { reads: pending.wait.reads(), spent };
        if pending.reading {
            pending.over = true;
            self.abandoned += 1;
            self.jobs.settle(slot);
        } else {
            self.jobs.remove(slot);
        }
        self.drop_stale_reads();
        Some(waited)
    }

    /// Returns the reasons for a read of a job at this time, for logs.
    pub fn expectation(
        &self,
        slot: JobSlot,
        at: Duration,
        mut context: PollContext<'_>,
    ) -> Option<Expectation> {
        let pending = self.jobs.get(slot)?;
        let delivery_expected = pending.wait.expects_delivery();
        context.quota_pressure =
            self.quota_pressure(context.quota_pressure, delivery_expected, context.planner);
        let since = at.saturating_sub(pending.started.unwrap_or(at));
        Some(pending.wait.expectation(since, context))
    }

    /// Records that the read that [`next`](Self::next) returned was sent. Returns the data of the
    /// job.
    pub fn read(&mut self, now: Duration, slot: JobSlot) -> Option<&T> {
        if self.queue.first().is_none_or(|queued| queued.slot != slot) {
            return None;
        }
        self.queue.pop();
        self.reading += 1;
        self.jobs.settle(slot);
        let pending = self.jobs.get_mut(slot)?;
        if pending.wait.expects_delivery() {
            self.launches.read_wasted();
        }
        self.probes.sent();
        pending.started.get_or_insert(now);
        pending.queued = None;
        pending.reading = true;
        self.drop_stale_reads();
        self.job(slot)
    }

    /// Records the result of a read after `took`. Returns what follows; `None` if the result is not
    /// awaited.
    pub fn answered(
        &mut self,
        now: Duration,
        slot: JobSlot,
        took: Duration,
        read: Read,
        mut context: PollContext<'_>,
    ) -> Option<ReadOutcome> {
        let delivery_expected = self.jobs.get(slot)?.wait.expects_delivery();
        let seen = context.quota_pressure;
        context.quota_pressure = self.quota_pressure(seen, delivery_expected, context.planner);
        let pending = self.jobs.get_mut(slot).filter(|pending| pending.reading)?;
        pending.reading = false;
        self.reading = self.reading.saturating_sub(1);
        self.probes.answered();
        if pending.over {
            self.abandoned = self.abandoned.saturating_sub(1);
            self.jobs.remove(slot);
            return None;
        }
        let started = pending.started.unwrap_or(now);
        let since = now.saturating_sub(started);
        pending.failed = matches!(read, Read::Failed { .. });
        let is_over = matches!(read, Read::Over { .. });
        let PollContext { planner, quota_pressure, unit } = context;
        let context = PollContext { planner: &mut *planner, quota_pressure, unit };
        let next = pending.observe(since, took, read, context);
        let reads = pending.wait.reads();
        let after = match next {
            Some(Decision::ReadAt(at)) => {
                let at = started.saturating_add(at);
                self.enqueue(at, slot);
                ReadOutcome::Pending { reads, at }
            }
            next => {
                self.jobs.remove(slot);
                let stopped = next.and_then(Decision::stop_reason);
                ReadOutcome::Ended { waited: WaitStats { reads, spent: since }, stopped }
            }
        };
        if is_over {
            let context = PollContext { planner, quota_pressure: seen, unit };
            self.found_final(now, delivery_expected, context);
        } else {
            self.probes.found_running(now);
            if !delivery_expected {
                self.launches.read_wasted();
            }
        }
        Some(after)
    }

    /// Records that a read found a job that has ended. All reads are planned again with the new
    /// duration, after each power of two of results.
    fn found_final(
        &mut self,
        now: Duration,
        delivery_expected: bool,
        mut context: PollContext<'_>,
    ) {
        self.ended += 1;
        self.probes.found_final();
        if !delivery_expected {
            self.launches.read_paid_off();
        }
        if self.ended.is_power_of_two() {
            self.replan(now, &mut context);
        }
    }

    /// Returns the number of queued reads, including stale ones.
    #[cfg(test)]
    pub(crate) fn queue(&self) -> usize {
        self.queue.len()
    }

    fn in_flight(&self) -> usize {
        self.launches.in_flight() + self.reading
    }

    /// Returns the price of a read of a job under this quota pressure.
    fn quota_pressure(
        &self,
        quota_pressure: QuotaPressure,
        delivery_expected: bool,
        planner: &Planner,
    ) -> QuotaPressure {
        let remaining = self.pending() + EXPECTED_PER_RESULT * self.ended;
        let cost = self.policy.read_cost().unwrap_or(DEFAULT_READ_COST);
        self.launches.quota_pressure(quota_pressure, remaining, cost, delivery_expected, planner)
    }

    fn enqueue(&mut self, at: Duration, slot: JobSlot) {
        if let Some(pending) = self.jobs.get_mut(slot) {
            pending.queued = Some(self.queue.push(at, slot));
        }
    }

    fn drop_stale_reads(&mut self) {
        let pending = self.pending();
        self.queue.drop_stale(pending, |queued| self.jobs.current(queued).is_some());
    }
}
