//! [`Retrier`]: whether, and when, to try again. No clock, no random numbers:
//! times are counted from the first try.

use std::time::Duration;

use super::RetryPolicy;

/// What to do after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Try again after this pause.
    Again(Duration),
    /// Don't.
    Stop(Why),
}

/// Why a call is not tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It is not safe, or would bring the same.
    NotSafe,
    /// It was tried often enough.
    Attempts,
    /// There is no time for it.
    Deadline,
    /// The API wants not to be asked for longer than there is time.
    RetryAfterBeyondDeadline,
}

impl Why {
    /// The reason as a word, for logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotSafe => "not_safe",
            Self::Attempts => "attempts",
            Self::Deadline => "deadline",
            Self::RetryAfterBeyondDeadline => "retry_after_beyond_deadline",
        }
    }
}

/// Counts the tries of one call.
#[derive(Debug)]
pub struct Retrier {
    policy: RetryPolicy,
    tries: u32,
}

impl Retrier {
    /// No attempt has been made yet.
    pub fn new(policy: RetryPolicy) -> Self {
        Self { policy, tries: 0 }
    }

    /// How many tries have failed.
    pub fn tries(&self) -> u32 {
        self.tries
    }

    /// When retrying ends, counted from the first attempt.
    pub fn deadline(&self) -> Duration {
        self.policy.deadline
    }

    /// A try has failed. `safe` says whether the call may be made again, and may
    /// then succeed.
    pub fn failed(
        &mut self,
        now: Duration,
        safe: bool,
        retry_after: Option<Duration>,
        unit: f64,
    ) -> Verdict {
        self.tries += 1;
        let left = self.policy.deadline.saturating_sub(now);
        let told = retry_after.unwrap_or(Duration::ZERO);
        let pause = self.policy.pause(self.tries, unit).max(told);
        if !safe {
            Verdict::Stop(Why::NotSafe)
        } else if self.tries >= self.policy.attempts {
            Verdict::Stop(Why::Attempts)
        } else if retry_after.is_some() && told >= left {
            Verdict::Stop(Why::RetryAfterBeyondDeadline)
        } else if pause >= left {
            Verdict::Stop(Why::Deadline)
        } else {
            Verdict::Again(pause)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Verdict::{Again, Stop};
    use super::*;

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    fn of(tries: u32) -> Retrier {
        Retrier { policy: RetryPolicy::default(), tries }
    }

    #[test]
    fn verdicts() {
        type Row = (&'static str, u32, f64, bool, Option<f64>, f64, Verdict);
        let rows: Vec<Row> = vec![
            ("first", 0, 0.1, true, None, 1.0, Again(seconds(0.5))),
            ("second", 1, 1.0, true, None, 1.0, Again(seconds(1.0))),
            ("third", 2, 2.0, true, None, 1.0, Again(seconds(2.0))),
            ("fourth", 3, 4.0, true, None, 1.0, Again(seconds(4.0))),
            ("half", 3, 4.0, true, None, 0.5, Again(seconds(2.0))),
            ("nothing", 3, 4.0, true, None, 0.0, Again(Duration::from_millis(10))),
            ("fifth", 4, 8.0, true, None, 1.0, Stop(Why::Attempts)),
            ("not safe", 0, 0.1, false, None, 1.0, Stop(Why::NotSafe)),
            ("not safe, told", 0, 0.1, false, Some(1.0), 1.0, Stop(Why::NotSafe)),
            ("told", 0, 0.1, true, Some(7.0), 1.0, Again(seconds(7.0))),
            ("told less", 0, 0.1, true, Some(0.2), 1.0, Again(seconds(0.5))),
            ("told nothing", 0, 0.1, true, Some(0.0), 0.5, Again(seconds(0.25))),
            ("told, just in time", 0, 20.0, true, Some(39.9), 1.0, Again(seconds(39.9))),
            ("told too much", 0, 20.0, true, Some(40.0), 1.0, Stop(Why::RetryAfterBeyondDeadline)),
            ("told an hour", 0, 0.0, true, Some(3600.0), 0.0, Stop(Why::RetryAfterBeyondDeadline)),
            ("late", 0, 59.8, true, None, 1.0, Stop(Why::Deadline)),
            ("late, but lucky", 0, 59.8, true, None, 0.1, Again(seconds(0.05))),
            ("over", 0, 60.0, true, None, 0.0, Stop(Why::Deadline)),
            ("long over", 0, 99.0, true, Some(0.0), 0.0, Stop(Why::RetryAfterBeyondDeadline)),
        ];
        for (name, tries, now, safe, told, unit, expected) in rows {
            let told = told.map(seconds);
            assert_eq!(of(tries).failed(seconds(now), safe, told, unit), expected, "{name}");
        }
    }

    #[test]
    fn none_is_none() {
        let mut retrier = Retrier::new(RetryPolicy::none());
        assert_eq!(retrier.failed(Duration::ZERO, true, None, 0.0), Stop(Why::Attempts));
    }

    #[test]
    fn extremes_do_not_overflow() {
        let policy = RetryPolicy::none().attempts(u32::MAX).backoff(Duration::MAX, Duration::MAX);
        let mut retrier = Retrier { policy: policy.deadline(Duration::MAX), tries: 1000 };
        for unit in [0.0, 0.5, 1.0, f64::NAN, f64::INFINITY, -1.0] {
            retrier.failed(Duration::MAX, true, Some(Duration::MAX), unit);
            retrier.failed(Duration::ZERO, true, None, unit);
        }
    }

    proptest! {
        /// Every call ends, no try starts after the deadline or before it was
        /// allowed to, and no pause is longer than it may be.
        #[test]
        fn every_call_ends(
            attempts in 0..9_u32,
            deadline in 0.0..90.0,
            failures in prop::collection::vec((0.0..40.0, prop::option::of(0.0..90.0), 0.0..1.0), 9),
        ) {
            let policy = RetryPolicy::default().attempts(attempts).deadline(seconds(deadline));
            let mut retrier = Retrier::new(policy);
            let (mut now, mut starts) = (Duration::ZERO, 1);
            for (took, told, unit) in failures {
                now += seconds(took);
                let told = told.map(seconds);
                let Again(pause) = retrier.failed(now, true, told, unit) else { break };
                prop_assert!(pause >= told.unwrap_or_default());
                prop_assert!(pause <= told.unwrap_or_default().max(seconds(8.0)));
                now += pause;
                starts += 1;
                prop_assert!(now < seconds(deadline));
            }
            prop_assert!(starts <= attempts.max(1));
        }
    }
}
