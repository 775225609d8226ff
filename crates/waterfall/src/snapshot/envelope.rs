//! [`Envelope`]: the members that jobs of all kinds have.

use std::any::Any;

use waterfall_api::types::{ContactEnrichmentJob, JobState, Usage};
use waterfall_api::{DecodeError, Timestamp};

use super::contact_job::as_contact;

/// The members that jobs of all kinds have.
pub(super) struct Envelope {
    pub(super) state: JobState,
    pub(super) start_date: Option<Timestamp>,
    pub(super) stop_date: Option<Timestamp>,
    pub(super) error: Option<String>,
    pub(super) usage: Option<Usage>,
}

impl Envelope {
    /// The envelope of a job of any kind. If its type is not known, the body is decoded leniently;
    /// values of an unexpected type read as absent.
    pub(super) fn of<J: Any>(job: &J, body: &[u8]) -> Result<Self, DecodeError> {
        match as_contact(job) {
            Some(job) => Ok(Self::from(job)),
            None => {
                waterfall_api::decode::<ContactEnrichmentJob>(body).map(|(job, _)| (&job).into())
            }
        }
    }
}

impl From<&ContactEnrichmentJob> for Envelope {
    fn from(job: &ContactEnrichmentJob) -> Self {
        Self {
            state: job.status.clone(),
            start_date: job.start_date.as_ref().cloned(),
            stop_date: job.stop_date.as_ref().cloned(),
            error: job.error.as_ref().cloned(),
            usage: job.output.as_ref().and_then(|output| output.usage.as_ref().cloned()),
        }
    }
}
