//! Snapshots that arrive by webhook.

use std::sync::Arc;

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use waterfall_api::Deviation;
use waterfall_api::types::ContactEnrichmentJob;

use super::Snapshot;
use super::contact_job;
use super::envelope::Envelope;
use super::received::Received;
use crate::job_id::JobId;

impl Snapshot {
    /// From the body of a delivery.
    pub(crate) fn delivered(
        job: ContactEnrichmentJob,
        deviations: Vec<Deviation>,
        headers: HeaderMap,
        body: Bytes,
        received_at: jiff::Timestamp,
    ) -> Self {
        let received = Received {
            job_id: contact_job::job_id(&job).unwrap_or(JobId::from(uuid::Uuid::nil())),
            envelope: Envelope::from(&job),
            job,
            deviations,
            status: StatusCode::OK,
            headers,
            body,
            received_at: received_at.into(),
            delivered: true,
        };
        Self { received: Arc::new(received), reads: 0, launch_attempts: None }
    }
}
