//! Creates snapshots from webhook deliveries.

use std::sync::Arc;

use reqwest::StatusCode;
use uuid::Uuid;
use waterfall_api::{DecodeError, Deviation};

use super::Snapshot;
use super::any::AnySnapshot;
use super::delivered_body::DeliveredBody;
use super::facts::Facts;
use super::received::Received;
use super::unknown::UnknownJob;
use crate::job_id::JobId;
use crate::kind::JobKind;

impl DeliveredBody {
    /// Decodes a delivery as a job of a kind.
    pub(crate) fn decode<K: JobKind>(self) -> Result<Snapshot<K>, DecodeError> {
        let (job, deviations) = waterfall_api::decode::<K::Job>(&self.body)?;
        let facts = Facts::of(&job, &self.body)?;
        let received = self.received(job, facts, deviations, JobId::of::<K>);
        Ok(Snapshot { received: Arc::new(received), reads: 0, launch_attempts: None })
    }

    /// Decodes a delivery as a job whose kind is not known.
    pub(crate) fn decode_unknown(self) -> Result<AnySnapshot, DecodeError> {
        let facts = Facts::of_body(&self.body)?;
        // The facts come from the same JSON.
        let job = serde_json::from_slice(&self.body).unwrap_or_default();
        let received = self.received(job, facts, Vec::new(), JobId::of_unknown_kind);
        Ok(AnySnapshot::Unknown(UnknownJob { received: Arc::new(received) }))
    }

    fn received<J>(
        self,
        job: J,
        facts: Facts,
        deviations: Vec<Deviation>,
        job_id: impl Fn(Uuid) -> JobId,
    ) -> Received<J> {
        Received {
            job_id: job_id(facts.job_id.unwrap_or(Uuid::nil())),
            facts,
            job: Box::new(job),
            deviations,
            status: StatusCode::OK,
            headers: self.headers,
            body: self.body,
            received_at: self.received_at.into(),
            delivered: true,
        }
    }
}
