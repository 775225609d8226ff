//! The request that a failed call attempted.

use std::sync::Arc;

use reqwest::header::HeaderValue;

use crate::clock::Clock;
use crate::job_id::JobId;

/// The request of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RequestKind {
    /// Launches a job.
    Launch,
    /// Reads this job.
    Read(JobId),
    /// An immediate operation.
    Operation(OperationCall),
}

impl RequestKind {
    /// Returns whether the server may have changed or billed something when the outcome is not
    /// known.
    pub(crate) fn has_effect(self) -> bool {
        match self {
            Self::Launch => true,
            Self::Read(_) => false,
            Self::Operation(call) => call.effect != Effect::None,
        }
    }

    /// Returns whether responses contain API keys.
    pub(super) fn is_secret(self) -> bool {
        matches!(self, Self::Operation(OperationCall { secret: true, .. }))
    }
}

/// An immediate operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OperationCall {
    /// The name of the operation in error messages: `contact search`.
    pub(crate) name: &'static str,
    pub(crate) effect: Effect,
    /// Whether responses contain API keys, so that errors must not contain their bodies.
    pub(crate) secret: bool,
}

impl OperationCall {
    pub(crate) const fn new(name: &'static str, effect: Effect) -> Self {
        Self { name, effect, secret: false }
    }

    pub(crate) const fn secret(name: &'static str, effect: Effect) -> Self {
        Self { name, effect, secret: true }
    }
}

/// The effect of a request on the server, which decides whether it is retried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// No effect, or the same effect regardless of the number of times it is sent.
    None,
    /// A billed job whose result a finder can return again.
    BilledJob,
    /// Billed work without a finder.
    BilledOnce,
    /// Creates an API key.
    NewKey,
    /// Unknown.
    Unknown,
}

/// A call: its request, the host, and the keys that a response may repeat.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) request: RequestKind,
    pub(crate) host: Arc<str>,
    pub(crate) keys: Vec<HeaderValue>,
    pub(crate) clock: Clock,
}
