//! What a failed call attempted.

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
}

/// A call: its request, the host, and the keys that a response may repeat.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) request: RequestKind,
    pub(crate) host: Arc<str>,
    pub(crate) keys: Vec<HeaderValue>,
    pub(crate) clock: Clock,
}
