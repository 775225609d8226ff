//! [`Job`]: a handle to a job, and [`JobId`], which is all that it needs.

use std::any::TypeId;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use tracing::Instrument;
use uuid::Uuid;

use crate::kind::{ContactEnrichment, JobKind};
use crate::planners::PlannerGuard;
use crate::{Client, Error, Snapshot, Wait, Watch, telemetry};
use job_polling::limiter::Permit;
use job_polling::wait_state::JobOrigin;

/// The identifier of a job, a UUID.
///
/// It is the whole handle: store it, and any process with a key of the same
/// account can go on with the job by [`Client::job`]. `Display`, `FromStr` and serde
/// use the text with hyphens.
///
/// ```
/// use waterfall::JobId;
///
/// let id: JobId = "7d44db58-5de3-4e92-a2fb-8325d12c2e8b".parse()?;
/// assert_eq!(id.to_string(), "7d44db58-5de3-4e92-a2fb-8325d12c2e8b");
/// # Ok::<(), waterfall::JobIdError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JobId(Uuid);

impl JobId {
    pub(crate) fn as_uuid(&self) -> &Uuid {
        &self.0
    }
}

impl From<Uuid> for JobId {
    fn from(uuid: Uuid) -> Self {
        Self(uuid)
    }
}

impl From<JobId> for Uuid {
    fn from(id: JobId) -> Self {
        id.0
    }
}

impl<K> From<&Job<K>> for JobId {
    fn from(job: &Job<K>) -> Self {
        job.id
    }
}

impl FromStr for JobId {
    type Err = JobIdError;

    fn from_str(text: &str) -> Result<Self, JobIdError> {
        Uuid::parse_str(text.trim()).map(Self).map_err(|_| JobIdError(()))
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// The text is not the id of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobIdError(());

impl fmt::Display for JobIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "not the id of a job, which is a UUID such as 7d44db58-5de3-4e92-a2fb-8325d12c2e8b",
        )
    }
}

impl std::error::Error for JobIdError {}

/// A handle to a job: its id, its kind, and the client to ask with.
///
/// `K` is the kind; without a word it is contact enrichment.
///
/// From [`Client::launch`], or from a stored id by [`Client::job`]; the
/// difference is only when the first read of a wait is made. A handle costs
/// nothing: to create, to clone or to drop it says nothing to the API and does
/// nothing to the job.
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

/// What this process knows of the launch.
#[derive(Debug, Clone, Copy)]
struct Launch {
    at: Instant,
    took: Duration,
    attempts: u32,
    /// Whether the result is delivered to this client too.
    delivered: bool,
}

impl<K: JobKind> Job<K> {
    /// Whether the client's inbox has deliveries of this kind.
    fn has_deliveries() -> bool {
        TypeId::of::<K>() == TypeId::of::<ContactEnrichment>()
    }

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

    /// Deliveries are decoded as contact enrichments, so other kinds are read.
    pub(crate) fn delivered_here(mut self, delivered: bool) -> Self {
        if let Some(launch) = &mut self.launch {
            launch.delivered = delivered && Self::has_deliveries();
        }
        self
    }

    /// Whether a delivery may come for it to this client, which need not be the job's
    /// own.
    pub(crate) fn may_be_delivered_to(&self, client: &Client) -> bool {
        match (&client.settings().inbox, &self.client.settings().inbox, self.launch) {
            (Some(_), _, None) => Self::has_deliveries(),
            (Some(inbox), Some(ours), Some(launch)) => launch.delivered && inbox.is(ours),
            _ => false,
        }
    }

    /// Whether a job whose launch this process has not seen is delivered to this
    /// client too, by what the API says of it.
    pub(crate) fn is_delivered_here(&self, seen: &Snapshot<K>) -> Option<bool> {
        if self.launch.is_some() { None } else { self.client.gets_delivery_of(seen) }
    }

    /// The id, to be stored.
    pub fn id(&self) -> JobId {
        self.id
    }

    /// The kind of the job as a word, for example `contact_enrichment`.
    pub fn kind(&self) -> &'static str {
        K::NAME
    }

    /// How often the launch was sent: 1, or more if it had to be repeated because
    /// the API surely had not acted on it. `None` if the handle was made from an
    /// id.
    pub fn launch_attempts(&self) -> Option<u32> {
        self.launch.map(|launch| launch.attempts)
    }

    /// Reads the job now and tells its state, whatever it is.
    ///
    /// A read that fails in passing is made again as the
    /// [`RetryPolicy`](crate::RetryPolicy) says; [`Snapshot::reads`] tells how many
    /// were made.
    ///
    /// # Errors
    ///
    /// Any [`ErrorKind`](crate::ErrorKind) of an exchange, the last one that was
    /// made. A job that failed is not an error here, see [`Snapshot::state`].
    ///
    /// # Cancellation
    ///
    /// Dropping the future abandons the read; the job does not notice.
    #[doc(alias = "poll")]
    #[doc(alias = "status")]
    pub async fn fetch(&self) -> Result<Snapshot<K>, Error> {
        let span = telemetry::fetch(self.id, K::NAME);
        let outcome = self.client.fetch::<K>(self.id).instrument(span.clone()).await;
        telemetry::fetch_ended(&span, &outcome);
        Ok(outcome?.with_launch_attempts(self.launch_attempts()))
    }

    /// Reads the job now with one request, whose right to be sent comes from elsewhere, as in
    /// [`Client::launch_with`]. Nothing is retried.
    ///
    /// # Errors
    ///
    /// As [`fetch`](Self::fetch).
    ///
    /// # Cancellation
    ///
    /// Dropping the future abandons the read; the job does not notice.
    pub async fn fetch_with(&self, permit: Permit) -> Result<Snapshot<K>, Error> {
        let span = telemetry::fetch(self.id, K::NAME);
        let outcome = self.client.read_with::<K>(permit, self.id).instrument(span.clone()).await;
        telemetry::fetch_ended(&span, &outcome);
        Ok(outcome?.with_launch_attempts(self.launch_attempts()))
    }

    /// Waits until the job is over: `job.wait().await`.
    ///
    /// [`Wait`] has the settings, and says what is read when. The default
    /// deadline is 5 minutes ([`DEFAULT_MAX_WAIT`](crate::DEFAULT_MAX_WAIT)).
    #[doc(alias = "poll")]
    #[doc(alias = "until_done")]
    pub fn wait(&self) -> Wait<K> {
        Wait::new(self.watch())
    }

    /// Watches the job until it is over, one [`Snapshot`] for each read.
    ///
    /// [`Watch`] has the settings, and says what is read when. The default
    /// deadline is 5 minutes ([`DEFAULT_MAX_WAIT`](crate::DEFAULT_MAX_WAIT)).
    #[doc(alias = "poll")]
    #[doc(alias = "stream")]
    pub fn watch(&self) -> Watch<K> {
        Watch::new(self.clone())
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// What plans the reads of this kind of jobs. Don't hold it while waiting.
    pub(crate) fn planner(&self) -> PlannerGuard<'_> {
        self.client.planner(K::NAME)
    }

    /// What a wait that begins now knows of the job.
    pub(crate) fn start(&self) -> JobOrigin {
        match self.launch {
            Some(Launch { at, took, .. }) => JobOrigin::Launched { age: at.elapsed(), took },
            None => JobOrigin::FromId,
        }
    }
}

impl<K: JobKind> fmt::Debug for Job<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job").field("id", &self.id).field("kind", &K::NAME).finish_non_exhaustive()
    }
}
