//! Forwards deliveries to a URL.

use std::error::Error as _;
use std::path::Path;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderValue, USER_AGENT};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Url, retry};
use waterfall::webhook::{SIGNATURE_HEADER, VerifiedDelivery};

use crate::client_options;
use crate::failure::Failure;

const HINT: &str = "--forward takes a URL with https, or with http to this machine, because \
                    deliveries contain personal data. A query is allowed, a user name or a \
                    password is not.";

/// The destination and its client.
#[derive(Debug)]
pub(super) struct Forward {
    http: Client,
    url: Url,
    timeout: Duration,
}

impl Forward {
    /// Parses the destination. The error does not repeat the URL, which may contain a secret.
    pub(super) fn to(url: &str, timeout: Duration, cacert: Option<&Path>) -> Result<Self, Failure> {
        let wrong = |why: &str| Failure::Config { what: format!("--forward: {why}"), hint: HINT };
        let url = Url::parse(url.trim()).map_err(|error| wrong(&error.to_string()))?;
        let is_local = is_loopback(&url);
        match url.scheme() {
            _ if !url.username().is_empty() || url.password().is_some() => {
                return Err(wrong("it contains a user name or a password"));
            }
            "https" => {}
            "http" if is_local => {}
            "http" => return Err(wrong("plain http is allowed to this machine only")),
            _ => return Err(wrong("the scheme is neither http nor https")),
        }
        let builder = Client::builder()
            .redirect(Policy::none())
            .retry(retry::never())
            .referer(false)
            .timeout(timeout)
            // Sending on a connection that was closed in the meantime would fail the delivery.
            .pool_max_idle_per_host(0);
        let builder = if is_local { builder.no_proxy() } else { builder };
        let roots = cacert.map(client_options::root_certificates).transpose()?.unwrap_or_default();
        let roots: Result<Vec<_>, _> = roots.iter_der().map(Certificate::from_der).collect();
        let roots = roots.map_err(|error| wrong(&error.to_string()))?;
        let builder = if roots.is_empty() { builder } else { builder.tls_certs_merge(roots) };
        let http = builder.build().map_err(|error| wrong(&error.without_url().to_string()))?;
        Ok(Self { http, url, timeout })
    }

    /// Sends the exact bytes, and the headers that are needed to verify them. Returns a description
    /// of the outcome.
    pub(super) async fn send(&self, verified: &VerifiedDelivery) -> Result<String, String> {
        let (headers, json) = (verified.headers(), HeaderValue::from_static("application/json"));
        let kind = headers.get(CONTENT_TYPE).cloned().unwrap_or(json);
        let mut request = self
            .http
            .post(self.url.clone())
            .header(USER_AGENT, client_options::USER_AGENT)
            .header(CONTENT_TYPE, kind);
        if let Some(signature) = headers.get(SIGNATURE_HEADER) {
            request = request.header(SIGNATURE_HEADER, signature);
        }
        let host = self.host();
        let response = request.body(verified.body().clone()).send().await;
        match response.map(|response| response.status()) {
            Ok(status) if status.is_success() => Ok(format!("forwarded to {host}: {status}")),
            Ok(status) => Err(format!("not forwarded: {host} responded {status}")),
            Err(error) if error.is_timeout() => {
                Err(format!("not forwarded: no response from {host} in {:?}", self.timeout))
            }
            Err(error) => Err(format!("not forwarded: {host}: {}", root(&error))),
        }
    }

    /// Returns the host and the port. The rest of the URL may contain a secret.
    fn host(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        self.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Returns the root cause, which is the most specific one and does not contain the URL.
fn root(error: &reqwest::Error) -> String {
    let Some(mut cause) = error.source() else { return "the request failed".to_owned() };
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
