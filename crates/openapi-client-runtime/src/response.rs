//! [`Response`]: a raw HTTP response.

use std::fmt;
use std::str::FromStr;

use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{StatusCode, Url};
use serde::de::DeserializeOwned;

use crate::decode::decode;
use crate::decode_error::DecodeError;
use crate::deviation::Deviation;

/// A complete HTTP response: status, headers, body and URL.
///
/// `Debug` shows the status and the body's length, never the body.
///
/// ```
/// use openapi_client_runtime::{Response, StatusCode};
///
/// let url = "https://api.example.com/jobs".parse()?;
/// let response = Response::new(StatusCode::OK, url).with_body("[1, 2]");
/// let (numbers, deviations) = response.decode::<Vec<i64>>().expect("a list of numbers");
/// assert_eq!(numbers, [1, 2]);
/// assert!(deviations.is_empty());
/// # Ok::<(), <openapi_client_runtime::Url as std::str::FromStr>::Err>(())
/// ```
#[derive(Clone)]
pub struct Response {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    url: Url,
}

impl Response {
    /// Creates a response without headers and with an empty body.
    pub fn new(status: StatusCode, url: Url) -> Self {
        Self { status, headers: HeaderMap::new(), body: Bytes::new(), url }
    }

    /// Sets the headers.
    #[must_use]
    pub fn with_headers(mut self, headers: HeaderMap) -> Self {
        self.headers = headers;
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Returns the HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the body as it was received.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Returns the URL that sent the response.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Returns the media type of the body in lowercase and without parameters. The text is empty if
    /// the response has no media type.
    fn media_type(&self) -> String {
        let content_type = self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let essence = content_type.unwrap_or_default().split(';').next().unwrap_or_default();
        essence.trim().to_ascii_lowercase()
    }

    /// For generated code: returns whether the body has this media type or a type within this
    /// range.
    #[doc(hidden)]
    pub fn is_of(&self, media_type: &str) -> bool {
        match media_type.strip_suffix("/*") {
            Some(kind) => self.media_type().split('/').next() == Some(kind),
            None => self.media_type() == media_type,
        }
    }

    pub(crate) fn is_json(&self) -> bool {
        let media_type = self.media_type();
        media_type == "application/json" || media_type.ends_with("+json")
    }

    /// Splits the response into status, headers and body.
    pub fn into_parts(self) -> (StatusCode, HeaderMap, Bytes) {
        (self.status, self.headers, self.body)
    }

    /// Decodes the body as JSON; see [`decode`].
    ///
    /// # Errors
    ///
    /// Returns the errors of [`decode`].
    pub fn decode<T: DeserializeOwned>(&self) -> Result<(T, Vec<Deviation>), DecodeError> {
        decode(&self.body)
    }
}

/// For generated code: returns the value of a header, or `None` if the header is missing or has
/// another type.
pub fn header<T: FromStr>(headers: &HeaderMap, name: &str) -> Option<T> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status.as_u16())
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
