//! What came back: [`Response`] raw, [`Decoded`] decoded, [`OperationError`] otherwise.

use std::error::Error as StdError;
use std::fmt;
use std::ops::Deref;

use bytes::Bytes;
use reqwest::header::HeaderMap;
use reqwest::{StatusCode, Url};
use serde::de::DeserializeOwned;

use crate::{BoxError, DecodeError, Deviation, TransportError, decode};

/// One HTTP answer, whole: status, headers, body, and the URL it came from.
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
    /// An answer with no headers and an empty body.
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

    /// The URL that answered.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The status, the headers and the body, by move.
    pub fn into_parts(self) -> (StatusCode, HeaderMap, Bytes) {
        (self.status, self.headers, self.body)
    }

    /// Decodes the body as JSON, as [`decode`] does.
    ///
    /// # Errors
    ///
    /// Those of [`decode`].
    pub fn decode<T: DeserializeOwned>(&self) -> Result<(T, Vec<Deviation>), DecodeError> {
        decode(&self.body)
    }

    /// For generated code: a documented success.
    #[doc(hidden)]
    pub fn into_reply<T: DeserializeOwned, E>(self) -> Result<Decoded<T>, OperationError<E>> {
        match self.decode() {
            Ok((value, deviations)) => Ok(Decoded { value, deviations, answer: self }),
            Err(mismatch) => Err(UndecodableResponse { answer: self, mismatch }.into()),
        }
    }

    /// For generated code: a documented error.
    #[doc(hidden)]
    pub fn into_refusal<E: DeserializeOwned>(self) -> OperationError<E> {
        match self.decode() {
            Ok((value, deviations)) => {
                OperationError::Refused(Box::new(Decoded { value, deviations, answer: self }))
            }
            Err(mismatch) => UndecodableResponse { answer: self, mismatch }.into(),
        }
    }

    /// For generated code: an answer whose body is not described.
    #[doc(hidden)]
    pub fn into_empty(self) -> Decoded<()> {
        Decoded { value: (), deviations: Vec::new(), answer: self }
    }

    /// For generated code: an answer whose body is not JSON.
    #[doc(hidden)]
    pub fn into_raw(self) -> Decoded<Bytes> {
        Decoded { value: self.body.clone(), deviations: Vec::new(), answer: self }
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status.as_u16())
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// A decoded answer, with the raw one beside it.
///
/// `Debug` shows the status and the body's length, never a value.
#[derive(Clone)]
pub struct Decoded<T> {
    value: T,
    deviations: Vec<Deviation>,
    answer: Response,
}

impl<T> Decoded<T> {
    /// The raw answer.
    pub fn answer(&self) -> &Response {
        &self.answer
    }

    /// Where the answer deviates from its description; empty if it matches.
    pub fn deviations(&self) -> &[Deviation] {
        &self.deviations
    }

    /// The decoded value, by move.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// The decoded value, where it deviates, and the raw answer.
    pub fn into_parts(self) -> (T, Vec<Deviation>, Response) {
        (self.value, self.deviations, self.answer)
    }
}

impl<T> fmt::Debug for Decoded<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Reply").field(&self.answer).finish()
    }
}

impl<T> Deref for Decoded<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// An answer with a documented status whose body could not be decoded.
#[derive(Debug, Clone)]
pub struct UndecodableResponse {
    /// The answer, whole.
    pub answer: Response,
    /// Where and why it did not fit.
    pub mismatch: DecodeError,
}

/// Why an operation gave no value.
///
/// Whatever came back is in here: status, headers and bytes.
#[derive(Debug)]
#[non_exhaustive]
pub enum OperationError<E> {
    /// The request could not be built; nothing was sent.
    Build(BoxError),
    /// No whole answer came back.
    Transport(TransportError),
    /// The API answered with an error that its description documents.
    Refused(Box<Decoded<E>>),
    /// The status is documented, but the body does not fit its description.
    UndecodableResponse(Box<UndecodableResponse>),
    /// The description does not document this status.
    Undocumented(Box<Response>),
}

impl<E> OperationError<E> {
    /// The answer, if a whole one came.
    pub fn answer(&self) -> Option<&Response> {
        match self {
            Self::Build(_) | Self::Transport(_) => None,
            Self::Refused(reply) => Some(reply.answer()),
            Self::UndecodableResponse(unreadable) => Some(&unreadable.answer),
            Self::Undocumented(answer) => Some(answer),
        }
    }

    /// For generated code: a documented error whose body is not JSON.
    #[doc(hidden)]
    pub fn refused(reply: Decoded<E>) -> Self {
        Self::Refused(Box::new(reply))
    }

    /// For generated code: a status that the description does not document.
    #[doc(hidden)]
    pub fn undocumented(answer: Response) -> Self {
        Self::Undocumented(Box::new(answer))
    }
}

impl<E> fmt::Display for OperationError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Build(_) => f.write_str("the request could not be built"),
            Self::Transport(error) => error.fmt(f),
            Self::Refused(reply) => write!(f, "the API answered {}", reply.answer().status()),
            Self::UndecodableResponse(unreadable) => write!(
                f,
                "the body of the answer ({}) does not fit, {}",
                unreadable.answer.status(),
                unreadable.mismatch
            ),
            Self::Undocumented(answer) => {
                write!(f, "the API answered {}, which is not documented", answer.status())
            }
        }
    }
}

impl<E: fmt::Debug> StdError for OperationError<E> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Build(source) => Some(&**source),
            Self::Transport(error) => error.source(),
            _ => None,
        }
    }
}

impl<E> From<UndecodableResponse> for OperationError<E> {
    fn from(unreadable: UndecodableResponse) -> Self {
        Self::UndecodableResponse(Box::new(unreadable))
    }
}

impl<E> From<TransportError> for OperationError<E> {
    fn from(error: TransportError) -> Self {
        Self::Transport(error)
    }
}

impl<E> From<reqwest::Error> for OperationError<E> {
    fn from(error: reqwest::Error) -> Self {
        Self::Build(error.without_url().into())
    }
}

impl<E> From<reqwest::header::InvalidHeaderValue> for OperationError<E> {
    fn from(error: reqwest::header::InvalidHeaderValue) -> Self {
        Self::Build(error.into())
    }
}
