//! The state machine of a wait: no clock, no async, no random numbers.
//!
//! Times are counted from the start of the wait.

use std::time::Duration;

use crate::PollPolicy;

/// Time kept for the last read of a wait, at most: the wait ends at its
/// deadline, so its last read has to begin a little earlier.
const LONGEST_ALLOWANCE: Duration = Duration::from_secs(5);

/// A read is never given less time than tokio's clock can tell apart.
const SHORTEST_READ: Duration = Duration::from_millis(1);

/// Longer waits are the same as this one; it keeps sums from overflowing.
const LONGEST_WAIT: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// What is known of a job when a wait for it begins.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Start {
    /// It was launched this long ago, and the launch took `took`.
    Launched { age: Duration, took: Duration },
    /// Only its id.
    PickedUp,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// Read the job at this time.
    ReadAt(Duration),
    /// The wait is over, and the job is not.
    GiveUp(GaveUp),
}

/// Why a wait ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GaveUp {
    /// The deadline is here.
    Deadline,
    /// The API wants no read for so long that the deadline would be over.
    ToldToStayAway(Duration),
}

/// Decides when a job is read.
#[derive(Debug, Clone)]
pub(crate) struct Waiter {
    policy: PollPolicy,
    deadline: Duration,
    start: Start,
    step: u32,
    placed: bool,
    slowest: Duration,
    reads: u32,
}

impl Waiter {
    pub(crate) fn new(policy: PollPolicy, max_wait: Duration, start: Start) -> Self {
        let slowest = match start {
            Start::Launched { took, .. } => took,
            Start::PickedUp => Duration::ZERO,
        };
        let deadline = max_wait.min(LONGEST_WAIT);
        Self { policy, deadline, start, step: 0, placed: false, slowest, reads: 0 }
    }

    /// When the first read is due.
    pub(crate) fn first(&mut self, unit: f64) -> Duration {
        match self.start {
            Start::PickedUp => Duration::ZERO,
            Start::Launched { age, .. } => {
                let pause = self.policy.spread_pause(self.step, unit);
                self.step += 1;
                pause.saturating_sub(age).min(self.last_start())
            }
        }
    }

    /// The job was read and is not over. `age` is the job's age by the
    /// server's clock if that can be told, `took` how long the read took.
    pub(crate) fn still_running(
        &mut self,
        now: Duration,
        took: Duration,
        age: Option<Duration>,
        unit: f64,
    ) -> Next {
        self.count(took);
        if !self.placed {
            // Our own clock is the better one where it has seen the launch.
            let age = match self.start {
                Start::Launched { age, .. } => Some(age.saturating_add(now)),
                Start::PickedUp => age,
            };
            self.step = self.step.max(age.map_or(0, |age| self.policy.step_at(age)));
            self.placed = true;
        }
        self.pause(now, None, unit)
    }

    /// A read failed in a way that the next one may not.
    pub(crate) fn failed(
        &mut self,
        now: Duration,
        took: Duration,
        retry_after: Option<Duration>,
        unit: f64,
    ) -> Next {
        self.count(took);
        self.pause(now, retry_after, unit)
    }

    /// The job is over, or no further read can help.
    pub(crate) fn ended(&mut self, took: Duration) {
        self.count(took);
    }

    /// How long a read that starts now may take.
    pub(crate) fn read_limit(&self, now: Duration) -> Duration {
        self.deadline.saturating_sub(now).max(SHORTEST_READ)
    }

    /// How many reads were made.
    pub(crate) fn reads(&self) -> u32 {
        self.reads
    }

    fn count(&mut self, took: Duration) {
        self.reads = self.reads.saturating_add(1);
        self.slowest = self.slowest.max(took);
    }

    fn pause(&mut self, now: Duration, retry_after: Option<Duration>, unit: f64) -> Next {
        let pause = self.policy.spread_pause(self.step, unit);
        self.step = self.step.saturating_add(1);
        let allowed = now.saturating_add(retry_after.unwrap_or(Duration::ZERO));
        let due = now.saturating_add(pause).max(allowed);
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

#[cfg(test)]
mod tests {
    use super::*;

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

    /// Plays the reads, each of them taking `took`, and tells when each was
    /// started, and how the wait was given up if it was.
    fn play(mut waiter: Waiter, took: Duration, reads: &[Read]) -> (Vec<Duration>, Option<GaveUp>) {
        let mut at = waiter.first(MIDDLE);
        let mut times = vec![at];
        for read in reads {
            let now = at + took;
            let next = match *read {
                Read::Running { age } => waiter.still_running(now, took, age.map(seconds), MIDDLE),
                Read::Failed { retry_after } => {
                    waiter.failed(now, took, retry_after.map(seconds), MIDDLE)
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

    #[test]
    fn reads_are_counted() {
        let mut waiter = Waiter::new(PollPolicy::vendor(), seconds(10.0), Start::PickedUp);
        waiter.still_running(ms(1), ms(1), None, MIDDLE);
        waiter.failed(ms(2), ms(1), None, MIDDLE);
        waiter.ended(ms(1));
        assert_eq!(waiter.reads(), 3);
    }

    /// Every wait ends, never reads after its deadline, never before it was
    /// allowed to, and never without a pause.
    #[test]
    fn every_wait_ends() {
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..2_000 {
            let max_wait = seconds(random.f64() * 100.0);
            let start = if random.bool() { Start::PickedUp } else { launched(random.f64() * 20.0) };
            let policy = match random.u8(0..3) {
                0 => PollPolicy::vendor(),
                1 => PollPolicy::fixed(seconds(random.f64() * 5.0)),
                _ => PollPolicy::exponential(seconds(random.f64()), 2.0, seconds(9.0)),
            };
            let mut waiter = Waiter::new(policy, max_wait, start);
            let mut at = waiter.first(random.f64());
            loop {
                assert!(at <= max_wait, "read at {at:?} of {max_wait:?}");
                let took = seconds(random.f64() * 3.0).min(waiter.read_limit(at));
                let now = at + took;
                let retry_after = random.bool().then(|| seconds(random.f64() * 20.0));
                let next = if random.bool() {
                    waiter.failed(now, took, retry_after, random.f64())
                } else {
                    let age = random.bool().then(|| seconds(random.f64() * 50.0));
                    waiter.still_running(now, took, age, random.f64())
                };
                let Next::ReadAt(next) = next else { break };
                assert!(next > now, "no pause after {now:?}");
                at = next;
            }
            assert!(waiter.reads() < 2_000);
        }
    }
}
