//! [`WaitState`]: determines when one job is read, without a clock, async or random numbers.
//!
//! Times are measured from the start of the wait.

mod decision;
mod job_age;
mod pace;

use std::time::Duration;

pub use self::decision::{Decision, Expectation, JobOrigin, PollContext, StopReason};
use self::job_age::{JobAge, OLDEST, Origin};
use self::pace::Pace;
use crate::policy::{PollPolicy, PollProgress, stretched};
use crate::schedule::{Observation, ObservationId, Planner, QuotaPressure};

/// The maximum time reserved for the last read of a wait. The wait ends at its deadline, so its
/// last read starts a little earlier.
const LONGEST_ALLOWANCE: Duration = Duration::from_secs(5);

/// The minimum time limit of a read: the resolution of tokio's clock.
const SHORTEST_READ: Duration = Duration::from_millis(1);

/// The maximum duration of a wait. Longer waits are reduced to it, so that sums do not overflow.
const LONGEST_WAIT: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// The minimum pause between two reads of a job: a read costs quota.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);

/// Decides when a job is read: the state machine of a wait.
///
/// [`first`](Self::first) returns when the first read is due. After each read, report its result
/// and its duration, and follow the returned decision. All times are measured from the start of the
/// wait.
///
/// ```
/// use std::time::Duration;
/// use job_polling::schedule::{Planner, QuotaPressure};
/// use job_polling::wait_state::{Decision, PollContext, JobOrigin, WaitState};
/// use job_polling::{DurationHistory, PollPolicy};
///
/// let mut planner = Planner::new(DurationHistory::new());
/// fn context(planner: &mut Planner) -> PollContext<'_> {
///     PollContext::new(planner, QuotaPressure::NONE, 0.5)
/// }
/// let launched = JobOrigin::Launched { age: Duration::ZERO, took: Duration::ZERO };
/// let minute = Duration::from_secs(60);
/// let mut wait = WaitState::new(PollPolicy::recommended(), minute, launched);
///
/// let first = wait.first(context(&mut planner));
/// assert_eq!(first, Duration::from_secs(2));
/// let took = Duration::from_millis(100);
/// let next = wait.still_running(first + took, took, None, context(&mut planner));
/// assert_eq!(next, Decision::ReadAt(first + took + Duration::from_secs(4)));
/// ```
#[derive(Debug, Clone)]
pub struct WaitState {
    policy: PollPolicy,
    deadline: Duration,
    start: JobOrigin,
    age: JobAge,
    observation: Option<ObservationId>,
    step: u32,
    placed: bool,
    slowest: Duration,
    reads: u32,
    /// The limit on planned reads.
    pace: Option<Pace>,
    /// The time before which no read is brought forward.
    not_before: Duration,
    /// Whether the last attempt to read failed, or was not sent.
    failed: bool,
    /// Whether the last plan was overdue when it was made.
    overdue: bool,
    /// Whether a webhook is expected to deliver the result as well.
    delivery_expected: bool,
}

impl WaitState {
    /// Creates a wait for at most `max_wait`.
    pub fn new(policy: PollPolicy, max_wait: Duration, start: JobOrigin) -> Self {
        let (origin, slowest) = match start {
            // The job started at some time during the launch.
            JobOrigin::Launched { age, took } => {
                let age = age.saturating_add(took / 2);
                (Some(Origin { at: Duration::ZERO, age }), took)
            }
            JobOrigin::FromId => (None, Duration::ZERO),
        };
        let pace = policy.read_cost().map(Pace::new);
        Self {
            policy,
            deadline: max_wait.min(LONGEST_WAIT),
            start,
            age: JobAge::new(origin),
            observation: None,
            step: 0,
            placed: false,
            slowest,
            reads: 0,
            pace,
            not_before: Duration::ZERO,
            failed: false,
            overdue: false,
            delivery_expected: false,
        }
    }

    /// Sets whether a webhook is expected to deliver the result as well: with a policy that plans,
    /// reads are then due when the delivery is overdue. By default, none is expected.
    pub fn expect_delivery(&mut self, expected: bool) {
        self.delivery_expected = expected;
    }

    /// Returns when the first read is due, early enough to end by the deadline. The duration of a
    /// read is unknown, so 5 s are reserved for it, or a quarter of a shorter wait, and at least
    /// twice the duration of the launch, up to half of the wait.
    pub fn first(&mut self, context: PollContext<'_>) -> Duration {
        let JobOrigin::Launched { age, .. } = self.start else { return Duration::ZERO };
        let due =
            self.planned(Duration::ZERO, context.quota_pressure, context.unit, context.planner);
        let due = due.unwrap_or_else(|| {
            let progress = self.progress(Duration::ZERO, context.quota_pressure);
            let pause = self.policy.spread_pause(self.step, &progress, context.unit);
            self.step += 1;
            pause.saturating_sub(age)
        });
        due.min(self.last_start())
    }

    /// Returns when the next read is due by the current plan; `None` if the policy does not plan.
    pub fn replanned(&self, now: Duration, context: &mut PollContext<'_>) -> Option<Duration> {
        let PollContext { planner, quota_pressure, unit } = context;
        let due = self.planned(now, *quota_pressure, *unit, planner)?;
        Some(due.max(self.not_before).min(self.last_start()))
    }

    /// Reports that a read found the job running. `age` is the age of the job by the server's
    /// clock, if it is known (more than 15 minutes counts as unknown); `took` is the duration of
    /// the read.
    ///
    /// The age of a job that was launched elsewhere is measured from the first of these reads. Its
    /// dates can bring reads forward, within the limit on reads, but never delay them.
    pub fn still_running(
        &mut self,
        now: Duration,
        took: Duration,
        age: Option<Duration>,
        context: PollContext<'_>,
    ) -> Decision {
        self.read(now, took);
        self.failed = false;
        let PollContext { planner, quota_pressure, unit } = context;
        let seen = observed_at(now, took);
        self.age.found_running(seen, age);
        if let Some(running) = self.age.running() {
            self.observation =
                Some(planner.record(self.observation, Observation::running(running)));
        }
        if !self.placed && self.pace.is_none() {
            let age = self.age.dated_at(now).or(self.age.at(now));
            self.step = self.step.max(age.map_or(0, |age| self.policy.step_at(age)));
            self.placed = true;
        }
        let planned = self.planned(now, quota_pressure, unit, planner);
        let was_overdue = std::mem::replace(&mut self.overdue, planned == Some(now));
        let due = match planned {
            // A plan that is overdue twice in a row does not fit the observations.
            Some(_) if self.overdue && was_overdue => self.paced(now, quota_pressure, unit),
            Some(due) => {
                self.step = 0;
                due.max(now.saturating_add(SHORTEST_PAUSE))
            }
            None => self.paced(now, quota_pressure, unit),
        };
        self.next(now, due, None)
    }

    /// Reports that a read failed, but the next one may succeed.
    pub fn failed(
        &mut self,
        now: Duration,
        took: Duration,
        retry_after: Option<Duration>,
        context: PollContext<'_>,
    ) -> Decision {
        self.read(now, took);
        self.not_sent(now, retry_after, context)
    }

    /// Reports that a due read was not sent, for lack of a slot.
    pub fn not_sent(
        &mut self,
        now: Duration,
        retry_after: Option<Duration>,
        context: PollContext<'_>,
    ) -> Decision {
        self.failed = true;
        let PollContext { planner, quota_pressure, unit } = context;
        let planned = self.planned(now, quota_pressure, unit, planner).unwrap_or(now);
        let due = self.paced(now, quota_pressure, unit).max(planned);
        self.next(now, due, retry_after)
    }

    /// Reports that a read found that the job has ended. `lasted` is the duration of the job if the
    /// API reports it.
    pub fn over(
        &mut self,
        now: Duration,
        took: Duration,
        lasted: Option<Duration>,
        planner: &mut Planner,
    ) {
        self.read(now, took);
        let seen = observed_at(now, took);
        match self.start {
            JobOrigin::Launched { .. } => self.launched_is_over(seen, lasted, planner),
            JobOrigin::FromId => self.picked_up_is_over(seen, lasted, planner),
        }
    }

    fn launched_is_over(&self, seen: Duration, lasted: Option<Duration>, planner: &mut Planner) {
        let Some(origin) = self.age.origin else { return };
        let (over, running) = (origin.age_at(seen), self.age.running().unwrap_or_default());
        // If the job ended long before the first read, only the API knows its duration.
        if lasted.is_some() || !running.is_zero() || origin.age < over / 2 {
            planner.record(self.observation, Observation::over(running, over, lasted));
        }
        // A job that ended before the wait may have been delivered before it.
        if self.delivery_expected && lasted.unwrap_or(over) >= origin.age {
            planner.delivery_missing(lasted.map(|lasted| over.saturating_sub(lasted)));
        }
    }

    fn picked_up_is_over(&self, seen: Duration, lasted: Option<Duration>, planner: &mut Planner) {
        // A job that had ended at its first read provides no information.
        let Some(last_running) = self.age.last_running else { return };
        self.record_lasted(seen, lasted, planner);
        if self.delivery_expected {
            planner.delivery_missing(Some(seen.saturating_sub(last_running)));
        }
    }

    /// Learns the duration of a job that was launched elsewhere and found running: only the API
    /// knows it.
    fn record_lasted(&self, seen: Duration, lasted: Option<Duration>, planner: &mut Planner) {
        let lasted = lasted.filter(|lasted| *lasted <= OLDEST);
        if let (Some(running), Some(over), Some(lasted)) =
            (self.age.running(), self.age.at(seen), lasted)
        {
            let seen = Observation::over(running, over.max(lasted), Some(lasted));
            planner.record(self.observation, seen);
        }
    }

    /// Reports that a delivery reported the end of the job. `lasted` is its duration if the API
    /// reports it. This ends the wait; the result of a read in flight is no longer counted.
    pub fn delivered(&mut self, now: Duration, lasted: Option<Duration>, planner: &mut Planner) {
        let Some(origin) = self.age.origin else { return };
        if matches!(self.start, JobOrigin::FromId) {
            self.record_lasted(now, lasted, planner);
            planner.delivery_came(None);
            return;
        }
        let over = origin.age_at(now);
        // The delivery may have arrived long ago.
        if now.is_zero() || lasted.unwrap_or(over) < origin.age {
            return;
        }
        // If the API does not report the duration, the delivery marks the end.
        let running = self.age.running().unwrap_or_default();
        planner.record(self.observation, Observation::over(running, over, lasted.or(Some(over))));
        planner.delivery_came(lasted.map(|lasted| over.saturating_sub(lasted)));
    }

    /// Reports that a read failed permanently.
    pub fn ended(&mut self, took: Duration) {
        self.count(took);
    }

    /// Returns the time limit of a read that starts now.
    pub fn read_limit(&self, now: Duration) -> Duration {
        self.deadline.saturating_sub(now).max(SHORTEST_READ)
    }

    pub(crate) fn expects_delivery(&self) -> bool {
        self.delivery_expected
    }

    /// Returns the reasons for a read at this time, for logs.
    pub fn expectation(&self, at: Duration, context: PollContext<'_>) -> Expectation {
        let PollContext { planner, quota_pressure, .. } = context;
        let (age, running) = (self.age.at(at), self.age.running().unwrap_or_default());
        Expectation {
            policy: self.policy.clone(),
            age,
            chance_over: age.map(|age| planner.chance_over(running, age)),
            lag: age.map(|age| planner.expected_lag(running, age)),
            price: self.policy.read_cost().map(|cost| quota_pressure.price(cost)),
        }
    }

    /// Returns the number of reads so far.
    pub fn reads(&self) -> u32 {
        self.reads
    }

    fn read(&mut self, now: Duration, took: Duration) {
        self.count(took);
        if let Some(pace) = &mut self.pace {
            pace.spend(now.saturating_sub(took));
        }
    }

    fn count(&mut self, took: Duration) {
        self.reads = self.reads.saturating_add(1);
        self.slowest = self.slowest.max(took);
    }

    /// Returns when the next read is worth its price, if the policy plans and a minimum age of the
    /// job is known.
    fn planned(
        &self,
        now: Duration,
        quota_pressure: QuotaPressure,
        unit: f64,
        planner: &mut Planner,
    ) -> Option<Duration> {
        let price = quota_pressure.price(self.policy.spread_read_cost(unit)?);
        let running = self.age.running().unwrap_or_default();
        let mut pause = self.pause(running, self.age.at(now)?, price, unit, planner);
        if let (Some(running), Some(age)) = (self.age.dated_running(), self.age.dated_at(now)) {
            pause = pause.min(self.pause(running, age, price, unit, planner));
        }
        Some(now.saturating_add(pause))
    }

    /// Returns the time until a read is worth its price, for a job of age `age` that was found
    /// running at age `running`.
    fn pause(
        &self,
        running: Duration,
        age: Duration,
        price: Duration,
        unit: f64,
        planner: &mut Planner,
    ) -> Duration {
        let due = if self.delivery_expected {
            planner.next_read_beside_deliveries(running, age, price)
        } else {
            planner.next_read(running, age, price)
        };
        let exploration = planner.exploration() * (self.policy.spread(unit) - 1.0);
        stretched(due, (1.0 + exploration).max(0.0)).saturating_sub(age)
    }

    /// Returns when the next pause of the policy ends.
    fn paced(&mut self, now: Duration, quota_pressure: QuotaPressure, unit: f64) -> Duration {
        let progress = self.progress(now, quota_pressure);
        let pause = self.policy.spread_pause(self.step, &progress, unit);
        self.step = self.step.saturating_add(1);
        now.saturating_add(pause)
    }

    /// Returns the information on which a custom policy can base its pause.
    fn progress(&self, now: Duration, quota_pressure: QuotaPressure) -> PollProgress {
        PollProgress {
            reads: self.reads,
            waited: now,
            max_wait: self.deadline,
            age: self.age.at(now),
            quota_pressure,
            failed: self.failed,
            delivery_expected: self.delivery_expected,
        }
    }

    fn next(&mut self, now: Duration, due: Duration, retry_after: Option<Duration>) -> Decision {
        let allowed = now.saturating_add(retry_after.unwrap_or(Duration::ZERO));
        let paced = self.pace.as_ref().map_or(Duration::ZERO, Pace::next);
        let due = due.max(allowed).max(paced);
        // A policy that plans counts steps only after failures.
        let soonest = if self.step > 0 { due } else { now.saturating_add(SHORTEST_PAUSE) };
        self.not_before = soonest.max(allowed).max(paced);
        let last = self.last_start();
        if due <= last {
            Decision::ReadAt(due)
        } else if retry_after.is_some() && allowed >= self.deadline {
            Decision::Stop(StopReason::RetryAfterBeyondDeadline(allowed - now))
        } else if now < last {
            Decision::ReadAt(last.max(allowed))
        } else {
            Decision::Stop(StopReason::Deadline)
        }
    }

    /// Returns the latest start of the last read, so that it can end by the deadline. The duration
    /// of a read is unknown before the first one.
    fn last_start(&self) -> Duration {
        let twice = self.slowest * 2;
        let kept = match self.reads {
            0 => twice.min(self.deadline / 2).max(LONGEST_ALLOWANCE.min(self.deadline / 4)),
            _ => twice.min(LONGEST_ALLOWANCE),
        };
        self.deadline.saturating_sub(kept)
    }
}

/// Returns the approximate time at which the server looked up the job.
fn observed_at(now: Duration, took: Duration) -> Duration {
    now.saturating_sub(took / 2)
}

#[cfg(test)]
mod bounds_tests;
#[cfg(test)]
mod tests;
