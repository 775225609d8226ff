//! Checks settings and builds the client.

use std::sync::Arc;

use reqwest::header::HeaderValue;
use waterfall_api::Transport;

use super::{ClientBuilder, KeySource};
use crate::client::planners::Planners;
use crate::client::{Client, Inner};
use crate::error::Error;
use crate::http::api_key::RotatingKey;
use crate::http::authorized::AuthorizedTransport;
use crate::http::base_url::BaseUrl;
use crate::http::http_transport::{HttpTransport, Settings};
use crate::observer::ledger::DeviationLedger;
use crate::query::web_address::is_web_address;
use crate::spend::ledger::SpendLedger;

impl ClientBuilder {
    /// Checks the settings and builds the client. Nothing is sent.
    ///
    /// # Environment
    ///
    /// With `https`, and unless the [`transport`](Self::transport) is replaced, these variables are
    /// read now:
    ///
    /// | variable | contains |
    /// |---|---|
    /// | `HTTPS_PROXY`, or else `ALL_PROXY` | the proxy, as `http://HOST:PORT` or `https://HOST:PORT`, with `USER:PASSWORD@` before the host if required |
    /// | `NO_PROXY` | the hosts without a proxy: names (including their subdomains), addresses, networks (`10.0.0.0/8`), or `*` |
    /// | `SSL_CERT_FILE` | a PEM file with the certificates to trust |
    /// | `SSL_CERT_DIR` | directories with such files |
    ///
    /// The names of the proxy variables can be in lower case; if both are set, the one in upper
    /// case counts. A proxy opens a tunnel (`CONNECT`), and can't read the requests. SOCKS proxies
    /// are not supported. On Windows and macOS, the certificates of `SSL_CERT_FILE` and
    /// `SSL_CERT_DIR` are trusted in addition to the system's, elsewhere instead of them;
    /// [`add_root_certificates`](Self::add_root_certificates) always adds. Plain `http` is allowed
    /// only to this machine and uses no proxy, so `HTTP_PROXY` has no effect.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config): no key, or one in quotes, with white space
    /// or a byte order mark, or with characters that are not allowed in a header; a base URL that is
    /// not allowed; an invalid webhook URL; a limit of zero; a transport together with settings of
    /// the HTTP client; settings that reqwest rejects; `https` in a build without the feature `tls`;
    /// an unusable proxy in the environment; an `SSL_CERT_FILE` that can't be read or contains no
    /// certificate.
    pub fn build(self) -> Result<Client, Error> {
        let base = BaseUrl::parse(&self.base_url)?;
        let key = self.checked_key()?;
        let user_agent = HeaderValue::from_str(&self.user_agent).map_err(|_| {
            Error::config("the user agent contains characters that are not allowed in a header")
        })?;
        if self.timeout.is_zero() || self.connect_timeout.is_zero() || self.max_body == 0 {
            return Err(Error::config("a time limit or the maximum length of a body is zero"));
        }
        if self.webhook_url.as_deref().is_some_and(|url| !is_web_address(url)) {
            return Err(Error::config("the webhook URL is not an http or https URL"));
        }
        if self.transport.is_some() && self.configure.is_some() {
            return Err(Error::config(
                "both a transport and HTTP client settings are given; the transport replaces the HTTP \
                 client, so use one of them",
            ));
        }
        let inner_keeps_limit = self.transport.is_none();
        let inner: Box<dyn Transport> = match self.transport {
            Some(transport) => Box::new(transport),
            None => {
                let connect_timeout = self.connect_timeout.min(self.timeout * 3 / 4);
                let settings = Settings {
                    connect_timeout,
                    longest_body: self.max_body,
                    configure: self.configure,
                    #[cfg(feature = "tls")]
                    roots: self.roots,
                };
                Box::new(HttpTransport::new(&base, &settings)?)
            }
        };
        #[cfg(feature = "recording")]
        let inner: Box<dyn Transport> = match &self.recording {
            Some(recording) => Box::new(recording.boxed(inner)),
            None => inner,
        };
        let spending = Arc::new(SpendLedger::default());
        let transport = AuthorizedTransport {
            base,
            key,
            user_agent,
            timeout: self.timeout,
            rate_limiter: self.rate_limiter.unwrap_or_default(),
            clock: self.clock,
            inner,
            inner_keeps_limit,
            spending: spending.clone(),
        };
        let inner = Inner {
            requests: request_builder()?,
            transport: Arc::new(transport),
            max_wait: self.max_wait,
            policy: self.policy,
            planners: Planners::new(self.histories),
            retry: self.retry,
            on_orphan: self.on_orphan,
            webhook_url: self.webhook_url,
            inbox: self.inbox,
            spending,
            observations: DeviationLedger::new(self.observer),
        };
        Ok(inner.into())
    }

    fn checked_key(&self) -> Result<RotatingKey, Error> {
        match &self.api_key {
            None => Err(Error::config(
                "no API key is set: set WATERFALL_API_KEY, or pass the key to the builder",
            )),
            Some(KeySource::Text(key)) => RotatingKey::new(key),
            Some(KeySource::Rotating(key)) => Ok(key.clone()),
        }
    }
}

impl Client {
    /// Creates a client with the key in `WATERFALL_API_KEY`, the base URL in `WATERFALL_BASE_URL`
    /// if it is set, and default settings.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config), as for [`ClientBuilder::build`].
    pub fn from_env() -> Result<Self, Error> {
        ClientBuilder::from_env()?.build()
    }

    /// Creates a client with this key and default settings.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config), as for [`ClientBuilder::build`].
    pub fn new(api_key: impl Into<String>) -> Result<Self, Error> {
        Self::builder().api_key(api_key).build()
    }

    /// Returns the settings of a new client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }
}

/// Returns the HTTP client with which the generated client builds requests. It sends none.
fn request_builder() -> Result<reqwest::Client, Error> {
    let builder = reqwest::Client::builder().no_proxy();
    #[cfg(feature = "tls")]
    let builder = builder.tls_certs_only([]);
    builder.build().map_err(|error| Error::config_because("no HTTP client", error.without_url()))
}
