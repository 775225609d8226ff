//! The one door out: a [`Request`] goes in, an [`Response`] comes back.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;

use crate::Response;

/// Any error that can cross threads.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// A boxed future that can be sent to another thread.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What the API description says of one operation.
///
/// The `operations` module of a generated client has one constant for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// The operation's id in the description, for example `findContactEnrichment`.
    pub id: &'static str,
    /// The HTTP method, in capitals.
    pub method: &'static str,
    /// The path template, for example `/v1/enrichment/contact`.
    pub path: &'static str,
    /// The ways to be let in: each is a list of security schemes that are all
    /// needed. Empty for an operation that takes no credentials; none must be
    /// sent then.
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

/// One request, and the operation that it belongs to.
///
/// `Debug` shows the operation only: headers and bodies hold keys and people.
pub struct Request {
    /// The operation that this request calls.
    pub operation: &'static Operation,
    /// The request, complete but for what a transport adds (the API key).
    pub http: reqwest::Request,
}

impl Request {
    /// Joins a request to its operation.
    pub fn new(operation: &'static Operation, http: reqwest::Request) -> Self {
        Self { operation, http }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("operation", &self.operation.id).finish_non_exhaustive()
    }
}

/// Sends one request and reads its whole answer.
///
/// An implementation sends **at most once**: no retry, no redirect. It reads
/// the body to its end, up to a cap of its own, before it returns.
///
/// Dropping the future abandons the request; whether the server acted on it is
/// then unknown.
///
/// ```
/// use openapi_client_runtime::{Response, BoxFuture, Request, StatusCode, Transport, TransportError};
///
/// /// Answers everything with an empty 204.
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
    /// Sends `request` and reads its answer, whatever its status.
    fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>>;
}

impl<T: Transport + ?Sized> Transport for std::sync::Arc<T> {
    fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        (**self).execute(request)
    }
}

/// How far a request came before its transport failed.
///
/// This decides whether a launch may be repeated: only [`NotSent`](Self::NotSent)
/// is safe, because the API has no idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DispatchState {
    /// Nothing of the request left: the connection was never made, or the
    /// request could not be built.
    NotSent,
    /// The request, or a part of it, may have reached the server.
    MaybeSent,
    /// The server answered, but the answer was cut off or too large.
    ResponseIncomplete,
}

/// No whole answer came back.
///
/// `Display` and `Debug` hold neither the URL nor any header nor the body, if
/// what the transport gave as [`source`](StdError::source) holds none.
#[derive(Debug)]
pub struct TransportError {
    dispatch_state: DispatchState,
    timeout: bool,
    partial: Option<Box<Response>>,
    source: BoxError,
}

impl TransportError {
    /// Nothing of the request left this machine.
    pub fn not_sent(source: impl Into<BoxError>) -> Self {
        Self {
            dispatch_state: DispatchState::NotSent,
            timeout: false,
            partial: None,
            source: source.into(),
        }
    }

    /// The request may have been received, and nothing came back.
    pub fn maybe_sent(source: impl Into<BoxError>) -> Self {
        Self {
            dispatch_state: DispatchState::MaybeSent,
            timeout: false,
            partial: None,
            source: source.into(),
        }
    }

    /// The answer broke off. `partial` holds what came: status, headers, and
    /// the first bytes of the body.
    pub fn response_incomplete(partial: Response, source: impl Into<BoxError>) -> Self {
        Self {
            dispatch_state: DispatchState::ResponseIncomplete,
            timeout: false,
            partial: Some(Box::new(partial)),
            source: source.into(),
        }
    }

    /// Marks the failure as one of time.
    #[must_use]
    pub fn timed_out(mut self) -> Self {
        self.timeout = true;
        self
    }

    /// Replaces what came of the answer, if anything did, as by a shorter part.
    #[must_use]
    pub fn map_partial(mut self, change: impl FnOnce(Response) -> Response) -> Self {
        self.partial = self.partial.map(|answer| Box::new(change(*answer)));
        self
    }

    /// How far the request came.
    pub fn dispatch_state(&self) -> DispatchState {
        self.dispatch_state
    }

    /// Whether a time limit ended the request.
    pub fn is_timeout(&self) -> bool {
        self.timeout
    }

    /// What came of the answer before it broke off.
    pub fn partial(&self) -> Option<&Response> {
        self.partial.as_deref()
    }

    /// Takes out what came of the answer before it broke off.
    pub fn into_partial(self) -> Option<Response> {
        self.partial.map(|answer| *answer)
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.dispatch_state, self.timeout) {
            (DispatchState::NotSent, false) => "the request was not sent",
            (DispatchState::NotSent, true) => "no connection in time; the request was not sent",
            (DispatchState::MaybeSent, false) => {
                "no answer came; the request may have been received"
            }
            (DispatchState::MaybeSent, true) => {
                "no answer came in time; the request may have been received"
            }
            (DispatchState::ResponseIncomplete, false) => "the answer broke off",
            (DispatchState::ResponseIncomplete, true) => "the answer did not end in time",
        })
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.source)
    }
}
