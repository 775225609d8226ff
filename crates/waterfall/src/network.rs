//! The transport that people use: reqwest, told to send exactly once.

#[cfg(not(feature = "tls"))]
mod no_proxy;
mod obstacle;
#[cfg(feature = "tls")]
mod proxy;
#[cfg(feature = "tls")]
mod trust;

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, retry};
use waterfall_api::{BoxFuture, Request, Response, Transport, TransportError};

use crate::Error;
use crate::base_url::BaseUrl;

pub use self::obstacle::ConnectFailure;
pub(crate) use self::obstacle::NotConnected;
#[cfg(feature = "tls")]
use self::proxy::Proxy;
#[cfg(feature = "tls")]
pub use self::trust::RootCertificates;

#[cfg(not(feature = "tls"))]
use self::no_proxy::Proxy;

/// A connection that a server has closed after a pause is where a launch gets
/// into doubt, so none is used again after a longer pause than polling makes.
const LONGEST_IDLE: Duration = Duration::from_secs(15);

/// The default time limit for establishing a connection: 10 seconds.
pub const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

pub(crate) const USER_AGENT: &str = concat!("waterfall-rust/", env!("CARGO_PKG_VERSION"));

/// What a caller sets up beside what this crate does.
pub(crate) type Configure = Arc<dyn Fn(ClientBuilder) -> ClientBuilder + Send + Sync>;

/// Sends requests over the network.
#[derive(Clone)]
pub(crate) struct Network {
    http: Client,
    longest_body: usize,
    proxy: Option<Proxy>,
}

/// What connections are made with.
pub(crate) struct Settings {
    pub(crate) connect_timeout: Duration,
    pub(crate) longest_body: usize,
    pub(crate) configure: Option<Configure>,
    /// Trusted beside those of the system.
    #[cfg(feature = "tls")]
    pub(crate) roots: RootCertificates,
}

impl Settings {
    /// With what the caller sets up, and what it can't change.
    fn configured(&self, builder: ClientBuilder) -> ClientBuilder {
        let builder = match &self.configure {
            Some(configure) => configure(builder),
            None => builder,
        };
        builder.redirect(Policy::none()).retry(retry::never()).referer(false)
    }
}

impl Network {
    /// Redirects are not followed: reqwest would hand the key to other hosts.
    /// Nothing is repeated, and no `Referer` says where a request came from. The caller can
    /// change none of that.
    pub(crate) fn new(base: &BaseUrl, settings: &Settings) -> Result<Self, Error> {
        let builder = Client::builder()
            .connect_timeout(settings.connect_timeout)
            .pool_idle_timeout(LONGEST_IDLE);
        if !base.is_https() {
            let builder = settings.configured(in_the_clear(builder)).https_only(false);
            let http = builder.build().map_err(not_built)?;
            return Ok(Self { http, longest_body: settings.longest_body, proxy: None });
        }
        encrypted(builder, base, settings)
    }

    async fn exchange(&self, request: reqwest::Request) -> Result<Response, TransportError> {
        let mut response =
            self.http.execute(request).await.map_err(|error| self.not_answered(error))?;
        let headers = std::mem::take(response.headers_mut());
        let answer = Response::new(response.status(), response.url().clone()).with_headers(headers);
        match read_body(response, self.longest_body).await {
            Ok(body) => Ok(answer.with_body(body)),
            Err(cut) => Err(cut.of(answer)),
        }
    }

    /// A time-out while connecting is both a connect error and a time-out; that
    /// nothing was sent is the part that matters.
    fn not_answered(&self, error: reqwest::Error) -> TransportError {
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

impl Transport for Network {
    fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(self.exchange(request.http))
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network").field("longest_body", &self.longest_body).finish_non_exhaustive()
    }
}

/// Checks what the environment says of proxies and certificates before anything is sent.
#[cfg(feature = "tls")]
fn encrypted(
    builder: ClientBuilder,
    base: &BaseUrl,
    settings: &Settings,
) -> Result<Network, Error> {
    // A caller that sets up the client can give it another proxy, or none.
    let proxy = match settings.configure {
        Some(_) => None,
        None => Proxy::of(base)?,
    };
    let roots = settings.roots.with_environment()?;
    let builder = if roots.is_empty() { builder } else { builder.tls_certs_merge(roots) };
    let http = settings.configured(builder).https_only(true).build();
    let http = http.map_err(|error| match trust::is_set() {
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
    Ok(Network { http, longest_body: settings.longest_body, proxy })
}

#[cfg(not(feature = "tls"))]
fn encrypted(_: ClientBuilder, _: &BaseUrl, _: &Settings) -> Result<Network, Error> {
    Err(Error::config(
        "https needs TLS, and this crate was built without it: turn on the feature `tls`",
    ))
}

fn not_built(error: reqwest::Error) -> Error {
    Error::config_because("no HTTP client", error.without_url())
}

/// What is said to this machine does not leave it, whatever the environment says of
/// proxies. It needs no certificates either, and reading them takes a while.
fn in_the_clear(builder: ClientBuilder) -> ClientBuilder {
    #[cfg(feature = "tls")]
    let builder = builder.tls_certs_only([]);
    builder.no_proxy()
}

/// A body that did not come to its end.
struct Cut {
    start: Bytes,
    why: Box<dyn StdError + Send + Sync>,
    timed_out: bool,
}

impl Cut {
    fn of(self, answer: Response) -> TransportError {
        let failure = TransportError::response_incomplete(answer.with_body(self.start), self.why);
        if self.timed_out { failure.timed_out() } else { failure }
    }
}

async fn read_body(mut response: reqwest::Response, longest: usize) -> Result<Bytes, Cut> {
    let mut body = BytesMut::new();
    loop {
        match response.chunk().await {
            Ok(None) => return Ok(body.freeze()),
            Ok(Some(chunk)) if chunk.len() > longest - body.len() => {
                body.extend_from_slice(&chunk[..longest - body.len()]);
                let why = Box::new(BodyTooLong { longest });
                return Err(Cut { start: body.freeze(), why, timed_out: false });
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Err(error) => {
                let timed_out = error.is_timeout();
                let why = Box::new(error.without_url());
                return Err(Cut { start: body.freeze(), why, timed_out });
            }
        }
    }
}

/// Reading again would bring the same.
#[derive(Debug)]
pub(crate) struct BodyTooLong {
    longest: usize,
}

impl BodyTooLong {
    pub(crate) fn is_cause_of(error: &TransportError) -> bool {
        error.source().is_some_and(|source| source.is::<Self>())
    }
}

impl fmt::Display for BodyTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "its body is longer than the limit of {} bytes", self.longest)
    }
}

impl StdError for BodyTooLong {}
