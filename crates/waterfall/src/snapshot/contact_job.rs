//! What only jobs of contact enrichment have.

use std::any::Any;

use waterfall_api::types::{ContactEnrichmentJob, Person};

#[cfg(feature = "webhook")]
use crate::job_id::JobId;

/// The job, if it is a contact enrichment.
pub(super) fn as_contact<J: Any>(job: &J) -> Option<&ContactEnrichmentJob> {
    (job as &dyn Any).downcast_ref()
}

pub(super) fn person(job: &ContactEnrichmentJob) -> Option<&Person> {
    job.output.as_ref()?.person.as_ref()
}

/// The URL to which the result is delivered, if the job contains the query: it may be `None`.
pub(super) fn delivery_url(job: &ContactEnrichmentJob) -> Option<Option<&str>> {
    let task = job.input.as_ref()?.task.as_ref()?;
    Some(task.webhook_url.as_deref())
}

/// The job's own ID.
#[cfg(feature = "webhook")]
pub(crate) fn job_id(job: &ContactEnrichmentJob) -> Option<JobId> {
    job.input.as_ref()?.task.as_ref()?.job_id.as_ref().copied().map(JobId::from)
}
