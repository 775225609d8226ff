//! The state machine of a wait: no clock, no async, no random numbers.
//!
//! Times are counted from the start of the wait.

use std::time::Duration;

use crate::PollPolicy;
use crate::schedule::{Planner, Scarcity, Seen, Ticket, stretched};

/// Time kept for the last read of a wait, at most: the wait ends at its
/// deadline, so its last read has to begin a little earlier.
const LONGEST_ALLOWANCE: Duration = Duration::from_secs(5);

/// A read is never given less time than tokio's clock can tell apart.
const SHORTEST_READ: Duration = Duration::from_millis(1);

/// Longer waits are the same as this one; it keeps sums from overflowing.
const LONGEST_WAIT: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// No job is read twice within this time: a read costs quota.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);

/// No job is taken for older when it is first seen: one that looks older has been
/// dated by clocks that disagree, or in another time zone, and is better read as if
/// its age were not known than hardly at all.
const OLDEST: Duration = Duration::from_secs(15 * 60);

/// What is known of a job when a wait for it begins.
#[derive(Debug, Clone, Copy)]
pub enum Start {
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
pub struct Outlook<'a> {
    /// Knows how long jobs of this kind take. It learns from each read, whatever
    /// the policy.
    pub planner: &'a mut Planner,
    /// How scarce requests are now.
    pub scarcity: Scarcity,
    /// A random number from 0 to 1 that spreads the decision; 0.5 does not.
    pub unit: f64,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Read the job at this time.
    ReadAt(Duration),
    /// The wait is over, and the job is not.
    GiveUp(GaveUp),
}

/// What speaks for a read.
#[derive(Debug, Clone)]
pub(crate) struct Expectation {
    pub(crate) policy: PollPolicy,
    /// How old the job is when it is read, if that can be told.
    pub(crate) age: Option<Duration>,
    /// How likely it is over then.
    pub(crate) chance_over: Option<f64>,
    /// For how long it has been over then, on average.
    pub(crate) lag: Option<Duration>,
    /// What a read costs now, if the policy asks for that.
    pub(crate) price: Option<Duration>,
}

/// Why a wait ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GaveUp {
    /// The deadline is here.
    Deadline,
    /// The API wants no read for so long that the deadline would be over.
    ToldToStayAway(Duration),
}

/// Decides when a job is read: the state machine of a wait.
///
/// Ask [`first`](Self::first) when the first read is due. After each read, tell
/// what it brought and how long it took, and do as the answer says. All times are
/// counted from the start of the wait.
///
/// ```
/// use std::time::Duration;
/// use waterfall::schedule::{Next, Outlook, Planner, Scarcity, Start, Waiter};
/// use waterfall::{JobTimes, PollPolicy};
///
/// let mut planner = Planner::new(JobTimes::new());
/// fn outlook(planner: &mut Planner) -> Outlook<'_> {
///     Outlook { planner, scarcity: Scarcity::NONE, unit: 0.5 }
/// }
/// let launched = Start::Launched { age: Duration::ZERO, took: Duration::ZERO };
/// let minute = Duration::from_secs(60);
/// let mut waiter = Waiter::new(PollPolicy::vendor(), minute, launched);
///
/// let first = waiter.first(outlook(&mut planner));
/// assert_eq!(first, Duration::from_secs(2));
/// let took = Duration::from_millis(100);
/// let next = waiter.still_running(first + took, took, None, outlook(&mut planner));
/// assert_eq!(next, Next::ReadAt(first + took + Duration::from_secs(4)));
/// ```
#[derive(Debug, Clone)]
pub struct Waiter {
    policy: PollPolicy,
    deadline: Duration,
    start: Start,
    /// How old the job was when the wait began.
    age: Option<Duration>,
    /// The age at which it was last seen running.
    running: Duration,
    ticket: Option<Ticket>,
    step: u32,
    placed: bool,
    slowest: Duration,
    reads: u32,
    /// Whether a webhook delivers the end as well.
    fed: bool,
}

impl Waiter {
    /// A wait of `max_wait` at most.
    pub fn new(policy: PollPolicy, max_wait: Duration, start: Start) -> Self {
        let (age, slowest) = match start {
            // The job began somewhere within the launch.
            Start::Launched { age, took } => (Some(age.saturating_add(took / 2)), took),
            Start::PickedUp => (None, Duration::ZERO),
        };
        Self {
            policy,
            deadline: max_wait.min(LONGEST_WAIT),
            start,
            age,
            running: Duration::ZERO,
            ticket: None,
            step: 0,
            placed: false,
            slowest,
            reads: 0,
            fed: false,
        }
    }

    /// Whether the end of the job is delivered by a webhook as well: with a policy
    /// that plans, reads are then due when the delivery is overdue. Unless told, it
    /// is not.
    pub fn expect_delivery(&mut self, expected: bool) {
        self.fed = expected;
    }

    /// When the first read is due.
    pub fn first(&mut self, outlook: Outlook<'_>) -> Duration {
        let Start::Launched { age, .. } = self.start else { return Duration::ZERO };
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
    pub(crate) fn again(&self, now: Duration, outlook: &mut Outlook<'_>) -> Option<Duration> {
        let Outlook { planner, scarcity, unit } = outlook;
        let due = self.planned(now, *scarcity, *unit, planner)?;
        Some(due.min(self.last_start()))
    }

    /// The job was read and is not over. `age` is the job's age by the server's
    /// clock if that can be told (more than 15 minutes counts as if it could not),
    /// `took` how long the read took.
    pub fn still_running(
        &mut self,
        now: Duration,
        took: Duration,
        age: Option<Duration>,
        outlook: Outlook<'_>,
    ) -> Next {
        self.count(took);
        // Our own clock is the better one where it has seen the launch.
        let seen = looked_at(now, took);
        let age = age.filter(|age| *age <= OLDEST);
        self.age = self.age.or_else(|| Some(age?.saturating_sub(seen)));
        if let Some(age) = self.age {
            self.running = self.running.max(age.saturating_add(seen));
            let running = Seen::running(self.running);
            self.ticket = Some(outlook.planner.record(self.ticket, running));
        }
        if !self.placed {
            let age = self.age.map(|age| age.saturating_add(now));
            self.step = self.step.max(age.map_or(0, |age| self.policy.step_at(age)));
            self.placed = true;
        }
        let Outlook { planner, scarcity, unit } = outlook;
        match self.planned(now, scarcity, unit, planner) {
            Some(due) => {
                self.step = 0;
                self.next(now, due.max(now.saturating_add(SHORTEST_PAUSE)), None)
            }
            None => {
                let due = self.paced(now, unit);
                self.next(now, due, None)
            }
        }
    }

    /// A read failed in a way that the next one may not.
    pub fn failed(
        &mut self,
        now: Duration,
        took: Duration,
        retry_after: Option<Duration>,
        outlook: Outlook<'_>,
    ) -> Next {
        self.count(took);
        let Outlook { planner, scarcity, unit } = outlook;
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
        self.count(took);
        let Some(age) = self.age else { return };
        let over = age.saturating_add(looked_at(now, took));
        // Of a job that was over long before anybody looked, only the API can
        // say how long it took.
        let watched = lasted.is_some() || !self.running.is_zero() || age < over / 2;
        if watched {
            planner.record(self.ticket, Seen::over(self.running, over, lasted));
        }
        // What was over before the wait may have been delivered before it.
        if self.fed && lasted.unwrap_or(over) >= age {
            planner.delivery_missing(lasted.map(|lasted| over.saturating_sub(lasted)));
        }
    }

    /// A delivery says that the job is over. `lasted` is how long it took if the API
    /// says so. That ends the wait; a read that is under way does not count any more.
    pub fn delivered(&mut self, now: Duration, lasted: Option<Duration>, planner: &mut Planner) {
        let Some(age) = self.age else { return };
        let over = age.saturating_add(now);
        // It may have lain there for long.
        if now.is_zero() || lasted.unwrap_or(over) < age {
            return;
        }
        // Without a word of the API's, it is as long as it took to be told.
        let seen = Seen::over(self.running, over, lasted.or(Some(over)));
        planner.record(self.ticket, seen);
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
        self.fed
    }

    /// What speaks for a read at this time, for people.
    pub(crate) fn expectation(&self, at: Duration, outlook: Outlook<'_>) -> Expectation {
        let Outlook { planner, scarcity, .. } = outlook;
        let age = self.age.map(|age| age.saturating_add(at));
        Expectation {
            policy: self.policy.clone(),
            age,
            chance_over: age.map(|age| planner.chance_over(self.running, age)),
            lag: age.map(|age| planner.expected_lag(self.running, age)),
            price: self.policy.read_cost().map(|cost| scarcity.price(cost)),
        }
    }

    /// How many reads were made.
    pub fn reads(&self) -> u32 {
        self.reads
    }

    fn count(&mut self, took: Duration) {
        self.reads = self.reads.saturating_add(1);
        self.slowest = self.slowest.max(took);
    }

    /// When the next read is worth it, if the policy asks for that.
    fn planned(
        &self,
        now: Duration,
        scarcity: Scarcity,
        unit: f64,
        planner: &mut Planner,
    ) -> Option<Duration> {
        let price = scarcity.price(self.policy.spread_read_cost(unit)?);
        let age = self.age.unwrap_or_default().saturating_add(now);
        let due = if self.fed {
            planner.next_read_beside_deliveries(self.running, age, price)
        } else {
            planner.next_read(self.running, age, price)
        };
        let curious = planner.curiosity() * (self.policy.spread(unit) - 1.0);
        let due = stretched(due, (1.0 + curious).max(0.0)).max(age);
        Some(now.saturating_add(due - age))
    }

    /// When the policy's next pause is over.
    fn paced(&mut self, now: Duration, unit: f64) -> Duration {
        let pause = self.policy.spread_pause(self.step, unit);
        self.step = self.step.saturating_add(1);
        now.saturating_add(pause)
    }

    fn next(&self, now: Duration, due: Duration, retry_after: Option<Duration>) -> Next {
        let allowed = now.saturating_add(retry_after.unwrap_or(Duration::ZERO));
        let due = due.max(allowed);
        let last = self.last_start();
        if due <= last {
            Next::ReadAt(due)
        } else if retry_after.is_some() && allowed >= self.deadline {
            Next::GiveUp(GaveUp::ToldToStayAway(allowed - now))
        } else if now < last {
            Next::ReadAt(last.max(allowed))
        } else {
            Next::GiveUp(GaveUp::Deadline)
        }
    }

    /// When the last read starts, so that it can end by the deadline.
    fn last_start(&self) -> Duration {
        self.deadline.saturating_sub((self.slowest * 2).min(LONGEST_ALLOWANCE))
    }
}

/// When the server looked at the job, more or less.
fn looked_at(now: Duration, took: Duration) -> Duration {
    now.saturating_sub(took / 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::JobTimes;

    /// Right in the middle: no spread.
    const MIDDLE: f64 = 0.5;

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    fn launched(age: f64) -> Start {
        Start::Launched { age: seconds(age), took: Duration::ZERO }
    }

    /// What a read brings.
    #[derive(Debug, Clone, Copy)]
    enum Read {
        Running { age: Option<f64> },
        Failed { retry_after: Option<f64> },
    }

    const RUNNING: Read = Read::Running { age: None };
    const FAILED: Read = Read::Failed { retry_after: None };

    fn planner() -> Planner {
        Planner::new(JobTimes::new())
    }

    fn outlook(planner: &mut Planner) -> Outlook<'_> {
        Outlook { planner, scarcity: Scarcity::NONE, unit: MIDDLE }
    }

    fn any_outlook<'a>(planner: &'a mut Planner, random: &mut fastrand::Rng) -> Outlook<'a> {
        Outlook { planner, scarcity: Scarcity::new(random.f64()), unit: random.f64() }
    }

    /// Plays the reads, each of them taking `took`, and tells when each was
    /// started, and how the wait was given up if it was.
    fn play(mut waiter: Waiter, took: Duration, reads: &[Read]) -> (Vec<Duration>, Option<GaveUp>) {
        let mut planner = planner();
        let mut at = waiter.first(outlook(&mut planner));
        let mut times = vec![at];
        for read in reads {
            let now = at + took;
            let outlook = outlook(&mut planner);
            let next = match *read {
                Read::Running { age } => waiter.still_running(now, took, age.map(seconds), outlook),
                Read::Failed { retry_after } => {
                    waiter.failed(now, took, retry_after.map(seconds), outlook)
                }
            };
            match next {
                Next::ReadAt(next) => at = next,
                Next::GiveUp(why) => return (times, Some(why)),
            }
            times.push(at);
        }
        (times, None)
    }

    #[test]
    fn reads_are_made_when_they_are_due() {
        let old = Read::Running { age: Some(60.0) };
        let young = Read::Running { age: Some(0.5) };
        let middling = Read::Running { age: Some(3.0) };
        let told = |after| Read::Failed { retry_after: Some(after) };
        type Row<'a> = (&'a str, Start, &'a [Read], &'a [f64]);
        let rows: &[Row<'_>] = &[
            ("after a launch", launched(0.0), &[RUNNING; 4], &[2.0, 6.0, 14.0, 22.0, 30.0]),
            ("after a launch, clocks differ", launched(0.0), &[old; 3], &[2.0, 6.0, 14.0, 22.0]),
            ("launched a second ago", launched(1.0), &[RUNNING; 2], &[1.0, 5.0, 13.0]),
            ("launched a minute ago", launched(60.0), &[RUNNING; 2], &[0.0, 8.0, 16.0]),
            ("by id, old", Start::PickedUp, &[old; 2], &[0.0, 8.0, 16.0]),
            ("by id, young", Start::PickedUp, &[young; 2], &[0.0, 2.0, 6.0]),
            ("by id, in between", Start::PickedUp, &[middling; 2], &[0.0, 4.0, 12.0]),
            ("by id, age unknown", Start::PickedUp, &[RUNNING; 3], &[0.0, 2.0, 6.0, 14.0]),
            ("by id, first read failed", Start::PickedUp, &[FAILED, old], &[0.0, 2.0, 10.0]),
            ("failures keep the rhythm", launched(0.0), &[FAILED; 3], &[2.0, 6.0, 14.0, 22.0]),
            ("told to wait longer", launched(0.0), &[told(30.0)], &[2.0, 32.0]),
            ("told to wait less", launched(0.0), &[told(1.0)], &[2.0, 6.0]),
            ("told to wait 0", launched(0.0), &[told(0.0)], &[2.0, 6.0]),
        ];
        for (name, start, reads, expected) in rows {
            let waiter = Waiter::new(PollPolicy::vendor(), seconds(300.0), *start);
            let (times, gave_up) = play(waiter, Duration::ZERO, reads);
            let expected: Vec<_> = expected.iter().copied().map(seconds).collect();
            assert_eq!((times, gave_up), (expected, None), "{name}");
        }
    }

    #[test]
    fn the_deadline_is_kept() {
        use GaveUp::{Deadline, ToldToStayAway};

        let told = |after| Read::Failed { retry_after: Some(after) };
        type Row<'a> = (&'a str, f64, u64, Start, &'a [Read], &'a [u64], GaveUp);
        let rows: &[Row<'_>] = &[
            ("last read", 10.0, 0, launched(0.0), &[RUNNING; 9], &[2000, 6000, 10_000], Deadline),
            ("on the spot", 6.0, 0, launched(0.0), &[RUNNING; 9], &[2000, 6000], Deadline),
            ("before the first", 1.0, 0, launched(0.0), &[RUNNING; 9], &[1000], Deadline),
            ("no time", 0.0, 0, launched(0.0), &[RUNNING; 9], &[0], Deadline),
            ("no time, by id", 0.0, 0, Start::PickedUp, &[RUNNING; 9], &[0], Deadline),
            ("slow reads", 10.0, 500, launched(0.0), &[RUNNING; 9], &[2000, 6500, 9000], Deadline),
            ("failures", 10.0, 0, launched(0.0), &[FAILED; 9], &[2000, 6000, 10_000], Deadline),
            ("told, in time", 10.0, 0, launched(0.0), &[told(5.0); 1], &[2000, 7000], Deadline),
            (
                "told, late",
                10.0,
                0,
                launched(0.0),
                &[told(7.9); 2],
                &[2000, 9900],
                ToldToStayAway(ms(7900)),
            ),
            (
                "told, too late",
                10.0,
                0,
                launched(0.0),
                &[told(8.1)],
                &[2000],
                ToldToStayAway(ms(8100)),
            ),
        ];
        for (name, max_wait, took, start, reads, expected, why) in rows {
            let waiter = Waiter::new(PollPolicy::vendor(), seconds(*max_wait), *start);
            let (times, gave_up) = play(waiter, ms(*took), reads);
            let expected: Vec<_> = expected.iter().copied().map(ms).collect();
            assert_eq!(times, expected, "{name}");
            if times.len() <= reads.len() {
                assert_eq!(gave_up, Some(*why), "{name}");
            }
        }
    }

    #[test]
    fn no_read_outlives_the_deadline() {
        let waiter = Waiter::new(PollPolicy::vendor(), seconds(10.0), Start::PickedUp);
        assert_eq!(waiter.read_limit(Duration::ZERO), seconds(10.0));
        assert_eq!(waiter.read_limit(seconds(9.5)), seconds(0.5));
        assert_eq!(waiter.read_limit(seconds(10.0)), SHORTEST_READ);
        assert_eq!(waiter.read_limit(seconds(99.0)), SHORTEST_READ);
    }

    /// The job of another process, of which only the server knows how old it is.
    #[test]
    fn a_job_that_looks_ancient_is_read_like_one_of_unknown_age() {
        let next = |age: Option<f64>| {
            let policy = PollPolicy::learned().with_jitter(0.0);
            let mut waiter = Waiter::new(policy, seconds(300.0), Start::PickedUp);
            let (age, mut planner) = (age.map(seconds), planner());
            let next = waiter.still_running(ms(10), ms(10), age, outlook(&mut planner));
            let Next::ReadAt(at) = next else { panic!("{next:?}") };
            // What it took by the same clock teaches nothing either.
            let lasted = age.map(|age| age + seconds(5.0));
            waiter.over(at + ms(10), ms(10), lasted, &mut planner);
            (at, planner.times().clone())
        };
        let unknown = next(None);
        assert!(unknown.0 < seconds(10.0), "{unknown:?}");
        for hours in [1.0, 2.0, 12.0, 24.0 * 365.0] {
            assert_eq!(next(Some(hours * 3600.0)), unknown, "{hours} h");
        }
        assert!(next(Some(600.0)).0 < seconds(120.0));
    }

    #[test]
    fn reads_are_counted() {
        let mut waiter = Waiter::new(PollPolicy::vendor(), seconds(10.0), Start::PickedUp);
        let mut planner = planner();
        waiter.still_running(ms(1), ms(1), None, outlook(&mut planner));
        waiter.failed(ms(2), ms(1), None, outlook(&mut planner));
        waiter.ended(ms(1));
        waiter.over(ms(3), ms(1), None, &mut planner);
        assert_eq!(waiter.reads(), 4);
    }

    /// Every wait ends, never reads after its deadline, never before it was
    /// allowed to, and never without a pause.
    #[test]
    fn every_wait_ends() {
        let mut random = fastrand::Rng::with_seed(7);
        let mut planner = planner();
        for _ in 0..2_000 {
            let max_wait = seconds(random.f64() * 100.0);
            let start = if random.bool() { Start::PickedUp } else { launched(random.f64() * 20.0) };
            let policy = match random.u8(0..4) {
                0 => PollPolicy::vendor(),
                1 => PollPolicy::learned_at(seconds(random.f64() * 5.0)),
                2 => PollPolicy::fixed(seconds(random.f64() * 5.0)),
                _ => PollPolicy::exponential(seconds(random.f64()), 2.0, seconds(9.0)),
            };
            let mut waiter = Waiter::new(policy, max_wait, start);
            let mut at = waiter.first(any_outlook(&mut planner, &mut random));
            loop {
                assert!(at <= max_wait, "read at {at:?} of {max_wait:?}");
                let took = seconds(random.f64() * 3.0).min(waiter.read_limit(at));
                let now = at + took;
                let retry_after = random.bool().then(|| seconds(random.f64() * 20.0));
                let next = if random.bool() {
                    waiter.failed(now, took, retry_after, any_outlook(&mut planner, &mut random))
                } else {
                    let age = random.bool().then(|| seconds(random.f64() * 50.0));
                    waiter.still_running(now, took, age, any_outlook(&mut planner, &mut random))
                };
                let Next::ReadAt(next) = next else { break };
                assert!(next > now, "no pause after {now:?}");
                at = next;
            }
            assert!(waiter.reads() < 2_000);
        }
    }
}
