//! A scripted key endpoint that records its requests.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, sleep};
use waterfall::webhook::testing::Signer;
use waterfall::webhook::{Jwks, Verifier};
use waterfall::{
    BoxFuture, HeaderMap, HeaderValue, Request, Response, StatusCode, Transport, TransportError,
};

/// How the endpoint responds.
#[derive(Debug, Clone)]
pub(crate) enum Behavior {
    Keys { ids: Vec<&'static str>, cache_control: Option<&'static str> },
    Body(u16, String),
    Down,
    Never,
    Panic,
}

#[derive(Debug, Clone)]
pub(crate) struct Fetch {
    pub(crate) at: Duration,
    pub(crate) url: String,
    pub(crate) headers: HeaderMap,
}

#[derive(Clone)]
pub(crate) struct Endpoint {
    behavior: Arc<Mutex<Behavior>>,
    fetches: Arc<Mutex<Vec<Fetch>>>,
    start: Instant,
}

impl Endpoint {
    pub(crate) fn with(ids: &[&'static str]) -> Self {
        let behavior = Behavior::Keys { ids: ids.to_vec(), cache_control: None };
        Self {
            behavior: Arc::new(Mutex::new(behavior)),
            fetches: Arc::default(),
            start: Instant::now(),
        }
    }

    pub(crate) fn set(&self, behavior: Behavior) {
        *self.behavior.lock().unwrap() = behavior;
    }

    pub(crate) fn has(&self, ids: &[&'static str]) {
        self.set(Behavior::Keys { ids: ids.to_vec(), cache_control: None });
    }

    pub(crate) fn verifier(&self) -> Verifier {
        Verifier::new(Jwks::builder().transport(self.clone()).build().unwrap())
    }

    pub(crate) fn fetches(&self) -> Vec<Fetch> {
        self.fetches.lock().unwrap().clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.fetches().len()
    }
}

impl Transport for Endpoint {
    /// Each request takes a second.
    fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        let (url, headers) = (request.http.url().clone(), request.http.headers().clone());
        let at = self.start.elapsed();
        self.fetches.lock().unwrap().push(Fetch { at, url: url.to_string(), headers });
        Box::pin(async move {
            sleep(Duration::from_secs(1)).await;
            let behavior = self.behavior.lock().unwrap().clone();
            match behavior {
                Behavior::Keys { ids, cache_control } => {
                    let keys: Vec<_> = ids.into_iter().map(|id| Signer::new(id).jwk()).collect();
                    let control = cache_control.map(HeaderValue::from_static);
                    let headers = control.into_iter().map(|value| (http_cache_control(), value));
                    let answer = Response::new(StatusCode::OK, url).with_headers(headers.collect());
                    Ok(answer.with_body(json!({"keys": keys}).to_string()))
                }
                Behavior::Body(status, body) => {
                    Ok(Response::new(StatusCode::from_u16(status).unwrap(), url).with_body(body))
                }
                Behavior::Down => Err(TransportError::not_sent("connection refused")),
                Behavior::Never => std::future::pending().await,
                Behavior::Panic => panic!("the transport is broken"),
            }
        })
    }
}

fn http_cache_control() -> waterfall::HeaderName {
    waterfall::HeaderName::from_static("cache-control")
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Endpoint")
    }
}
