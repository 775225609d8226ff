//! Access to the network: a [`Transport`] sends a [`Request`] and returns a [`Response`].

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;

use crate::response::Response;

/// Any error that can be sent between threads.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// A boxed future that can be sent to another thread.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// One operation of the API description.
///
/// The `operations` module of a generated client has one constant for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// The operation's id in the description, for example `findContactEnrichment`.
    pub id: &'static str,
    /// The HTTP method, in upper case.
    pub method: &'static str,
    /// The path template, for example `/v1/enrichment/contact`.
    pub path: &'static str,
    /// The alternative security requirements: each is a list of security schemes that are all
    /// required. Empty for an operation without credentials; none may be sent then.
    pub security: &'static [&'static [&'static str]],
}

impl Operation {
    /// Describes an operation. For generated code.
    pub const fn new(
        id: &'static str,
        method: &'static str,
        path: &'static str,
        security: &'static [&'static [&'static str]],
    ) -> Self {
        Self { id, method, path, security }
    }
}

/// One request and its operation.
///
/// `Debug` shows only the operation: headers and bodies contain keys and personal data.
#[non_exhaustive]
pub struct Request {
    /// The operation that this request calls.
    pub operation: &'static Operation,
    /// The request, complete except for what a transport adds (the API key).
    pub http: reqwest::Request,
}

impl Request {
    /// A request of an operation.
    pub fn new(operation: &'static Operation, http: reqwest::Request) -> Self {
        Self { operation, http }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("operation", &self.operation.id).finish_non_exhaustive()
    }
}

/// Sends one request and reads its complete response.
///
/// An implementation sends **at most once**: no retry, no redirect. It reads the body to its end,
/// up to a limit of its own, before it returns.
///
/// If the future is dropped, the request is abandoned; whether the server acted on it is unknown.
///
/// ```
/// use openapi_client_runtime::{Response, BoxFuture, Request, StatusCode, Transport, TransportError};
///
/// /// Returns an empty 204 for every request.
/// #[derive(Debug)]
/// struct Silent;
///
/// impl Transport for Silent {
///     fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
///         let url = request.http.url().clone();
///         Box::pin(async move { Ok(Response::new(StatusCode::NO_CONTENT, url)) })
///     }
/// }
/// ```
pub trait Transport: fmt::Debug + Send + Sync + 'static {
    /// Sends `request` and reads its response, whatever its status.
    fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>>;
}

impl<T: Transport + ?Sized> Transport for std::sync::Arc<T> {
    fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        (**self).execute(request)
    }
}

/// How much of a request was sent before the transport failed.
///
/// It decides whether a request without an idempotency key may be repeated: only
/// [`NotSent`](Self::NotSent) is safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DispatchState {
    /// Nothing of the request was sent: no connection was made, or the request could not be
    /// built.
    NotSent,
    /// The request, or a part of it, may have reached the server.
    MaybeSent,
    /// The server responded, but the response was cut off or too large.
    ResponseIncomplete,
}

/// No complete response was received.
///
/// `Display` and `Debug` contain no URL, header or body, provided that the
/// [`source`](StdError::source) of the transport contains none.
#[derive(Debug)]
pub struct TransportError {
    dispatch_state: DispatchState,
    timeout: bool,
    partial: Option<Box<Response>>,
    source: BoxError,
}

impl TransportError {
    /// Nothing of the request was sent.
    pub fn not_sent(source: impl Into<BoxError>) -> Self {
        Self {
            dispatch_state: DispatchState::NotSent,
            timeout: false,
            partial: None,
            source: source.into(),
        }
    }

    /// The request may have been received; no response was.
    pub fn maybe_sent(source: impl Into<BoxError>) -> Self {
        Self {
            dispatch_state: DispatchState::MaybeSent,
            timeout: false,
            partial: None,
            source: source.into(),
        }
    }

    /// The response was cut off. `partial` contains what was received: status, headers, and the
    /// first bytes of the body.
    pub fn response_incomplete(partial: Response, source: impl Into<BoxError>) -> Self {
        Self {
            dispatch_state: DispatchState::ResponseIncomplete,
            timeout: false,
            partial: Some(Box::new(partial)),
            source: source.into(),
        }
    }

    /// Marks the failure as a timeout.
    #[must_use]
    pub fn timed_out(mut self) -> Self {
        self.timeout = true;
        self
    }

    /// Replaces the received part of the response, if there is one, for example by a shorter
    /// part.
    #[must_use]
    pub fn map_partial(mut self, change: impl FnOnce(Response) -> Response) -> Self {
        self.partial = self.partial.map(|answer| Box::new(change(*answer)));
        self
    }

    /// How much of the request was sent.
    pub fn dispatch_state(&self) -> DispatchState {
        self.dispatch_state
    }

    /// Whether a time limit ended the request.
    pub fn is_timeout(&self) -> bool {
        self.timeout
    }

    /// The part of the response that was received.
    pub fn partial(&self) -> Option<&Response> {
        self.partial.as_deref()
    }

    /// Returns the part of the response that was received.
    pub fn into_partial(self) -> Option<Response> {
        self.partial.map(|answer| *answer)
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.dispatch_state, self.timeout) {
            (DispatchState::NotSent, false) => "the request was not sent",
            (DispatchState::NotSent, true) => {
                "timed out before a connection was made; the request was not sent"
            }
            (DispatchState::MaybeSent, false) => {
                "no response was received; the request may have been"
            }
            (DispatchState::MaybeSent, true) => {
                "timed out before a response; the request may have been received"
            }
            (DispatchState::ResponseIncomplete, false) => "the response was cut off",
            (DispatchState::ResponseIncomplete, true) => {
                "timed out before the response was complete"
            }
        })
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.source)
    }
}
