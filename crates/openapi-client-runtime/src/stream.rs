//! [`StreamingResponse`]: a response that is read while it arrives.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use reqwest::header::HeaderMap;
use reqwest::{StatusCode, Url};

use crate::response::Response;
use crate::transport_error::TransportError;

/// The maximum length, in bytes, of a body that [`into_response`](StreamingResponse::into_response)
/// reads. Generated operations use it for error bodies.
pub const MAX_ERROR_BODY: usize = 16 * 1024 * 1024;

type Chunks = Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>;

/// A response whose body has not been read yet. It is a [`Stream`] of the chunks of the body.
///
/// `Debug` shows only the status.
///
/// ```
/// use openapi_client_runtime::{StreamingResponse, TransportError};
///
/// async fn length(mut download: StreamingResponse) -> Result<usize, TransportError> {
///     let mut length = 0;
///     while let Some(chunk) = download.chunk().await {
///         length += chunk?.len();
///     }
///     Ok(length)
/// }
/// ```
pub struct StreamingResponse {
    status: StatusCode,
    headers: HeaderMap,
    url: Url,
    body: Chunks,
}

impl StreamingResponse {
    /// Creates a response whose body arrives in chunks.
    pub fn new(
        status: StatusCode,
        headers: HeaderMap,
        url: Url,
        body: impl Stream<Item = Result<Bytes, TransportError>> + Send + 'static,
    ) -> Self {
        Self { status, headers, url, body: Box::pin(body) }
    }

    /// Returns the HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the URL that sent the response.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Returns the next chunk of the body, or `None` at the end. Canceling the future loses no
    /// data.
    ///
    /// # Errors
    ///
    /// Fails if the response is cut off. The stream has then ended.
    pub async fn chunk(&mut self) -> Option<Result<Bytes, TransportError>> {
        poll_fn(|context| self.body.as_mut().poll_next(context)).await
    }

    /// Reads the body to the end.
    ///
    /// # Errors
    ///
    /// Fails if the response is cut off, or if its body is longer than [`MAX_ERROR_BODY`].
    pub async fn into_response(mut self) -> Result<Response, TransportError> {
        let mut body: Vec<u8> = Vec::new();
        while let Some(chunk) = self.chunk().await {
            body.extend_from_slice(&chunk?);
            if body.len() > MAX_ERROR_BODY {
                let partial = Response::new(self.status, self.url).with_headers(self.headers);
                let text = format!("the body is longer than {MAX_ERROR_BODY} bytes");
                return Err(TransportError::response_incomplete(partial, text));
            }
        }
        Ok(Response::new(self.status, self.url).with_headers(self.headers).with_body(body))
    }
}

/// Converts a complete response to a stream of at most one chunk.
impl From<Response> for StreamingResponse {
    fn from(response: Response) -> Self {
        let url = response.url().clone();
        let (status, headers, body) = response.into_parts();
        Self::new(status, headers, url, Once(Some(body)))
    }
}

impl Stream for StreamingResponse {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.body.as_mut().poll_next(context)
    }
}

impl fmt::Debug for StreamingResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamingResponse")
            .field("status", &self.status.as_u16())
            .finish_non_exhaustive()
    }
}

struct Once(Option<Bytes>);

impl Stream for Once {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.take().filter(|body| !body.is_empty()).map(Ok))
    }
}
