//! [`HttpTransport`]: the default transport. It sends each request exactly once, with reqwest.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, retry};
use waterfall_api::{BoxFuture, Request, Response, Transport, TransportError};

use super::base_url::BaseUrl;
#[cfg(feature = "tls")]
use super::proxy;
#[cfg(feature = "tls")]
use super::root_certificates::{self, RootCertificates};
use crate::error::{BodyTooLong, Error, NotConnected, Proxy};

/// The idle time after which a connection is not reused. If the server has closed an idle
/// connection, a launch on it is in doubt; the pauses of polling are shorter.
const LONGEST_IDLE: Duration = Duration::from_secs(15);

/// The default time limit for establishing a connection: 10 seconds.
pub const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

pub(crate) const USER_AGENT: &str = concat!("waterfall-rust/", env!("CARGO_PKG_VERSION"));

/// The HTTP client settings that the crate's user makes.
pub(crate) type Configure = Arc<dyn Fn(ClientBuilder) -> ClientBuilder + Send + Sync>;

/// Sends requests over the network.
#[derive(Clone)]
pub(crate) struct HttpTransport {
    http: Client,
    longest_body: usize,
    proxy: Option<Proxy>,
}

/// Settings for connections.
pub(crate) struct Settings {
    pub(crate) connect_timeout: Duration,
    pub(crate) longest_body: usize,
    pub(crate) configure: Option<Configure>,
    /// Trusted in addition to those of the system.
    #[cfg(feature = "tls")]
    pub(crate) roots: RootCertificates,
}

impl Settings {
    /// Applies the user's settings, and then the settings that the user can't change.
    fn configured(&self, builder: ClientBuilder) -> ClientBuilder {
        let builder = match &self.configure {
            Some(configure) => configure(builder),
            None => builder,
        };
        builder.redirect(Policy::none()).retry(retry::never()).referer(false)
    }
}

impl HttpTransport {
    /// Disables redirects, with which reqwest would pass the key to other hosts, repeated requests,
    /// and the `Referer` header. The user can't change this.
    pub(crate) fn new(base: &BaseUrl, settings: &Settings) -> Result<Self, Error> {
        let builder = Client::builder()
            .connect_timeout(settings.connect_timeout)
            .pool_idle_timeout(LONGEST_IDLE);
        if !base.is_https() {
            let builder = settings.configured(unencrypted(builder)).https_only(false);
            let http = builder.build().map_err(not_built)?;
            return Ok(Self { http, longest_body: settings.longest_body, proxy: None });
        }
        encrypted(builder, base, settings)
    }

    async fn exchange(&self, request: reqwest::Request) -> Result<Response, TransportError> {
        let mut response = self.http.execute(request).await.map_err(|error| self.failed(error))?;
        let headers = std::mem::take(response.headers_mut());
        let head = Response::new(response.status(), response.url().clone()).with_headers(headers);
        match read_body(response, self.longest_body).await {
            Ok(body) => Ok(head.with_body(body)),
            Err(incomplete) => Err(incomplete.into_error(head)),
        }
    }

    /// A timeout while connecting is both a connect error and a timeout. It is reported as a
    /// connect error, because nothing was sent.
    fn failed(&self, error: reqwest::Error) -> TransportError {
        let error = error.without_url();
        let timed_out = error.is_timeout();
        let failure = if error.is_connect() || error.is_builder() {
            TransportError::not_sent(NotConnected::new(error, self.proxy.as_ref()))
        } else {
            TransportError::maybe_sent(error)
        };
        if timed_out { failure.timed_out() } else { failure }
    }
}

impl Transport for HttpTransport {
    fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(self.exchange(request.http))
    }
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpTransport")
            .field("longest_body", &self.longest_body)
            .finish_non_exhaustive()
    }
}

/// Checks the environment variables for proxies and certificates before anything is sent.
#[cfg(feature = "tls")]
fn encrypted(
    builder: ClientBuilder,
    base: &BaseUrl,
    settings: &Settings,
) -> Result<HttpTransport, Error> {
    // A user who configures the client can set another proxy, or none.
    let proxy = match settings.configure {
        Some(_) => None,
        None => proxy::of(base)?,
    };
    let roots = settings.roots.with_environment()?;
    let builder = if roots.is_empty() { builder } else { builder.tls_certs_merge(roots) };
    let http = settings.configured(builder).https_only(true).build();
    let http = http.map_err(|error| match root_certificates::is_set() {
        _ if settings.configure.is_some() => not_built(error),
        true => Error::config_because(
            "no certificate can be trusted; check SSL_CERT_FILE and SSL_CERT_DIR",
            error.without_url(),
        ),
        false => Error::config_because(
            "no certificate can be trusted; install the CA certificates of the system, or set \
             SSL_CERT_FILE",
            error.without_url(),
        ),
    })?;
    Ok(HttpTransport { http, longest_body: settings.longest_body, proxy })
}

#[cfg(not(feature = "tls"))]
fn encrypted(_: ClientBuilder, _: &BaseUrl, _: &Settings) -> Result<HttpTransport, Error> {
    Err(Error::config(
        "https needs TLS, but this crate was built without it: enable the feature `tls`",
    ))
}

fn not_built(error: reqwest::Error) -> Error {
    Error::config_because("no HTTP client", error.without_url())
}

/// Disables proxies for requests to this machine, regardless of the environment. Such requests need
/// no certificates either, and reading those takes time.
fn unencrypted(builder: ClientBuilder) -> ClientBuilder {
    #[cfg(feature = "tls")]
    let builder = builder.tls_certs_only([]);
    builder.no_proxy()
}

/// An incomplete body.
struct Incomplete {
    start: Bytes,
    why: Box<dyn StdError + Send + Sync>,
    timed_out: bool,
}

impl Incomplete {
    fn into_error(self, head: Response) -> TransportError {
        let failure = TransportError::response_incomplete(head.with_body(self.start), self.why);
        if self.timed_out { failure.timed_out() } else { failure }
    }
}

async fn read_body(mut response: reqwest::Response, longest: usize) -> Result<Bytes, Incomplete> {
    let mut body = Body::default();
    loop {
        match response.chunk().await {
            Ok(None) => return Ok(body.into_bytes()),
            Ok(Some(chunk)) if chunk.len() > longest - body.len() => {
                body.push(chunk.slice(..longest - body.len()));
                let why = Box::new(BodyTooLong::new(longest));
                return Err(Incomplete { start: body.into_bytes(), why, timed_out: false });
            }
            Ok(Some(chunk)) => body.push(chunk),
            Err(error) => {
                let timed_out = error.is_timeout();
                let why = Box::new(error.without_url());
                return Err(Incomplete { start: body.into_bytes(), why, timed_out });
            }
        }
    }
}

/// The chunks of a body so far.
#[derive(Default)]
struct Body {
    first: Bytes,
    /// Returns all chunks as one, if there are several.
    all: BytesMut,
}

impl Body {
    fn len(&self) -> usize {
        self.first.len().max(self.all.len())
    }

    fn push(&mut self, chunk: Bytes) {
        if self.first.is_empty() {
            self.first = chunk;
            return;
        }
        if self.all.is_empty() {
            self.all.extend_from_slice(&self.first);
        }
        self.all.extend_from_slice(&chunk);
    }

    /// Copies a chunk, because it would keep the whole buffer of its connection in memory for the
    /// lifetime of the response.
    fn into_bytes(self) -> Bytes {
        match self.all.is_empty() {
            true => Bytes::copy_from_slice(&self.first),
            false => self.all.freeze(),
        }
    }
}
