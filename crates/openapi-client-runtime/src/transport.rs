//! [`Transport`]: sends a [`Request`] and returns a [`Response`].

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use crate::response::Response;
use crate::stream::StreamingResponse;
use crate::transport_error::TransportError;

/// A boxed future that can be sent to another thread.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// An operation of the API description.
///
/// The module `operations` of a generated client has a constant for each operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// The operation id in the description, for example `findContactEnrichment`.
    pub id: &'static str,
    /// The HTTP method in uppercase.
    pub method: &'static str,
    /// The path template, for example `/v1/enrichment/contact`.
    pub path: &'static str,
    /// The alternative security requirements. Each is a list of security schemes that are all
    /// required. Empty for an operation without credentials; no credential may be sent then.
    pub security: &'static [&'static [&'static str]],
    /// The scopes that each scheme of [`security`](Self::security) has to grant, by alternative and
    /// scheme in the same order. Empty if no scheme has to grant scopes.
    pub scopes: &'static [&'static [&'static [&'static str]]],
}

impl Operation {
    /// For generated code: creates an operation.
    pub const fn new(
        id: &'static str,
        method: &'static str,
        path: &'static str,
        security: &'static [&'static [&'static str]],
    ) -> Self {
        Self { id, method, path, security, scopes: &[] }
    }

    /// For generated code: adds the scopes that the security schemes have to grant.
    #[must_use]
    pub const fn with_scopes(self, scopes: &'static [&'static [&'static [&'static str]]]) -> Self {
        Self { scopes, ..self }
    }
}

/// A request of an operation.
///
/// `Debug` shows only the operation, because headers and bodies contain keys and personal data.
#[non_exhaustive]
pub struct Request {
    /// The operation that this request calls.
    pub operation: &'static Operation,
    /// The HTTP request. It is complete except for the credentials, which the transport adds.
    pub http: reqwest::Request,
}

impl Request {
    /// Creates a request of an operation.
    pub fn new(operation: &'static Operation, http: reqwest::Request) -> Self {
        Self { operation, http }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("operation", &self.operation.id).finish_non_exhaustive()
    }
}

/// Sends requests and reads complete responses.
///
/// An implementation sends each request **at most once**, without retries and redirects. It reads
/// the body to the end, up to its own limit, before it returns.
///
/// If the future is dropped, the request is abandoned. It is then unknown whether the server
/// processed the request.
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
    /// Sends `request` and reads the response. A response with an error status is not an error.
    fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>>;

    /// Sends `request` and returns the response before the body has arrived. The default
    /// implementation first reads the whole body by [`execute`](Self::execute).
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
