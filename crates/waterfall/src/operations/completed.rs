//! [`Completed`]: the response of an immediate operation.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use waterfall_api::types::{JobState, Usage};
use waterfall_api::{Decoded, Deviation, Response};

use super::job::ImmediateJob;
use crate::client::Client;
use crate::error::{Error, LastState};
use crate::job_id::JobId;
use crate::job_state;
use crate::kind::JobKind;
use crate::snapshot::Snapshot;

/// The response of an immediate operation, such as a page of
/// [`Client::search_contacts`](crate::Client::search_contacts).
///
/// It provides three views: methods for the usual values (`persons()`, `companies()` and so on, by
/// the type of the job), the complete decoded job in [`job`](Self::job), and the bytes in
/// [`raw`](Self::raw). Cheap to clone. `Debug` shows the ID and the state, never personal data.
#[derive(Clone)]
pub struct Completed<J: ImmediateJob>(Arc<Inner<J>>);

struct Inner<J> {
    job: J,
    job_id: Option<JobId>,
    deviations: Vec<Deviation>,
    response: Response,
}

impl<J: ImmediateJob> Completed<J> {
    pub(super) fn of_response(decoded: Decoded<J>) -> Self {
        let (job, deviations, response) = decoded.into_parts();
        let job_id = job.parts().job_id;
        Self(Arc::new(Inner { job: *job, job_id, deviations, response }))
    }

    pub(super) fn of_snapshot<K: JobKind<Job = J>>(
        client: &Client,
        snapshot: &Snapshot<K>,
    ) -> Self {
        let url = client.settings().transport.base.url().clone();
        let (response, body) = (Response::new(snapshot.status(), url), snapshot.raw().clone());
        Self(Arc::new(Inner {
            job: snapshot.job().clone(),
            job_id: Some(snapshot.job_id()),
            deviations: snapshot.deviations().to_vec(),
            response: response.with_headers(snapshot.headers().clone()).with_body(body),
        }))
    }

    /// Returns the ID of the job, if the API has sent it. Store it to read the result again, as
    /// with [`Client::search_contacts_result`](crate::Client::search_contacts_result).
    pub fn job_id(&self) -> Option<JobId> {
        self.0.job_id
    }

    /// Returns the state of the job. It is `SUCCEEDED`, except in an [`Error`].
    pub fn state(&self) -> &JobState {
        self.0.job.parts().state
    }

    /// Returns whether the job succeeded, even if it found nothing.
    pub fn is_success(&self) -> bool {
        *self.state() == JobState::Succeeded
    }

    /// Returns when the job started, by the server's clock; `None` if the API sent no date and
    /// time.
    pub fn started_at(&self) -> Option<jiff::Timestamp> {
        self.0.job.parts().start_date?.instant()
    }

    /// Returns when the job ended, by the server's clock.
    pub fn stopped_at(&self) -> Option<jiff::Timestamp> {
        self.0.job.parts().stop_date?.instant()
    }

    /// Returns the output of the job. `None` if it did not succeed.
    pub fn output(&self) -> Option<&J::Output> {
        self.0.job.output()
    }

    /// Returns the cost of the job, if the API reports it. [`Spent`](crate::Spent) has exact
    /// amounts.
    pub fn usage(&self) -> Option<&Usage> {
        self.0.job.parts().usage
    }

    /// Returns why the job failed, as a text for people.
    pub fn error_message(&self) -> Option<&str> {
        self.0.job.parts().error
    }

    /// Returns the complete decoded job, including fields that this crate does not know.
    pub fn job(&self) -> &J {
        &self.0.job
    }

    /// Returns the deviations of the response from the API's description. See
    /// [`Snapshot::deviations`](crate::Snapshot::deviations).
    pub fn deviations(&self) -> &[Deviation] {
        &self.0.deviations
    }

    /// Returns the body of the response, exactly as it was received.
    pub fn raw(&self) -> &Bytes {
        self.0.response.body()
    }

    /// Returns the body of the response as text, exactly as it was received.
    pub fn raw_json(&self) -> &str {
        // Decoding has checked every string; the rest of JSON is ASCII.
        std::str::from_utf8(self.raw()).unwrap_or_default()
    }

    /// Returns the HTTP status of the response.
    pub fn status(&self) -> StatusCode {
        self.0.response.status()
    }

    /// Returns the headers of the response.
    pub fn headers(&self) -> &HeaderMap {
        self.0.response.headers()
    }

    pub(super) fn response(&self) -> &Response {
        &self.0.response
    }

    /// Returns whether the job is finished.
    pub(super) fn is_final(&self) -> bool {
        job_state::is_final(self.state()) == Some(true)
    }

    pub(super) fn last_state(&self) -> LastState {
        let elapsed = self.started_at().zip(self.stopped_at());
        let elapsed = elapsed.map(|(start, stop)| stop.duration_since(start));
        let elapsed = elapsed.map(|elapsed| elapsed.try_into().unwrap_or(Duration::ZERO));
        LastState { state: self.state().clone(), elapsed, snapshot: Arc::new(self.clone()) }
    }
}

impl Error {
    /// Returns the response of an immediate operation whose job did not succeed or is not finished.
    /// `J` is the type of the job, as in [`Completed`].
    pub fn completed<J: ImmediateJob>(&self) -> Option<&Completed<J>> {
        self.last()?.snapshot.downcast_ref()
    }
}

impl<J: ImmediateJob> fmt::Debug for Completed<J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Completed")
            .field("job_id", &self.job_id())
            .field("state", &self.state().as_str())
            .field("body_bytes", &self.raw().len())
            .finish_non_exhaustive()
    }
}
