//! One fetch of the key set.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, CACHE_CONTROL, HeaderMap, HeaderValue, USER_AGENT};
use reqwest::{Method, StatusCode, Url};
use waterfall_api::{Request, Response, Transport, TransportError, operations};

use super::cache::DEFAULT_LIFE;
use super::keys::KeySet;
use crate::builder;
use crate::network::NotConnected;

/// Where the key set is, and how to get there.
#[derive(Debug)]
pub(super) struct Endpoint {
    pub(super) url: Url,
    pub(super) host: Arc<str>,
    pub(super) transport: Arc<dyn Transport>,
    pub(super) timeout: Duration,
}

impl Endpoint {
    /// The set, and how long it stays fresh. No API key is sent, and whatever is
    /// not a 200 is a failure.
    pub(super) async fn fetch(&self) -> Result<(KeySet, Duration), KeysUnavailable> {
        let exchange = self.transport.execute(self.request());
        let answer = match tokio::time::timeout(self.timeout, exchange).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return Err(self.broken(error)),
            Err(_) => return Err(self.failed(format!("no answer in {:?}", self.timeout))),
        };
        if answer.status() != StatusCode::OK {
            return Err(self.failed(format!("the answer was {}", answer.status())));
        }
        self.read(&answer)
    }

    fn read(&self, answer: &Response) -> Result<(KeySet, Duration), KeysUnavailable> {
        let keys =
            KeySet::from_json(answer.body()).map_err(|error| self.failed(error.to_string()))?;
        Ok((keys, max_age(answer.headers()).unwrap_or(DEFAULT_LIFE)))
    }

    fn request(&self) -> Request {
        let mut http = reqwest::Request::new(Method::GET, self.url.clone());
        *http.timeout_mut() = Some(self.timeout);
        http.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
        http.headers_mut().insert(USER_AGENT, HeaderValue::from_static(builder::USER_AGENT));
        Request::new(&operations::GET_WEBHOOK_KEYS, http)
    }

    fn broken(&self, error: TransportError) -> KeysUnavailable {
        let problem = match NotConnected::cause_of(&error) {
            Some(why) => why.with_advice(),
            None => error.to_string(),
        };
        let mut failure = self.failed(problem);
        failure.source = Some(Arc::new(error));
        failure
    }

    /// The task of a fetch was ended, as when its runtime ends.
    pub(super) fn abandoned(&self) -> KeysUnavailable {
        self.failed("the runtime ended while they were fetched".to_owned())
    }

    fn failed(&self, problem: String) -> KeysUnavailable {
        KeysUnavailable { host: self.host.clone(), problem, source: None }
    }
}

/// The `max-age` of a `Cache-Control`; the smallest, if there are several.
fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let values = headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).filter_map(seconds).min()
}

fn seconds(directive: &str) -> Option<Duration> {
    let (name, value) = directive.split_once('=')?;
    let digits = value.trim().trim_matches('"');
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    (name.trim().eq_ignore_ascii_case("max-age") && is_number)
        .then(|| Duration::from_secs(digits.parse().unwrap_or(u64::MAX)))
}

/// The keys that deliveries are verified with can't be had now.
///
/// `Display` says where they were looked for, and what came of it.
#[derive(Debug, Clone)]
pub struct KeysUnavailable {
    host: Arc<str>,
    problem: String,
    source: Option<Arc<TransportError>>,
}

impl fmt::Display for KeysUnavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, problem, .. } = self;
        write!(f, "webhook delivery not verified: no keys from {host}: {problem}")?;
        let mut cause = self.source();
        while let Some(deeper) = cause.and_then(StdError::source) {
            cause = Some(deeper);
        }
        let explained = self.source.as_deref().and_then(NotConnected::cause_of).is_some();
        if let Some(cause) = cause.filter(|_| !explained) {
            write!(f, " ({cause})")?;
        }
        f.write_str("; answer 503, so that the sender may try again")
    }
}

impl StdError for KeysUnavailable {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref()?.source()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl KeysUnavailable {
        pub(in crate::webhook) fn for_test() -> Self {
            Self { host: "a.b".into(), problem: "down".to_owned(), source: None }
        }
    }

    #[test]
    fn max_age_in_every_shape() {
        let rows: &[(&[&str], Option<u64>)] = &[
            (&["max-age=300"], Some(300)),
            (&["public, Max-Age = 300 , must-revalidate"], Some(300)),
            (&["max-age=\"300\""], Some(300)),
            (&["max-age=600", "max-age=300"], Some(300)),
            (&["max-age=0"], Some(0)),
            (&["max-age=99999999999999999999999"], Some(u64::MAX)),
            (&["s-maxage=300"], None),
            (&["no-store"], None),
            (&["max-age"], None),
            (&["max-age="], None),
            (&["max-age=-1"], None),
            (&["max-age=+1"], None),
            (&["max-age=1.5"], None),
            (&["x-max-age=300"], None),
            (&[], None),
        ];
        for (values, expected) in rows {
            let mut headers = HeaderMap::new();
            for value in *values {
                headers.append(CACHE_CONTROL, HeaderValue::from_str(value).unwrap());
            }
            assert_eq!(max_age(&headers), expected.map(Duration::from_secs), "{values:?}");
        }
    }
}
