//! [`Verdict`]: the result of `webhook verify`.

use serde::Serialize;

/// The result of `webhook verify`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    Genuine,
    Refused,
    /// The keys are not available.
    Unknown,
    /// Genuine, but the body could not be decoded.
    Unreadable,
}

impl Verdict {
    /// As in JSON.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Genuine => "genuine",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
            Self::Unreadable => "unreadable",
        }
    }
}
