//! [`PollStrategy`]: polling policies that users define.

use std::time::Duration;

use crate::schedule::QuotaPressure;

/// A user-defined polling policy: how long to pause between two reads of a job.
///
/// [`PollPolicy::custom`](super::PollPolicy::custom) makes a policy of it. Every function
/// `Fn(&PollProgress) -> Duration` is a strategy; a type that implements the trait can have
/// settings and a name.
///
/// One strategy serves all jobs of its policy, so what it needs to know about a job is an
/// argument. It should return at once: a batch asks it while other jobs wait. Learning
/// continues, so that other waits of the same client profit from what is observed.
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
/// The returned pause is a wish. [Jitter](super::PollPolicy::with_jitter) is applied to it,
/// and it is at least 100 ms. A `Retry-After` of the API extends it, the deadline of the wait
/// shortens it, so that the last read ends in time, and each read takes a slot of the rate
/// limiter. In a batch, reads are made in the order in which they are due, at the rate that
/// the budget allows, and launches get at least one slot of four.
pub trait PollStrategy: Send + Sync + 'static {
    /// How long to pause before the next read.
    ///
    /// Before the first read of a job that this process launched, the pause counts from
    /// the response to the launch. A job of which only the id is known is read at once,
    /// before the strategy is asked.
    fn pause(&self, progress: &PollProgress) -> Duration;

    /// The name of the policy in logs: `custom` by default.
    fn name(&self) -> &str {
        "custom"
    }
}

impl<F: Fn(&PollProgress) -> Duration + Send + Sync + 'static> PollStrategy for F {
    fn pause(&self, progress: &PollProgress) -> Duration {
        self(progress)
    }
}

/// How far the wait for a job has come, as a [`PollStrategy`] sees it.
///
/// A test of a strategy starts with the default, an untouched job at full budget, and sets
/// fields.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct PollProgress {
    /// How many reads of this wait have been made, failed ones included.
    pub reads: u32,
    /// How long the wait has lasted.
    pub waited: Duration,
    /// How long the wait lasts at most, from its start.
    pub max_wait: Duration,
    /// The age of the job, counted from its launch, or from the first read that saw it
    /// running if it was launched elsewhere. `None` if neither is known.
    pub age: Option<Duration>,
    /// How scarce requests are.
    pub quota_pressure: QuotaPressure,
    /// Whether the last attempt to read failed: the request failed, or was not sent.
    pub failed: bool,
    /// Whether a webhook is expected to deliver the result too.
    pub delivery_expected: bool,
}
