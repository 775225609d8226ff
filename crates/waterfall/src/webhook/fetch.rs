//! Sends a single request for the key set.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, CACHE_CONTROL, HeaderMap, HeaderValue, USER_AGENT};
use reqwest::{Method, StatusCode, Url};
use waterfall_api::{Request, Response, Transport, TransportError, operations};

use super::jwks_cache::DEFAULT_LIFETIME;
use super::keys::KeySet;
use super::keys_unavailable::KeysUnavailable;
use crate::error::NotConnected;
use crate::http::http_transport;

/// The location of the key set, and how to request it.
#[derive(Debug)]
pub(super) struct Endpoint {
    pub(super) url: Url,
    pub(super) host: Arc<str>,
    pub(super) transport: Arc<dyn Transport>,
    pub(super) timeout: Duration,
}

impl Endpoint {
    /// Fetches the set. Returns it with the time for which it stays fresh. Sends no API key; any
    /// status except 200 is a failure.
    pub(super) async fn fetch(&self) -> Result<(KeySet, Duration), KeysUnavailable> {
        let exchange = self.transport.execute(self.request());
        let response = match tokio::time::timeout(self.timeout, exchange).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Err(self.broken(error)),
            Err(_) => return Err(self.failed(format!("no response within {:?}", self.timeout))),
        };
        if response.status() != StatusCode::OK {
            return Err(self.failed(format!("the response was {}", response.status())));
        }
        self.read(&response)
    }

    fn read(&self, response: &Response) -> Result<(KeySet, Duration), KeysUnavailable> {
        let keys =
            KeySet::from_json(response.body()).map_err(|error| self.failed(error.to_string()))?;
        Ok((keys, max_age(response.headers()).unwrap_or(DEFAULT_LIFETIME)))
    }

    fn request(&self) -> Request {
        let mut http = reqwest::Request::new(Method::GET, self.url.clone());
        *http.timeout_mut() = Some(self.timeout);
        http.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
        http.headers_mut().insert(USER_AGENT, HeaderValue::from_static(http_transport::USER_AGENT));
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

    /// The task of a fetch was canceled, for example because its runtime shut down.
    pub(super) fn abandoned(&self) -> KeysUnavailable {
        self.failed("the runtime shut down during the request".to_owned())
    }

    fn failed(&self, problem: String) -> KeysUnavailable {
        KeysUnavailable { host: self.host.clone(), problem, source: None }
    }
}

/// Returns the `max-age` of `Cache-Control`; the smallest of several.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn max_age_is_read_in_every_form() {
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
