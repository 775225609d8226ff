//! The ways that deliveries take: to a receiver in this process, or over HTTP.

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

type Answering = Pin<Box<dyn Future<Output = StatusCode> + Send>>;
type Receiver = Arc<dyn Fn(Request<Bytes>) -> Answering + Send + Sync>;

/// Who takes deliveries in this process, by the beginning of their URLs.
#[derive(Default)]
pub(crate) struct Receivers(Vec<(String, Receiver)>);

impl Receivers {
    /// In the place of the one that had this prefix, if there was one.
    pub(crate) fn add<F, A, B>(&mut self, prefix: &str, receiver: F)
    where
        F: Fn(Request<Bytes>) -> A + Send + Sync + 'static,
        A: Future<Output = Response<B>> + Send + 'static,
    {
        let receiver: Receiver = Arc::new(move |request| {
            let answering = receiver(request);
            Box::pin(async move { answering.await.status() })
        });
        self.0.retain(|(other, _)| other != prefix);
        self.0.push((prefix.to_owned(), receiver));
    }

    /// The one with the longest prefix that fits.
    fn find(&self, url: &str) -> Option<Receiver> {
        let fitting = self.0.iter().filter(|(prefix, _)| url.starts_with(prefix));
        fitting.max_by_key(|(prefix, _)| prefix.len()).map(|(_, receiver)| receiver.clone())
    }
}

/// The HTTP client, made when it is first needed.
#[derive(Default)]
pub(crate) struct Sender(OnceLock<Result<Client, String>>);

impl Sender {
    fn client(&self) -> Result<Client, String> {
        self.0.get_or_init(|| client().map_err(|error| reason(&error))).clone()
    }
}

/// Sends a request once, straight to where it says, on a connection of its own.
fn client() -> reqwest::Result<Client> {
    let here: [IpAddr; 2] = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
    Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .pool_max_idle_per_host(0)
        // So that no resolver has a say in what is loopback.
        .resolve_to_addrs("localhost", &here.map(|address| SocketAddr::new(address, 0)))
        .build()
}

/// Where a delivery goes.
pub(crate) enum Destination {
    InProcess(Receiver),
    Http(Client, Url),
}

impl Destination {
    /// The way to a URL, or why there is none.
    pub(crate) fn to(
        url: &str,
        receivers: &Receivers,
        sender: &Sender,
        anywhere: bool,
    ) -> Result<Self, String> {
        if let Some(receiver) = receivers.find(url) {
            return Ok(Self::InProcess(receiver));
        }
        let url = Url::parse(url).map_err(|error| format!("no URL: {error}"))?;
        if !(anywhere || is_loopback(&url)) {
            return Err("the sandbox delivers to loopback addresses only, unless told to deliver \
                        to any host"
                .to_owned());
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
                Ok(request) => ask(receiver, request).await,
                Err(error) => DeliveryOutcome::NotSent(error.to_string()),
            },
            Self::Http(client, url) => {
                match client.post(url).headers(headers).body(signed.body).send().await {
                    Ok(answer) => DeliveryOutcome::Answered(answer.status().as_u16()),
                    Err(error) => DeliveryOutcome::NoAnswer(reason(&error)),
                }
            }
        }
    }
}

/// In a task of its own, so that a panic is an attempt that failed.
async fn ask(receiver: Receiver, request: Request<Bytes>) -> DeliveryOutcome {
    // A set, as it ends its tasks when it is dropped.
    let mut asking = JoinSet::new();
    asking.spawn(async move { receiver(request).await });
    match asking.join_next().await {
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

/// The deepest cause, which says most; none of them has the URL in it.
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
