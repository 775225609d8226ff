//! [`Verdict`]: what `webhook verify` makes of a delivery.

use serde::Serialize;

/// What `webhook verify` makes of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    Genuine,
    Refused,
    /// There are no keys to judge it by.
    Unknown,
    /// Genuine, and of a kind that is not known.
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
