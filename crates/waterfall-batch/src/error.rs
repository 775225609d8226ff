//! [`JournalError`] and [`BatchError`]: the errors of a batch.

use std::error::Error as StdError;
use std::fmt;

use waterfall::BoxError;

/// The category of a journal error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JournalErrorKind {
    /// The journal can't be reached, or another program keeps it locked. A retry may succeed.
    Unavailable,
    /// The journal's disk is full. A retry may succeed.
    Full,
    /// The response to a commit was lost: the change may or may not have been made.
    Unacknowledged,
    /// The file is damaged, or not a journal.
    Corrupt,
    /// The journal was written by a newer version of this crate, or its settings are not
    /// sufficient.
    Unsupported,
    /// The batch or row does not exist, or the request contradicts the stored state.
    Conflict,
    /// Any other error.
    Other,
}

/// A journal could not perform an action.
///
/// `Display` is one line: what was attempted, what came back, and what to do. It contains no
/// personal data and no password.
#[derive(Debug)]
pub struct JournalError {
    kind: JournalErrorKind,
    attempt: &'static str,
    problem: String,
    source: Option<BoxError>,
}

impl JournalError {
    /// Creates an error of a journal from the failed action, as in "could not *add rows*", and the
    /// result.
    pub fn new(kind: JournalErrorKind, attempt: &'static str, problem: impl Into<String>) -> Self {
        Self { kind, attempt, problem: problem.into(), source: None }
    }

    /// Adds the cause.
    #[must_use]
    pub fn because(mut self, source: impl Into<BoxError>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Returns the category of the error.
    pub fn kind(&self) -> JournalErrorKind {
        self.kind
    }

    /// Returns whether the same call may succeed later.
    pub fn is_transient(&self) -> bool {
        use JournalErrorKind::{Full, Unacknowledged, Unavailable};
        matches!(self.kind, Unavailable | Full | Unacknowledged)
    }
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let advice = match self.kind {
            JournalErrorKind::Unavailable => "nothing is sent until it can be reached again",
            JournalErrorKind::Full => "nothing is sent until there is space; free some",
            JournalErrorKind::Unacknowledged => "its outcome is checked before anything is sent",
            JournalErrorKind::Corrupt => "restore it from a backup, or start a new one",
            JournalErrorKind::Unsupported => "update this program, or start a new journal",
            JournalErrorKind::Conflict | JournalErrorKind::Other => "nothing was changed",
        };
        write!(f, "the journal could not {}: {}; {advice}", self.attempt, self.problem)
    }
}

impl StdError for JournalError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source = self.source.as_deref()?;
        Some(source)
    }
}

/// A batch could not perform an action.
#[derive(Debug)]
#[non_exhaustive]
pub enum BatchError {
    /// The journal failed.
    Journal(JournalError),
    /// The client failed before anything was sent.
    Client(waterfall::Error),
    /// The batch with this name is for jobs of another kind.
    OtherKind {
        /// The stored kind.
        stored: String,
    },
    /// The batch with this name has another input.
    InputChanged,
    /// A setting contradicts another one.
    Settings(String),
}

impl fmt::Display for BatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Journal(error) => error.fmt(f),
            Self::Client(error) => error.fmt(f),
            Self::OtherKind { stored } => {
                write!(
                    f,
                    "the batch with this name is for jobs of the kind {stored}; choose a \
                    name"
                )
            }
            Self::InputChanged => f.write_str(
                "the input has changed since the batch with this name was started; choose another \
                 name, or restore the input",
            ),
            Self::Settings(problem) => f.write_str(problem),
        }
    }
}

impl StdError for BatchError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Journal(error) => Some(error),
            Self::Client(error) => Some(error),
            _ => None,
        }
    }
}

impl From<JournalError> for BatchError {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

impl From<waterfall::Error> for BatchError {
    fn from(error: waterfall::Error) -> Self {
        Self::Client(error)
    }
}
