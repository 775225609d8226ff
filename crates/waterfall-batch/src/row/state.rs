//! [`RowState`] and [`Outcome`]: the state of a row.

use std::fmt;

/// The state of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum RowState {
    /// The row waits to be launched.
    Pending,
    /// The intent to launch the row is stored. A launch may have been sent.
    Launching,
    /// The row has a job, whose result is not stored yet.
    Launched,
    /// A launch may have been sent, and no worker waits for its response.
    InDoubt,
    /// The row has an outcome.
    Done,
    /// The row is never launched: it is a duplicate, invalid, or blank.
    Skipped,
}

impl RowState {
    /// All states, in the order in which a row passes through them.
    pub const ALL: [Self; 6] =
        [Self::Pending, Self::Launching, Self::Launched, Self::InDoubt, Self::Done, Self::Skipped];

    /// Returns the state as a word, for example `in_doubt`. These words are stable.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Launching => "launching",
            Self::Launched => "launched",
            Self::InDoubt => "in_doubt",
            Self::Done => "done",
            Self::Skipped => "skipped",
        }
    }

    /// Returns the number with which a journal stores the state.
    pub(crate) const fn code(self) -> i16 {
        match self {
            Self::Pending => 0,
            Self::Launching => 1,
            Self::Launched => 2,
            Self::InDoubt => 3,
            Self::Done => 4,
            Self::Skipped => 5,
        }
    }

    pub(crate) fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

impl fmt::Display for RowState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The outcome of a row, or the reason why it is skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Outcome {
    /// The job succeeded and its output is not empty.
    Found,
    /// The job succeeded and found nothing, which is normal.
    NotFound,
    /// The job ended in a state other than `SUCCEEDED`.
    Failed,
    /// The API refused the launch, and would refuse it again.
    Refused,
    /// The API no longer knew the job when it was read (404).
    Expired,
    /// The response about a finished job could not be decoded. It is stored.
    Unreadable,
    /// The operator gave up a row that was in doubt.
    GivenUp,
    /// Skipped: another row of the batch has the same key.
    Duplicate,
    /// Skipped: the caller already has the result.
    Known,
    /// Skipped: the query violates a rule of the API.
    Invalid,
    /// Skipped: there is no query.
    Blank,
}

impl Outcome {
    /// All outcomes.
    pub const ALL: [Self; 11] = [
        Self::Found,
        Self::NotFound,
        Self::Failed,
        Self::Refused,
        Self::Expired,
        Self::Unreadable,
        Self::GivenUp,
        Self::Duplicate,
        Self::Known,
        Self::Invalid,
        Self::Blank,
    ];

    /// Returns the outcome as a word, for example `not_found`. These words are stable.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::NotFound => "not_found",
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::Expired => "expired",
            Self::Unreadable => "unreadable",
            Self::GivenUp => "given_up",
            Self::Duplicate => "duplicate",
            Self::Known => "known",
            Self::Invalid => "invalid",
            Self::Blank => "blank",
        }
    }

    /// Returns the number with which a journal stores the outcome.
    pub(crate) const fn code(self) -> i16 {
        match self {
            Self::Found => 0,
            Self::NotFound => 1,
            Self::Failed => 2,
            Self::Refused => 3,
            Self::Expired => 4,
            Self::Unreadable => 5,
            Self::GivenUp => 6,
            Self::Duplicate => 7,
            Self::Known => 8,
            Self::Invalid => 9,
            Self::Blank => 10,
        }
    }

    pub(crate) fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.code() == code)
    }

    /// Returns whether the job's own result replaces this outcome if it arrives later.
    pub const fn is_replaceable(self) -> bool {
        matches!(self, Self::Refused | Self::Expired | Self::Unreadable | Self::GivenUp)
    }

    /// Returns whether a job reported this outcome.
    pub(super) const fn is_of_job(self) -> bool {
        matches!(self, Self::Found | Self::NotFound | Self::Failed)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
