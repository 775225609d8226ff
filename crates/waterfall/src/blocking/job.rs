//! [`Job`]: a handle to a job.

use std::fmt;
use std::sync::Arc;

use super::iter::Iter;
use super::runtime::Runtime;
use crate::error::Error;
use crate::job;
use crate::job::watch::Watch;
use crate::job_id::JobId;
use crate::kind::{ContactEnrichment, JobKind};
use crate::snapshot::Snapshot;

/// A handle to a job, from [`Client::launch`](super::Client::launch) or, by a stored ID, from
/// [`Client::job`](super::Client::job): the blocking form of [`waterfall::Job`](crate::Job).
///
/// ```
/// use waterfall::{ContactQuery, JobId};
/// # use std::time::Duration;
/// # use waterfall::PollPolicy;
/// # use waterfall::testing::MockTransport;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let policy = PollPolicy::fixed(Duration::from_millis(1));
/// # let client = MockTransport::new().client_builder().poll_policy(policy).build_blocking()?;
/// let job = client.launch(ContactQuery::linkedin("jane-doe-abc123"))?;
/// let stored = job.id().to_string();
///
/// // In another process:
/// let id: JobId = stored.parse()?;
/// let done = client.job(id).wait()?;
/// assert!(done.is_success());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Job<K = ContactEnrichment> {
    inner: job::Job<K>,
    runtime: Arc<Runtime>,
}

impl<K: JobKind> Job<K> {
    pub(super) fn new(inner: job::Job<K>, runtime: Arc<Runtime>) -> Self {
        Self { inner, runtime }
    }

    /// Returns the ID. Store it to continue with the job later.
    pub fn id(&self) -> JobId {
        self.inner.id()
    }

    /// Reads the job once.
    ///
    /// # Errors
    ///
    /// Those of [`Job::fetch`](crate::Job::fetch).
    pub fn fetch(&self) -> Result<Snapshot<K>, Error> {
        self.runtime.block_on(self.inner.fetch())?
    }

    /// Waits until the job is finished, at most for
    /// [`ClientBuilder::max_wait`](crate::ClientBuilder::max_wait). For other settings, pass
    /// [`as_async`](Self::as_async)`().wait()` to [`Client::run`](super::Client::run).
    ///
    /// # Errors
    ///
    /// Those of [`Wait`](crate::Wait).
    pub fn wait(&self) -> Result<Snapshot<K>, Error> {
        self.runtime.block_on(self.inner.wait().into_future())?
    }

    /// Watches the job until it is finished, with one [`Snapshot`] for each read. [`Watch`] documents
    /// the items.
    pub fn watch(&self) -> Iter<Watch<K>> {
        Iter::new(self.inner.watch(), self.runtime.clone())
    }

    /// Returns the asynchronous form of the handle.
    pub fn as_async(&self) -> &job::Job<K> {
        &self.inner
    }
}

impl<K> From<&Job<K>> for JobId {
    fn from(job: &Job<K>) -> Self {
        (&job.inner).into()
    }
}

impl<K: JobKind> fmt::Debug for Job<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}
