//! [`Error`]: why a delivery was not accepted.

use std::fmt;

use waterfall_api::DecodeError;

use super::keys_unavailable::KeysUnavailable;
use super::verified::VerifiedDelivery;
use super::violation::{Stage, Violation};

/// Why a delivery was refused, or could not be verified or decoded.
///
/// Neither `Display` nor `Debug` contains anything of the body or the token. Both are
/// for your logs: don't report to a sender which rule it violated.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Error {
    /// The delivery violates a rule. Respond with 400.
    Refused(Violation),
    /// The keys are not available at present, so the delivery could not be verified. Respond
    /// with 503, so that the sender may retry.
    KeysUnavailable(KeysUnavailable),
    /// The delivery is genuine, but this crate can't decode its body as a job.
    ///
    /// The result was paid for and is delivered only once: store [`Unreadable::verified`].
    Unreadable(Box<Unreadable>),
}

/// A verified delivery whose body could not be decoded.
#[derive(Debug, Clone)]
pub struct Unreadable {
    pub(super) verified: VerifiedDelivery,
    pub(super) mismatch: DecodeError,
}

impl Unreadable {
    /// Returns the delivery, with its body.
    pub fn verified(&self) -> &VerifiedDelivery {
        &self.verified
    }

    /// Returns the delivery.
    pub fn into_verified(self) -> VerifiedDelivery {
        self.verified
    }

    /// Returns the JSON path of the value that could not be decoded, for example `$.output.person`.
    pub fn json_path(&self) -> &str {
        self.mismatch.path()
    }
}

impl Error {
    /// Returns a stable identifier for logs, metrics and JSON: the [code](Violation::code) of the
    /// violated rule, `keys_unavailable` or `unreadable`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(violation) => violation.code(),
            Self::KeysUnavailable(_) => "keys_unavailable",
            Self::Unreadable(_) => "unreadable",
        }
    }

    /// Returns the stage at which verification or decoding stopped.
    pub fn stage(&self) -> Stage {
        match self {
            Self::Refused(violation) => violation.stage(),
            Self::KeysUnavailable(_) => Stage::Key,
            Self::Unreadable(_) => Stage::Job,
        }
    }

    /// Returns the likely cause and advice. For your logs, not for the sender.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Refused(violation) => violation.hint(),
            Self::KeysUnavailable(_) => {
                "The delivery could not be verified. The sender may retry it later."
            }
            Self::Unreadable(_) => {
                "The delivery is genuine and paid for: keep the body. A newer version may decode \
                 it."
            }
        }
    }

    /// Returns whether the same delivery may be accepted later, because the keys are not available
    /// at present.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::KeysUnavailable(_))
    }
}

impl From<Violation> for Error {
    fn from(violation: Violation) -> Self {
        Self::Refused(violation)
    }
}

impl From<KeysUnavailable> for Error {
    fn from(error: KeysUnavailable) -> Self {
        Self::KeysUnavailable(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(violation) => write!(f, "webhook delivery refused: {violation}"),
            Self::KeysUnavailable(error) => error.fmt(f),
            Self::Unreadable(unreadable) => write!(
                f,
                "webhook delivery not decoded: it is genuine, but its body is not a known job, {}",
                unreadable.mismatch
            ),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::KeysUnavailable(error) => error.source(),
            _ => None,
        }
    }
}
