//! [`Enrich`]: launch and wait as one call.

use std::fmt;
use std::future::IntoFuture;
use std::time::Duration;

use tracing::Instrument;
use waterfall_api::BoxFuture;

use crate::kind::{ContactEnrichment, JobKind, JobQuery, Query};
use crate::launch::{Guard, LaunchingHook, launch, of_query};
use crate::wait::ReadHook;
use crate::{Client, ContactQuery, Error, Job, PollPolicy, Snapshot, telemetry};

type LaunchedHook<K> = Box<dyn FnOnce(&Job<K>) + Send>;

/// A launch and the wait for its end, from [`Client::enrich`]. Await it.
///
/// # Errors
///
/// Those of [`Client::launch`] and of [`Wait`](crate::Wait). An error after the
/// launch has the [`job_id`](Error::job_id): go on with that by [`Client::job`],
/// and don't enrich again, which would launch a second job. Such an error is
/// therefore [`may_have_launched`](Error::may_have_launched) and not
/// [`is_retryable`](Error::is_retryable).
///
/// # Cancellation
///
/// Nothing is sent before the first poll. A launch that still waits, for its turn
/// or in the pause before a retry, is not sent after the future is dropped, or after
/// [`Client::stop_launching`]. If the future is dropped while the launch is in flight,
/// the request completes in the background; if it is dropped then or while waiting,
/// the job goes to [`ClientBuilder::on_orphan`](crate::ClientBuilder::on_orphan).
///
/// ```
/// use std::time::Duration;
/// use waterfall::{Client, ContactQuery};
/// # use waterfall_sandbox::Sandbox;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), waterfall::Error> {
/// # let sandbox = Sandbox::builder().build();
/// # let client = Client::builder().api_key("test").transport(sandbox.transport()).build()?;
/// let done = client
///     .enrich(ContactQuery::email("jane.doe@acme.com"))
///     .max_wait(Duration::from_secs(60))
///     .on_launched(|job| println!("launched {}", job.id()))
///     .await?;
/// println!("{:?}", done.person());
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is launched until it is awaited"]
pub struct Enrich<K: JobKind = ContactEnrichment> {
    client: Client,
    query: Query<K>,
    max_wait: Option<Duration>,
    policy: Option<PollPolicy>,
    on_launching: Option<LaunchingHook<K>>,
    on_launched: Option<LaunchedHook<K>>,
    on_read: Option<ReadHook<K>>,
}

impl<K: JobKind> Enrich<K> {
    pub(crate) fn new(client: Client, query: Query<K>) -> Self {
        Self {
            client,
            query,
            max_wait: None,
            policy: None,
            on_launching: None,
            on_launched: None,
            on_read: None,
        }
    }

    /// How long to wait at most, counted from the answer of the launch; by
    /// default what [`ClientBuilder::max_wait`](crate::ClientBuilder::max_wait)
    /// says, 5 minutes. The launch before has the time that the
    /// [`RetryPolicy`](crate::RetryPolicy) gives it, and that of its turn.
    #[doc(alias = "timeout")]
    #[doc(alias = "deadline")]
    pub fn max_wait(mut self, max_wait: Duration) -> Self {
        self.max_wait = Some(max_wait);
        self
    }

    /// When to read; by default what
    /// [`ClientBuilder::poll_policy`](crate::ClientBuilder::poll_policy) says.
    pub fn policy(mut self, policy: PollPolicy) -> Self {
        self.policy = Some(policy);
        self
    }

    /// Called right before the launch is sent, and again before each retry: the
    /// place to note that a job may exist from now on, in case this process is killed
    /// before the API has given its id.
    ///
    /// If the hook panics, nothing is sent; the error is the one of a launch whose
    /// task was lost.
    ///
    /// `Q` is the type of the query that is launched; for another one it is not called.
    pub fn on_launching_of<Q>(mut self, hook: impl FnMut(&Q) + Send + 'static) -> Self
    where
        Q: JobQuery<Kind = K>,
    {
        self.on_launching = Some(of_query(hook));
        self
    }

    /// Called once with the job when the API has given its id, before waiting:
    /// the place to store it.
    pub fn on_launched(mut self, hook: impl FnOnce(&Job<K>) + Send + 'static) -> Self {
        self.on_launched = Some(Box::new(hook));
        self
    }

    /// Called with the outcome of each read as it comes, the last one included:
    /// the place for a progress line. See [`Watch`](crate::Watch) for what comes.
    pub fn on_read(
        mut self,
        hook: impl FnMut(&Result<Snapshot<K>, Error>) + Send + 'static,
    ) -> Self {
        self.on_read = Some(Box::new(hook));
        self
    }

    async fn run(self) -> Result<Snapshot<K>, Error> {
        let query = self.query;
        let span = telemetry::job(K::NAME, None);
        let launch = launch(&self.client, query.clone(), self.on_launching);
        let launched = launch.instrument(span.clone()).await;
        telemetry::launch_ended(&span, &launched);
        let job = launched?;
        let attempts = job.launch_attempts();
        let guard = Guard::new(&job);
        if let Some(hook) = self.on_launched {
            hook(&job);
        }
        let mut wait = job.wait().inside(span);
        if let Some(max_wait) = self.max_wait {
            wait = wait.max_wait(max_wait);
        }
        if let Some(policy) = self.policy {
            wait = wait.policy(policy);
        }
        if let Some(hook) = self.on_read {
            wait = wait.on_read(hook);
        }
        let outcome = wait.await;
        guard.release();
        outcome.map_err(|error| error.after_launch(query, attempts))
    }
}

impl Enrich {
    /// As [`on_launching_of`](Self::on_launching_of), for contacts.
    pub fn on_launching(self, hook: impl FnMut(&ContactQuery) + Send + 'static) -> Self {
        self.on_launching_of(hook)
    }
}

impl<K: JobKind> IntoFuture for Enrich<K> {
    type Output = Result<Snapshot<K>, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl<K: JobKind> fmt::Debug for Enrich<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Enrich")
            .field("max_wait", &self.max_wait)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}
