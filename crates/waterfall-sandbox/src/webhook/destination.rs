//! The destinations of deliveries: a receiver in this process, or an HTTP server.

use std::fmt;
use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use bytes::Bytes;
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use tokio::task::JoinSet;

use super::record::DeliveryOutcome;
use super::token::SignedDelivery;

const SIGNATURE: HeaderName = HeaderName::from_static("x-webhook-signature");

type StatusFuture = Pin<Box<dyn Future<Output = StatusCode> + Send>>;
type Receiver = Arc<dyn Fn(Request<Bytes>) -> StatusFuture + Send + Sync>;

/// The receivers in this process, by URL prefix.
#[derive(Default)]
pub(crate) struct Receivers(Vec<(String, Receiver)>);

impl Receivers {
    /// Adds a receiver, or replaces the one with this prefix.
    pub(crate) fn add<F, A, B>(&mut self, prefix: &str, receiver: F)
    where
        F: Fn(Request<Bytes>) -> A + Send + Sync + 'static,
        A: Future<Output = Response<B>> + Send + 'static,
    {
        let receiver: Receiver = Arc::new(move |request| {
            let response = receiver(request);
            Box::pin(async move { response.await.status() })
        });
        self.0.retain(|(other, _)| other != prefix);
        self.0.push((prefix.to_owned(), receiver));
    }

    /// Returns the receiver with the longest matching prefix.
    fn find(&self, url: &str) -> Option<Receiver> {
        let fitting = self.0.iter().filter(|(prefix, _)| url.starts_with(prefix));
        fitting.max_by_key(|(prefix, _)| prefix.len()).map(|(_, receiver)| receiver.clone())
    }
}

/// The HTTP client, created on first use.
#[derive(Default)]
pub(crate) struct Sender(OnceLock<Result<Client, String>>);

impl Sender {
    fn client(&self) -> Result<Client, String> {
        self.0.get_or_init(|| client().map_err(|error| reason(&error))).clone()
    }
}

/// Creates a client that sends each request once, directly, on a new connection.
fn client() -> reqwest::Result<Client> {
    let loopback: [IpAddr; 2] = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
    Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .pool_max_idle_per_host(0)
        // Resolved here, so that no resolver decides which addresses are loopback.
        .resolve_to_addrs("localhost", &loopback.map(|address| SocketAddr::new(address, 0)))
        .build()
}

/// The destination of a delivery.
pub(crate) enum Destination {
    InProcess(Receiver),
    Http(Client, Url),
}

impl Destination {
    /// Returns the destination of a URL, or the reason why the URL is rejected.
    pub(crate) fn to(
        url: &str,
        receivers: &Receivers,
        sender: &Sender,
        any_host: bool,
    ) -> Result<Self, String> {
        if let Some(receiver) = receivers.find(url) {
            return Ok(Self::InProcess(receiver));
        }
        let url =
            Url::parse(url).map_err(|error| format!("the webhook URL is invalid: {error}"))?;
        if !(any_host || is_loopback(&url)) {
            return Err(
                "the sandbox delivers to loopback addresses only, unless it is configured \
                        to deliver to any host"
                    .to_owned(),
            );
        }
        if url.scheme() != "http" {
            return Err("the sandbox delivers over plain http only".to_owned());
        }
        Ok(Self::Http(sender.client()?, url))
    }

    pub(crate) async fn send(self, url: &str, signed: SignedDelivery) -> DeliveryOutcome {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let signature = signed.token.and_then(|token| HeaderValue::from_str(&token).ok());
        headers.extend(signature.map(|token| (SIGNATURE, token)));
        match self {
            Self::InProcess(receiver) => match request(url, headers, signed.body) {
                Ok(request) => call(receiver, request).await,
                Err(error) => DeliveryOutcome::NotSent(error.to_string()),
            },
            Self::Http(client, url) => {
                match client.post(url).headers(headers).body(signed.body).send().await {
                    Ok(response) => DeliveryOutcome::Answered(response.status().as_u16()),
                    Err(error) => DeliveryOutcome::NoAnswer(reason(&error)),
                }
            }
        }
    }
}

/// Calls a receiver in a separate task, so that a panic is a failed attempt.
async fn call(receiver: Receiver, request: Request<Bytes>) -> DeliveryOutcome {
    // A set aborts its tasks when it is dropped.
    let mut tasks = JoinSet::new();
    tasks.spawn(async move { receiver(request).await });
    match tasks.join_next().await {
        Some(Ok(status)) => DeliveryOutcome::Answered(status.as_u16()),
        _ => DeliveryOutcome::NoAnswer("the receiver panicked".to_owned()),
    }
}

fn request(url: &str, headers: HeaderMap, body: Bytes) -> axum::http::Result<Request<Bytes>> {
    let mut request = Request::builder().method(Method::POST).uri(url).body(body)?;
    *request.headers_mut() = headers;
    Ok(request)
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Returns the root cause, which is the most specific; none of the causes contains the URL.
fn reason(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    if std::ptr::addr_eq(cause, error) {
        "the request failed".to_owned()
    } else {
        cause.to_string()
    }
}

impl fmt::Debug for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InProcess(_) => "InProcess",
            Self::Http(..) => "Http",
        })
    }
}
