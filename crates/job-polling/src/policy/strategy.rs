//! [`PollStrategy`]: user-defined polling policies.

use std::time::Duration;

use crate::schedule::QuotaPressure;

/// A user-defined polling policy that determines the pause between two reads of a job.
///
/// [`PollPolicy::custom`](super::PollPolicy::custom) creates a policy from it. Every function
/// `Fn(&PollProgress) -> Duration` is a strategy. A type that implements the trait can have
/// settings and a name.
///
/// One strategy serves all jobs of its policy, so the required information about a job is an
/// argument. It should return at once: a batch calls it while other jobs wait. Learning continues,
/// so that other waits of the same client use the observations.
///
/// ```
/// use std::time::Duration;
/// use job_polling::{PollPolicy, PollProgress, PollStrategy};
///
/// /// Reads every second, and every minute while less than a quarter of the budget is left.
/// struct Considerate;
///
/// impl PollStrategy for Considerate {
///     fn pause(&self, progress: &PollProgress) -> Duration {
///         let is_busy = progress.quota_pressure.share() > 0.75;
///         Duration::from_secs(if is_busy { 60 } else { 1 })
///     }
///
///     fn name(&self) -> &str {
///         "considerate"
///     }
/// }
///
/// let policy = PollPolicy::custom(Considerate);
/// assert_eq!(policy.to_string(), "considerate");
///
/// // A tenth of the job's age, as a function:
/// let tenth = PollPolicy::custom(|progress: &PollProgress| {
///     progress.age.map_or(Duration::from_secs(1), |age| age / 10)
/// });
/// assert_eq!(tenth.to_string(), "custom");
/// ```
///
/// # Bounds
///
/// The returned pause is a preference. [Jitter](super::PollPolicy::with_jitter) is applied to it,
/// and it is at least 100 ms. A `Retry-After` of the API extends it. The deadline of the wait
/// shortens it, so that the last read ends in time. Each read takes a slot of the rate limiter. In
/// a batch, reads are made in the order in which they are due, at the rate that the budget allows,
/// and launches get at least one slot of four.
pub trait PollStrategy: Send + Sync + 'static {
    /// Returns the pause before the next read.
    ///
    /// Before the first read of a job that this process launched, the pause is measured from the
    /// response to the launch. A job that is known only by its ID is read at once, before the
    /// strategy is called.
    fn pause(&self, progress: &PollProgress) -> Duration;

    /// Returns the name of the policy in logs: `custom` by default.
    fn name(&self) -> &str {
        "custom"
    }
}

impl<F: Fn(&PollProgress) -> Duration + Send + Sync + 'static> PollStrategy for F {
    fn pause(&self, progress: &PollProgress) -> Duration {
        self(progress)
    }
}

/// The progress of the wait for a job, as input of a [`PollStrategy`].
///
/// To test a strategy, start with the default, a job without reads at full budget, and set fields.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct PollProgress {
    /// The number of reads of this wait so far, including failed ones.
    pub reads: u32,
    /// The duration of the wait so far.
    pub waited: Duration,
    /// The maximum duration of the wait, from its start.
    pub max_wait: Duration,
    /// The age of the job, measured from its launch, or from the first read that found it running
    /// if it was launched elsewhere. `None` if neither is known.
    pub age: Option<Duration>,
    /// The share of the request budget that is in use.
    pub quota_pressure: QuotaPressure,
    /// Whether the last attempt to read failed: the request failed, or was not sent.
    pub failed: bool,
    /// Whether a webhook is expected to deliver the result as well.
    pub delivery_expected: bool,
}
