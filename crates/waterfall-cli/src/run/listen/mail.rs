//! A genuine delivery, whether this program can decode it or not.

use waterfall::JobId;
use waterfall::webhook::{Delivery, VerifiedDelivery};

/// What is handed over.
#[derive(Debug)]
pub(super) enum Mail {
    Decoded(Delivery),
    /// Of a kind that this program does not know. It is paid for all the same.
    Raw(VerifiedDelivery),
}

impl Mail {
    pub(super) fn verified(&self) -> &VerifiedDelivery {
        match self {
            Self::Decoded(delivery) => delivery.verified(),
            Self::Raw(verified) => verified,
        }
    }

    pub(super) fn job_id(&self) -> Option<JobId> {
        match self {
            Self::Decoded(delivery) => delivery.job_id(),
            Self::Raw(_) => None,
        }
    }

    pub(super) fn status(&self) -> Option<&str> {
        match self {
            Self::Decoded(delivery) => Some(delivery.snapshot().state().as_str()),
            Self::Raw(_) => None,
        }
    }
}
