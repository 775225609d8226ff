//! Reads a job, once or with retries.

use job_polling::limiter::Permit;
use tracing::Instrument;
use waterfall_api::Response;

use super::Job;
use crate::client::Client;
use crate::error::{Error, RequestKind};
use crate::job_id::JobId;
use crate::kind::JobKind;
use crate::snapshot::Snapshot;
use crate::telemetry::reads;

impl<K: JobKind> Job<K> {
    /// Reads the job now, in any state.
    ///
    /// Transient failures are retried as the [`RetryPolicy`](crate::RetryPolicy) allows;
    /// [`Snapshot::reads`] is the number of reads.
    ///
    /// # Errors
    ///
    /// Any [`ErrorKind`](crate::ErrorKind) of a request, from the last attempt. A failed job is not
    /// an error here; see [`Snapshot::state`].
    ///
    /// # Cancellation
    ///
    /// Dropping the future abandons the read and does not affect the job.
    #[doc(alias = "poll")]
    #[doc(alias = "status")]
    pub async fn fetch(&self) -> Result<Snapshot<K>, Error> {
        let span = reads::fetch_span(self.id(), K::NAME);
        let outcome = self.client().fetch::<K>(self.id()).instrument(span.clone()).await;
        reads::fetch_ended(&span, &outcome);
        Ok(outcome?.with_launch_attempts(self.launch_attempts()))
    }

    /// Reads the job now with one request whose permit is issued elsewhere, as in
    /// [`Client::launch_with`]. Nothing is retried.
    ///
    /// # Errors
    ///
    /// Those of [`fetch`](Self::fetch).
    ///
    /// # Cancellation
    ///
    /// Dropping the future abandons the read and does not affect the job.
    pub async fn fetch_with(&self, permit: Permit) -> Result<Snapshot<K>, Error> {
        let span = reads::fetch_span(self.id(), K::NAME);
        let outcome =
            self.client().read_with::<K>(permit, self.id()).instrument(span.clone()).await;
        reads::fetch_ended(&span, &outcome);
        Ok(outcome?.with_launch_attempts(self.launch_attempts()))
    }
}

impl Client {
    /// Reads a job, with retries.
    async fn fetch<K: JobKind>(&self, job_id: JobId) -> Result<Snapshot<K>, Error> {
        expect_kind::<K>(job_id)?;
        let request = RequestKind::Read(job_id);
        let mut permit = self.permit(request).await?;
        let mut attempts = self.attempts();
        loop {
            let error = match self.read_with(permit, job_id).await {
                Ok(snapshot) => return Ok(snapshot.with_reads(attempts.completed().attempts)),
                Err(error) => error,
            };
            let next = match attempts.after(&error) {
                Some(pause) => self.permit_after(request, pause, &attempts).await,
                None => None,
            };
            let Some(next) = next else { return Err(error.with_attempts(attempts.failed())) };
            permit = next;
        }
    }

    /// Reads a job once.
    pub(crate) async fn read_with<K: JobKind>(
        &self,
        permit: Permit,
        job_id: JobId,
    ) -> Result<Snapshot<K>, Error> {
        expect_kind::<K>(job_id)?;
        let call = || self.call(RequestKind::Read(job_id));
        let generated = self.generated_without_spending::<K>(permit);
        let decoded = K::find(&generated, job_id.as_uuid()).await.map_err(|error| {
            error.response().inspect(|response| self.count_undecoded(job_id, response));
            self.observe_error(K::FIND, Some(job_id), &error);
            Error::from_call(&call(), error)
        })?;
        self.observe(K::FIND, Some(job_id), &decoded);
        let snapshot = Snapshot::new(job_id, decoded, &self.settings().transport.clock);
        let snapshot = snapshot.map_err(|undecodable| {
            let (response, mismatch) = &*undecodable;
            self.count_undecoded(job_id, response);
            Error::undecodable(&call(), response, mismatch)
        })?;
        self.settings().spending.count_result(&snapshot);
        Ok(snapshot)
    }

    /// Counts the cost of a result that was paid for but can't be decoded.
    fn count_undecoded(&self, job_id: JobId, response: &Response) {
        if response.status().is_success() {
            self.settings().spending.observe(Some(job_id), response.body());
        }
    }
}

/// An ID of a different kind is rejected before any request.
pub(crate) fn expect_kind<K: JobKind>(job_id: JobId) -> Result<(), Error> {
    if job_id.is_of::<K>() {
        return Ok(());
    }
    let expected = JobId::of::<K>(job_id.uuid());
    Err(Error::wrong_kind(job_id, expected.kind()))
}
