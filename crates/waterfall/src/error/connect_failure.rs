//! [`ConnectFailure`] and [`NotConnected`]: why no connection was made.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use waterfall_api::TransportError;

/// Why no connection was made, if retrying does not help until the configuration changes.
///
/// From [`Error::connect_failure`](crate::Error::connect_failure).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConnectFailure {
    /// The server's certificate is signed by an authority that is not trusted. Behind a proxy that
    /// inspects TLS, trust the proxy's authority with `SSL_CERT_FILE` or
    /// `ClientBuilder::add_root_certificates`.
    UntrustedCertificate,
    /// The server's certificate has expired, or is not yet valid. The clock of this machine may be
    /// wrong.
    CertificateTime,
    /// The server's certificate is for other hosts.
    CertificateHost,
    /// The server's certificate is rejected for another reason.
    InvalidCertificate,
    /// The proxy requires a user name and a password, or rejects those it received (407).
    ProxyAuthentication,
}

impl ConnectFailure {
    /// Returns a stable word for logs and JSON, for example `untrusted_certificate`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UntrustedCertificate => "untrusted_certificate",
            Self::CertificateTime => "certificate_time",
            Self::CertificateHost => "certificate_host",
            Self::InvalidCertificate => "invalid_certificate",
            Self::ProxyAuthentication => "proxy_authentication",
        }
    }

    /// Returns advice for resolving the failure.
    pub(crate) const fn advice(self) -> &'static str {
        match self {
            Self::UntrustedCertificate => {
                "nothing was sent. If your network inspects TLS, set SSL_CERT_FILE to a PEM file \
                 with its CA certificate"
            }
            Self::CertificateTime => {
                "nothing was sent. Check the clock of this machine, and any proxy or gateway in \
                 front of the API"
            }
            Self::CertificateHost | Self::InvalidCertificate => {
                "nothing was sent. Check the base URL, and any proxy or gateway in front of the API"
            }
            Self::ProxyAuthentication => {
                "nothing was sent. Give them in the variable as http://USER:PASSWORD@HOST:PORT, \
                 with special characters percent-encoded; only Basic authentication is supported"
            }
        }
    }
}

impl fmt::Display for ConnectFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The proxy through which requests are sent, without its user name and password.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(not(feature = "tls"), allow(dead_code, reason = "only https uses proxies"))]
pub(crate) struct Proxy {
    /// The environment variable that specifies it.
    pub(crate) variable: &'static str,
    pub(crate) host: String,
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the proxy {} ({})", self.host, self.variable)
    }
}

/// A connection that was not made. `Display` states the reason in one line.
#[derive(Debug)]
pub(crate) struct NotConnected {
    failure: Option<ConnectFailure>,
    variable: Option<&'static str>,
    text: String,
    source: reqwest::Error,
}

impl NotConnected {
    pub(crate) fn new(source: reqwest::Error, proxy: Option<&Proxy>) -> Self {
        let causes: Vec<_> = causes(&source).collect();
        let (failure, text) = explain(&causes, proxy);
        let variable = proxy.filter(|_| tunnel(&causes).is_some()).map(|proxy| proxy.variable);
        Self { failure, variable, text, source }
    }

    /// Returns the failure to connect in a transport error, if it is one.
    pub(crate) fn cause_of(error: &TransportError) -> Option<&Self> {
        error.source()?.downcast_ref()
    }

    /// Returns the reason, and how to resolve the failure if that is known.
    #[cfg(feature = "webhook")]
    pub(crate) fn with_advice(&self) -> String {
        match self.failure {
            Some(failure) => format!("{}; {}", self.text, failure.advice()),
            None => self.text.clone(),
        }
    }

    /// Returns the variable with the proxy, if the proxy is the cause.
    pub(crate) fn variable(&self) -> Option<&'static str> {
        self.variable
    }

    pub(crate) fn failure(&self) -> Option<ConnectFailure> {
        self.failure
    }
}

impl fmt::Display for NotConnected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl StdError for NotConnected {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.source)
    }
}

type Cause<'a> = &'a (dyn StdError + 'static);

fn explain(causes: &[Cause<'_>], proxy: Option<&Proxy>) -> (Option<ConnectFailure>, String) {
    let root = causes.last().map(ToString::to_string).unwrap_or_default();
    let (failure, problem) = match certificate(causes) {
        Some((failure, problem)) => (Some(failure), problem),
        None => (None, root),
    };
    let through = proxy.map_or_else(|| "the proxy".to_owned(), ToString::to_string);
    match (tunnel(causes), proxy) {
        (Some(Tunnel::Unauthorized), _) => (
            Some(ConnectFailure::ProxyAuthentication),
            format!("{through} requires a user name and a password, or rejects those given (407)"),
        ),
        (Some(Tunnel::Refused), _) => (failure, format!("{through} refuses to connect to it")),
        (Some(Tunnel::Failed), _) => (failure, format!("{through}: {problem}")),
        (None, Some(_)) => (failure, format!("{problem}, through {through}")),
        (None, None) => (failure, problem),
    }
}

/// Returns an error and its causes. The source of an [`io::Error`] is not its inner error.
fn causes(error: Cause<'_>) -> impl Iterator<Item = Cause<'_>> {
    std::iter::successors(Some(error), |error| cause(*error))
}

fn cause(error: Cause<'_>) -> Option<Cause<'_>> {
    match error.downcast_ref::<io::Error>() {
        Some(error) => error.get_ref().map(|inner| inner as Cause<'_>),
        None => error.source(),
    }
}

/// The outcome of a request to a proxy for a tunnel.
enum Tunnel {
    Unauthorized,
    Refused,
    /// The proxy was not reached, or did not respond like a proxy.
    Failed,
}

/// The type of these errors is not public, so their text is examined.
fn tunnel(causes: &[Cause<'_>]) -> Option<Tunnel> {
    let text = |cause: &Cause<'_>| cause.to_string();
    let texts = causes.iter().map(text);
    let mut what = texts.filter_map(|text| text.strip_prefix("tunnel error: ").map(str::to_owned));
    Some(match what.next_back()?.as_str() {
        "proxy authorization required" => Tunnel::Unauthorized,
        "unsuccessful" => Tunnel::Refused,
        _ => Tunnel::Failed,
    })
}

#[cfg(not(feature = "tls"))]
fn certificate(_: &[Cause<'_>]) -> Option<(ConnectFailure, String)> {
    None
}

#[cfg(feature = "tls")]
fn certificate(causes: &[Cause<'_>]) -> Option<(ConnectFailure, String)> {
    use rustls::{CertificateError, Error};

    let error = causes.iter().find_map(|cause| cause.downcast_ref::<Error>())?;
    let Error::InvalidCertificate(why) = error else { return None };
    let date = |time: &rustls::pki_types::UnixTime| {
        let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        jiff::Timestamp::from_second(seconds).map_or_else(|_| "?".to_owned(), |it| it.to_string())
    };
    Some(match why {
        // The second one names a trusted authority but is signed with a different key.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => (
            ConnectFailure::UntrustedCertificate,
            "its certificate is signed by an authority that is not trusted".to_owned(),
        ),
        CertificateError::ExpiredContext { not_after, .. } => (
            ConnectFailure::CertificateTime,
            format!("its certificate expired at {}", date(not_after)),
        ),
        CertificateError::NotValidYetContext { not_before, .. } => (
            ConnectFailure::CertificateTime,
            format!("its certificate is not valid before {}", date(not_before)),
        ),
        CertificateError::Expired | CertificateError::NotValidYet => (
            ConnectFailure::CertificateTime,
            "its certificate has expired, or is not valid yet".to_owned(),
        ),
        CertificateError::NotValidForNameContext { presented, .. } => (
            ConnectFailure::CertificateHost,
            format!("its certificate is for {}", hosts(presented)),
        ),
        CertificateError::NotValidForName => {
            (ConnectFailure::CertificateHost, "its certificate is for other hosts".to_owned())
        }
        _ => (ConnectFailure::InvalidCertificate, format!("its certificate is invalid: {error}")),
    })
}

/// Returns a few of the names in a certificate, such as `DnsName("a.example")`.
#[cfg(feature = "tls")]
fn hosts(presented: &[String]) -> String {
    const SHOWN: usize = 3;

    let name = |text: &String| {
        let name = text.split_once('(').map_or(text.as_str(), |(_, name)| name);
        name.trim_matches(['(', ')', '"']).to_owned()
    };
    let names: Vec<String> = presented.iter().take(SHOWN).map(name).collect();
    match presented.len() {
        0 => "no host at all".to_owned(),
        1..=SHOWN => names.join(", "),
        _ => format!("{}, and others", names.join(", ")),
    }
}
