//! The inputs and outcomes of a decision about the next read.

use std::time::Duration;

use crate::policy::PollPolicy;
use crate::schedule::{Planner, QuotaPressure};

/// The known facts about a job when a wait for it begins.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum JobOrigin {
    /// The job was launched by this process.
    Launched {
        /// The time since the response to the launch.
        age: Duration,
        /// The duration of the launch request.
        took: Duration,
    },
    /// Only the job's ID is known.
    FromId,
}

/// The inputs of a decision, apart from the wait itself.
#[derive(Debug)]
#[non_exhaustive]
pub struct PollContext<'a> {
    /// The learned durations of jobs of this kind. They are updated by each read, with any policy.
    pub planner: &'a mut Planner,
    /// The current scarcity of requests.
    pub quota_pressure: QuotaPressure,
    /// A random number from 0 to 1 that spreads the decision; 0.5 leaves it unchanged.
    pub unit: f64,
}

impl<'a> PollContext<'a> {
    /// Returns the context of a decision that is made now.
    pub fn new(planner: &'a mut Planner, quota_pressure: QuotaPressure, unit: f64) -> Self {
        Self { planner, quota_pressure, unit }
    }
}

/// The decision about the next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "a driver handles every case")]
pub enum Decision {
    /// Read the job at this time.
    ReadAt(Duration),
    /// The wait ends before the job has ended.
    Stop(StopReason),
}

impl Decision {
    /// Returns the reason why the wait ends early.
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
    /// The current price of a read, if the policy plans with it.
    pub price: Option<Duration>,
}

/// The reason why a wait ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "a driver handles every case")]
pub enum StopReason {
    /// The deadline has been reached.
    Deadline,
    /// A `Retry-After`, with its remaining time, ends after the deadline.
    RetryAfterBeyondDeadline(Duration),
}
