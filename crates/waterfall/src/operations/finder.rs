//! Waits for the unfinished jobs of immediate operations, and reads their results again.

use std::sync::Arc;
use std::time::Duration;

use waterfall_api::jobs;
use waterfall_api::types::{
    CompanyRevealJob, CompanySearchJob, CompanyTitlesJob, ContactSearchJob, JobChangeJob,
};

use super::completed::Completed;
use super::job::ImmediateJob;
use crate::client::Client;
use crate::error::{Error, LastState};
use crate::job::Job;
use crate::job::orphan::{Guard, orphan as orphaned};
use crate::job_id::JobId;
use crate::kind::{ContactEnrichment, JobKind};
use crate::snapshot::Snapshot;

/// A kind of jobs whose finder returns the same result as the operation.
pub(super) trait Finder: JobKind<Job: ImmediateJob> {}

impl<K: JobKind<Job: ImmediateJob>> Finder for K {}

/// Waits for a job that was not finished when its request was answered.
pub(super) async fn wait<K: Finder>(
    client: Client,
    id: JobId,
    max_wait: Option<Duration>,
) -> Result<Completed<K::Job>, Error> {
    let job = Job::<K>::launched(client.clone(), id, Duration::ZERO);
    let guard = Guard::new(&job);
    let mut wait = job.wait();
    if let Some(max_wait) = max_wait {
        wait = wait.max_wait(max_wait);
    }
    let outcome = wait.await;
    guard.release();
    outcome.map(|done| Completed::of_snapshot(&client, &done)).map_err(|error| {
        let last = last_of::<K>(&client, &error);
        error.after_operation(last)
    })
}

/// Reads a result again. An ID without a kind is interpreted as one of this kind.
async fn read_again<K: Finder>(client: &Client, id: JobId) -> Result<Completed<K::Job>, Error> {
    let id = if id.is_of::<ContactEnrichment>() { JobId::of::<K>(id.uuid()) } else { id };
    let outcome = client.job_of::<K>(id).wait().await;
    outcome.map(|done| Completed::of_snapshot(client, &done)).map_err(|error| {
        let last = last_of::<K>(client, &error);
        error.with_last(last)
    })
}

/// Converts the last response of a wait to that of an operation.
fn last_of<K: Finder>(client: &Client, error: &Error) -> Option<LastState> {
    let snapshot: &Snapshot<K> = error.snapshot_of()?;
    let (state, elapsed) = (snapshot.state().clone(), snapshot.elapsed());
    let completed = Completed::of_snapshot(client, snapshot);
    Some(LastState { state, elapsed, snapshot: Arc::new(completed) })
}

/// Passes the job of a response to the client's hook, because its caller was dropped.
pub(super) fn orphan<K: JobKind>(client: &Client, id: JobId) {
    orphaned(client.job_of::<K>(id));
}

/// Methods that read results again by the IDs of their jobs.
///
/// A result is read again without a new search and without cost, as long as the API keeps the job.
/// If a job is still running, the call waits for it, up to the client's
/// [`max_wait`](crate::ClientBuilder::max_wait). Errors are those of [`Wait`](crate::Wait), with
/// the response in [`Error::completed`]. [`job_of`](Self::job_of) offers more control, with the
/// kinds in [`api::jobs`](waterfall_api::jobs).
impl Client {
    /// Reads the result of a contact search again.
    ///
    /// ```
    /// # use serde_json::json;
    /// # use waterfall::testing::{MockResponse, MockTransport};
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let page = json!({ "persons": [MockResponse::sample_person()] });
    /// # let mock = MockTransport::new().reads([MockResponse::output(page)]);
    /// # let client = mock.client_builder().build()?;
    /// # let uuid = MockTransport::job_id(1).uuid();
    /// # let stored = format!("contact-search/{uuid}");
    /// let id: waterfall::JobId = stored.parse()?; // of `page.job_id()`
    /// let page = client.search_contacts_result(id).await?;
    /// assert_eq!(page.persons().len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Wait`](crate::Wait).
    pub async fn search_contacts_result(
        &self,
        id: impl Into<JobId>,
    ) -> Result<Completed<ContactSearchJob>, Error> {
        read_again::<jobs::ContactSearch>(self, id.into()).await
    }

    /// Reads the result of a company search again.
    ///
    /// # Errors
    ///
    /// Those of [`Wait`](crate::Wait).
    pub async fn search_companies_result(
        &self,
        id: impl Into<JobId>,
    ) -> Result<Completed<CompanySearchJob>, Error> {
        read_again::<jobs::CompanySearch>(self, id.into()).await
    }

    /// Reads the result of a job change request again.
    ///
    /// # Errors
    ///
    /// Those of [`Wait`](crate::Wait).
    pub async fn job_change_result(
        &self,
        id: impl Into<JobId>,
    ) -> Result<Completed<JobChangeJob>, Error> {
        read_again::<jobs::JobChange>(self, id.into()).await
    }

    /// Reads the result of a company reveal request again.
    ///
    /// # Errors
    ///
    /// Those of [`Wait`](crate::Wait).
    pub async fn reveal_company_result(
        &self,
        id: impl Into<JobId>,
    ) -> Result<Completed<CompanyRevealJob>, Error> {
        read_again::<jobs::CompanyReveal>(self, id.into()).await
    }

    /// Reads a page of company titles again.
    ///
    /// # Errors
    ///
    /// Those of [`Wait`](crate::Wait).
    pub async fn company_titles_result(
        &self,
        id: impl Into<JobId>,
    ) -> Result<Completed<CompanyTitlesJob>, Error> {
        read_again::<jobs::CompanyTitles>(self, id.into()).await
    }
}
