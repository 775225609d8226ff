//! Checks base URLs: the API key is sent to them.

use std::net::IpAddr;
use std::sync::Arc;

use reqwest::Url;

use crate::error::Error;

/// The default base URL of the API.
pub const DEFAULT_BASE_URL: &str = "https://api.waterfall.io";

/// A base URL to which the key may be sent.
#[derive(Debug, Clone)]
pub(crate) struct BaseUrl {
    url: Url,
    host: Arc<str>,
}

impl BaseUrl {
    /// Checks a base URL. The error doesn't repeat it: it may contain a password.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        Self::parse_as("the base URL", text)
    }

    /// Like [`parse`](Self::parse), with the name of the URL in errors.
    pub(crate) fn parse_as(name: &str, text: &str) -> Result<Self, Error> {
        let url = Url::parse(text.trim())
            .map_err(|error| Error::config(format!("{name} is not an absolute URL ({error})")))?;
        match check(&url) {
            Ok(host) => Ok(Self { host: host.into(), url }),
            Err(why) => Err(Error::config(format!("{name} {why}"))),
        }
    }

    /// Returns the URL without a trailing slash, so that paths can be appended.
    pub(crate) fn as_str(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    pub(crate) fn host(&self) -> &Arc<str> {
        &self.host
    }

    pub(crate) fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Returns whether a URL has the same scheme, host and port.
    pub(crate) fn is_origin_of(&self, url: &Url) -> bool {
        let ours = &self.url;
        ours.scheme() == url.scheme()
            && ours.host() == url.host()
            && ours.port_or_known_default() == url.port_or_known_default()
    }
}

/// Returns the host of an allowed URL.
fn check(url: &Url) -> Result<&str, &'static str> {
    match url.host_str() {
        Some(_) if !matches!(url.scheme(), "http" | "https") => {
            Err("has a scheme other than https")
        }
        _ if !url.username().is_empty() || url.password().is_some() => {
            Err("contains a user name or a password")
        }
        _ if url.query().is_some() => Err("has a query"),
        _ if url.fragment().is_some() => Err("has a fragment"),
        Some(host) if url.scheme() == "http" && !is_loopback(host) => {
            Err("is plain http to another machine, which would expose the key; use https")
        }
        Some(host) => Ok(host),
        None => Err("has no host"),
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allowed() {
        let rows = [
            ("https://api.waterfall.io", "https://api.waterfall.io", "api.waterfall.io"),
            ("https://API.waterfall.io/", "https://api.waterfall.io", "api.waterfall.io"),
            (" https://a.b:8443/x/y/ ", "https://a.b:8443/x/y", "a.b"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080", "127.0.0.1"),
            ("http://127.9.9.9", "http://127.9.9.9", "127.9.9.9"),
            ("http://[::1]:1/", "http://[::1]:1", "[::1]"),
            ("http://localhost:1", "http://localhost:1", "localhost"),
        ];
        for (text, expected, host) in rows {
            let base = BaseUrl::parse(text).unwrap();
            assert_eq!((base.as_str(), &**base.host()), (expected, host), "{text}");
        }
    }

    #[test]
    fn refused() {
        let rows = [
            ("", "not an absolute URL"),
            ("api.waterfall.io", "not an absolute URL"),
            ("/v1", "not an absolute URL"),
            ("ftp://a.b", "scheme other than https"),
            ("data:text/plain,a", "no host"),
            ("https://", "not an absolute URL"),
            ("http://api.waterfall.io", "plain http"),
            ("http://localhost.evil.example", "plain http"),
            ("http://0.0.0.0", "plain http"),
            ("http://10.0.0.1", "plain http"),
            ("http://128.0.0.1", "plain http"),
            ("https://sesame@a.b", "user name"),
            ("https://:sesame@a.b", "password"),
            ("https://a.b/?key=sesame", "query"),
            ("https://a.b/#sesame", "fragment"),
        ];
        for (text, expected) in rows {
            let error = BaseUrl::parse(text).unwrap_err();
            assert_eq!(error.kind(), crate::error::ErrorKind::Config, "{text}");
            assert!(error.to_string().contains(expected), "{text}: {error}");
            assert!(!format!("{error} {error:?}").contains("sesame"), "{text}: {error:?}");
        }
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let base = BaseUrl::parse("https://a.b/x").unwrap();
        let rows = [
            ("https://a.b/y?z", true),
            ("https://a.b:443/", true),
            ("https://a.b:444/", false),
            ("http://a.b/", false),
            ("https://c.a.b/", false),
        ];
        for (url, expected) in rows {
            assert_eq!(base.is_origin_of(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }
}
