//! [`UnknownJob`]: a delivered job whose kind is not known.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde_json::Value;
use waterfall_api::Deviation;
use waterfall_api::types::{JobState, Usage};

use super::received::Received;
use crate::job_id::JobId;

/// A delivered job whose kind is not known. It has what jobs of all kinds have, and its JSON.
///
/// Cheap to clone. `Debug` shows no personal data.
#[derive(Clone)]
pub struct UnknownJob {
    pub(super) received: Arc<Received<Value>>,
}

impl UnknownJob {
    /// The complete job as JSON.
    pub fn json(&self) -> &Value {
        &self.received.job
    }

    /// The state of the job, see [`Snapshot::state`](crate::Snapshot::state).
    pub fn state(&self) -> &JobState {
        &self.received.facts.state
    }

    /// The ID that the job contains, with the kind `unknown`; the nil UUID if it contains none.
    pub fn job_id(&self) -> JobId {
        self.received.job_id
    }

    /// See [`Snapshot::started_at`](crate::Snapshot::started_at).
    pub fn started_at(&self) -> Option<jiff::Timestamp> {
        self.received.started_at()
    }

    /// See [`Snapshot::stopped_at`](crate::Snapshot::stopped_at).
    pub fn stopped_at(&self) -> Option<jiff::Timestamp> {
        self.received.stopped_at()
    }

    /// See [`Snapshot::elapsed`](crate::Snapshot::elapsed).
    pub fn elapsed(&self) -> Option<Duration> {
        self.received.elapsed()
    }

    /// See [`Snapshot::is_final`](crate::Snapshot::is_final).
    pub fn is_final(&self) -> bool {
        self.received.is_final()
    }

    /// Whether the job succeeded, with or without finding anything.
    pub fn is_success(&self) -> bool {
        *self.state() == JobState::Succeeded
    }

    /// What the job cost, if the API reports it.
    pub fn usage(&self) -> Option<&Usage> {
        self.received.facts.usage.as_ref()
    }

    /// Why the job failed, as a text for people.
    pub fn error_message(&self) -> Option<&str> {
        self.received.facts.error.as_deref()
    }

    /// None: without a kind there is no description.
    pub fn deviations(&self) -> &[Deviation] {
        &self.received.deviations
    }

    /// The body, exactly as it was received.
    pub fn raw(&self) -> &Bytes {
        &self.received.body
    }

    /// The body as text, exactly as it was received.
    pub fn raw_json(&self) -> &str {
        self.received.json()
    }

    /// Whether it was delivered by a webhook, and not read.
    pub fn was_delivered(&self) -> bool {
        self.received.delivered
    }

    /// 200.
    pub fn status(&self) -> StatusCode {
        self.received.status
    }

    /// The headers of the delivery.
    pub fn headers(&self) -> &HeaderMap {
        &self.received.headers
    }

    /// 0: it was delivered.
    pub fn reads(&self) -> u32 {
        0
    }

    /// `None`: it was delivered.
    pub fn launch_attempts(&self) -> Option<u32> {
        None
    }
}

impl fmt::Debug for UnknownJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnknownJob")
            .field("job_id", &self.job_id())
            .field("state", &self.state().as_str())
            .finish_non_exhaustive()
    }
}
