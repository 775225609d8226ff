//! [`Wait`]: the last item of a [`Watch`].

use std::fmt;
use std::future::IntoFuture;
use std::time::Duration;

use job_polling::PollPolicy;
use tracing::Span;
use waterfall_api::BoxFuture;

use super::Job;
use super::watch::Watch;
use crate::error::Error;
use crate::kind::{ContactEnrichment, JobKind};
use crate::snapshot::Snapshot;

/// A wait for the end of a job, from [`Job::wait`](crate::Job::wait). Await it.
///
/// It is the last item of a [`Watch`], which documents when the job is read. A webhook delivery
/// ends the wait as well. A job that succeeded is `Ok`, even if it found nobody (then
/// [`person`](Snapshot::person) is `None`).
///
/// # Errors
///
/// - [`JobFailed`](crate::ErrorKind::JobFailed) if the job ended in another state;
///   its last response is in [`Error::snapshot`].
/// - [`WaitTimeout`](crate::ErrorKind::WaitTimeout) at the deadline.
/// - Any permanent read error; see [`Watch`].
///
/// All of them have a [`job_id`](Error::job_id), [`reads`](Error::reads) and
/// [`waited`](Error::waited).
///
/// # Cancellation
///
/// Dropping the future ends the wait, not the job. Wait again with its ID.
///
/// ```
/// use std::time::Duration;
/// use waterfall::{Client, ContactQuery, ErrorKind};
/// # use serde_json::json;
/// # use waterfall_sandbox::Sandbox;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), waterfall::Error> {
/// # let sandbox = Sandbox::builder().build();
/// # let client = Client::builder().api_key("test").transport(sandbox.transport()).build()?;
/// # let slow = ContactQuery::email("jane.doe@acme.com")
/// #     .custom_field("sandbox", "seconds=20");
/// let job = client.launch(slow).await?;
/// let error = job.wait().max_wait(Duration::from_secs(10)).await.unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::WaitTimeout);
/// assert_eq!(error.job_id(), Some(job.id()));
///
/// let done = job.wait().await?;
/// assert!(done.is_success());
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is read until it is awaited"]
#[doc(alias = "poll")]
#[doc(alias = "poller")]
pub struct Wait<K: JobKind = ContactEnrichment> {
    watch: Watch<K>,
    on_read: Option<ReadHook<K>>,
}

/// Called with each item.
pub(crate) type ReadHook<K> = Box<dyn FnMut(&Result<Snapshot<K>, Error>) + Send>;

impl<K: JobKind> Job<K> {
    /// Waits until the job is finished: `job.wait().await`.
    ///
    /// [`Wait`] has the settings, and documents when the job is read. The default deadline is
    /// [`DEFAULT_MAX_WAIT`](crate::DEFAULT_MAX_WAIT).
    #[doc(alias = "poll")]
    #[doc(alias = "until_done")]
    pub fn wait(&self) -> Wait<K> {
        Wait::new(self.watch())
    }
}

impl<K: JobKind> Wait<K> {
    fn new(watch: Watch<K>) -> Self {
        Self { watch, on_read: None }
    }

    /// Sets the maximum duration of the wait, from the first poll; by default that of
    /// [`ClientBuilder::max_wait`](crate::ClientBuilder::max_wait).
    #[doc(alias = "timeout")]
    #[doc(alias = "deadline")]
    pub fn max_wait(mut self, max_wait: Duration) -> Self {
        self.watch = self.watch.max_wait(max_wait);
        self
    }

    /// Sets when to read; by default that of
    /// [`ClientBuilder::poll_policy`](crate::ClientBuilder::poll_policy).
    pub fn policy(mut self, policy: PollPolicy) -> Self {
        self.watch = self.watch.policy(policy);
        self
    }

    /// Sets a hook that is called with each item of the [`Watch`], including the last one: for
    /// example, to report progress.
    pub fn on_read(
        mut self,
        hook: impl FnMut(&Result<Snapshot<K>, Error>) + Send + 'static,
    ) -> Self {
        self.on_read = Some(Box::new(hook));
        self
    }

    pub(crate) fn inside(mut self, span: Span) -> Self {
        self.watch = self.watch.inside(span);
        self
    }

    async fn run(mut self) -> Result<Snapshot<K>, Error> {
        let mut last = Err(self.watch.never_read());
        while let Some(item) = self.watch.next().await {
            if let Some(hook) = &mut self.on_read {
                hook(&item);
            }
            last = item;
        }
        let into_result = |last: Snapshot<K>| {
            last.into_result().map_err(|error| error.in_wait(self.watch.end(), None))
        };
        let launched = self.watch.job().launch_attempts();
        last.map(|last| last.with_launch_attempts(launched)).and_then(into_result)
    }
}

impl<K: JobKind> IntoFuture for Wait<K> {
    type Output = Result<Snapshot<K>, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl<K: JobKind> fmt::Debug for Wait<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wait").field("watch", &self.watch).finish_non_exhaustive()
    }
}
