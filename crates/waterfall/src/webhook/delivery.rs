//! [`Delivery`]: a verified delivery, decoded.

use std::fmt;

use waterfall_api::Deviation;
use waterfall_api::types::ContactEnrichmentJob;

use super::verified::Verified;
use crate::{JobId, Snapshot, snapshot, telemetry};

/// A job's result as a webhook brought it: a [`Snapshot`], and how it came.
///
/// Cheap to clone. `Debug` shows no person's data.
#[derive(Clone)]
pub struct Delivery {
    snapshot: Snapshot,
    job_id: Option<JobId>,
    verified: Verified,
}

impl Delivery {
    pub(super) fn new(
        verified: Verified,
        job: ContactEnrichmentJob,
        deviations: Vec<Deviation>,
    ) -> Self {
        let job_id = snapshot::named_job(&job);
        let (headers, body) = (verified.headers.clone(), verified.body.clone());
        let received_at = verified.received_at;
        let snapshot = Snapshot::delivered(job, deviations, headers, body, received_at);
        telemetry::deviations(job_id, snapshot.deviations());
        Self { snapshot, job_id, verified }
    }

    /// The job, as the finder would have answered.
    ///
    /// [`Snapshot::deviations`] lists what does not match its described type. Its
    /// [`reads`](Snapshot::reads) are 0. Ask [`job_id`](Self::job_id) here, not there:
    /// the snapshot of a delivery that names no job has the nil UUID.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The job, by move.
    pub fn into_snapshot(self) -> Snapshot {
        self.snapshot
    }

    /// The job's id, from `input.task.job_id` of the body; it may be missing.
    pub fn job_id(&self) -> Option<JobId> {
        self.job_id
    }

    /// Whether it was signed. One that was not may come from anybody.
    pub fn is_signed(&self) -> bool {
        self.verified.is_signed()
    }

    /// The raw side: body, headers, claims, and when it was received.
    pub fn verified(&self) -> &Verified {
        &self.verified
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
