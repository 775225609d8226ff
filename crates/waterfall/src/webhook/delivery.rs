//! [`Delivery`]: a verified delivery, decoded.

use std::fmt;

use waterfall_api::types::ContactEnrichmentJob;
use waterfall_api::{Deviation, decode};

use super::error::{Error, Unreadable};
use super::verified::VerifiedDelivery;
use crate::job_id::JobId;
use crate::snapshot::{Snapshot, contact_job};
use crate::telemetry::reads;

/// A job's result from a webhook: a [`Snapshot`] and the delivery that contained it.
///
/// Cheap to clone. `Debug` shows no personal data.
#[derive(Clone)]
pub struct Delivery {
    snapshot: Snapshot,
    job_id: Option<JobId>,
    verified: VerifiedDelivery,
}

impl Delivery {
    fn new(
        verified: VerifiedDelivery,
        job: ContactEnrichmentJob,
        deviations: Vec<Deviation>,
    ) -> Self {
        let job_id = contact_job::job_id(&job);
        let (headers, body) = (verified.headers.clone(), verified.body.clone());
        let received_at = verified.received_at;
        let snapshot = Snapshot::delivered(job, deviations, headers, body, received_at);
        reads::deviations(job_id, snapshot.deviations());
        Self { snapshot, job_id, verified }
    }

    /// The job, as the finder would have returned it.
    ///
    /// [`Snapshot::deviations`] lists values that do not match their described type. Its
    /// [`reads`](Snapshot::reads) are 0. Use [`job_id`](Self::job_id) of the delivery: the
    /// snapshot of a delivery without a job ID has the nil UUID.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Returns the job.
    pub fn into_snapshot(self) -> Snapshot {
        self.snapshot
    }

    /// The job's ID, from `input.task.job_id` of the body; it may be missing.
    pub fn job_id(&self) -> Option<JobId> {
        self.job_id
    }

    /// Whether the delivery is signed. Anyone can send an unsigned one.
    pub fn is_signed(&self) -> bool {
        self.verified.is_signed()
    }

    /// The undecoded delivery: body, headers, claims and time of receipt.
    pub fn verified(&self) -> &VerifiedDelivery {
        &self.verified
    }
}

impl VerifiedDelivery {
    /// Decodes the body.
    ///
    /// # Errors
    ///
    /// [`Error::Unreadable`], which contains this delivery, if the body is not a job with a
    /// `status`. Other fields of an unexpected type are
    /// [deviations](crate::Snapshot::deviations).
    pub fn parse(self) -> Result<Delivery, Error> {
        match decode(&self.body) {
            Ok((job, deviations)) => Ok(Delivery::new(self, job, deviations)),
            Err(mismatch) => {
                Err(Error::Unreadable(Box::new(Unreadable { verified: self, mismatch })))
            }
        }
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("job_id", &self.job_id)
            .field("state", &self.snapshot.state().as_str())
            .field("verified", &self.verified)
            .finish_non_exhaustive()
    }
}
