//! [`RetryPolicy`]: how often one call is tried, and for how long.

mod retrier;

use std::time::Duration;

pub use self::retrier::{Retrier, Verdict, Why};

/// Without it, a server that refuses at once would be tried without a break.
const SHORTEST_PAUSE: Duration = Duration::from_millis(10);

/// How often one call is tried, and for how long.
///
/// What is tried again is decided by what is safe:
///
/// - a read (fetching a job) after everything that may pass: no
///   connection, a reset, a time-out, 408, 429, 5xx, an answer that breaks off or
///   is not JSON;
/// - a launch only if the API surely did not act on it: no connection was made, or
///   the answer was a 429. After any other failure it
///   [may have been launched](Error::may_have_launched), and is not sent again.
///
/// 400, 401, 402, 403 and 404 end a call at once. A wait for a
/// job doesn't retry its reads: each is tried once, and the next one is made when the
/// [`PollPolicy`](crate::PollPolicy) says so, so that a minute in which everything fails
/// costs no more reads than any other.
///
/// By default a call is tried 5 times at most, and not again once 60 s have passed
/// since it was first sent. The pause before the second try is drawn from 0 to
/// 0.5 s, and its upper end doubles for each further try, up to 8 s. It is not
/// shorter than a `Retry-ReadOutcome`; if that is beyond the deadline, the call ends at
/// once with an error that says when to [come back](Error::retry_after).
///
/// Each try takes a slot of the rate limiter. Waiting for the first one
/// doesn't count towards the deadline, unless a 429 has stopped everything for
/// longer than that: the call then ends without being sent.
///
/// ```
/// use std::time::Duration;
///
/// use job_polling::RetryPolicy;
///
/// let patient = RetryPolicy::default().attempts(10).deadline(Duration::from_secs(300));
/// assert_ne!(patient, RetryPolicy::none());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[doc(alias = "retry")]
#[doc(alias = "backoff")]
#[doc(alias = "attempts")]
pub struct RetryPolicy {
    attempts: u32,
    first: Duration,
    longest: Duration,
    deadline: Duration,
}

impl RetryPolicy {
    /// Everything is tried once.
    pub const fn none() -> Self {
        Self { attempts: 1, ..Self::usual() }
    }

    const fn usual() -> Self {
        Self {
            attempts: 5,
            first: Duration::from_millis(500),
            longest: Duration::from_secs(8),
            deadline: Duration::from_secs(60),
        }
    }

    /// How often a call is tried at most, the first time included; 5 by default.
    /// 0 counts as 1.
    #[must_use]
    pub const fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = if attempts == 0 { 1 } else { attempts };
        self
    }

    /// The longest pause before the second try, and before any; 0.5 s and 8 s by
    /// default. Each pause is drawn from zero to twice as much as the one before;
    /// less than 10 ms counts as 10 ms.
    #[must_use]
    pub const fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.first = first;
        self.longest = longest;
        self
    }

    /// How long after a call was first sent it may be sent again; 60 s by default.
    /// A try that is under way then is not cut.
    #[must_use]
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// How long a call may have to wait because of a 429.
    pub fn patience(&self) -> Duration {
        self.deadline
    }

    /// The pause after so many tries, by a random number between 0 and 1.
    fn pause(&self, tries: u32, unit: f64) -> Duration {
        let doubled = 2_u32.saturating_pow(tries.saturating_sub(1));
        let longest = self.first.saturating_mul(doubled).min(self.longest).as_secs_f64();
        let drawn = Duration::try_from_secs_f64(longest * unit.clamp(0.0, 1.0));
        drawn.unwrap_or(Duration::MAX).max(SHORTEST_PAUSE)
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::usual()
    }
}
