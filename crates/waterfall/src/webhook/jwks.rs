//! [`Jwks`]: the source of a verifier's keys, refreshed when necessary.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use tokio::sync::watch;
use tokio::time::Instant;
use waterfall_api::Transport;

use super::error::Error;
use super::fetch::Endpoint;
use super::jwks_cache::{JwksCache, Lookup};
use super::keys::{KeySet, MAX_KEY_SET_BYTES, PublicKey};
use super::keys_unavailable::KeysUnavailable;
use super::violation::Violation;
use crate::environment::{self, variable};
use crate::http::base_url::{BaseUrl, DEFAULT_BASE_URL};
use crate::http::http_transport::{Configure, DEFAULT_CONNECT_TIMEOUT, HttpTransport, Settings};
#[cfg(feature = "tls")]
use crate::http::root_certificates::RootCertificates;

/// The path of the key set under the base URL.
const PATH: &str = "/.well-known/jwks.json";

/// The default time limit for fetching the keys: 10 seconds.
pub const DEFAULT_KEYS_TIMEOUT: Duration = Duration::from_secs(10);

/// The keys of a verifier: fetched and refreshed, or fixed. Cheap to clone; clones share the
/// fetched keys.
///
/// A set is fetched when it is first needed, and then
///
/// - when it is stale: after the `max-age` of its `Cache-Control`, but at least 60 s and at most
///   1 h; after 5 minutes if there is no `max-age`;
/// - when a delivery refers to a key that is not in the set, at most once in 30 s, however many
///   deliveries arrive.
///
/// There is one fetch at a time; deliveries that need it wait for it. It sends no API key and does
/// not count against the rate limit; redirects are not followed. If it fails, or returns no usable
/// key, the last valid set remains in use; the next fetch is made after 30 s, or after 5 s if there
/// is no set yet.
#[derive(Clone)]
pub struct Jwks(Source);

#[derive(Clone)]
enum Source {
    Fixed(KeySet),
    Fetched(Arc<Fetched>),
}

struct Fetched {
    endpoint: Endpoint,
    cache: Mutex<JwksCache>,
    /// Notified when a fetch has ended.
    ended: watch::Sender<()>,
    epoch: Instant,
}

impl Jwks {
    /// Starts the configuration of keys that are fetched.
    pub fn builder() -> JwksBuilder {
        JwksBuilder {
            base_url: DEFAULT_BASE_URL.to_owned(),
            url: None,
            transport: None,
            configure: None,
            timeout: DEFAULT_KEYS_TIMEOUT,
            #[cfg(feature = "tls")]
            roots: RootCertificates::default(),
        }
    }

    /// Fixed keys: for tests, and for use without a network.
    pub fn fixed(keys: KeySet) -> Self {
        Self(Source::Fixed(keys))
    }

    pub(super) async fn find(&self, key_id: &str) -> Result<PublicKey, Error> {
        match &self.0 {
            Source::Fixed(keys) => keys.get(key_id).ok_or(Violation::UnknownKey.into()),
            Source::Fetched(fetched) => fetched.find(key_id).await,
        }
    }
}

impl From<KeySet> for Jwks {
    fn from(keys: KeySet) -> Self {
        Self::fixed(keys)
    }
}

impl Fetched {
    async fn find(self: &Arc<Self>, key_id: &str) -> Result<PublicKey, Error> {
        let arrived = self.cache().rounds();
        loop {
            let mut ended = self.ended.subscribe();
            let lookup = self.cache().look_up(key_id, arrived, self.now());
            match lookup {
                Lookup::Found(key) => return Ok(key),
                Lookup::Unknown => return Err(Violation::UnknownKey.into()),
                Lookup::Unavailable(why) => return Err(why.into()),
                // In a task, because other deliveries need it if this sender disconnects.
                Lookup::Fetch => drop(tokio::spawn(Fetching::new(self.clone()).run())),
                Lookup::Wait => {}
            }
            // This can't fail: `self` owns the sender.
            let _ = ended.changed().await;
        }
    }

    fn cache(&self) -> MutexGuard<'_, JwksCache> {
        self.cache.lock()
    }

    fn now(&self) -> Duration {
        self.epoch.elapsed()
    }
}

type FetchResult = Result<(KeySet, Duration), KeysUnavailable>;

/// A fetch in progress. When it is dropped, it records the result and notifies the waiters.
struct Fetching {
    fetched: Arc<Fetched>,
    result: Option<FetchResult>,
}

impl Fetching {
    fn new(fetched: Arc<Fetched>) -> Self {
        Self { fetched, result: None }
    }

    async fn run(mut self) {
        self.result = Some(self.fetched.endpoint.fetch().await);
    }
}

impl Drop for Fetching {
    fn drop(&mut self) {
        let Fetched { endpoint, ended, .. } = &*self.fetched;
        let result = self.result.take().unwrap_or_else(|| Err(endpoint.abandoned()));
        match &result {
            Ok((keys, life)) => tracing::debug!(?keys, ?life, "webhook keys fetched"),
            Err(error) => tracing::warn!(%error, "webhook keys not fetched"),
        }
        self.fetched.cache().fetched(result, self.fetched.now());
        ended.send_modify(|()| {});
    }
}

impl fmt::Debug for Jwks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Source::Fixed(keys) => f.debug_tuple("Jwks").field(keys).finish(),
            Source::Fetched(fetched) => {
                f.debug_struct("Jwks").field("url", &fetched.endpoint.url.as_str()).finish()
            }
        }
    }
}

/// Configures keys that are fetched, from [`Jwks::builder`].
///
/// ```
/// use waterfall::webhook::{Jwks, Verifier};
///
/// let keys = Jwks::builder().base_url("http://127.0.0.1:8080").build()?;
/// let verifier = Verifier::new(keys);
/// # Ok::<(), waterfall::Error>(())
/// ```
#[must_use = "a builder does nothing until it is built"]
pub struct JwksBuilder {
    base_url: String,
    url: Option<String>,
    transport: Option<Arc<dyn Transport>>,
    configure: Option<Configure>,
    timeout: Duration,
    #[cfg(feature = "tls")]
    roots: RootCertificates,
}

impl JwksBuilder {
    /// Uses the base URL in `WATERFALL_BASE_URL` if it is set and not empty, like
    /// [`ClientBuilder::from_env`](crate::ClientBuilder::from_env). Needs no API key.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the variable is not UTF-8.
    /// [`build`](Self::build) checks the URL.
    pub fn from_env() -> Result<Self, crate::error::Error> {
        let builder = Jwks::builder();
        Ok(match variable(environment::BASE_URL)? {
            Some(url) => builder.base_url(url),
            None => builder,
        })
    }

    /// Sets the base URL of the API; `https://api.waterfall.io` by default. The keys are at
    /// `/.well-known/jwks.json` under it. The same base URLs are allowed as for a
    /// [client](crate::ClientBuilder::base_url).
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Sets the complete URL of the key set, in place of one under the base URL. It must be
    /// `https`, or `http` to this machine, without a query.
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.url = Some(url.into());
        self
    }

    /// Replaces the network, for tests and demos. The transport must not follow redirects.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Configures the HTTP client, like [`ClientBuilder::http_client`](crate::ClientBuilder::http_client).
    pub fn http_client(
        mut self,
        configure: impl Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync + 'static,
    ) -> Self {
        self.configure = Some(Arc::new(configure));
        self
    }

    /// Sets the time limit for a fetch, from its start to the end of the body; 10 s by default.
    /// Deliveries, and so their senders, wait for it.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// Trusts these root certificates for the key server, besides those of the system, like
    /// [`ClientBuilder::add_root_certificates`](crate::ClientBuilder::add_root_certificates).
    #[cfg(feature = "tls")]
    pub fn add_root_certificates(mut self, roots: RootCertificates) -> Self {
        self.roots.extend(roots);
        self
    }

    /// Checks the settings. The environment variables for proxies and certificates apply as for a
    /// [client](crate::ClientBuilder::build). Sends no request; the first delivery fetches the keys.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config): the URL is not allowed, the time limit is
    /// zero, or the URL is `https` and the feature `tls` is disabled.
    pub fn build(self) -> Result<Jwks, crate::error::Error> {
        let base = match &self.url {
            Some(url) => BaseUrl::parse_as("the URL of the webhook keys", url)?,
            None => {
                let base = BaseUrl::parse(&self.base_url)?;
                BaseUrl::parse(&format!("{}{PATH}", base.as_str()))?
            }
        };
        if self.timeout.is_zero() {
            return Err(crate::error::Error::config("the time limit for the webhook keys is zero"));
        }
        let transport = match self.transport {
            Some(_) if self.configure.is_some() => {
                return Err(crate::error::Error::config(
                    "both a transport and HTTP client settings are given for the webhook keys; the \
                     transport replaces the HTTP client, so use one of them",
                ));
            }
            Some(transport) => transport,
            None => {
                let connect_timeout = DEFAULT_CONNECT_TIMEOUT.min(self.timeout * 3 / 4);
                let settings = Settings {
                    connect_timeout,
                    longest_body: MAX_KEY_SET_BYTES,
                    configure: self.configure,
                    #[cfg(feature = "tls")]
                    roots: self.roots,
                };
                Arc::new(HttpTransport::new(&base, &settings)?)
            }
        };
        let (url, host) = (base.url().clone(), base.host().clone());
        let endpoint = Endpoint { url, host, transport, timeout: self.timeout };
        Ok(Jwks(Source::Fetched(Arc::new(Fetched {
            endpoint,
            cache: Mutex::default(),
            ended: watch::Sender::new(()),
            epoch: Instant::now(),
        }))))
    }
}

impl fmt::Debug for JwksBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URLs are not checked yet and may contain a password.
        f.debug_struct("JwksBuilder")
            .field("transport", &self.transport)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
