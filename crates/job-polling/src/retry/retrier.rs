//! [`Retrier`]: decides whether and when to retry, without a clock or random numbers. Times are
//! measured from the first attempt.

use std::time::Duration;

use super::policy::RetryPolicy;

/// The decision after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "a driver handles every case")]
pub enum RetryDecision {
    /// Retry after this pause.
    Retry(Duration),
    /// Do not retry.
    Stop(NoRetry),
}

/// The reason why a call is not retried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoRetry {
    /// A retry is not safe, or would fail in the same way.
    NotSafe,
    /// The maximum number of attempts has been made.
    Attempts,
    /// The next attempt would start after the deadline.
    Deadline,
    /// The `Retry-After` ends after the deadline.
    RetryAfterBeyondDeadline,
}

impl NoRetry {
    /// Returns the reason as a word, for logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotSafe => "not_safe",
            Self::Attempts => "attempts",
            Self::Deadline => "deadline",
            Self::RetryAfterBeyondDeadline => "retry_after_beyond_deadline",
        }
    }
}

/// Counts the attempts of one call and decides on retries.
#[derive(Debug)]
pub struct Retrier {
    policy: RetryPolicy,
    attempts: u32,
}

impl Retrier {
    /// Creates a state in which no attempt has been made.
    pub fn new(policy: RetryPolicy) -> Self {
        Self { policy, attempts: 0 }
    }

    /// Returns the number of attempts that have failed.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Returns the time at which retries end, measured from the first attempt.
    pub fn deadline(&self) -> Duration {
        self.policy.deadline
    }

    /// Reports that an attempt failed. `safe` states whether a retry is safe and may succeed.
    pub fn failed(
        &mut self,
        now: Duration,
        safe: bool,
        retry_after: Option<Duration>,
        unit: f64,
    ) -> RetryDecision {
        self.attempts += 1;
        let left = self.policy.deadline.saturating_sub(now);
        let required = retry_after.unwrap_or(Duration::ZERO);
        let pause = self.policy.pause(self.attempts, unit).max(required);
        if !safe {
            RetryDecision::Stop(NoRetry::NotSafe)
        } else if self.attempts >= self.policy.attempts {
            RetryDecision::Stop(NoRetry::Attempts)
        } else if retry_after.is_some() && required >= left {
            RetryDecision::Stop(NoRetry::RetryAfterBeyondDeadline)
        } else if pause >= left {
            RetryDecision::Stop(NoRetry::Deadline)
        } else {
            RetryDecision::Retry(pause)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::RetryDecision::{Retry, Stop};
    use super::*;

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    fn of(attempts: u32) -> Retrier {
        Retrier { policy: RetryPolicy::default(), attempts }
    }

    #[test]
    fn verdicts() {
        type Row = (&'static str, u32, f64, bool, Option<f64>, f64, RetryDecision);
        let rows: Vec<Row> = vec![
            ("first", 0, 0.1, true, None, 1.0, Retry(seconds(0.5))),
            ("second", 1, 1.0, true, None, 1.0, Retry(seconds(1.0))),
            ("third", 2, 2.0, true, None, 1.0, Retry(seconds(2.0))),
            ("fourth", 3, 4.0, true, None, 1.0, Retry(seconds(4.0))),
            ("half", 3, 4.0, true, None, 0.5, Retry(seconds(2.0))),
            ("nothing", 3, 4.0, true, None, 0.0, Retry(Duration::from_millis(10))),
            ("fifth", 4, 8.0, true, None, 1.0, Stop(NoRetry::Attempts)),
            ("not safe", 0, 0.1, false, None, 1.0, Stop(NoRetry::NotSafe)),
            ("not safe, Retry-After", 0, 0.1, false, Some(1.0), 1.0, Stop(NoRetry::NotSafe)),
            ("Retry-After", 0, 0.1, true, Some(7.0), 1.0, Retry(seconds(7.0))),
            ("shorter Retry-After", 0, 0.1, true, Some(0.2), 1.0, Retry(seconds(0.5))),
            ("zero Retry-After", 0, 0.1, true, Some(0.0), 0.5, Retry(seconds(0.25))),
            ("Retry-After just in time", 0, 20.0, true, Some(39.9), 1.0, Retry(seconds(39.9))),
            (
                "Retry-After too long",
                0,
                20.0,
                true,
                Some(40.0),
                1.0,
                Stop(NoRetry::RetryAfterBeyondDeadline),
            ),
            (
                "Retry-After of an hour",
                0,
                0.0,
                true,
                Some(3600.0),
                0.0,
                Stop(NoRetry::RetryAfterBeyondDeadline),
            ),
            ("late", 0, 59.8, true, None, 1.0, Stop(NoRetry::Deadline)),
            ("late, but lucky", 0, 59.8, true, None, 0.1, Retry(seconds(0.05))),
            ("over", 0, 60.0, true, None, 0.0, Stop(NoRetry::Deadline)),
            ("long over", 0, 99.0, true, Some(0.0), 0.0, Stop(NoRetry::RetryAfterBeyondDeadline)),
        ];
        for (name, attempts, now, safe, required, unit, expected) in rows {
            let required = required.map(seconds);
            assert_eq!(of(attempts).failed(seconds(now), safe, required, unit), expected, "{name}");
        }
    }

    #[test]
    fn no_retries_means_one_attempt() {
        let mut retrier = Retrier::new(RetryPolicy::none());
        assert_eq!(retrier.failed(Duration::ZERO, true, None, 0.0), Stop(NoRetry::Attempts));
    }

    #[test]
    fn extremes_do_not_overflow() {
        let policy = RetryPolicy::none().attempts(u32::MAX).backoff(Duration::MAX, Duration::MAX);
        let mut retrier = Retrier { policy: policy.deadline(Duration::MAX), attempts: 1000 };
        for unit in [0.0, 0.5, 1.0, f64::NAN, f64::INFINITY, -1.0] {
            retrier.failed(Duration::MAX, true, Some(Duration::MAX), unit);
            retrier.failed(Duration::ZERO, true, None, unit);
        }
    }

    proptest! {
        /// Every call ends, no attempt starts after the deadline or before its `Retry-After`, and
        /// no pause exceeds its bound.
        #[test]
        fn every_call_ends(
            attempts in 0..9_u32,
            deadline in 0.0..90.0,
            failures in prop::collection::vec((0.0..40.0, prop::option::of(0.0..90.0), 0.0..1.0), 9),
        ) {
            let policy = RetryPolicy::default().attempts(attempts).deadline(seconds(deadline));
            let mut retrier = Retrier::new(policy);
            let (mut now, mut starts) = (Duration::ZERO, 1);
            for (took, required, unit) in failures {
                now += seconds(took);
                let required = required.map(seconds);
                let Retry(pause) = retrier.failed(now, true, required, unit) else { break };
                prop_assert!(pause >= required.unwrap_or_default());
                prop_assert!(pause <= required.unwrap_or_default().max(seconds(8.0)));
                now += pause;
                starts += 1;
                prop_assert!(now < seconds(deadline));
            }
            prop_assert!(starts <= attempts.max(1));
        }
    }
}
