//! [`ReceivedDelivery`]: a verified delivery, decoded if possible.

use waterfall::JobId;
use waterfall::webhook::{Delivery, VerifiedDelivery};

/// A verified delivery.
#[derive(Debug)]
pub(super) enum ReceivedDelivery {
    Decoded(Delivery),
    /// A delivery that this version can't decode. It is dispatched as well, because it was paid
    /// for.
    Raw(VerifiedDelivery),
}

impl ReceivedDelivery {
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
