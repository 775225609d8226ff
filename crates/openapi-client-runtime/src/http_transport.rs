//! [`HttpTransport`]: a transport that sends requests with `reqwest`.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;

use crate::credential::Credential;
use crate::response::Response;
use crate::security::SecurityScheme;
use crate::stream::StreamingResponse;
use crate::transport::{BoxFuture, Request, Transport};
use crate::transport_error::{BoxError, TransportError};

/// Sends requests with a `reqwest` client and applies credentials.
///
/// Each request is sent once. The transport uses the first security alternative of the operation
/// for which all credentials are present. If no alternative is complete, the request fails and
/// nothing is sent.
/// Timeouts, redirects and proxies are settings of the client.
///
/// ```
/// use openapi_client_runtime::{HttpTransport, SchemeKind, SecurityScheme};
///
/// static KEY: SecurityScheme = SecurityScheme::new("key", SchemeKind::Header("x-api-key"));
/// let transport = HttpTransport::default().with_credential(&KEY, "secret");
/// assert!(!format!("{transport:?}").contains("secret"));
/// ```
#[derive(Clone, Default)]
pub struct HttpTransport {
    client: reqwest::Client,
    credentials: Vec<Credential>,
}

impl HttpTransport {
    /// Creates a transport that sends requests with `client`.
    pub fn new(client: reqwest::Client) -> Self {
        Self { client, credentials: Vec::new() }
    }

    /// Adds the credential for a security scheme.
    #[must_use]
    pub fn with_credential(
        mut self,
        scheme: &'static SecurityScheme,
        secret: impl Into<String>,
    ) -> Self {
        self.credentials.push(Credential { scheme: *scheme, secret: secret.into() });
        self
    }

    fn authorize(&self, request: &mut Request) -> Result<(), BoxError> {
        let alternatives = request.operation.security;
        let find = |name: &&str| self.credentials.iter().find(|one| one.scheme.name == *name);
        let found = alternatives
            .iter()
            .find_map(|all| all.iter().map(find).collect::<Option<Vec<&Credential>>>());
        match found {
            Some(credentials) => {
                credentials.into_iter().try_for_each(|one| one.apply(&mut request.http))
            }
            None if alternatives.is_empty() => Ok(()),
            None => {
                let ways: Vec<String> = alternatives.iter().map(|all| all.join(" and ")).collect();
                let id = request.operation.id;
                Err(format!("`{id}` requires credentials for {}", ways.join(", or ")).into())
            }
        }
    }

    async fn send(&self, mut request: Request) -> Result<reqwest::Response, TransportError> {
        self.authorize(&mut request).map_err(TransportError::not_sent)?;
        self.client.execute(request.http).await.map_err(|error| {
            let (not_sent, timeout) =
                (error.is_builder() || error.is_connect(), error.is_timeout());
            let error = error.without_url();
            let failure = match not_sent {
                true => TransportError::not_sent(error),
                false => TransportError::maybe_sent(error),
            };
            if timeout { failure.timed_out() } else { failure }
        })
    }
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpTransport")
            .field("credentials", &self.credentials)
            .finish_non_exhaustive()
    }
}

impl Transport for HttpTransport {
    fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            let mut response = self.send(request).await?;
            let (status, url) = (response.status(), response.url().clone());
            let headers = std::mem::take(response.headers_mut());
            let mut body = Vec::new();
            loop {
                match response.chunk().await {
                    Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                    Ok(None) => break,
                    Err(error) => {
                        let partial = Response::new(status, url).with_headers(headers);
                        return Err(incomplete(partial.with_body(body), error));
                    }
                }
            }
            Ok(Response::new(status, url).with_headers(headers).with_body(body))
        })
    }

    fn open(&self, request: Request) -> BoxFuture<'_, Result<StreamingResponse, TransportError>> {
        Box::pin(async move {
            let mut response = self.send(request).await?;
            let (status, url) = (response.status(), response.url().clone());
            let headers = std::mem::take(response.headers_mut());
            let head = Response::new(status, url.clone()).with_headers(headers.clone());
            let chunks = Chunks { head, next: Some(next(response)) };
            Ok(StreamingResponse::new(status, headers, url, chunks))
        })
    }
}

fn incomplete(partial: Response, error: reqwest::Error) -> TransportError {
    let timeout = error.is_timeout();
    let failure = TransportError::response_incomplete(partial, error.without_url());
    if timeout { failure.timed_out() } else { failure }
}

type Next = Pin<Box<dyn Future<Output = Read> + Send>>;
type Read = (Result<Option<Bytes>, reqwest::Error>, reqwest::Response);

fn next(mut response: reqwest::Response) -> Next {
    Box::pin(async move { (response.chunk().await, response) })
}

/// The chunks of a response's body.
struct Chunks {
    head: Response,
    next: Option<Next>,
}

impl Stream for Chunks {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(reading) = &mut self.next else { return Poll::Ready(None) };
        let Poll::Ready((read, response)) = reading.as_mut().poll(context) else {
            return Poll::Pending;
        };
        self.next = None;
        Poll::Ready(match read {
            Ok(Some(chunk)) => {
                self.next = Some(next(response));
                Some(Ok(chunk))
            }
            Ok(None) => None,
            Err(error) => Some(Err(incomplete(self.head.clone(), error))),
        })
    }
}
