//! [`Response`]: one HTTP response, raw.

use std::fmt;
use std::str::FromStr;

use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{StatusCode, Url};
use serde::de::DeserializeOwned;

use crate::decode::decode;
use crate::decode_error::DecodeError;
use crate::deviation::Deviation;

/// One complete HTTP response: status, headers, body, and the URL it came from.
///
/// `Debug` shows the status and the body's length, never the body.
#[derive(Clone)]
pub struct Response {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    url: Url,
}

impl Response {
    /// A response without headers and with an empty body.
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

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body as it was received.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The URL that the response came from.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The media type of the body without its parameters, in lower case; empty if the response
    /// has none.
    fn media_type(&self) -> String {
        let content_type = self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let essence = content_type.unwrap_or_default().split(';').next().unwrap_or_default();
        essence.trim().to_ascii_lowercase()
    }

    /// For generated code: whether the body is of the media type, or within the range of media
    /// types.
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

    /// Splits the response into its status, headers and body.
    pub fn into_parts(self) -> (StatusCode, HeaderMap, Bytes) {
        (self.status, self.headers, self.body)
    }

    /// Decodes the body as JSON, as [`decode`] does.
    ///
    /// # Errors
    ///
    /// The same as for [`decode`].
    pub fn decode<T: DeserializeOwned>(&self) -> Result<(T, Vec<Deviation>), DecodeError> {
        decode(&self.body)
    }
}

/// For generated code: the value of a header, if it is there and of its type.
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
