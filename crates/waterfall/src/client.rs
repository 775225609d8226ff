//! [`Client`]: where everything starts.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use crate::error::{Call, RequestKind};
use crate::kind::{ContactEnrichment, JobKind, JobQuery};
use crate::outbound::{Outbound, Passage};
use crate::planners::{PlannerGuard, Planners};
use crate::retry::Attempts;
use crate::webhook::Inbox;
use crate::{
    ClientBuilder, DurationHistory, Enrich, Error, Job, JobId, PollPolicy, RateLimiter,
    RequestOptions, RetryPolicy, Snapshot, launch, telemetry,
};
use job_polling::limiter::{Acquire, Permit, Priority, Purpose};
use job_polling::schedule::{Planner, QuotaPressure};
use job_polling::wait_state::PollContext;

/// What is called when a job has no one left who waits for it.
pub(crate) type OrphanHook<K> = Arc<dyn Fn(Job<K>) + Send + Sync>;

/// Those hooks by their kinds.
pub(crate) type OrphanHooks = HashMap<TypeId, Arc<dyn Any + Send + Sync>>;

/// A client of Waterfall's API.
///
/// Cheap to clone; clones share connections and settings. Everything async needs
/// a tokio runtime with its timer enabled (and I/O, for the network).
///
/// ```
/// use waterfall::{Client, ContactQuery};
/// # use waterfall_sandbox::Sandbox;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), waterfall::Error> {
/// # let sandbox = Sandbox::builder().build();
/// # let client = Client::builder().api_key("test").transport(sandbox.transport()).build()?;
/// # let _ = || {
/// let client = Client::from_env()?;
/// # Ok::<_, waterfall::Error>(client) };
/// let found = client.enrich(ContactQuery::linkedin("jane-doe-abc123")).await?;
/// println!("{:?}", found.person());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
    class: Priority,
    options: Arc<RequestOptions>,
    /// Cancelled when nothing more is to be launched.
    stop: CancellationToken,
}

pub(crate) struct Inner {
    /// Builds requests, and sends none.
    pub(crate) requests: reqwest::Client,
    pub(crate) outbound: Arc<Outbound>,
    pub(crate) max_wait: Duration,
    pub(crate) policy: PollPolicy,
    pub(crate) planners: Planners,
    pub(crate) retry: RetryPolicy,
    pub(crate) on_orphan: OrphanHooks,
    pub(crate) webhook_url: Option<String>,
    pub(crate) inbox: Option<Inbox>,
}

impl Client {
    /// A client with the key in `WATERFALL_API_KEY` and, if it is set, the base
    /// URL in `WATERFALL_BASE_URL`; all else by default.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config), as [`ClientBuilder::build`].
    pub fn from_env() -> Result<Self, Error> {
        ClientBuilder::from_env()?.build()
    }

    /// A client with this key; all else by default.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config), as [`ClientBuilder::build`].
    pub fn new(api_key: impl Into<String>) -> Result<Self, Error> {
        Self::builder().api_key(api_key).build()
    }

    /// Settings for a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// Launches a job and returns its handle as soon as the API has given its
    /// id.
    ///
    /// It is sent again only if the API surely did not act on it: no connection
    /// was made, or the answer was a 429. That is done as the [`RetryPolicy`] says.
    /// In any doubt it is not: the API has no idempotency key, and a second launch
    /// is a second job.
    ///
    /// # Errors
    ///
    /// [`InvalidQuery`](crate::ErrorKind::InvalidQuery) before anything is sent;
    /// else any [`ErrorKind`](crate::ErrorKind) of an exchange, the last one that
    /// was made. If [`Error::may_have_launched`], don't just call it again.
    ///
    /// # Cancellation
    ///
    /// Nothing is sent before the future is first polled, or after it was dropped:
    /// a launch that waits for its turn, or in the pause before a retry, is not sent.
    /// A request that is in flight is carried through by a task of its own: if the
    /// future is dropped (by a time-out, by `select!`) before the answer is there,
    /// the request completes in the background, and the job goes to
    /// [`ClientBuilder::on_orphan`]. Only the end of the runtime cuts it.
    /// [`stop_launching`](Self::stop_launching) ends a launch that waits without
    /// dropping its future.
    ///
    /// ```
    /// use waterfall::{Client, ContactQuery};
    /// # use waterfall_sandbox::Sandbox;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), waterfall::Error> {
    /// # let sandbox = Sandbox::builder().build();
    /// # let client = Client::builder().api_key("test").transport(sandbox.transport()).build()?;
    /// let job = client.launch(ContactQuery::full_name("Jane Doe", "acme.com")).await?;
    /// println!("launched {}", job.id());
    /// let done = job.wait().await?;
    /// # assert!(done.is_success());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn launch<Q: JobQuery>(&self, query: Q) -> Result<Job<Q::Kind>, Error> {
        let span = telemetry::launch(<Q::Kind as waterfall_api::JobKind>::NAME);
        let outcome = launch::launch(self, Arc::new(query), None).instrument(span.clone()).await;
        telemetry::launch_ended(&span, &outcome);
        outcome
    }

    /// Launches a job with one request, whose right to be sent comes from elsewhere: for a queue
    /// that keeps the key's budget in a database and decides itself what is repeated.
    ///
    /// It does not ask the client's [`RateLimiter`], and nothing is retried. Otherwise it is
    /// [`launch`](Self::launch), cancellation included.
    ///
    /// # Errors
    ///
    /// As [`launch`](Self::launch). Ask [`Error::may_have_launched`].
    ///
    /// ```
    /// use waterfall::{Client, ContactQuery, Permit};
    /// # use waterfall_sandbox::Sandbox;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), waterfall::Error> {
    /// # let sandbox = Sandbox::builder().build();
    /// # let client = Client::builder().api_key("test").transport(sandbox.transport()).build()?;
    /// let permit = Permit::external(|outcome| println!("the slot comes back: {outcome:?}"));
    /// let job = client.launch_with(ContactQuery::email("jane.doe@acme.com"), permit).await?;
    /// # let _ = job;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn launch_with<Q: JobQuery>(
        &self,
        query: Q,
        permit: Permit,
    ) -> Result<Job<Q::Kind>, Error> {
        let span = telemetry::launch(<Q::Kind as waterfall_api::JobKind>::NAME);
        let launch = launch::launch_once(self, Arc::new(query), permit);
        let outcome = launch.instrument(span.clone()).await;
        telemetry::launch_ended(&span, &outcome);
        outcome
    }

    /// Launches a job and waits for its end: `client.enrich(query).await`.
    ///
    /// [`Enrich`] has the settings. The default deadline is 5 minutes from the
    /// launch ([`DEFAULT_MAX_WAIT`](crate::DEFAULT_MAX_WAIT)).
    pub fn enrich<Q: JobQuery>(&self, query: Q) -> Enrich<Q::Kind> {
        Enrich::new(self.clone(), Arc::new(query))
    }

    /// A handle to the job with this id, launched at any time by any process.
    /// Nothing is sent.
    #[doc(alias = "resume")]
    pub fn job(&self, id: impl Into<JobId>) -> Job {
        self.job_of(id)
    }

    /// The same for a job of any kind: `client.job_of::<ContactEnrichment>(id)`.
    pub fn job_of<K: JobKind>(&self, id: impl Into<JobId>) -> Job<K> {
        Job::from_id(self.clone(), id.into())
    }

    /// The same client for work that is one of many: its requests, and those of
    /// its jobs, let others go before them where they wait for the [`RateLimiter`]. Of any
    /// four requests that leave, one is theirs at least, as long as they wait.
    #[must_use]
    #[doc(alias = "priority")]
    pub fn for_batch(&self) -> Self {
        Self { class: Priority::Batch, ..self.clone() }
    }

    /// The same client with other headers, another time limit or other retries, for all requests
    /// that it sends and for the jobs that it launches or [picks up](Self::job). It shares
    /// everything else: connections, meter, what was learnt. What the options leave open stays as
    /// it was in this client.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config): a time limit of zero, or a header that the
    /// client answers for: `x-api-key`, `host`, `content-length`, `content-type`,
    /// `transfer-encoding`, `connection`.
    pub fn with_options(&self, options: RequestOptions) -> Result<Self, Error> {
        options.check()?;
        Ok(Self { options: Arc::new(options.over(&self.options)), ..self.clone() })
    }

    /// The generated client of the API, for what this one has no method for: each operation as the
    /// API description has it, and its answer with status, headers and bytes.
    ///
    /// It sends with this client's key, which still goes to the base URL's origin only, in its
    /// rate limit, with its time limit and its [options](Self::with_options). It bypasses the rest:
    ///
    /// - **nothing is retried**, not even after a 429, and an error is a plain
    ///   [`OperationError`](crate::api::OperationError), which does not say whether a job may have been
    ///   launched and may quote what the server said, the key included;
    /// - a launch is not checked before it is sent, and **dropping its future loses its job id**:
    ///   no task carries it through, and no [`on_orphan`](ClientBuilder::on_orphan) is called;
    /// - there is no polling and no deadline, and no delivery to an inbox ends anything; the
    ///   client's webhook URL is not filled in;
    /// - nothing is learnt of how long jobs take, and there are no spans.
    ///
    /// A job that was launched so is picked up by [`job`](Self::job).
    ///
    /// ```
    /// # use waterfall::testing::MockTransport;
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let client = MockTransport::new().client_builder().build()?;
    /// # let id = client.launch(waterfall::ContactQuery::email("jane.doe@acme.com")).await?.id();
    /// let reply = client.raw().find_contact_enrichment(&id.into()).await?;
    /// println!("{}: {:?}", reply.response().status(), reply.status);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "generated")]
    pub fn raw(&self) -> waterfall_api::Client {
        self.generated::<ContactEnrichment>(None)
    }

    /// Sends no further launch from this client, its clones and their batches: the
    /// first step of a graceful shutdown. It can't be undone.
    ///
    /// Launches that wait, for their turn or in the pause before a retry, end at once
    /// with [`ErrorKind::Stopped`](crate::ErrorKind::Stopped); so does each new one.
    /// Launches in flight come to their results, so that no id is lost, and waits and
    /// reads go on. A request that leaves on another thread at this moment counts as
    /// in flight. What the [generated client](Self::raw) sends is not stopped.
    /// [`Batch::stop_launching`](crate::Batch::stop_launching) stops one
    /// batch.
    ///
    /// ```
    /// use waterfall::{Client, ContactQuery, ErrorKind};
    /// # use waterfall_sandbox::Sandbox;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), waterfall::Error> {
    /// # let sandbox = Sandbox::builder().build();
    /// # let client = Client::builder().api_key("test").transport(sandbox.transport()).build()?;
    /// client.stop_launching(); // on SIGTERM, for example
    /// let error = client.launch(ContactQuery::email("jane.doe@acme.com")).await.unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Stopped);
    /// assert!(!error.may_have_launched());
    /// # Ok(())
    /// # }
    /// ```
    pub fn stop_launching(&self) {
        self.stop.cancel();
    }

    /// The request budget of the key, shared with all clones of this client.
    #[doc(alias = "rate limiter")]
    #[doc(alias = "throttle")]
    pub fn rate_limiter(&self) -> &RateLimiter {
        &self.inner.outbound.rate_limiter
    }

    /// Passes the current API key to a function, for example to compute a keyed hash by which
    /// several processes recognize the key. Don't store or log the key itself.
    ///
    /// ```
    /// # let client = waterfall::Client::new("wf_0123")?;
    /// assert_eq!(client.digest_key(|key| key.len()), 7);
    /// # Ok::<(), waterfall::Error>(())
    /// ```
    pub fn digest_key<T>(&self, digest: impl FnOnce(&[u8]) -> T) -> T {
        digest(self.inner.outbound.key.current().as_bytes())
    }

    /// How long one request of this client may take:
    /// [`ClientBuilder::timeout`], or that of its [options](Self::with_options).
    pub fn request_timeout(&self) -> Duration {
        self.options.timeout.unwrap_or(self.inner.outbound.timeout)
    }

    /// What this client, its clones included, has learnt of how long jobs of the
    /// kind take, to be stored for the next process:
    /// [`ClientBuilder::duration_history`].
    pub fn duration_history<K: JobKind>(&self) -> DurationHistory {
        self.planner(K::NAME).times().clone()
    }
}

/// Every request passes `read_with` or `send_launch`, and every failure
/// [`Error::from_call`].
impl Client {
    /// Reads a job, again if need be.
    pub(crate) async fn fetch<K: JobKind>(&self, job_id: JobId) -> Result<Snapshot<K>, Error> {
        let mut permit = self.permit(RequestKind::Read(job_id)).await?;
        let mut tries = self.tries();
        loop {
            let error = match self.read_with(permit, job_id).await {
                Ok(snapshot) => return Ok(snapshot.with_reads(tries.answered().attempts)),
                Err(error) => error,
            };
            let next = match tries.after(&error) {
                Some(pause) => self.permit_after(RequestKind::Read(job_id), pause, &tries).await,
                None => None,
            };
            let Some(next) = next else { return Err(error.tried(tries.failed())) };
            permit = next;
        }
    }

    /// Reads a job once, with a slot that was waited for.
    pub(crate) async fn read_with<K: JobKind>(
        &self,
        permit: Permit,
        job_id: JobId,
    ) -> Result<Snapshot<K>, Error> {
        let api = self.generated::<K>(Some(permit));
        match K::find(&api, job_id.as_uuid()).await {
            Ok(reply) => {
                telemetry::deviations(Some(job_id), reply.deviations());
                let snapshot = Snapshot::new(job_id, reply, &self.inner.outbound.clock);
                snapshot.map_err(|undecodable| {
                    let call = self.call(RequestKind::Read(job_id));
                    let (answer, mismatch) = &*undecodable;
                    Error::undecodable(&call, answer, mismatch)
                })
            }
            Err(error) => Err(Error::from_call(&self.call(RequestKind::Read(job_id)), error)),
        }
    }

    /// Sends a launch once.
    pub(crate) async fn send_launch<K: JobKind>(
        &self,
        permit: Permit,
        body: &K::Request,
    ) -> Result<Job<K>, Error> {
        let start = Instant::now();
        let api = self.generated::<K>(Some(permit));
        match K::launch(&api, body).await {
            Ok(reply) => {
                let id = K::job_id(&reply).copied().map(JobId::from);
                telemetry::deviations(id, reply.deviations());
                let Some(id) = id else {
                    let error = Error::without_job_id(&self.call(RequestKind::Launch), reply);
                    telemetry::launch_failed(&error);
                    return Err(error);
                };
                let took = start.elapsed();
                telemetry::launched(id, took);
                Ok(Job::launched(self.clone(), id, took))
            }
            Err(error) => {
                let error = Error::from_call(&self.call(RequestKind::Launch), error);
                telemetry::launch_failed(&error);
                Err(error)
            }
        }
    }

    /// Where the result of a launch is delivered: where its query says, or at the client's own
    /// URL.
    pub(crate) fn delivery_url<K: JobKind>(
        &self,
        query: &dyn JobQuery<Kind = K>,
    ) -> Option<String> {
        query.delivery_url().or_else(|| self.inner.webhook_url.clone())
    }

    /// Whether the job is delivered to this client's inbox, by what the API says of it.
    pub(crate) fn gets_delivery_of<K: JobKind>(&self, seen: &Snapshot<K>) -> Option<bool> {
        let url = seen.delivery_url()?;
        Some(self.inner.inbox.is_some() && self.delivers_to(url))
    }

    /// Whether what is delivered there is delivered to this client.
    pub(crate) fn delivers_to(&self, url: Option<&str>) -> bool {
        let ours = self.inner.webhook_url.as_ref();
        url.is_some_and(|url| ours.is_none_or(|ours| url.starts_with(ours)))
    }

    pub(crate) fn call(&self, task: RequestKind) -> Call {
        let Outbound { base, key, clock, .. } = &*self.inner.outbound;
        Call { task, host: base.host().clone(), keys: key.all(), clock: clock.clone() }
    }

    fn retry_policy(&self) -> RetryPolicy {
        self.options.retry.unwrap_or(self.inner.retry)
    }

    pub(crate) fn tries(&self) -> Attempts {
        Attempts::start(self.retry_policy())
    }

    /// Pauses, and waits for the right to try once more, if it comes in time.
    pub(crate) async fn permit_after(
        &self,
        task: RequestKind,
        pause: Duration,
        tries: &Attempts,
    ) -> Option<Permit> {
        tokio::time::sleep(pause).await;
        let left = tries.left();
        let permit = self.inner.outbound.acquire(self.class, purpose(task), left);
        tokio::time::timeout(left, permit).await.ok()?.ok()
    }

    /// Waits for the right to send the first request of a call.
    pub(crate) async fn permit(&self, task: RequestKind) -> Result<Permit, Error> {
        self.permit_within(self.retry_policy().patience(), task).await
    }

    /// The same, without waiting out a 429 for longer than `patience`.
    pub(crate) async fn permit_within(
        &self,
        patience: Duration,
        task: RequestKind,
    ) -> Result<Permit, Error> {
        let permit = self.inner.outbound.acquire(self.class, purpose(task), patience).await;
        permit.map_err(|limited| Error::frozen(&self.call(task), limited.pause))
    }

    /// Waits for a slot as a future with a name, whatever a 429 says. What it is for
    /// is decided when it is there; it is the only one of its batch that waits.
    pub(crate) fn slot(&self) -> Acquire {
        self.inner.outbound.acquire(self.class, Purpose::Read, Duration::MAX)
    }

    /// The generated client of a kind. A request without a slot waits for one.
    fn generated<K: JobKind>(&self, permit: Option<Permit>) -> K::Client {
        let outbound = &self.inner.outbound;
        let options = self.options.clone();
        let passage = Passage::new(outbound.clone(), permit, self.class, options);
        let requests = self.inner.requests.clone();
        K::client(outbound.base.as_str(), requests, Arc::new(passage))
    }

    /// What plans the reads of this kind of jobs. Don't hold it while waiting.
    pub(crate) fn planner(&self, kind: &'static str) -> PlannerGuard<'_> {
        self.inner.planners.get(kind)
    }

    /// What takes jobs of this kind that nobody waits for.
    pub(crate) fn orphan_hook<K: JobKind>(&self) -> Option<OrphanHook<K>> {
        self.inner.on_orphan.get(&TypeId::of::<K>())?.downcast_ref().cloned()
    }

    /// What a decision goes by now.
    pub(crate) fn outlook<'a>(&self, planner: &'a mut Planner) -> PollContext<'a> {
        let quota_pressure = QuotaPressure::new(self.rate_limiter().quota_pressure());
        PollContext::new(planner, quota_pressure, fastrand::f64())
    }

    pub(crate) fn settings(&self) -> &Inner {
        &self.inner
    }

    /// Cancelled when nothing more is to be launched.
    pub(crate) fn launch_stop(&self) -> &CancellationToken {
        &self.stop
    }

    /// The same client, whose launches can be stopped apart from all others.
    pub(crate) fn with_own_stop(self) -> Self {
        Self { stop: self.stop.child_token(), ..self }
    }
}

fn purpose(task: RequestKind) -> Purpose {
    match task {
        RequestKind::Launch => Purpose::Launch,
        RequestKind::Read(_) => Purpose::Read,
    }
}

impl From<Inner> for Client {
    fn from(inner: Inner) -> Self {
        Self {
            inner: Arc::new(inner),
            class: Priority::Interactive,
            options: Arc::default(),
            stop: CancellationToken::new(),
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.inner.outbound.base.as_str())
            .field("timeout", &self.inner.outbound.timeout)
            .field("meter", self.rate_limiter())
            .field("max_wait", &self.inner.max_wait)
            .field("poll_policy", &self.inner.policy)
            .field("retry", &self.inner.retry)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
