//! What an error has of the job that it is about, of whichever kind the job is.

use waterfall::{Error, JobState};

use crate::known_kind::for_each_kind;

/// The last response about a job.
pub(crate) fn last_response(error: &Error) -> Option<&[u8]> {
    for_each_kind!(Kind => if let Some(job) = error.snapshot_of::<Kind>() {
        return Some(job.raw());
    });
    None
}

/// The last state of a job.
pub(crate) fn last_state(error: &Error) -> Option<&JobState> {
    for_each_kind!(Kind => if let Some(job) = error.snapshot_of::<Kind>() {
        return Some(job.state());
    });
    None
}
