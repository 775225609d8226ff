//! What a [`Scheduler`](super::scheduler::Scheduler) says, and is told.

use std::time::Duration;

use super::read_queue::JobSlot;
use crate::wait_state::StopReason;

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Read this job, as soon as there is a slot.
    Read(JobSlot),
    /// Launch what was offered, as soon as there is a slot.
    Launch,
    /// Nothing before this time, unless something happens.
    Wait(Duration),
    /// Nothing before something happens.
    Idle,
    /// All inputs are done.
    Done,
}

/// What came of a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Read {
    /// The job is over, and lasted so long if the API says so.
    Over {
        /// From the API's dates.
        lasted: Option<Duration>,
    },
    /// It is not, and is so old if the API says so.
    Running {
        /// From the API's dates.
        age: Option<Duration>,
    },
    /// The read failed in a way that the next one may not.
    Failed {
        /// How long the API wants not to be asked.
        retry_after: Option<Duration>,
    },
    /// It failed for good.
    Fatal,
}

/// How far the wait for one job came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitStats {
    /// How often it was read.
    pub reads: u32,
    /// How long it was waited for.
    pub spent: Duration,
}

/// How it goes on with a job that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadOutcome {
    /// It was read so often, and is going to be again at this time.
    Pending {
        /// How often it was read.
        reads: u32,
        /// When it is going to be read.
        at: Duration,
    },
    /// The wait for it is over.
    Ended {
        /// How far it came.
        waited: WaitStats,
        /// Why it ended before the job.
        gave_up: Option<StopReason>,
    },
}
