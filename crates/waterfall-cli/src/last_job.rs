//! What an error has of the job that it is about, of whichever kind the job is.

use waterfall::{
    CompanyEnrichment, ContactEnrichment, Error, JobKind, JobState, PhoneEnrichment, Prospector,
    Snapshot,
};

/// The last response about a job, of whichever kind it is.
pub(crate) fn last_response(error: &Error) -> Option<&[u8]> {
    fn of<K: JobKind>(error: &Error) -> Option<&[u8]> {
        error.snapshot_of::<K>().map(|job| &**job.raw())
    }
    of::<ContactEnrichment>(error)
        .or_else(|| of::<PhoneEnrichment>(error))
        .or_else(|| of::<CompanyEnrichment>(error))
        .or_else(|| of::<Prospector>(error))
}

/// The last state of a job, of whichever kind it is.
pub(crate) fn last_state(error: &Error) -> Option<&JobState> {
    fn of<K: JobKind>(error: &Error) -> Option<&JobState> {
        error.snapshot_of::<K>().map(Snapshot::state)
    }
    of::<ContactEnrichment>(error)
        .or_else(|| of::<PhoneEnrichment>(error))
        .or_else(|| of::<CompanyEnrichment>(error))
        .or_else(|| of::<Prospector>(error))
}
