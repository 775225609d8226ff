//! [`Client`]: the core that all operations share. It holds settings and issues permits, and is
//! independent of any particular operation; the methods that launch, read and wait are next to
//! their types.

pub(crate) mod attempts;
pub(crate) mod builder;
pub(crate) mod in_flight;
pub(crate) mod planners;

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use job_polling::limiter::{Acquire, Permit, Priority, Purpose};
use job_polling::schedule::{Planner, QuotaPressure};
use job_polling::wait_state::PollContext;
use job_polling::{DurationHistory, PollPolicy, RateLimiter, RetryPolicy};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use self::attempts::Attempts;
use self::in_flight::InFlight;
use self::planners::{PlannerGuard, Planners};
use crate::error::{Call, Error, RequestKind};
use crate::http::authorized::{AuthorizedTransport, CallSettings, PermittedTransport};
use crate::http::request_options::RequestOptions;
use crate::job_id::JobId;
use crate::kind::{ContactEnrichment, JobKind};
use crate::observer::ledger::DeviationLedger;
use crate::spend::ledger::SpendLedger;
use crate::webhook::Inbox;

/// The kind of job whose results are delivered to the client's webhook URL itself.
const CONTACT: &str = "contact";

/// The hooks for orphans, by the kind of their jobs.
pub(crate) type OrphanHooks = HashMap<TypeId, Arc<dyn Any + Send + Sync>>;

/// A client of Waterfall's API.
///
/// Cheap to clone; clones share connections and settings. All async methods need a tokio runtime
/// with its timer enabled (and I/O, for the network).
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
    priority: Priority,
    options: Arc<RequestOptions>,
    /// Canceled when launching is stopped.
    stop: CancellationToken,
    in_flight: InFlight,
}

/// The state that all clones of a client share.
pub(crate) struct Inner {
    /// Builds requests, but sends none.
    pub(crate) requests: reqwest::Client,
    pub(crate) transport: Arc<AuthorizedTransport>,
    pub(crate) max_wait: Duration,
    pub(crate) policy: PollPolicy,
    pub(crate) planners: Planners,
    pub(crate) retry: RetryPolicy,
    pub(crate) on_orphan: OrphanHooks,
    pub(crate) webhook_url: Option<String>,
    pub(crate) inbox: Option<Inbox>,
    pub(crate) spending: Arc<SpendLedger>,
    pub(crate) observations: DeviationLedger,
}

impl Client {
    /// Returns this client with low priority, for background work: its requests, and those of its
    /// jobs, yield to others that wait for the [`RateLimiter`]. While they wait, they get at least
    /// one of four permits. Batches have this priority.
    #[must_use]
    #[doc(alias = "priority")]
    pub fn with_low_priority(&self) -> Self {
        Self { priority: Priority::Batch, ..self.clone() }
    }

    /// Returns this client with other headers, another time limit or other retries, for all its
    /// requests and for the jobs that it launches or gets [by ID](Self::job). Everything else is
    /// shared: connections, rate limiter, learned durations. Settings that the options leave open
    /// remain those of this client.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config): a time limit of zero, or a header that the
    /// client sets itself: `x-api-key`, `host`, `content-length`, `content-type`,
    /// `transfer-encoding`, `connection`.
    pub fn with_options(&self, options: RequestOptions) -> Result<Self, Error> {
        options.check()?;
        Ok(Self { options: Arc::new(options.over(&self.options)), ..self.clone() })
    }

    /// Returns the generated client of the API, for operations without a method here. It has each
    /// operation of the API description, and returns its response with status, headers and bytes.
    ///
    /// It uses this client's key, which is still sent to the base URL's origin only, its rate
    /// limiter, its time limit and its [options](Self::with_options). It bypasses everything else:
    ///
    /// - **Nothing is retried**, not even after a 429. Its errors are plain
    ///   [`OperationError`](crate::api::OperationError)s, which don't report whether a job may have
    ///   been launched, and which may quote what the server sent, including the key.
    /// - A launch is not checked before it is sent, and **dropping its future loses its job ID**: no
    ///   task completes it, and no [`on_orphan`](crate::ClientBuilder::on_orphan) is called.
    /// - There is no polling and no deadline, an inbox has no effect, and the client's webhook URL is
    ///   not filled in.
    /// - No durations are learned, and there are no spans.
    ///
    /// To wait for a job that was launched this way, use [`job`](Self::job).
    ///
    /// ```
    /// # use waterfall::testing::MockTransport;
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let client = MockTransport::new().client_builder().build()?;
    /// # let id = client.launch(waterfall::ContactQuery::email("jane.doe@acme.com")).await?.id();
    /// let found = client.raw().find_contact_enrichment(&id.into()).await?;
    /// println!("{}: {:?}", found.response().status(), found.status);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "generated")]
    pub fn raw(&self) -> waterfall_api::Client {
        self.generated::<ContactEnrichment>(None)
    }

    /// Stops launching by this client, its clones and their batches: the first step of a graceful
    /// shutdown. It can't be undone.
    ///
    /// Launches that wait for a permit or for a retry end at once with
    /// [`ErrorKind::Stopped`](crate::ErrorKind::Stopped); so does each new one. Launches in flight
    /// complete, so that no ID is lost, and waits and reads continue. A request that is being sent on
    /// another thread at this moment counts as in flight. The [generated client](Self::raw) is not
    /// affected. [`Batch::stop_launching`](crate::Batch::stop_launching) stops one batch.
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

    /// Returns the rate limiter of the key, shared with all clones of this client.
    #[doc(alias = "rate limiter")]
    #[doc(alias = "throttle")]
    pub fn rate_limiter(&self) -> &RateLimiter {
        &self.inner.transport.rate_limiter
    }

    /// Passes the current API key to a function. For example, compute a keyed hash by which several
    /// processes recognize the key. Don't store or log the key itself.
    ///
    /// ```
    /// # let client = waterfall::Client::new("wf_0123")?;
    /// assert_eq!(client.digest_key(|key| key.len()), 7);
    /// # Ok::<(), waterfall::Error>(())
    /// ```
    pub fn digest_key<T>(&self, digest: impl FnOnce(&[u8]) -> T) -> T {
        digest(self.inner.transport.key.current().as_bytes())
    }

    /// Returns the time limit of one request of this client:
    /// [`ClientBuilder::timeout`](crate::ClientBuilder::timeout), or that of its
    /// [options](Self::with_options).
    pub fn request_timeout(&self) -> Duration {
        self.options.timeout.unwrap_or(self.inner.transport.timeout)
    }

    /// Returns the job durations of a kind that this client and its clones have learned. Store them
    /// for the next process:
    /// [`ClientBuilder::duration_history`](crate::ClientBuilder::duration_history).
    pub fn duration_history<K: JobKind>(&self) -> DurationHistory {
        self.planner(K::NAME).times().clone()
    }
}

/// Internal methods for the operations.
impl Client {
    /// Returns the settings that all clones share.
    pub(crate) fn settings(&self) -> &Inner {
        &self.inner
    }

    /// Returns the context of a request, for its errors.
    pub(crate) fn call(&self, request: RequestKind) -> Call {
        let AuthorizedTransport { base, key, clock, .. } = &*self.inner.transport;
        Call { request, host: base.host().clone(), keys: key.all(), clock: clock.clone() }
    }

    /// Returns the generated client of a kind. A request without a permit waits for one.
    pub(crate) fn generated<K: JobKind>(&self, permit: Option<Permit>) -> K::Client {
        self.generated_over::<K>(self.permitted(permit))
    }

    /// Returns the generated client of a kind, for a caller that counts the cost of the response
    /// itself.
    pub(crate) fn generated_without_spending<K: JobKind>(&self, permit: Permit) -> K::Client {
        self.generated_over::<K>(self.transport(Some(permit), false))
    }

    fn generated_over<K: JobKind>(&self, transport: PermittedTransport) -> K::Client {
        let requests = self.inner.requests.clone();
        K::client(self.inner.transport.base.as_str(), requests, Arc::new(transport))
    }

    /// Returns the transport of one call. A request without a permit waits for one.
    pub(crate) fn permitted(&self, permit: Option<Permit>) -> PermittedTransport {
        self.transport(permit, true)
    }

    fn transport(&self, permit: Option<Permit>, counts_spending: bool) -> PermittedTransport {
        let (priority, options) = (self.priority, self.options.clone());
        let call = CallSettings { priority, options, counts_spending };
        PermittedTransport::new(self.inner.transport.clone(), permit, call)
    }

    fn retry_policy(&self) -> RetryPolicy {
        self.options.retry.unwrap_or(self.inner.retry)
    }

    /// Starts the attempts of a call.
    pub(crate) fn attempts(&self) -> Attempts {
        Attempts::start(self.retry_policy())
    }

    /// Waits for the permit of the first request of a call.
    pub(crate) async fn permit(&self, request: RequestKind) -> Result<Permit, Error> {
        self.permit_within(self.retry_policy().patience(), request).await
    }

    /// Like [`permit`](Self::permit), but waits at most for `patience` after a 429.
    pub(crate) async fn permit_within(
        &self,
        patience: Duration,
        request: RequestKind,
    ) -> Result<Permit, Error> {
        let permit = self.inner.transport.acquire(self.priority, purpose(request), patience).await;
        permit.map_err(|limited| Error::rate_limited(&self.call(request), limited.pause))
    }

    /// Pauses, and then waits for the permit of the next attempt while time is left.
    pub(crate) async fn permit_after(
        &self,
        request: RequestKind,
        pause: Duration,
        attempts: &Attempts,
    ) -> Option<Permit> {
        tokio::time::sleep(pause).await;
        let left = attempts.left();
        let permit = self.inner.transport.acquire(self.priority, purpose(request), left);
        tokio::time::timeout(left, permit).await.ok()?.ok()
    }

    /// Waits for a permit, regardless of the length of a pause after a 429. A batch waits for one
    /// permit at a time, and decides how to use it when it gets it.
    pub(crate) fn batch_permit(&self) -> Acquire {
        self.inner.transport.acquire(self.priority, Purpose::Read, Duration::MAX)
    }

    /// Returns the planner of the reads of a kind of jobs. Don't hold it across an await.
    pub(crate) fn planner(&self, kind: &'static str) -> PlannerGuard<'_> {
        self.inner.planners.get(kind)
    }

    /// Returns the current context of a polling decision.
    pub(crate) fn poll_context<'a>(&self, planner: &'a mut Planner) -> PollContext<'a> {
        let quota_pressure = QuotaPressure::new(self.rate_limiter().quota_pressure());
        PollContext::new(planner, quota_pressure, fastrand::f64())
    }

    /// Returns whether deliveries to this URL reach this client.
    pub(crate) fn delivers_to<K: JobKind>(&self, url: Option<&str>) -> bool {
        let is_ours = |url: &str| match self.webhook_url::<K>() {
            Some(ours) => url.starts_with(&*ours) || url.starts_with(self.base_webhook_url()),
            None => true,
        };
        url.is_some_and(is_ours)
    }

    /// Returns the URL to which results of this kind are delivered.
    pub(crate) fn webhook_url<K: JobKind>(&self) -> Option<String> {
        let base = self.inner.webhook_url.as_deref()?;
        Some(webhook_url_of(base, JobId::of::<K>(Uuid::nil()).kind()))
    }

    fn base_webhook_url(&self) -> &str {
        self.inner.webhook_url.as_deref().unwrap_or_default()
    }

    /// Canceled when launching is stopped.
    pub(crate) fn launch_stop(&self) -> &CancellationToken {
        &self.stop
    }

    /// Counts the requests that complete even if their caller is gone.
    pub(crate) fn in_flight(&self) -> &InFlight {
        &self.in_flight
    }

    /// Returns this client with a separate count of requests in flight.
    #[cfg(feature = "blocking")]
    pub(crate) fn with_own_count(self) -> Self {
        Self { in_flight: InFlight::default(), ..self }
    }

    /// Returns this client with a separate switch that stops its launches.
    pub(crate) fn with_own_stop(self) -> Self {
        Self { stop: self.stop.child_token(), ..self }
    }
}

/// Returns the URL for a kind: that of contact enrichments, with the word of another kind appended
/// to its path.
fn webhook_url_of(base: &str, kind: &str) -> String {
    let Ok(mut url) = reqwest::Url::parse(base) else { return base.to_owned() };
    match url.path_segments_mut() {
        Ok(mut path) if kind != CONTACT => path.pop_if_empty().push(kind),
        _ => return base.to_owned(),
    };
    url.into()
}

fn purpose(request: RequestKind) -> Purpose {
    match request {
        RequestKind::Launch => Purpose::Launch,
        RequestKind::Read(_) => Purpose::Read,
        RequestKind::Operation(_) if request.has_effect() => Purpose::Launch,
        RequestKind::Operation(_) => Purpose::Read,
    }
}

impl From<Inner> for Client {
    fn from(inner: Inner) -> Self {
        Self {
            inner: Arc::new(inner),
            priority: Priority::Interactive,
            options: Arc::default(),
            stop: CancellationToken::new(),
            in_flight: InFlight::default(),
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.inner.transport.base.as_str())
            .field("timeout", &self.inner.transport.timeout)
            .field("rate_limiter", self.rate_limiter())
            .field("max_wait", &self.inner.max_wait)
            .field("poll_policy", &self.inner.policy)
            .field("retry", &self.inner.retry)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
