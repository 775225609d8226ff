//! Access to the network: a [`Transport`] sends a [`Request`] and returns a [`Response`].

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use crate::response::Response;
use crate::stream::StreamingResponse;
use crate::transport_error::TransportError;

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
    /// The scopes that each scheme of [`security`](Self::security) has to grant, by alternative and
    /// scheme in the same order. Empty if no scheme has to grant any.
    pub scopes: &'static [&'static [&'static [&'static str]]],
}

impl Operation {
    /// Describes an operation. For generated code.
    pub const fn new(
        id: &'static str,
        method: &'static str,
        path: &'static str,
        security: &'static [&'static [&'static str]],
    ) -> Self {
        Self { id, method, path, security, scopes: &[] }
    }

    /// The operation with the scopes that its security schemes have to grant. For generated code.
    #[must_use]
    pub const fn with_scopes(self, scopes: &'static [&'static [&'static [&'static str]]]) -> Self {
        Self { scopes, ..self }
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

    /// Sends `request` and returns its response before the body has arrived. By default, the body
    /// is read to its end first, as by [`execute`](Self::execute).
    fn open(&self, request: Request) -> BoxFuture<'_, Result<StreamingResponse, TransportError>> {
        let response = self.execute(request);
        Box::pin(async move { response.await.map(StreamingResponse::from) })
    }
}

impl<T: Transport + ?Sized> Transport for std::sync::Arc<T> {
    fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        (**self).execute(request)
    }

    fn open(&self, request: Request) -> BoxFuture<'_, Result<StreamingResponse, TransportError>> {
        (**self).open(request)
    }
}
