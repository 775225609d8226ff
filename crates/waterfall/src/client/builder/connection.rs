//! The settings of connections and requests.

use std::sync::Arc;
use std::time::Duration;

use waterfall_api::Transport;

use super::ClientBuilder;
#[cfg(feature = "tls")]
use crate::http::root_certificates::RootCertificates;
#[cfg(feature = "recording")]
use crate::recording::Recording;

impl ClientBuilder {
    /// Sets the base URL of the API; [`DEFAULT_BASE_URL`](crate::DEFAULT_BASE_URL) by default.
    ///
    /// It must be `https`, or `http` to this machine (`localhost`, `127.0.0.0/8`, `[::1]`). The
    /// paths of operations are appended to its path. URLs with a query, a fragment, a user name or a
    /// password are rejected.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Replaces the network transport, for tests and demos.
    ///
    /// The settings of connections and [`max_body`](Self::max_body) then have no effect;
    /// [`timeout`](Self::timeout) still applies.
    #[doc(alias = "mock")]
    #[doc(alias = "fake")]
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Records all requests and responses, with any transport. None by default. Needs the feature
    /// `recording`. The module [`recording`](crate::recording) has an example.
    #[cfg(feature = "recording")]
    pub fn record(mut self, recording: Recording) -> Self {
        self.recording = Some(recording);
        self
    }

    /// Configures the HTTP client: for example, a proxy with a password, a company's certificates, a
    /// client certificate, DNS, a source address, or keep-alive. [`build`](Self::build) calls the
    /// function with a builder that has this crate's defaults, which it can override.
    ///
    /// Use the re-exported [`reqwest`](crate::reqwest), so that the versions match. Settings that
    /// protect the key and launches are made afterwards, and can't be changed: redirects are not
    /// followed, nothing is sent twice, no `Referer` is sent, and an `https` base URL never leads
    /// to plain `http`. Therefore the parameter is a function: a finished client could follow
    /// redirects with the key. To use another client or pool, implement a
    /// [`transport`](Self::transport); both together are an error of [`build`](Self::build).
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

    /// Sets the time limit for establishing a connection, including name lookup and TLS;
    /// [`DEFAULT_CONNECT_TIMEOUT`](crate::DEFAULT_CONNECT_TIMEOUT) by default. It is limited to
    /// three quarters of the [`timeout`](Self::timeout), so that a missing connection can be
    /// distinguished from a missing response: only the former is safe to retry for a launch.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// Sets the time limit of one request, from its start to the end of the response's body;
    /// [`DEFAULT_TIMEOUT`](crate::DEFAULT_TIMEOUT) by default. It applies to any transport.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// Sets the maximum length of a body in bytes; [`DEFAULT_MAX_BODY`](crate::DEFAULT_MAX_BODY) by
    /// default. A longer body is truncated and reported as an error.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// Trusts these root certificates, in addition to those of the system. Can be called several
    /// times.
    ///
    /// Use this in networks whose proxy inspects TLS. `SSL_CERT_FILE` does the same without changes
    /// to the code; see [`build`](Self::build).
    #[cfg(feature = "tls")]
    pub fn add_root_certificates(mut self, roots: RootCertificates) -> Self {
        self.roots.extend(roots);
        self
    }

    /// Sets the `User-Agent` header; `waterfall-rust/` and this crate's version by default.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }
}
