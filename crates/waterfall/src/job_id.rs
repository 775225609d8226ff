//! [`JobId`]: all that is needed to find a job.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The identifier of a job, a UUID.
///
/// Store it: any process with a key of the same account can continue with the job through
/// [`Client::job`](crate::Client::job). `Display`, `FromStr` and serde use the text with hyphens.
///
/// ```
/// use waterfall::JobId;
///
/// let id: JobId = "7d44db58-5de3-4e92-a2fb-8325d12c2e8b".parse()?;
/// assert_eq!(id.to_string(), "7d44db58-5de3-4e92-a2fb-8325d12c2e8b");
/// # Ok::<(), waterfall::JobIdError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JobId(Uuid);

impl JobId {
    pub(crate) fn as_uuid(&self) -> &Uuid {
        &self.0
    }
}

impl From<Uuid> for JobId {
    fn from(uuid: Uuid) -> Self {
        Self(uuid)
    }
}

impl From<JobId> for Uuid {
    fn from(id: JobId) -> Self {
        id.0
    }
}

impl FromStr for JobId {
    type Err = JobIdError;

    fn from_str(text: &str) -> Result<Self, JobIdError> {
        Uuid::parse_str(text.trim()).map(Self).map_err(|_| JobIdError(()))
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// The text is not the ID of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobIdError(());

impl fmt::Display for JobIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "not the id of a job, which is a UUID such as 7d44db58-5de3-4e92-a2fb-8325d12c2e8b",
        )
    }
}

impl std::error::Error for JobIdError {}
