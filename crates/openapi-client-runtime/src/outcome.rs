//! The outcomes of an operation: [`Decoded`] and [`OperationError`].

use std::error::Error as StdError;
use std::fmt;
use std::ops::Deref;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use crate::decode::{additions, decode_watching};
use crate::decode_error::DecodeError;
use crate::deviation::Deviation;
use crate::response::Response;
use crate::transport_error::{BoxError, TransportError};

/// A decoded response with its raw response.
///
/// `Debug` shows the status and the body's length, never a value.
#[derive(Clone)]
pub struct Decoded<T> {
    // Values can have kilobytes, and pass through several futures and results.
    value: Box<T>,
    deviations: Vec<Deviation>,
    has_additions: bool,
    response: Response,
}

impl<T> Decoded<T> {
    /// Returns the raw response.
    pub fn response(&self) -> &Response {
        &self.response
    }

    /// Returns the deviations of the response from its description. The list is empty if the
    /// response matches.
    pub fn deviations(&self) -> &[Deviation] {
        &self.deviations
    }

    /// Returns the decoded value.
    pub fn into_inner(self) -> T {
        *self.value
    }

    /// Converts the value.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Decoded<U> {
        let Self { value, deviations, has_additions, response } = self;
        Decoded { value: Box::new(convert(*value)), deviations, has_additions, response }
    }

    /// Splits this into the decoded value, its deviations and the raw response.
    pub fn into_parts(self) -> (Box<T>, Vec<Deviation>, Response) {
        (self.value, self.deviations, self.response)
    }
}

impl<T: DeserializeOwned> Decoded<T> {
    /// Returns the fields and values of the response that its description does not list; see
    /// [`additions`]. This costs nothing if there are none; otherwise the body is decoded again.
    pub fn additions(&self) -> Vec<Deviation> {
        match self.has_additions {
            true => additions::<T>(self.response.body()),
            false => Vec::new(),
        }
    }
}

impl<T> fmt::Debug for Decoded<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Decoded").field(&self.response).finish()
    }
}

impl<T> Deref for Decoded<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// A response with a documented status whose body could not be decoded.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct UndecodableResponse {
    /// The complete response.
    pub response: Response,
    /// The place and reason of the mismatch.
    pub decode_error: DecodeError,
}

/// The error of an operation.
///
/// If a response was received, the error contains it with its status, headers and body.
///
/// ```
/// use openapi_client_runtime::OperationError;
///
/// fn explain<E: std::fmt::Debug>(error: &OperationError<E>) -> String {
///     match error {
///         OperationError::Api(api) => format!("the API refused: {:?}", **api),
///         OperationError::Transport(error) => format!("{error} ({:?})", error.dispatch_state()),
///         other => format!("{other}: {:?}", other.response()),
///     }
/// }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum OperationError<E> {
    /// The request could not be built; nothing was sent.
    Build(BoxError),
    /// No complete response was received.
    Transport(TransportError),
    /// The API returned an error that its description documents.
    Api(Box<Decoded<E>>),
    /// The status is documented, but the body does not match its description.
    UndecodableResponse(Box<UndecodableResponse>),
    /// The description does not list this status.
    Undocumented(Box<Response>),
}

impl<E> OperationError<E> {
    /// Returns the response if a complete response was received.
    pub fn response(&self) -> Option<&Response> {
        match self {
            Self::Build(_) | Self::Transport(_) => None,
            Self::Api(error) => Some(error.response()),
            Self::UndecodableResponse(undecodable) => Some(&undecodable.response),
            Self::Undocumented(response) => Some(response),
        }
    }

    /// For generated code: creates the error of a documented status.
    #[doc(hidden)]
    pub fn api(error: Decoded<E>) -> Self {
        Self::Api(Box::new(error))
    }

    /// For generated code: creates the error of a status that the description does not list.
    #[doc(hidden)]
    pub fn undocumented(response: Response) -> Self {
        Self::Undocumented(Box::new(response))
    }
}

impl<E> fmt::Display for OperationError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Build(_) => f.write_str("the request could not be built"),
            Self::Transport(error) => error.fmt(f),
            Self::Api(error) => write!(f, "the API returned {}", error.response().status()),
            Self::UndecodableResponse(undecodable) => write!(
                f,
                "the body of the response ({}) does not match its description, {}",
                undecodable.response.status(),
                undecodable.decode_error
            ),
            Self::Undocumented(response) => {
                write!(f, "the API returned {}, which is not documented", response.status())
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
    fn from(undecodable: UndecodableResponse) -> Self {
        Self::UndecodableResponse(Box::new(undecodable))
    }
}

impl<E> From<Box<UndecodableResponse>> for OperationError<E> {
    fn from(undecodable: Box<UndecodableResponse>) -> Self {
        Self::UndecodableResponse(undecodable)
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

impl Response {
    /// For generated code: decodes the response of a documented success.
    #[doc(hidden)]
    pub fn into_decoded<T: DeserializeOwned, E>(self) -> Result<Decoded<T>, OperationError<E>> {
        Ok(self.into_json()?)
    }

    /// For generated code: decodes the response of a documented error.
    #[doc(hidden)]
    pub fn into_api_error<E: DeserializeOwned>(self) -> OperationError<E> {
        self.into_json().map_or_else(OperationError::from, OperationError::api)
    }

    /// For generated code: decodes a JSON body.
    #[doc(hidden)]
    pub fn into_json<T: DeserializeOwned>(self) -> Result<Decoded<T>, Box<UndecodableResponse>> {
        match decode_watching(self.body()) {
            Ok((value, deviations, has_additions)) => {
                Ok(Decoded { value, deviations, has_additions, response: self })
            }
            Err(decode_error) => {
                Err(Box::new(UndecodableResponse { response: self, decode_error }))
            }
        }
    }

    /// For generated code: decodes a JSON body and wraps the value as one of several outcomes.
    #[doc(hidden)]
    pub fn into_json_as<T: DeserializeOwned, U>(
        self,
        outcome: impl FnOnce(T) -> U,
    ) -> Result<Decoded<U>, Box<UndecodableResponse>> {
        Ok(self.into_json::<T>()?.map(outcome))
    }

    /// For generated code: decodes a text body. If the response is declared as JSON, a quoted body
    /// is decoded as a JSON string.
    #[doc(hidden)]
    pub fn into_text(self) -> Result<Decoded<String>, Box<UndecodableResponse>> {
        if self.is_json() && self.body().starts_with(b"\"") {
            return self.into_json();
        }
        match std::str::from_utf8(self.body()) {
            Ok(text) => {
                let value = Box::new(text.to_owned());
                Ok(Decoded { value, deviations: Vec::new(), has_additions: false, response: self })
            }
            Err(_) => {
                let decode_error = DecodeError::new("$", "text that is not valid UTF-8");
                Err(Box::new(UndecodableResponse { response: self, decode_error }))
            }
        }
    }

    /// For generated code: ignores a body that is not described.
    #[doc(hidden)]
    pub fn into_empty(self) -> Decoded<()> {
        Decoded {
            value: Box::new(()),
            deviations: Vec::new(),
            has_additions: false,
            response: self,
        }
    }

    /// For generated code: returns a body that is not JSON.
    #[doc(hidden)]
    pub fn into_raw(self) -> Decoded<Bytes> {
        Decoded {
            value: Box::new(self.body().clone()),
            deviations: Vec::new(),
            has_additions: false,
            response: self,
        }
    }
}
