//! The steps that a [`Scheduler`](super::scheduler::Scheduler) returns, and the outcomes of
//! reads.

use std::time::Duration;

use super::read_queue::JobSlot;
use crate::wait_state::StopReason;

/// The next step of the driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "a driver handles every case")]
pub enum Step {
    /// Read this job, as soon as there is a slot.
    Read(JobSlot),
    /// Launch the offered input, as soon as there is a slot.
    Launch,
    /// Wait until this time, or until the next event.
    Wait(Duration),
    /// Wait for the next event.
    Idle,
    /// All jobs have ended, and no input is left.
    Done,
}

/// The result of a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Read {
    /// The job has ended.
    Over {
        /// The duration of the job, if the API reports it.
        lasted: Option<Duration>,
    },
    /// The job is running.
    Running {
        /// The age of the job, if the API reports it.
        age: Option<Duration>,
    },
    /// The read failed, but the next one may succeed.
    Failed {
        /// The `Retry-After` of the response.
        retry_after: Option<Duration>,
    },
    /// The read failed permanently.
    Fatal,
}

/// Statistics of the wait for one job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct WaitStats {
    /// The number of reads.
    pub reads: u32,
    /// The duration of the wait.
    pub spent: Duration,
}

/// The outcome of a read of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "a driver handles every case")]
pub enum ReadOutcome {
    /// The job is read again.
    Pending {
        /// The number of reads so far.
        reads: u32,
        /// When it is read next.
        at: Duration,
    },
    /// The wait for the job has ended.
    Ended {
        /// Statistics of the wait.
        waited: WaitStats,
        /// Why the wait ended before the job did.
        stopped: Option<StopReason>,
    },
}
