//! [`TransportError`]: the error of a request without a complete response.

use std::error::Error as StdError;
use std::fmt;

use crate::response::Response;

/// Any error that can be sent between threads.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// How much of a request was sent before the transport failed.
///
/// A request without an idempotency key can be repeated safely only if it was
/// [`NotSent`](Self::NotSent).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DispatchState {
    /// Nothing was sent: the request could not be built, or no connection was made.
    NotSent,
    /// The request or a part of it may have reached the server.
    MaybeSent,
    /// The server responded, but the response was cut off or too large.
    ResponseIncomplete,
}

/// The error of a request that received no complete response.
///
/// `Display` and `Debug` contain no URL, header or body, provided that the
/// [`source`](StdError::source) contains none.
///
/// ```
/// use openapi_client_runtime::{DispatchState, TransportError};
///
/// let error = TransportError::maybe_sent("connection reset").timed_out();
/// assert_eq!(error.dispatch_state(), DispatchState::MaybeSent);
/// assert!(error.is_timeout() && error.partial().is_none());
/// ```
#[derive(Debug)]
pub struct TransportError {
    dispatch_state: DispatchState,
    timeout: bool,
    partial: Option<Box<Response>>,
    source: BoxError,
}

impl TransportError {
    /// Creates the error of a request of which nothing was sent.
    pub fn not_sent(source: impl Into<BoxError>) -> Self {
        Self {
            dispatch_state: DispatchState::NotSent,
            timeout: false,
            partial: None,
            source: source.into(),
        }
    }

    /// Creates the error of a request that may have been received but got no response.
    pub fn maybe_sent(source: impl Into<BoxError>) -> Self {
        Self {
            dispatch_state: DispatchState::MaybeSent,
            timeout: false,
            partial: None,
            source: source.into(),
        }
    }

    /// Creates the error of a response that was cut off. `partial` contains the received part:
    /// status, headers and the beginning of the body.
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

    /// Replaces the received part of the response, if any, for example to shorten it.
    #[must_use]
    pub fn map_partial(mut self, change: impl FnOnce(Response) -> Response) -> Self {
        self.partial = self.partial.map(|answer| Box::new(change(*answer)));
        self
    }

    /// Returns how much of the request was sent.
    pub fn dispatch_state(&self) -> DispatchState {
        self.dispatch_state
    }

    /// Returns whether the request timed out.
    pub fn is_timeout(&self) -> bool {
        self.timeout
    }

    /// Returns the received part of the response.
    pub fn partial(&self) -> Option<&Response> {
        self.partial.as_deref()
    }

    /// Consumes the error and returns the received part of the response.
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
