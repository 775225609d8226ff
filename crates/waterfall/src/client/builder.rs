//! [`ClientBuilder`]: the settings of a client.

mod build;
mod connection;

use std::any::{Any, TypeId};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use job_polling::{DurationHistory, PollPolicy, RateLimiter, RetryPolicy};
use waterfall_api::Transport;

use super::OrphanHooks;
use crate::clock::Clock;
use crate::environment::{self, variable};
use crate::error::Error;
use crate::http::api_key::RotatingKey;
use crate::http::base_url::DEFAULT_BASE_URL;
use crate::http::http_transport::{Configure, DEFAULT_CONNECT_TIMEOUT, USER_AGENT};
#[cfg(feature = "tls")]
use crate::http::root_certificates::RootCertificates;
use crate::kind::JobKind;
use crate::observer::observed::Observer;
#[cfg(feature = "recording")]
use crate::recording::Recording;
use crate::webhook::Inbox;

/// The default maximum duration of a wait: 5 minutes.
pub const DEFAULT_MAX_WAIT: Duration = Duration::from_secs(5 * 60);

/// The default time limit of one request: 30 seconds.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// The default maximum length of a body: 16 MiB.
pub const DEFAULT_MAX_BODY: usize = 16 * 1024 * 1024;

/// The settings of a [`Client`](crate::Client), from [`Client::builder`](crate::Client::builder).
///
/// Only the key is required.
///
/// ```
/// use std::time::Duration;
/// use waterfall::{Client, PollPolicy};
///
/// let client = Client::builder()
///     .api_key("wf_0123")
///     .base_url("http://127.0.0.1:8080")
///     .timeout(Duration::from_secs(10))
///     .max_wait(Duration::from_secs(60))
///     .poll_policy(PollPolicy::fixed(Duration::from_secs(3)))
///     .build()?;
/// # Ok::<(), waterfall::Error>(())
/// ```
#[derive(Clone)]
#[must_use = "a builder does nothing until it is built"]
pub struct ClientBuilder {
    api_key: Option<KeySource>,
    base_url: String,
    transport: Option<Arc<dyn Transport>>,
    configure: Option<Configure>,
    connect_timeout: Duration,
    timeout: Duration,
    max_body: usize,
    #[cfg(feature = "tls")]
    roots: RootCertificates,
    user_agent: String,
    policy: PollPolicy,
    histories: Vec<(&'static str, DurationHistory)>,
    max_wait: Duration,
    rate_limiter: Option<RateLimiter>,
    clock: Clock,
    retry: RetryPolicy,
    on_orphan: OrphanHooks,
    webhook_url: Option<String>,
    inbox: Option<Inbox>,
    observer: Option<Arc<dyn Observer>>,
    #[cfg(feature = "recording")]
    recording: Option<Recording>,
}

impl ClientBuilder {
    pub(crate) fn new() -> Self {
        Self {
            api_key: None,
            base_url: DEFAULT_BASE_URL.to_owned(),
            transport: None,
            configure: None,
            connect_timeout: DEFAULT_CONNECT_TIMEOUT,
            timeout: DEFAULT_TIMEOUT,
            max_body: DEFAULT_MAX_BODY,
            #[cfg(feature = "tls")]
            roots: RootCertificates::default(),
            user_agent: USER_AGENT.to_owned(),
            policy: PollPolicy::default(),
            histories: Vec::new(),
            max_wait: DEFAULT_MAX_WAIT,
            rate_limiter: None,
            clock: Clock::default(),
            retry: RetryPolicy::default(),
            on_orphan: OrphanHooks::new(),
            webhook_url: None,
            inbox: None,
            observer: None,
            #[cfg(feature = "recording")]
            recording: None,
        }
    }

    /// Creates settings with the key in `WATERFALL_API_KEY` and the base URL in
    /// `WATERFALL_BASE_URL`, if they are set. An empty variable counts as not set.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if a variable is not UTF-8.
    /// [`build`](Self::build) reports a missing key.
    pub fn from_env() -> Result<Self, Error> {
        let mut builder = Self::new();
        if let Some(key) = variable(environment::API_KEY)? {
            builder = builder.api_key(key);
        }
        if let Some(url) = variable(environment::BASE_URL)? {
            builder = builder.base_url(url);
        }
        Ok(builder)
    }

    /// Sets the API key. It is sent to the base URL's origin only, and never shown.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = Some(KeySource::Text(key.into()));
        self
    }

    /// Sets a key that can be replaced while the client is in use, instead of a fixed
    /// [`api_key`](Self::api_key). If both are set, the last one counts.
    pub fn rotating_key(mut self, key: RotatingKey) -> Self {
        self.api_key = Some(KeySource::Rotating(key));
        self
    }

    /// Sets when waits read; [`PollPolicy::adaptive`] by default. A wait can override it.
    #[doc(alias = "interval")]
    pub fn poll_policy(mut self, policy: PollPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Sets the job durations of a kind that an earlier client has learned
    /// ([`Client::duration_history`](crate::Client::duration_history)). None by default: then the first waits rely on the durations
    /// that Waterfall documents.
    pub fn duration_history<K: JobKind>(mut self, times: DurationHistory) -> Self {
        self.histories.retain(|(kind, _)| *kind != K::NAME);
        self.histories.push((K::NAME, times));
        self
    }

    /// Sets the maximum duration of a wait; [`DEFAULT_MAX_WAIT`] by default. A wait can override it.
    #[doc(alias = "timeout")]
    #[doc(alias = "deadline")]
    pub fn max_wait(mut self, max_wait: Duration) -> Self {
        self.max_wait = max_wait;
        self
    }

    /// Sets the rate limiter of the key; by default a new [`RateLimiter::default`] for each client.
    /// All clients with the same key need the same rate limiter.
    #[doc(alias = "rate limiter")]
    #[doc(alias = "throttle")]
    pub fn rate_limiter(mut self, rate_limiter: RateLimiter) -> Self {
        self.rate_limiter = Some(rate_limiter);
        self
    }

    /// Sets the clock for comparing dates in responses without a `Date`; [`Clock::system`] by
    /// default. Pauses and deadlines always use tokio's clock.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Sets how launches and [`fetch`](crate::Job::fetch) are retried; [`RetryPolicy::default`] by
    /// default. A launch is retried only if the API certainly did not act on it.
    #[doc(alias = "backoff")]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets the `https` or `http` URL to which the API delivers the results of launches whose query
    /// has no [`webhook_url`](crate::ContactQuery::webhook_url). None by default.
    ///
    /// A delivery doesn't contain the kind of its job, so results of each kind are delivered to their
    /// own path. Those of contact enrichments are delivered to this URL itself; those of another kind
    /// to this URL with the word of the kind, as in an [ID](crate::JobId#kinds), at the end of its
    /// path: `https://hooks.example.com/waterfall/phone`. The router of the feature `axum` serves all of
    /// them. Kinds whose results the API can't deliver
    /// ([`JobQuery::accepts_webhook`](crate::JobQuery::accepts_webhook)) get no URL.
    pub fn webhook_url(mut self, url: impl Into<String>) -> Self {
        self.webhook_url = Some(url.into());
        self
    }

    /// Sets the inbox whose deliveries end waits before a read does. See
    /// [`Inbox`](crate::webhook::Inbox). None by default.
    #[cfg(feature = "webhook")]
    pub fn inbox(mut self, inbox: Inbox) -> Self {
        self.inbox = Some(inbox);
        self
    }

    /// Sets the hook for orphans of a kind. Only the `job` module knows the hook's type.
    pub(crate) fn orphan_hook(mut self, kind: TypeId, hook: Arc<dyn Any + Send + Sync>) -> Self {
        self.on_orphan.insert(kind, hook);
        self
    }

    pub(crate) fn observer_hook(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }
}

/// The source of the key.
#[derive(Clone)]
enum KeySource {
    Text(String),
    Rotating(RotatingKey),
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The base URL is not checked yet and may hold a password.
        f.debug_struct("ClientBuilder")
            .field("api_key", &self.api_key.as_ref().map(|_| "[redacted]"))
            .field("transport", &self.transport)
            .field("connect_timeout", &self.connect_timeout)
            .field("timeout", &self.timeout)
            .field("max_body", &self.max_body)
            .field("user_agent", &self.user_agent)
            .field("poll_policy", &self.policy)
            .field("max_wait", &self.max_wait)
            .field("rate_limiter", &self.rate_limiter)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}
