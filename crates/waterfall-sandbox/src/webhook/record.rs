//! Records of delivery attempts, for inspection by tests.

use std::fmt;

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use super::fault::DeliveryFault;
use crate::clock::{Clock, DateShape};

/// One attempt at a delivery and its outcome.
///
/// `Debug` omits the body and the signature, and shows only the origin of the URL.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct DeliveryAttempt {
    /// The job whose result is delivered.
    pub job_id: Uuid,
    /// The `webhook_url` of its launch.
    pub url: String,
    /// When the attempt was made, on tokio's clock.
    pub at: Instant,
    /// The number of the attempt, counted from 1.
    pub attempt: u32,
    /// 0 for the original; counted from 1 for the copies of [`DeliveryFault::Duplicate`].
    pub copy: u32,
    /// The faults of the delivery.
    pub faults: Vec<DeliveryFault>,
    /// The body as it was sent.
    pub body: Bytes,
    /// The header `X-Webhook-Signature`, if it was sent.
    pub signature: Option<String>,
    /// The outcome.
    pub outcome: DeliveryOutcome,
}

/// The outcome of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeliveryOutcome {
    /// The attempt is in progress.
    Pending,
    /// The receiver responded with this status. A status below 500 ends the delivery,
    /// even if it is an error. Redirects are not followed.
    Answered(u16),
    /// The receiver did not respond in time.
    TimedOut,
    /// No response was received, for this reason.
    NoAnswer(String),
    /// Nothing was sent: [`DeliveryFault::Lose`].
    Lost,
    /// Nothing was sent, because the sandbox does not or cannot deliver to this URL.
    NotSent(String),
}

impl DeliveryOutcome {
    /// Returns whether another attempt may succeed.
    pub(crate) fn is_failure(&self) -> bool {
        match self {
            Self::Answered(status) => *status >= 500,
            Self::TimedOut | Self::NoAnswer(_) => true,
            Self::Pending | Self::Lost | Self::NotSent(_) => false,
        }
    }
}

impl DeliveryAttempt {
    /// Returns the origin of the URL, without user information and path, which may be secret.
    fn origin(&self) -> String {
        let origin = self.url.split('/').take(3).collect::<Vec<_>>().join("/");
        origin.rsplit('@').next().unwrap_or_default().to_owned()
    }
}

/// Returns an attempt as `GET /sandbox/deliveries` returns it, without the sent data.
pub(crate) fn to_json(attempt: &DeliveryAttempt, clock: &Clock) -> Value {
    let faults: Vec<String> = attempt.faults.iter().map(DeliveryFault::to_string).collect();
    let (outcome, status, reason) = match &attempt.outcome {
        DeliveryOutcome::Pending => ("pending", None, None),
        DeliveryOutcome::Answered(status) => ("answered", Some(*status), None),
        DeliveryOutcome::TimedOut => ("timed_out", None, None),
        DeliveryOutcome::NoAnswer(reason) => ("no_answer", None, Some(reason)),
        DeliveryOutcome::Lost => ("lost", None, None),
        DeliveryOutcome::NotSent(reason) => ("not_sent", None, Some(reason)),
    };
    json!({
        "job_id": attempt.job_id,
        "at": clock.date(attempt.at, DateShape::Zulu),
        "to": attempt.origin(),
        "attempt": attempt.attempt,
        "copy": attempt.copy,
        "faults": faults,
        "bytes": attempt.body.len(),
        "signed": attempt.signature.is_some(),
        "outcome": outcome,
        "status": status,
        "reason": reason,
    })
}

impl fmt::Debug for DeliveryAttempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeliveryAttempt")
            .field("job_id", &self.job_id)
            .field("to", &self.origin())
            .field("at", &self.at)
            .field("attempt", &self.attempt)
            .field("copy", &self.copy)
            .field("faults", &self.faults)
            .field("bytes", &self.body.len())
            .field("signed", &self.signature.is_some())
            .field("outcome", &self.outcome)
            .finish()
    }
}
