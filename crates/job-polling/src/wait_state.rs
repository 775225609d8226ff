//! The state machine of a wait: no clock, no async, no random numbers.
//!
//! Times are counted from the start of the wait.

mod pace;

use std::time::Duration;

use self::pace::Pace;
use crate::policy::PollPolicy;
use crate::policy::stretched;
use crate::schedule::{Observation, ObservationId, Planner, QuotaPressure};

/// Time kept for the last read of a wait, at most: the wait ends at its
/// deadline, so its last read has to begin a little earlier.
const LONGEST_ALLOWANCE: Duration = Duration::from_secs(5);

/// A read is never given less time than tokio's clock can tell apart.
const SHORTEST_READ: Duration = Duration::from_millis(1);

/// Longer waits are the same as this one; it keeps sums from overflowing.
const LONGEST_WAIT: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// No job is read twice within this time: a read costs quota.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);

/// A job that looks older than this when it is first read has been dated by clocks
/// that disagree, or in another time zone.
const OLDEST: Duration = Duration::from_secs(15 * 60);

/// What is known of a job when a wait for it begins.
#[derive(Debug, Clone, Copy)]
pub enum JobOrigin {
    /// It was launched by this process.
    Launched {
        /// How long ago the launch was answered.
        age: Duration,
        /// How long the launch took.
        took: Duration,
    },
    /// Only its id is known.
    PickedUp,
}

/// What a decision goes by, beside the wait itself.
#[derive(Debug)]
pub struct PollContext<'a> {
    /// Knows how long jobs of this kind take. It learns from each read, whatever
    /// the policy.
    pub planner: &'a mut Planner,
    /// How scarce requests are now.
    pub scarcity: QuotaPressure,
    /// A random number from 0 to 1 that spreads the decision; 0.5 does not.
    pub unit: f64,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Read the job at this time.
    ReadAt(Duration),
    /// The wait is over, and the job is not.
    GiveUp(StopReason),
}

/// What speaks for a read.
#[derive(Debug, Clone)]
pub struct Expectation {
    /// The policy that planned the read.
    pub policy: PollPolicy,
    /// How old the job is when it is read, if that can be told.
    pub age: Option<Duration>,
    /// How likely it is over then.
    pub chance_over: Option<f64>,
    /// For how long it has been over then, on average.
    pub lag: Option<Duration>,
    /// What a read costs now, if the policy asks for that.
    pub price: Option<Duration>,
}

/// Why a wait ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// The deadline is here.
    Deadline,
    /// The API wants no read for so long that the deadline would be over.
    RetryAfterBeyondDeadline(Duration),
}

/// Decides when a job is read: the state machine of a wait.
///
/// Ask [`first`](Self::first) when the first read is due. After each read, tell
/// what it brought and how long it took, and do as the answer says. All times are
/// counted from the start of the wait.
///
/// ```
/// use std::time::Duration;
/// use job_polling::schedule::{Planner, QuotaPressure};
/// use job_polling::wait_state::{Decision, PollContext, JobOrigin, WaitState};
/// use job_polling::{DurationHistory, PollPolicy};
///
/// let mut planner = Planner::new(DurationHistory::new());
/// fn outlook(planner: &mut Planner) -> PollContext<'_> {
///     PollContext { planner, scarcity: QuotaPressure::NONE, unit: 0.5 }
/// }
/// let launched = JobOrigin::Launched { age: Duration::ZERO, took: Duration::ZERO };
/// let minute = Duration::from_secs(60);
/// let mut waiter = WaitState::new(PollPolicy::recommended(), minute, launched);
///
/// let first = waiter.first(outlook(&mut planner));
/// assert_eq!(first, Duration::from_secs(2));
/// let took = Duration::from_millis(100);
/// let next = waiter.still_running(first + took, took, None, outlook(&mut planner));
/// assert_eq!(next, Decision::ReadAt(first + took + Duration::from_secs(4)));
/// ```
#[derive(Debug, Clone)]
pub struct WaitState {
    policy: PollPolicy,
    deadline: Duration,
    start: JobOrigin,
    /// From when on the age counts, if that is known.
    origin: Option<Origin>,
    /// How old the job was when the wait began, by its `start_date`.
    dated: Option<Duration>,
    /// When it was last seen running.
    looked: Option<Duration>,
    ticket: Option<ObservationId>,
    step: u32,
    placed: bool,
    slowest: Duration,
    reads: u32,
    /// How many reads a plan may still make.
    pace: Option<Pace>,
    /// No read is made before, whatever is known later.
    not_before: Duration,
    /// The last plan was overdue when it was made.
    overdue: bool,
    /// Whether a webhook delivers the end as well.
    delivery_expected: bool,
}

/// From when on a job's age counts: from its launch, or from the first read that saw
/// it running. A job that was picked up is older than that, but nobody knows by how
/// much: its dates are those of another clock.
#[derive(Debug, Clone, Copy)]
struct Origin {
    at: Duration,
    /// The age at that time.
    age: Duration,
}

impl Origin {
    fn age_at(self, now: Duration) -> Duration {
        self.age.saturating_add(now.saturating_sub(self.at))
    }
}

impl WaitState {
    /// A wait of `max_wait` at most.
    pub fn new(policy: PollPolicy, max_wait: Duration, start: JobOrigin) -> Self {
        let (origin, slowest) = match start {
            // The job began somewhere within the launch.
            JobOrigin::Launched { age, took } => {
                let age = age.saturating_add(took / 2);
                (Some(Origin { at: Duration::ZERO, age }), took)
            }
            JobOrigin::PickedUp => (None, Duration::ZERO),
        };
        let pace = policy.read_cost().map(Pace::new);
        Self {
            policy,
            deadline: max_wait.min(LONGEST_WAIT),
            start,
            origin,
            dated: None,
            looked: None,
            ticket: None,
            step: 0,
            placed: false,
            slowest,
            reads: 0,
            pace,
            not_before: Duration::ZERO,
            overdue: false,
            delivery_expected: false,
        }
    }

    /// Whether the end of the job is delivered by a webhook as well: with a policy
    /// that plans, reads are then due when the delivery is overdue. Unless told, it
    /// is not.
    pub fn expect_delivery(&mut self, expected: bool) {
        self.delivery_expected = expected;
    }

    /// When the first read is due: early enough to end by the deadline. As nothing is
    /// known of how long a read takes, 5 s are kept for it, or a fourth of a shorter wait;
    /// and twice as long as the launch took, up to half of the wait.
    pub fn first(&mut self, outlook: PollContext<'_>) -> Duration {
        let JobOrigin::Launched { age, .. } = self.start else { return Duration::ZERO };
        let due = self.planned(Duration::ZERO, outlook.scarcity, outlook.unit, outlook.planner);
        let due = due.unwrap_or_else(|| {
            let pause = self.policy.spread_pause(self.step, outlook.unit);
            self.step += 1;
            pause.saturating_sub(age)
        });
        due.min(self.last_start())
    }

    /// When the read that is awaited is due by what is known now; `None` if the
    /// policy does not plan.
    pub fn again(&self, now: Duration, outlook: &mut PollContext<'_>) -> Option<Duration> {
        let PollContext { planner, scarcity, unit } = outlook;
        let due = self.planned(now, *scarcity, *unit, planner)?;
        Some(due.max(self.not_before).min(self.last_start()))
    }

    /// The job was read and is not over. `age` is the job's age by the server's
    /// clock if that can be told (more than 15 minutes counts as if it could not),
    /// `took` how long the read took.
    ///
    /// The age of a job that was picked up counts from the first of these reads. What
    /// its dates say can bring reads forward, within what the wait may spend, and
    /// never puts them off.
    pub fn still_running(
        &mut self,
        now: Duration,
        took: Duration,
        age: Option<Duration>,
        outlook: PollContext<'_>,
    ) -> Decision {
        self.read(now, took);
        let PollContext { planner, scarcity, unit } = outlook;
        let seen = looked_at(now, took);
        self.looked = self.looked.max(Some(seen));
        if self.origin.is_none() {
            self.origin = Some(Origin { at: seen, age: Duration::ZERO });
            self.dated = age.filter(|age| *age <= OLDEST).map(|age| age.saturating_sub(seen));
        }
        if let Some(running) = self.running() {
            self.ticket = Some(planner.record(self.ticket, Observation::running(running)));
        }
        if !self.placed && self.pace.is_none() {
            let age = self.dated.map(|age| age.saturating_add(now)).or(self.age_at(now));
            self.step = self.step.max(age.map_or(0, |age| self.policy.step_at(age)));
            self.placed = true;
        }
        let planned = self.planned(now, scarcity, unit, planner);
        let was_overdue = std::mem::replace(&mut self.overdue, planned == Some(now));
        let due = match planned {
            // A plan that is overdue whenever it is made does not fit what is seen.
            Some(_) if self.overdue && was_overdue => self.paced(now, unit),
            Some(due) => {
                self.step = 0;
                due.max(now.saturating_add(SHORTEST_PAUSE))
            }
            None => self.paced(now, unit),
        };
        self.next(now, due, None)
    }

    /// A read failed in a way that the next one may not.
    pub fn failed(
        &mut self,
        now: Duration,
        took: Duration,
        retry_after: Option<Duration>,
        outlook: PollContext<'_>,
    ) -> Decision {
        self.read(now, took);
        self.not_sent(now, retry_after, outlook)
    }

    /// A read that was due was not made: there was no slot for it.
    pub fn not_sent(
        &mut self,
        now: Duration,
        retry_after: Option<Duration>,
        outlook: PollContext<'_>,
    ) -> Decision {
        let PollContext { planner, scarcity, unit } = outlook;
        let planned = self.planned(now, scarcity, unit, planner).unwrap_or(now);
        let due = self.paced(now, unit).max(planned);
        self.next(now, due, retry_after)
    }

    /// The job was read and is over. `lasted` is how long it took if the API says
    /// so.
    pub fn over(
        &mut self,
        now: Duration,
        took: Duration,
        lasted: Option<Duration>,
        planner: &mut Planner,
    ) {
        self.read(now, took);
        let seen = looked_at(now, took);
        match self.start {
            JobOrigin::Launched { .. } => self.launched_is_over(seen, lasted, planner),
            JobOrigin::PickedUp => self.picked_up_is_over(seen, lasted, planner),
        }
    }

    fn launched_is_over(&self, seen: Duration, lasted: Option<Duration>, planner: &mut Planner) {
        let Some(origin) = self.origin else { return };
        let (over, running) = (origin.age_at(seen), self.running().unwrap_or_default());
        // Of a job that was over long before anybody looked, only the API can
        // say how long it took.
        if lasted.is_some() || !running.is_zero() || origin.age < over / 2 {
            planner.record(self.ticket, Observation::over(running, over, lasted));
        }
        // What was over before the wait may have been delivered before it.
        if self.delivery_expected && lasted.unwrap_or(over) >= origin.age {
            planner.delivery_missing(lasted.map(|lasted| over.saturating_sub(lasted)));
        }
    }

    fn picked_up_is_over(&self, seen: Duration, lasted: Option<Duration>, planner: &mut Planner) {
        // What was over when it was first read teaches nothing.
        let Some(looked) = self.looked else { return };
        self.record_lasted(seen, lasted, planner);
        if self.delivery_expected {
            planner.delivery_missing(Some(seen.saturating_sub(looked)));
        }
    }

    /// Learns how long a job took that was picked up and then seen running: only
    /// the API can say that.
    fn record_lasted(&self, seen: Duration, lasted: Option<Duration>, planner: &mut Planner) {
        let lasted = lasted.filter(|lasted| *lasted <= OLDEST);
        if let (Some(running), Some(over), Some(lasted)) =
            (self.running(), self.age_at(seen), lasted)
        {
            let seen = Observation::over(running, over.max(lasted), Some(lasted));
            planner.record(self.ticket, seen);
        }
    }

    /// A delivery says that the job is over. `lasted` is how long it took if the API
    /// says so. That ends the wait; a read that is under way does not count any more.
    pub fn delivered(&mut self, now: Duration, lasted: Option<Duration>, planner: &mut Planner) {
        let Some(origin) = self.origin else { return };
        if matches!(self.start, JobOrigin::PickedUp) {
            self.record_lasted(now, lasted, planner);
            planner.delivery_came(None);
            return;
        }
        let over = origin.age_at(now);
        // It may have lain there for long.
        if now.is_zero() || lasted.unwrap_or(over) < origin.age {
            return;
        }
        // Without a word of the API's, it is as long as it took to be told.
        let running = self.running().unwrap_or_default();
        planner.record(self.ticket, Observation::over(running, over, lasted.or(Some(over))));
        planner.delivery_came(lasted.map(|lasted| over.saturating_sub(lasted)));
    }

    /// The read failed, and no further one can help.
    pub fn ended(&mut self, took: Duration) {
        self.count(took);
    }

    /// How long a read that starts now may take.
    pub fn read_limit(&self, now: Duration) -> Duration {
        self.deadline.saturating_sub(now).max(SHORTEST_READ)
    }

    pub(crate) fn expects_delivery(&self) -> bool {
        self.delivery_expected
    }

    /// What speaks for a read at this time, for people.
    pub fn expectation(&self, at: Duration, outlook: PollContext<'_>) -> Expectation {
        let PollContext { planner, scarcity, .. } = outlook;
        let (age, running) = (self.age_at(at), self.running().unwrap_or_default());
        Expectation {
            policy: self.policy.clone(),
            age,
            chance_over: age.map(|age| planner.chance_over(running, age)),
            lag: age.map(|age| planner.expected_lag(running, age)),
            price: self.policy.read_cost().map(|cost| scarcity.price(cost)),
        }
    }

    /// How many reads were made.
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

    fn age_at(&self, now: Duration) -> Option<Duration> {
        Some(self.origin?.age_at(now))
    }

    /// The age at which it was last seen running.
    fn running(&self) -> Option<Duration> {
        self.age_at(self.looked?)
    }

    /// When the next read is worth it, if the policy asks for that and it is known
    /// how old the job is at least.
    fn planned(
        &self,
        now: Duration,
        scarcity: QuotaPressure,
        unit: f64,
        planner: &mut Planner,
    ) -> Option<Duration> {
        let price = scarcity.price(self.policy.spread_read_cost(unit)?);
        let running = self.running().unwrap_or_default();
        let mut pause = self.pause(running, self.age_at(now)?, price, unit, planner);
        if let (Some(dated), Some(looked)) = (self.dated, self.looked) {
            let [running, age] = [looked, now].map(|time| dated.saturating_add(time));
            pause = pause.min(self.pause(running, age, price, unit, planner));
        }
        Some(now.saturating_add(pause))
    }

    /// How long until a read is worth it of a job of this age that was seen running
    /// at the other.
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

    /// When the policy's next pause is over.
    fn paced(&mut self, now: Duration, unit: f64) -> Duration {
        let pause = self.policy.spread_pause(self.step, unit);
        self.step = self.step.saturating_add(1);
        now.saturating_add(pause)
    }

    fn next(&mut self, now: Duration, due: Duration, retry_after: Option<Duration>) -> Decision {
        let allowed = now.saturating_add(retry_after.unwrap_or(Duration::ZERO));
        let paced = self.pace.as_ref().map_or(Duration::ZERO, Pace::next);
        let due = due.max(allowed).max(paced);
        // Of a policy that plans, only what goes wrong has steps.
        let soonest = if self.step > 0 { due } else { now.saturating_add(SHORTEST_PAUSE) };
        self.not_before = soonest.max(allowed).max(paced);
        let last = self.last_start();
        if due <= last {
            Decision::ReadAt(due)
        } else if retry_after.is_some() && allowed >= self.deadline {
            Decision::GiveUp(StopReason::RetryAfterBeyondDeadline(allowed - now))
        } else if now < last {
            Decision::ReadAt(last.max(allowed))
        } else {
            Decision::GiveUp(StopReason::Deadline)
        }
    }

    /// When the last read starts, so that it can end by the deadline. How long a read
    /// takes is not known before the first one.
    fn last_start(&self) -> Duration {
        let twice = self.slowest * 2;
        let kept = match self.reads {
            0 => twice.min(self.deadline / 2).max(LONGEST_ALLOWANCE.min(self.deadline / 4)),
            _ => twice.min(LONGEST_ALLOWANCE),
        };
        self.deadline.saturating_sub(kept)
    }
}

/// When the server looked at the job, more or less.
fn looked_at(now: Duration, took: Duration) -> Duration {
    now.saturating_sub(took / 2)
}

#[cfg(test)]
mod bounds_tests;
#[cfg(test)]
mod tests;
