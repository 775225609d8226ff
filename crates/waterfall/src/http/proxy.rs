//! The proxy that the environment specifies for a base URL.
//!
//! The HTTP client reads the same variables with the same code, but ignores an unusable value and
//! connects directly. Here such a value is an error.

use std::env::{self, VarError};

use hyper_util::client::proxy::matcher::Matcher;

use super::base_url::BaseUrl;
use crate::error::{Error, Proxy};

/// The variables for https proxies. Of a pair, the first one that is set counts; if it is empty in
/// the first pair, the second pair counts.
const PROXIES: [[&str; 2]; 2] = [["HTTPS_PROXY", "https_proxy"], ["ALL_PROXY", "all_proxy"]];
const EXCEPTIONS: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// In a CGI program, these variables can come from a request, so the client ignores them.
const CGI: &str = "REQUEST_METHOD";

/// Returns the proxy for this https URL, if the environment specifies one.
pub(super) fn of(base: &BaseUrl) -> Result<Option<Proxy>, Error> {
    let environment = |name: &str| env::var(name);
    if env::var_os(CGI).is_some() {
        return Ok(None);
    }
    find(base.as_str(), &environment)
}

type Environment<'a> = &'a dyn Fn(&str) -> Result<String, VarError>;

fn find(url: &str, environment: Environment<'_>) -> Result<Option<Proxy>, Error> {
    let Ok(url) = url.parse() else { return Ok(None) };
    let exceptions = first_set(EXCEPTIONS, environment)?;
    for names in PROXIES {
        let Some((variable, value)) = first_set(names, environment)? else { continue };
        let exceptions = exceptions.as_ref().map_or("", |(_, hosts)| hosts);
        // Any proxy URL serves to find out whether the host is excepted.
        let probe = Matcher::builder().all("http://proxy.invalid").no(exceptions).build();
        if probe.intercept(&url).is_none() {
            return Ok(None);
        }
        let Some(intercept) = Matcher::builder().all(&value).build().intercept(&url) else {
            return Err(unusable(variable, &value));
        };
        if !matches!(intercept.uri().scheme_str(), Some("http" | "https")) {
            return Err(unusable(variable, &value));
        }
        let host = intercept.uri().authority().map_or_else(String::new, ToString::to_string);
        return Ok(Some(Proxy { variable, host }));
    }
    Ok(None)
}

/// Returns the first variable of a pair that is set, unless it is empty.
fn first_set(
    names: [&'static str; 2],
    environment: Environment<'_>,
) -> Result<Option<(&'static str, String)>, Error> {
    for name in names {
        match environment(name) {
            Ok(value) if value.is_empty() => return Ok(None),
            Ok(value) => return Ok(Some((name, value))),
            Err(VarError::NotPresent) => {}
            Err(VarError::NotUnicode(_)) => {
                return Err(Error::environment(name, "is not UTF-8"));
            }
        }
    }
    Ok(None)
}

/// The value may contain a password: only its scheme is shown.
fn unusable(variable: &'static str, value: &str) -> Error {
    let is_scheme = |text: &&str| {
        (1..=10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let scheme = value.trim().split_once("://").map(|(scheme, _)| scheme).filter(is_scheme);
    let what = match scheme {
        Some(scheme) if !["http", "https"].contains(&scheme.to_ascii_lowercase().as_str()) => {
            format!("names a {scheme} proxy, which is not supported")
        }
        _ => "is not the URL of a proxy".to_owned(),
    };
    let what = format!(
        "{what}: give http://HOST:PORT or https://HOST:PORT, or except the host of the API with \
         NO_PROXY"
    );
    Error::environment(variable, &what)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn found(variables: &[(&str, &str)]) -> Result<Option<Proxy>, Error> {
        let variables: BTreeMap<&str, &str> = variables.iter().copied().collect();
        let environment = |name: &str| {
            variables.get(name).map(|value| (*value).to_owned()).ok_or(VarError::NotPresent)
        };
        find("https://api.example.com/v1", &environment)
    }

    #[test]
    fn the_first_variable_counts() {
        type Row<'a> = (&'a [(&'a str, &'a str)], Option<(&'a str, &'a str)>);
        let rows: &[Row<'_>] = &[
            (&[], None),
            (&[("HTTPS_PROXY", "http://a:1")], Some(("HTTPS_PROXY", "a:1"))),
            (&[("https_proxy", "http://a:1")], Some(("https_proxy", "a:1"))),
            (&[("ALL_PROXY", "https://a:1/x")], Some(("ALL_PROXY", "a:1"))),
            (&[("all_proxy", "a:1")], Some(("all_proxy", "a:1"))),
            (
                &[("HTTPS_PROXY", "http://a:1"), ("https_proxy", "http://b:1")],
                Some(("HTTPS_PROXY", "a:1")),
            ),
            (
                &[("https_proxy", "http://a:1"), ("ALL_PROXY", "http://b:1")],
                Some(("https_proxy", "a:1")),
            ),
            (&[("HTTPS_PROXY", ""), ("ALL_PROXY", "http://b:1")], Some(("ALL_PROXY", "b:1"))),
            (&[("HTTPS_PROXY", ""), ("https_proxy", "http://b:1")], None),
            (&[("HTTP_PROXY", "http://a:1")], None),
            (&[("HTTPS_PROXY", "http://u:sesame@a:1")], Some(("HTTPS_PROXY", "a:1"))),
            (&[("HTTPS_PROXY", "http://a:1"), ("NO_PROXY", "example.com")], None),
            (&[("ALL_PROXY", "socks5://a:1"), ("no_proxy", "x.y, .example.com")], None),
            (&[("HTTPS_PROXY", "http://a:1"), ("NO_PROXY", "*")], None),
            (
                &[("HTTPS_PROXY", "http://a:1"), ("NO_PROXY", "example.org")],
                Some(("HTTPS_PROXY", "a:1")),
            ),
        ];
        for (variables, expected) in rows {
            let proxy = found(variables).unwrap();
            let seen = proxy.as_ref().map(|proxy| (proxy.variable, proxy.host.as_str()));
            assert_eq!(seen, *expected, "{variables:?}");
            assert!(!format!("{proxy:?}").contains("sesame"), "{proxy:?}");
        }
    }

    #[test]
    fn a_value_that_the_client_would_ignore_is_an_error_without_the_value() {
        let rows = [
            ("socks5://u:sesame@a:1", "names a socks5 proxy"),
            ("socks5h://a:1", "names a socks5h proxy"),
            ("ftp://sesame@a", "names a ftp proxy"),
            ("http://u:se same@a:1", "is not the URL of a proxy"),
            ("sesame/x:y://", "is not the URL of a proxy"),
            (" ", "is not the URL of a proxy"),
            ("http://", "is not the URL of a proxy"),
        ];
        for (value, expected) in rows {
            for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
                let error = found(&[(name, value)]).unwrap_err();
                let text = format!("{error} {error:?}");
                assert!(text.contains(&format!("{name} {expected}")), "{text}");
                assert!(!text.contains("sesame"), "{text}");
            }
        }
    }
}
