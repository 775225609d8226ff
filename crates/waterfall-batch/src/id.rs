//! Identifiers of batches, workers and jobs, and the fence of a write.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;
use waterfall::{JobId, JobKind};

/// A batch. The ID is the same in every journal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BatchId(Uuid);

/// A worker: one process that runs batches, until its lease ends.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WorkerId(Uuid);

/// A job, as a journal stores it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobKey(Uuid);

/// Identifies one intent, so that it can be looked up if the response to its commit is lost.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct IntentToken(Uuid);

macro_rules! uuid_newtype {
    ($name:ident) => {
        impl $name {
            /// Creates a new ID.
            #[must_use]
            pub fn random() -> Self {
                Self(Uuid::new_v4())
            }

            /// Returns the 16 bytes with which a journal stores the ID.
            pub(crate) fn bytes(&self) -> [u8; 16] {
                self.0.into_bytes()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($name)).field(&format_args!("{}", self.0)).finish()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
    };
}

uuid_newtype!(BatchId);
uuid_newtype!(WorkerId);
uuid_newtype!(JobKey);
uuid_newtype!(IntentToken);

impl BatchId {
    pub(crate) fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }
}

impl WorkerId {
    #[cfg(test)]
    pub(crate) const fn from_number(number: u128) -> Self {
        Self(Uuid::from_u128(number))
    }

    pub(crate) fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }
}

impl JobKey {
    #[cfg(test)]
    pub(crate) const fn from_number(number: u128) -> Self {
        Self(Uuid::from_u128(number))
    }

    pub(crate) fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }
}

impl From<JobId> for JobKey {
    fn from(id: JobId) -> Self {
        Self(id.into())
    }
}

impl JobKey {
    /// Returns the ID of the job with this kind: a journal stores the kind with the batch.
    pub fn id_of<K: JobKind>(self) -> JobId {
        JobId::of::<K>(self.0)
    }
}

/// Identifies the target of every write about a row: the batch, the row's position in the input,
/// counted from 0, and the attempt, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Fence {
    /// The batch.
    pub batch: BatchId,
    /// The position of the row in the input, counted from 0.
    pub row: u64,
    /// The number of the attempt, counted from 1.
    pub attempt: u32,
}

impl Fence {
    /// Creates the fence of an attempt to launch a row.
    pub const fn new(batch: BatchId, row: u64, attempt: u32) -> Self {
        Self { batch, row, attempt }
    }
}

/// Returns the text that a launch carries in `custom_fields`: `BATCH/ROW/ATTEMPT`.
impl fmt::Display for Fence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.batch.0.simple(), self.row, self.attempt)
    }
}

/// Returned if a text does not have the form `BATCH/ROW/ATTEMPT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FenceError;

impl fmt::Display for FenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a row key of the form BATCH/ROW/ATTEMPT")
    }
}

impl std::error::Error for FenceError {}

impl FromStr for Fence {
    type Err = FenceError;

    fn from_str(text: &str) -> Result<Self, FenceError> {
        let mut parts = text.split('/');
        let (Some(batch), Some(row), Some(attempt), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(FenceError);
        };
        let batch = Uuid::try_parse(batch).map(BatchId).map_err(|_| FenceError)?;
        let row = row.parse().ok().filter(|row| *row <= MAX_ROW).ok_or(FenceError)?;
        let attempt = attempt.parse().map_err(|_| FenceError)?;
        Ok(Self { batch, row, attempt })
    }
}

/// Positions are stored as signed integers.
pub(crate) const MAX_ROW: u64 = i64::MAX as u64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_is_read_back_from_its_text() {
        let fence = Fence::new(BatchId::random(), 17, 2);
        assert_eq!(fence.to_string().parse(), Ok(fence));
        for text in ["", "x/1/1", "7d44db585de34e92a2fb8325d12c2e8b/1", "a/b/c/d"] {
            assert_eq!(text.parse::<Fence>(), Err(FenceError), "{text}");
        }
    }
}
