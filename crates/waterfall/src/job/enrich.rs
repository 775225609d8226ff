//! [`Enrich`]: launch and wait as one call.

use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use job_polling::PollPolicy;
use tracing::Instrument;
use waterfall_api::BoxFuture;

use super::Job;
use super::launch::{LaunchingHook, launch, of_query, summary};
use super::orphan::Guard;
use super::wait::ReadHook;
use crate::client::Client;
use crate::error::Error;
use crate::kind::{ContactEnrichment, JobKind, JobQuery, Query};
use crate::query::contact::ContactQuery;
use crate::snapshot::Snapshot;
use crate::telemetry::{launches, reads};

type LaunchedHook<K> = Box<dyn FnOnce(&Job<K>) + Send>;

/// A launch and the wait for its result, from [`Client::enrich`]. Await it.
///
/// # Errors
///
/// Those of [`Client::launch`] and of [`Wait`](crate::Wait). An error after the launch has the
/// [`job_id`](Error::job_id): continue with it through [`Client::job`], and don't enrich again,
/// which would launch a second job. Such an error is therefore
/// [`may_have_launched`](Error::may_have_launched) and not [`is_retryable`](Error::is_retryable).
///
/// # Cancellation
///
/// Nothing is sent before the first poll. A launch that waits for a permit or for a retry is not
/// sent after the future is dropped, or after [`Client::stop_launching`]. If the future is dropped
/// while the launch is in flight, the request completes in the background; if it is dropped then or
/// during the wait, the job is passed to
/// [`ClientBuilder::on_orphan`](crate::ClientBuilder::on_orphan).
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

impl Client {
    /// Launches a job and waits for its result: `client.enrich(query).await`.
    ///
    /// [`Enrich`] has the settings. The default deadline, from the launch, is
    /// [`DEFAULT_MAX_WAIT`](crate::DEFAULT_MAX_WAIT).
    pub fn enrich<Q: JobQuery>(&self, query: Q) -> Enrich<Q::Kind> {
        Enrich::new(self.clone(), Arc::new(query))
    }
}

impl<K: JobKind> Enrich<K> {
    fn new(client: Client, query: Query<K>) -> Self {
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

    /// Sets the maximum duration of the wait, from the response to the launch; by default
    /// [`ClientBuilder::max_wait`](crate::ClientBuilder::max_wait). The
    /// [`RetryPolicy`](crate::RetryPolicy) limits the launch itself, without the time for which the
    /// rate limit delays it.
    #[doc(alias = "timeout")]
    #[doc(alias = "deadline")]
    pub fn max_wait(mut self, max_wait: Duration) -> Self {
        self.max_wait = Some(max_wait);
        self
    }

    /// Sets when to read; by default that of
    /// [`ClientBuilder::poll_policy`](crate::ClientBuilder::poll_policy).
    pub fn policy(mut self, policy: PollPolicy) -> Self {
        self.policy = Some(policy);
        self
    }

    /// Sets a hook that is called right before the launch is sent, and again before each retry: for
    /// example, to record that a job may exist from now on, in case this process is killed before
    /// the API has returned its ID.
    ///
    /// If the hook panics, nothing is sent, and the call fails like one whose launch task was lost.
    ///
    /// `Q` is the type of the query that is launched; the hook is not called for queries of any
    /// other type.
    pub fn on_launching_of<Q>(mut self, hook: impl FnMut(&Q) + Send + 'static) -> Self
    where
        Q: JobQuery<Kind = K>,
    {
        self.on_launching = Some(of_query(hook));
        self
    }

    /// Sets a hook that is called once with the job when the API has returned its ID, before the
    /// wait: for example, to store the ID.
    pub fn on_launched(mut self, hook: impl FnOnce(&Job<K>) + Send + 'static) -> Self {
        self.on_launched = Some(Box::new(hook));
        self
    }

    /// Sets a hook that is called with the outcome of each read, including the last one: for example,
    /// to report progress. See [`Watch`](crate::Watch) for the items.
    pub fn on_read(
        mut self,
        hook: impl FnMut(&Result<Snapshot<K>, Error>) + Send + 'static,
    ) -> Self {
        self.on_read = Some(Box::new(hook));
        self
    }

    async fn run(self) -> Result<Snapshot<K>, Error> {
        let query = self.query;
        let span = reads::job_span(K::NAME, None);
        let launch = launch(&self.client, query.clone(), self.on_launching);
        let launched = launch.instrument(span.clone()).await;
        launches::ended(&span, summary(&launched));
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
    /// Like [`on_launching_of`](Self::on_launching_of), for contacts.
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
