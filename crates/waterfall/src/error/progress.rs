//! The progress of a call when it failed.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use job_polling::wait_state::StopReason;
use waterfall_api::types::JobState;

use crate::job_state;

/// The attempts of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AttemptStats {
    pub(crate) attempts: u32,
    pub(crate) spent: Duration,
}

impl AttemptStats {
    /// No attempt: nothing was sent.
    pub(crate) const NONE: Self = Self { attempts: 0, spent: Duration::ZERO };
}

/// The length of a wait, and why it ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WaitEnd {
    pub(crate) reads: u32,
    pub(crate) spent: Duration,
    pub(crate) max_wait: Duration,
    pub(crate) stopped: Option<StopReason>,
}

/// The last response that contained the state of a job.
#[derive(Clone)]
pub(crate) struct LastState {
    pub(crate) state: JobState,
    pub(crate) elapsed: Option<Duration>,
    /// The snapshot, of whichever kind the job is.
    pub(crate) snapshot: Arc<dyn Any + Send + Sync>,
}

impl LastState {
    pub(crate) fn is_final(&self) -> bool {
        job_state::is_final(&self.state).unwrap_or(false)
    }
}
