//! What a sandbox remembers of its deliveries, for tests to look at.

use std::fmt;

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use super::fault::DeliveryFault;
use crate::clock::{Clock, DateShape};

/// One attempt at a delivery, and what became of it.
///
/// `Debug` leaves out the body, the signature, and all of the address but its
/// beginning.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct DeliveryAttempt {
    /// The job that is over.
    pub job_id: Uuid,
    /// The `webhook_url` of its launch.
    pub url: String,
    /// When the attempt was made, on tokio's clock.
    pub at: Instant,
    /// Which attempt at this delivery it is, from 1.
    pub attempt: u32,
    /// 0, or for the copies of [`DeliveryFault::Duplicate`] from 1.
    pub copy: u32,
    /// What goes wrong with the delivery.
    pub faults: Vec<DeliveryFault>,
    /// The body as it was sent.
    pub body: Bytes,
    /// The header `X-Webhook-Signature`, if there was one.
    pub signature: Option<String>,
    /// What came of it.
    pub outcome: DeliveryOutcome,
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeliveryOutcome {
    /// It is on its way.
    Pending,
    /// The receiver answered with this status. Below 500 that is the end of the
    /// delivery, also of one that is refused; redirects aren't followed.
    Answered(u16),
    /// No answer came in time.
    TimedOut,
    /// No answer came, for this reason.
    NoAnswer(String),
    /// Nothing was sent: [`DeliveryFault::Lose`].
    Lost,
    /// Nothing was sent, because the sandbox doesn't send there, or can't.
    NotSent(String),
}

impl DeliveryOutcome {
    /// Whether another attempt may do better.
    pub(crate) fn is_failure(&self) -> bool {
        match self {
            Self::Answered(status) => *status >= 500,
            Self::TimedOut | Self::NoAnswer(_) => true,
            Self::Pending | Self::Lost | Self::NotSent(_) => false,
        }
    }
}

impl DeliveryAttempt {
    /// Where it went, without what may be a secret.
    fn place(&self) -> String {
        let origin = self.url.split('/').take(3).collect::<Vec<_>>().join("/");
        origin.rsplit('@').next().unwrap_or_default().to_owned()
    }
}

/// An attempt as `GET /sandbox/deliveries` has it: all but what was sent.
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
        "to": attempt.place(),
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
            .field("to", &self.place())
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
