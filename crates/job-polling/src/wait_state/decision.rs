//! What a decision about the next read depends on, and what it can be.

use std::time::Duration;

use crate::policy::PollPolicy;
use crate::schedule::{Planner, QuotaPressure};

/// What is known about a job when a wait for it begins.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum JobOrigin {
    /// It was launched by this process.
    Launched {
        /// The time since the response to the launch.
        age: Duration,
        /// The duration of the launch request.
        took: Duration,
    },
    /// Only its id is known.
    FromId,
}

/// What a decision depends on, apart from the wait itself.
#[derive(Debug)]
#[non_exhaustive]
pub struct PollContext<'a> {
    /// The learned durations of jobs of this kind. It learns from each read, whatever the
    /// policy.
    pub planner: &'a mut Planner,
    /// How scarce requests are now.
    pub quota_pressure: QuotaPressure,
    /// A random number from 0 to 1 that spreads the decision; 0.5 leaves it as it is.
    pub unit: f64,
}

impl<'a> PollContext<'a> {
    /// The context of a decision that is made now.
    pub fn new(planner: &'a mut Planner, quota_pressure: QuotaPressure, unit: f64) -> Self {
        Self { planner, quota_pressure, unit }
    }
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "a driver handles every case")]
pub enum Decision {
    /// Read the job at this time.
    ReadAt(Duration),
    /// The wait ends before the job has ended.
    Stop(StopReason),
}

impl Decision {
    /// Why the wait ends, if it does.
    pub(crate) fn stop_reason(self) -> Option<StopReason> {
        match self {
            Self::ReadAt(_) => None,
            Self::Stop(reason) => Some(reason),
        }
    }
}

/// The reasons for a read.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Expectation {
    /// The policy that planned the read.
    pub policy: PollPolicy,
    /// The age of the job at the read, if it is known.
    pub age: Option<Duration>,
    /// The probability that the job has ended by then.
    pub chance_over: Option<f64>,
    /// The expected time since its end.
    pub lag: Option<Duration>,
    /// The current price of a read, if the policy plans by it.
    pub price: Option<Duration>,
}

/// Why a wait ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "a driver handles every case")]
pub enum StopReason {
    /// The deadline has been reached.
    Deadline,
    /// A `Retry-After`, with its remaining time, ends after the deadline.
    RetryAfterBeyondDeadline(Duration),
}
