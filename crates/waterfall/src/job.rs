//! [`Job`]: a handle to a job.

pub(crate) mod any;
pub(crate) mod enrich;
pub(crate) mod launch;
pub(crate) mod orphan;
pub(crate) mod read;
pub(crate) mod wait;
pub(crate) mod watch;

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use job_polling::wait_state::JobOrigin;
use tokio::time::Instant;

use crate::client::Client;
use crate::client::planners::PlannerGuard;
use crate::job_id::JobId;
use crate::kind::{ContactEnrichment, JobKind};
use crate::snapshot::Snapshot;

/// A handle to a job: its ID, its kind, and the client that reads it.
///
/// `K` is the kind; contact enrichment by default.
///
/// Get it from [`Client::launch`], or from a stored ID by [`Client::job`]; the only difference is
/// when a wait makes its first read. Creating, cloning or dropping a handle sends nothing and does
/// not affect the job.
///
/// ```
/// use waterfall::{Client, ContactQuery, JobId};
/// # use waterfall_sandbox::Sandbox;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sandbox = Sandbox::builder().build();
/// # let client = Client::builder().api_key("test").transport(sandbox.transport()).build()?;
/// let job = client.launch(ContactQuery::linkedin("jane-doe-abc123")).await?;
/// let stored = job.id().to_string();
///
/// // In another process:
/// let id: JobId = stored.parse()?;
/// let done = client.job(id).wait().await?;
/// assert!(done.is_success());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Job<K = ContactEnrichment> {
    client: Client,
    id: JobId,
    launch: Option<Launch>,
    kind: PhantomData<fn() -> K>,
}

/// What this process knows about the launch.
#[derive(Debug, Clone, Copy)]
struct Launch {
    at: Instant,
    took: Duration,
    attempts: u32,
    /// Whether the result is delivered to this client as well.
    delivered: bool,
}

impl<K: JobKind> Job<K> {
    pub(crate) fn from_id(client: Client, id: JobId) -> Self {
        Self { client, id, launch: None, kind: PhantomData }
    }

    pub(crate) fn launched(client: Client, id: JobId, took: Duration) -> Self {
        let launch = Some(Launch { at: Instant::now(), took, attempts: 1, delivered: false });
        Self { launch, ..Self::from_id(client, id) }
    }

    pub(crate) fn with_launch_attempts(mut self, attempts: u32) -> Self {
        if let Some(launch) = &mut self.launch {
            launch.attempts = attempts;
        }
        self
    }

    pub(crate) fn delivered_here(mut self, delivered: bool) -> Self {
        if let Some(launch) = &mut self.launch {
            launch.delivered = delivered;
        }
        self
    }

    /// Returns whether the result may be delivered to a client, which may differ from the job's
    /// own.
    pub(crate) fn may_be_delivered_to(&self, client: &Client) -> bool {
        match (&client.settings().inbox, &self.client.settings().inbox, self.launch) {
            (Some(_), _, None) => true,
            (Some(inbox), Some(ours), Some(launch)) => launch.delivered && inbox.is(ours),
            _ => false,
        }
    }

    /// Returns whether a job that this process did not launch is delivered to this client as well,
    /// according to the response.
    pub(crate) fn is_delivered_here(&self, snapshot: &Snapshot<K>) -> Option<bool> {
        if self.launch.is_some() { None } else { self.client.gets_delivery_of(snapshot) }
    }

    /// Returns the ID. Store it to continue with the job later.
    pub fn id(&self) -> JobId {
        self.id
    }

    /// Returns the kind of the job as a word, for example `contact_enrichment`.
    pub fn kind(&self) -> &'static str {
        K::NAME
    }

    /// Returns how many times the launch was sent: once, or more often if it was retried because
    /// the API certainly had not acted on it. `None` if the handle was created from an ID.
    pub fn launch_attempts(&self) -> Option<u32> {
        self.launch.map(|launch| launch.attempts)
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Returns the planner for reads of jobs of this kind. Don't hold it across an await.
    pub(crate) fn planner(&self) -> PlannerGuard<'_> {
        self.client.planner(K::NAME)
    }

    /// Returns how the job was obtained, for a wait that starts now.
    pub(crate) fn origin(&self) -> JobOrigin {
        match self.launch {
            Some(Launch { at, took, .. }) => JobOrigin::Launched { age: at.elapsed(), took },
            None => JobOrigin::FromId,
        }
    }
}

impl Client {
    /// Returns a handle to the contact enrichment with this ID, launched at any time by any
    /// process. Sends nothing. Reads of an ID of a different kind fail; see
    /// [`job_of`](Self::job_of).
    #[doc(alias = "resume")]
    pub fn job(&self, id: impl Into<JobId>) -> Job {
        self.job_of(id)
    }

    /// Like [`job`](Self::job), for a job of any kind: `client.job_of::<PhoneEnrichment>(id)`.
    ///
    /// The ID must be of this kind, from `phone/7d44...` or [`JobId::of`]; a UUID without a kind
    /// belongs to a contact enrichment. Reads of an ID of a different kind fail before anything is
    /// sent, with [`ErrorKind::InvalidQuery`](crate::ErrorKind::InvalidQuery).
    /// [`any_job`](Self::any_job) accepts IDs of all kinds.
    pub fn job_of<K: JobKind>(&self, id: impl Into<JobId>) -> Job<K> {
        Job::from_id(self.clone(), id.into())
    }

    /// Returns whether the job is delivered to this client's inbox, according to the response.
    pub(crate) fn gets_delivery_of<K: JobKind>(&self, snapshot: &Snapshot<K>) -> Option<bool> {
        let url = snapshot.delivery_url()?;
        Some(self.settings().inbox.is_some() && self.delivers_to::<K>(url))
    }
}

impl<K> From<&Job<K>> for JobId {
    fn from(job: &Job<K>) -> Self {
        job.id
    }
}

impl<K: JobKind> fmt::Debug for Job<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job").field("id", &self.id).field("kind", &K::NAME).finish_non_exhaustive()
    }
}
