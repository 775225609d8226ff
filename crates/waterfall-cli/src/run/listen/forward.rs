//! Passing deliveries on to a URL.

use std::error::Error as _;
use std::path::Path;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderValue, USER_AGENT};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Url, retry};
use waterfall::webhook::{SIGNATURE_HEADER, VerifiedDelivery};

use crate::access;
use crate::failure::Failure;

const HINT: &str = "--forward takes a URL with https, or with http to this machine: deliveries \
                    hold personal data. A query is allowed, a user name or a password is not.";

/// Where to, and how.
#[derive(Debug)]
pub(super) struct Forward {
    http: Client,
    url: Url,
    timeout: Duration,
}

impl Forward {
    /// What is refused is not repeated in the error: it may hold a secret.
    pub(super) fn to(url: &str, timeout: Duration, cacert: Option<&Path>) -> Result<Self, Failure> {
        let wrong = |why: &str| Failure::Config { what: format!("--forward: {why}"), hint: HINT };
        let url = Url::parse(url.trim()).map_err(|error| wrong(&error.to_string()))?;
        let here = is_here(&url);
        match url.scheme() {
            _ if !url.username().is_empty() || url.password().is_some() => {
                return Err(wrong("there is a user name or a password in it"));
            }
            "https" => {}
            "http" if here => {}
            "http" => return Err(wrong("plain http, and not to this machine")),
            _ => return Err(wrong("neither http nor https")),
        }
        let builder = Client::builder()
            .redirect(Policy::none())
            .retry(retry::never())
            .referer(false)
            .timeout(timeout)
            // A connection that was closed meanwhile would fail a delivery.
            .pool_max_idle_per_host(0);
        let builder = if here { builder.no_proxy() } else { builder };
        let roots = cacert.map(access::roots).transpose()?.unwrap_or_default();
        let roots: Result<Vec<_>, _> = roots.iter_der().map(Certificate::from_der).collect();
        let roots = roots.map_err(|error| wrong(&error.to_string()))?;
        let builder = if roots.is_empty() { builder } else { builder.tls_certs_merge(roots) };
        let http = builder.build().map_err(|error| wrong(&error.without_url().to_string()))?;
        Ok(Self { http, url, timeout })
    }

    /// Sends the exact bytes, and what is needed to verify them again. The result
    /// says where they went.
    pub(super) async fn send(&self, verified: &VerifiedDelivery) -> Result<String, String> {
        let (headers, json) = (verified.headers(), HeaderValue::from_static("application/json"));
        let kind = headers.get(CONTENT_TYPE).cloned().unwrap_or(json);
        let mut request = self
            .http
            .post(self.url.clone())
            .header(USER_AGENT, access::USER_AGENT)
            .header(CONTENT_TYPE, kind);
        if let Some(signature) = headers.get(SIGNATURE_HEADER) {
            request = request.header(SIGNATURE_HEADER, signature);
        }
        let place = self.place();
        let answer = request.body(verified.body().clone()).send().await;
        match answer.map(|answer| answer.status()) {
            Ok(status) if status.is_success() => Ok(format!("forwarded to {place}: {status}")),
            Ok(status) => Err(format!("not forwarded: {place} answered {status}")),
            Err(error) if error.is_timeout() => {
                Err(format!("not forwarded: no answer from {place} in {:?}", self.timeout))
            }
            Err(error) => Err(format!("not forwarded: {place}: {}", root(&error))),
        }
    }

    /// Host and port; the rest may hold a secret.
    fn place(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        self.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }
}

fn is_here(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// The deepest cause, which says most, and does not hold the URL.
fn root(error: &reqwest::Error) -> String {
    let Some(mut cause) = error.source() else { return "the request failed".to_owned() };
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
