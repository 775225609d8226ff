//! [`ClientBuilder`]: the settings of a client.

use std::any::TypeId;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HeaderValue;
use waterfall_api::Transport;

use crate::base_url::{BaseUrl, DEFAULT_BASE_URL};
use crate::client::{Inner, OrphanHook, OrphanHooks};
use crate::environment::{self, variable};
use crate::kind::JobKind;
#[cfg(feature = "tls")]
use crate::network::RootCertificates;
use crate::network::{self, Configure, DEFAULT_CONNECT_TIMEOUT, Network, USER_AGENT};
use crate::outbound::Outbound;
use crate::planners::Planners;
use crate::query::is_web_address;
use crate::webhook::Inbox;
use crate::{
    Client, Clock, DurationHistory, Error, Job, PollPolicy, RateLimiter, RetryPolicy, RotatingKey,
};

/// How long a wait lasts at most, unless told otherwise: 5 minutes.
pub const DEFAULT_MAX_WAIT: Duration = Duration::from_secs(5 * 60);

/// How long one request may take, unless told otherwise: 30 seconds.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a body may be, unless told otherwise: 16 MiB.
pub const DEFAULT_MAX_BODY: usize = 16 * 1024 * 1024;

/// Settings for a [`Client`], from [`Client::builder`].
///
/// Only the key has to be given.
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
        }
    }

    /// Settings with the key in `WATERFALL_API_KEY`, if it is set, and the base
    /// URL in `WATERFALL_BASE_URL`, if it is set. An empty variable counts as
    /// not set.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if one of them is not
    /// UTF-8. That the key is missing is found by [`build`](Self::build).
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

    /// The API key. It is sent to the base URL's origin only, and shown nowhere.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = Some(KeySource::Text(key.into()));
        self
    }

    /// A key that can be replaced while the client is at work, instead of a fixed
    /// [`api_key`](Self::api_key); the one of both that was set last counts.
    pub fn rotating_key(mut self, key: RotatingKey) -> Self {
        self.api_key = Some(KeySource::Rotating(key));
        self
    }

    /// Where the API is; `https://api.waterfall.io` by default.
    ///
    /// It has to be `https`, or `http` to this machine (`localhost`, `127.0.0.0/8`,
    /// `[::1]`). A path is kept, and the operations' paths are appended to it. A
    /// query, a fragment, a user name and a password are refused.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Replaces the network, for tests and for demos.
    ///
    /// The settings of the connection and of the body's length don't apply
    /// then; [`timeout`](Self::timeout) does.
    #[doc(alias = "mock")]
    #[doc(alias = "fake")]
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Sets up the HTTP client: a proxy with a password, a company's certificates, a client
    /// certificate, DNS, a source address, keep-alive. The function is called by
    /// [`build`](Self::build) with a builder that has this crate's defaults; what it sets goes
    /// before them. By default nothing is set.
    ///
    /// Use the re-exported [`reqwest`](crate::reqwest), so that the versions agree. What keeps the
    /// key and a launch safe is set afterwards and can't be changed: redirects are not followed,
    /// nothing is sent twice, no `Referer`, no plain `http` for an `https` base URL. That is why
    /// this takes a function and not a client that is built, which could follow redirects with
    /// the key. A client or a pool of your own is a [`transport`](Self::transport), and
    /// both together are an error of [`build`](Self::build).
    ///
    /// ```
    /// use std::time::Duration;
    /// use waterfall::Client;
    ///
    /// let client = Client::builder()
    ///     .api_key("wf_0123")
    ///     .base_url("http://127.0.0.1:8080")
    ///     .http_client(|http| http.tcp_keepalive(Duration::from_secs(30)).pool_max_idle_per_host(4))
    ///     .build()?;
    /// # Ok::<(), waterfall::Error>(())
    /// ```
    #[doc(alias = "proxy")]
    #[doc(alias = "certificate")]
    pub fn http_client(
        mut self,
        configure: impl Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync + 'static,
    ) -> Self {
        self.configure = Some(Arc::new(configure));
        self
    }

    /// How long a connection may take to be made, name lookup and TLS included;
    /// 10 s by default. It is kept within three quarters of the
    /// [`timeout`](Self::timeout), so that no connection is told from no
    /// answer: only the first is safe for a launch.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// How long one request may take, from its start to the end of the answer's
    /// body; 30 s by default. Whichever the transport.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// How many bytes a body may have; 16 MiB by default. A longer one is cut,
    /// and an error.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// Trusts servers by these certificates too, beside those of the system. It can be
    /// called several times.
    ///
    /// For networks whose proxy inspects TLS; `SSL_CERT_FILE` does the same without a
    /// change of code, see [`build`](Self::build).
    #[cfg(feature = "tls")]
    pub fn add_root_certificates(mut self, roots: RootCertificates) -> Self {
        self.roots.extend(roots);
        self
    }

    /// The `User-Agent` header; `waterfall-rust/` and this crate's version by
    /// default.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// When waits read; [`PollPolicy::adaptive`] by default. A wait can have its
    /// own.
    #[doc(alias = "interval")]
    pub fn poll_policy(mut self, policy: PollPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// What an earlier client has learnt of how long jobs of a kind take
    /// ([`Client::duration_history`]); by default nothing, and the first waits go by what
    /// Waterfall says of its jobs.
    pub fn duration_history<K: JobKind>(mut self, times: DurationHistory) -> Self {
        self.histories.retain(|(kind, _)| *kind != K::NAME);
        self.histories.push((K::NAME, times));
        self
    }

    /// How long a wait lasts at most; 5 minutes by default
    /// ([`DEFAULT_MAX_WAIT`]). A wait can have its own.
    #[doc(alias = "timeout")]
    #[doc(alias = "deadline")]
    pub fn max_wait(mut self, max_wait: Duration) -> Self {
        self.max_wait = max_wait;
        self
    }

    /// The request budget of the key; [`RateLimiter::default`] by default, and a new one
    /// for each client. Clients that use the same key need the same meter.
    #[doc(alias = "rate limiter")]
    #[doc(alias = "throttle")]
    pub fn rate_limiter(mut self, rate_limiter: RateLimiter) -> Self {
        self.rate_limiter = Some(rate_limiter);
        self
    }

    /// The calendar that dates in answers without a `Date` are compared with;
    /// [`Clock::system`] by default. Pauses and deadlines go by tokio's clock in any case.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// How often a launch and a [`fetch`](Job::fetch) are tried, and for how long;
    /// [`RetryPolicy::default`] by default. A launch is only ever repeated if it
    /// surely was not acted on.
    #[doc(alias = "backoff")]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// What to do with a job that nobody waits for any more: the future of its
    /// [`launch`](Client::launch) or [`enrich`](Client::enrich) was dropped before
    /// it had a result. By default a warning is logged, with the job's id.
    ///
    /// The hook is called while the future is dropped, or by the task that ends
    /// the launch, so it must neither block nor panic: send the id to somebody, or
    /// spawn.
    ///
    /// A launch that fails in doubt after its future was dropped, and tells no
    /// id, is logged as a warning.
    ///
    /// ```
    /// use tokio::sync::mpsc;
    /// use waterfall::Client;
    ///
    /// let (orphans, mut to_collect) = mpsc::unbounded_channel();
    /// let client = Client::builder()
    ///     .api_key("wf_0123")
    ///     .base_url("http://127.0.0.1:8080")
    ///     .on_orphan(move |job| {
    ///         let _ = orphans.send(job.id());
    ///     })
    ///     .build()?;
    /// # Ok::<(), waterfall::Error>(())
    /// ```
    #[doc(alias = "cancel")]
    #[doc(alias = "drop")]
    pub fn on_orphan(self, hook: impl Fn(Job) + Send + Sync + 'static) -> Self {
        self.on_orphan_of(hook)
    }

    /// The same for jobs of any kind. Each kind has a hook of its own.
    pub fn on_orphan_of<K>(mut self, hook: impl Fn(Job<K>) + Send + Sync + 'static) -> Self
    where
        K: JobKind,
    {
        let hook: OrphanHook<K> = Arc::new(hook);
        self.on_orphan.insert(TypeId::of::<K>(), Arc::new(hook));
        self
    }

    /// Where the API delivers the results of launches whose query names no
    /// [`webhook_url`](crate::ContactQuery::webhook_url) of its own: an `https` or `http` URL. None
    /// by default.
    pub fn webhook_url(mut self, url: impl Into<String>) -> Self {
        self.webhook_url = Some(url.into());
        self
    }

    /// Ends waits with what is delivered to this inbox, if that comes before a read.
    /// [`Inbox`](crate::webhook::Inbox) says how. None by default.
    #[cfg(feature = "webhook")]
    pub fn inbox(mut self, inbox: Inbox) -> Self {
        self.inbox = Some(inbox);
        self
    }

    /// Checks the settings and builds the client. Nothing is sent.
    ///
    /// # Environment
    ///
    /// With `https`, and unless the [`transport`](Self::transport) is replaced, these
    /// variables are read now:
    ///
    /// | variable | says |
    /// |---|---|
    /// | `HTTPS_PROXY`, or else `ALL_PROXY` | the proxy, as `http://HOST:PORT` or `https://HOST:PORT`, with `USER:PASSWORD@` before the host if it wants them |
    /// | `NO_PROXY` | the hosts that are reached without it: names with all that is under them, addresses, networks (`10.0.0.0/8`), or `*` |
    /// | `SSL_CERT_FILE` | a PEM file with the certificates to trust |
    /// | `SSL_CERT_DIR` | directories with such files |
    ///
    /// The names of the proxies' variables can be in lower case; of two, the one in capitals
    /// counts. A proxy makes a tunnel (`CONNECT`) and does not see what is sent. SOCKS
    /// proxies are not supported. On Windows and macOS the certificates of `SSL_CERT_FILE`
    /// and `SSL_CERT_DIR` are trusted beside the system's, elsewhere instead of them;
    /// [`add_root_certificates`](Self::add_root_certificates) always adds. Plain `http` to
    /// this machine passes no proxy, so `HTTP_PROXY` has no effect.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config): no key, or one in quotes, with white
    /// space or a byte order mark, or with characters that a header can't carry; a base URL
    /// that is not allowed; a webhook URL that is none; a limit of zero; a transport beside
    /// settings of the HTTP client; settings that reqwest refuses; `https` in a build without
    /// the feature `tls`; a proxy of the environment that can't be used; an `SSL_CERT_FILE`
    /// that can't be read or holds no certificate.
    pub fn build(self) -> Result<Client, Error> {
        let base = BaseUrl::parse(&self.base_url)?;
        let key = self.checked_key()?;
        let user_agent = HeaderValue::from_str(&self.user_agent)
            .map_err(|_| Error::config("the user agent holds what a header can't carry"))?;
        if self.timeout.is_zero() || self.connect_timeout.is_zero() || self.max_body == 0 {
            return Err(Error::config("a time limit or the limit of a body is zero"));
        }
        if self.webhook_url.as_deref().is_some_and(|url| !is_web_address(url)) {
            return Err(Error::config("the webhook URL is not an http or https URL"));
        }
        if self.transport.is_some() && self.configure.is_some() {
            return Err(Error::config(
                "both a transport and settings of the HTTP client are given: the transport \
                 replaces the HTTP client",
            ));
        }
        let inner_keeps_limit = self.transport.is_none();
        let inner: Box<dyn Transport> = match self.transport {
            Some(transport) => Box::new(transport),
            None => {
                let connect_timeout = self.connect_timeout.min(self.timeout * 3 / 4);
                let settings = network::Settings {
                    connect_timeout,
                    longest_body: self.max_body,
                    configure: self.configure,
                    #[cfg(feature = "tls")]
                    roots: self.roots,
                };
                Box::new(Network::new(&base, &settings)?)
            }
        };
        let outbound = Outbound {
            base,
            key,
            user_agent,
            timeout: self.timeout,
            rate_limiter: self.rate_limiter.unwrap_or_default(),
            clock: self.clock,
            inner,
            inner_keeps_limit,
        };
        let inner = Inner {
            requests: reqwest_builder()?,
            outbound: Arc::new(outbound),
            max_wait: self.max_wait,
            policy: self.policy,
            planners: Planners::new(self.histories),
            retry: self.retry,
            on_orphan: self.on_orphan,
            webhook_url: self.webhook_url,
            inbox: self.inbox,
        };
        Ok(inner.into())
    }

    fn checked_key(&self) -> Result<RotatingKey, Error> {
        match &self.api_key {
            None => Err(Error::config(
                "there is no API key: set WATERFALL_API_KEY, or give it to the builder",
            )),
            Some(KeySource::Text(key)) => RotatingKey::new(key),
            Some(KeySource::Rotating(key)) => Ok(key.clone()),
        }
    }
}

/// Where the key comes from.
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
            .field("meter", &self.rate_limiter)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

/// The generated client builds its requests with reqwest, and sends none.
fn reqwest_builder() -> Result<reqwest::Client, Error> {
    let builder = reqwest::Client::builder().no_proxy();
    #[cfg(feature = "tls")]
    let builder = builder.tls_certs_only([]);
    builder.build().map_err(|error| Error::config_because("no HTTP client", error.without_url()))
}
