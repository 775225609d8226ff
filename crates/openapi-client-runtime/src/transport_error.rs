//! [`TransportError`]: no complete response was received.

use std::error::Error as StdError;
use std::fmt;

use crate::response::Response;

/// Any error that can be sent between threads.
pub type BoxError = Box<dyn StdError + Send + Sync>;

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
