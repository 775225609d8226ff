//! [`BodyTooLong`]: why a transport stopped reading a body.

use std::error::Error as StdError;
use std::fmt;

use waterfall_api::TransportError;

/// A body is longer than the limit. Reading it again would fail again.
#[derive(Debug)]
pub(crate) struct BodyTooLong {
    longest: usize,
}

impl BodyTooLong {
    pub(crate) fn new(longest: usize) -> Self {
        Self { longest }
    }

    pub(crate) fn is_cause_of(error: &TransportError) -> bool {
        error.source().is_some_and(|source| source.is::<Self>())
    }
}

impl fmt::Display for BodyTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "its body is longer than the limit of {} bytes", self.longest)
    }
}

impl StdError for BodyTooLong {}
