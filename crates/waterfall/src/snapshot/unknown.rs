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

use super::accessors::accessors;
use super::received::Received;
use crate::job_id::JobId;

/// A delivered job whose kind is not known. It has the values that jobs of all kinds have, and its
/// JSON.
///
/// Cheap to clone. `Debug` shows no personal data.
#[derive(Clone)]
pub struct UnknownJob {
    pub(super) received: Arc<Received<Value>>,
}

accessors!([] UnknownJob);

impl UnknownJob {
    /// Returns the complete job as JSON.
    pub fn json(&self) -> &Value {
        &self.received.job
    }

    /// Returns the state of the job. See [`Snapshot::state`](crate::Snapshot::state).
    pub fn state(&self) -> &JobState {
        &self.received.facts.state
    }

    /// Returns the ID that the job contains, with the kind `unknown`; the nil UUID if it contains
    /// none.
    pub fn job_id(&self) -> JobId {
        self.received.job_id
    }

    /// Always empty, because without a kind there is no description to compare with.
    pub fn deviations(&self) -> &[Deviation] {
        &self.received.deviations
    }

    /// Always 200, because the job was delivered.
    pub fn status(&self) -> StatusCode {
        self.received.status
    }

    /// Always 0, because the job was delivered.
    pub fn reads(&self) -> u32 {
        0
    }

    /// Always `None`, because the job was delivered.
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
