//! [`Received`]: a response about a job, or a delivery.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use waterfall_api::Deviation;

#[cfg(feature = "webhook")]
use super::delivered_body::DeliveredBody;
use super::facts::Facts;
use crate::headers::retry_after;
use crate::job_id::JobId;
use crate::job_state;

/// A response about a job, or a delivery.
pub(crate) struct Received<J> {
    pub(super) job_id: JobId,
    pub(super) job: Box<J>,
    pub(super) facts: Facts,
    pub(super) deviations: Vec<Deviation>,
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) received_at: SystemTime,
    pub(super) delivered: bool,
}

impl<J> Received<J> {
    pub(super) fn started_at(&self) -> Option<jiff::Timestamp> {
        self.facts.start_date.as_ref()?.instant()
    }

    pub(super) fn stopped_at(&self) -> Option<jiff::Timestamp> {
        self.facts.stop_date.as_ref()?.instant()
    }

    pub(super) fn is_final(&self) -> bool {
        job_state::is_final(&self.facts.state).unwrap_or(false)
    }

    pub(super) fn elapsed(&self) -> Option<Duration> {
        let end = if self.facts.stop_date.is_some() {
            self.stopped_at()?
        } else if self.is_final() {
            return None;
        } else {
            self.responded_at()?
        };
        let elapsed = end.duration_since(self.started_at()?);
        Some(elapsed.try_into().unwrap_or(Duration::ZERO))
    }

    #[cfg(feature = "webhook")]
    pub(super) fn delivered_body(&self) -> DeliveredBody {
        let (headers, body) = (self.headers.clone(), self.body.clone());
        let received_at = self.received_at.try_into().unwrap_or_default();
        DeliveredBody { headers, body, received_at }
    }

    pub(super) fn json(&self) -> &str {
        // Decoding has checked every string; the rest of JSON is ASCII.
        std::str::from_utf8(&self.body).unwrap_or_default()
    }

    /// Returns the server's time when it responded; the local time if the response has no `Date`.
    /// For a delivery, the time of receipt.
    fn responded_at(&self) -> Option<jiff::Timestamp> {
        let date = if self.delivered { None } else { retry_after::date(&self.headers) };
        let received_at = || self.received_at.try_into().ok();
        date.and_then(|date| date.try_into().ok()).or_else(received_at)
    }
}
