//! Returns what an error contains about its job, for any kind of job.

use waterfall::{Error, JobState};

use crate::known_kind::for_each_kind;

/// Returns the last response about a job.
pub(crate) fn last_response(error: &Error) -> Option<&[u8]> {
    for_each_kind!(Kind => if let Some(job) = error.snapshot_of::<Kind>() {
        return Some(job.raw());
    });
    None
}

/// Returns the last state of a job.
pub(crate) fn last_state(error: &Error) -> Option<&JobState> {
    for_each_kind!(Kind => if let Some(job) = error.snapshot_of::<Kind>() {
        return Some(job.state());
    });
    None
}
