//! [`RetryPolicy`]: limits the number and the period of a call's attempts.

use std::time::Duration;

/// The minimum upper bound of a pause. Without it, a server that fails at once would be called in a
/// tight loop.
const SHORTEST_PAUSE: Duration = Duration::from_millis(10);

/// Limits the number of attempts of one call, and the period in which they are made.
///
/// The failures that are retried depend on whether a repetition is safe:
///
/// - a read (fetching a job) is retried after every transient failure: no connection, a reset, a
///   timeout, 408, 429, 5xx, a response that is incomplete or not JSON;
/// - a launch is retried only if the API certainly did not act on it: no connection was made, or
///   the status was 429. After any other failure the job may have been launched, and the launch
///   is not repeated.
///
/// 400, 401, 402, 403 and 404 end a call at once. A wait for a job does not retry its reads: each
/// is attempted once, and the next one is made when it is due by the
/// [`PollPolicy`](crate::PollPolicy). Thus a period of failures causes no additional reads.
///
/// By default, a call is attempted at most 5 times, and not again once 60 s have passed since the
/// first attempt. The pause before the second attempt is drawn from 0 to 0.5 s. Its upper bound
/// doubles with each further attempt, up to 8 s. It is at least as long as a `Retry-After`. If that
/// ends after the deadline, the call fails at once with an error that contains it.
///
/// Each attempt takes a slot of the rate limiter. Waiting for the first slot does not count toward
/// the deadline, unless a 429 pauses all requests for longer than that. In this case the call fails
/// without being sent.
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
    pub(super) attempts: u32,
    first: Duration,
    longest: Duration,
    pub(super) deadline: Duration,
}

impl RetryPolicy {
    /// Returns a policy with a single attempt, without retries.
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

    /// Sets the maximum number of attempts, including the first one; 5 by default. 0 counts as 1.
    #[must_use]
    pub const fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = if attempts == 0 { 1 } else { attempts };
        self
    }

    /// Sets the upper bounds of the pause before the second attempt and before any attempt; 0.5 s
    /// and 8 s by default. Each pause is drawn from zero to its bound, which doubles each time;
    /// less than 10 ms counts as 10 ms.
    #[must_use]
    pub const fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.first = first;
        self.longest = longest;
        self
    }

    /// Sets the time after the first attempt within which another one may start; 60 s by default.
    /// An attempt in progress at that time is not canceled.
    #[must_use]
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Returns how long a call waits while a 429 pauses requests.
    pub fn patience(&self) -> Duration {
        self.deadline
    }

    /// Returns the pause after this many attempts, by a random number between 0 and 1.
    pub(super) fn pause(&self, tries: u32, unit: f64) -> Duration {
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
