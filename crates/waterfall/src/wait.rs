//! [`Wait`]: the last item of a [`Watch`].

use std::fmt;
use std::future::IntoFuture;
use std::time::Duration;

use tracing::Span;
use waterfall_api::BoxFuture;

use crate::kind::{ContactEnrichment, JobKind};
use crate::{Error, PollPolicy, Snapshot, Watch};

/// A wait for the end of a job, from [`Job::wait`](crate::Job::wait). Await it.
///
/// It is the last item of a [`Watch`], which says what is read when, and that a delivery by
/// webhook ends it too. A job that
/// succeeded is `Ok`, also if nobody was found
/// ([`person`](Snapshot::person) is `None` then).
///
/// # Errors
///
/// - [`JobFailed`](crate::ErrorKind::JobFailed) if the job ended in another state;
///   its last answer is in [`Error::snapshot`].
/// - [`WaitTimeout`](crate::ErrorKind::WaitTimeout) at the deadline.
/// - Any read error that the next read can't mend, see [`Watch`].
///
/// All of them say [`job_id`](Error::job_id), [`reads`](Error::reads) and
/// [`waited`](Error::waited).
///
/// # Cancellation
///
/// Dropping the future ends the wait, not the job. Wait again by its id.
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

/// What is called with each item.
pub(crate) type ReadHook<K> = Box<dyn FnMut(&Result<Snapshot<K>, Error>) + Send>;

impl<K: JobKind> Wait<K> {
    pub(crate) fn new(watch: Watch<K>) -> Self {
        Self { watch, on_read: None }
    }

    /// How long to wait at most, counted from the first poll; by default what
    /// [`ClientBuilder::max_wait`](crate::ClientBuilder::max_wait) says, 5
    /// minutes.
    #[doc(alias = "timeout")]
    #[doc(alias = "deadline")]
    pub fn max_wait(mut self, max_wait: Duration) -> Self {
        self.watch = self.watch.max_wait(max_wait);
        self
    }

    /// When to read; by default what
    /// [`ClientBuilder::poll_policy`](crate::ClientBuilder::poll_policy) says.
    pub fn policy(mut self, policy: PollPolicy) -> Self {
        self.watch = self.watch.policy(policy);
        self
    }

    /// Called with each item of the [`Watch`] as it comes, the last one included:
    /// the place for a progress line.
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
