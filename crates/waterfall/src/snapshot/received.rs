//! [`Received`]: a response about a job, or a delivery.

use std::time::SystemTime;

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use waterfall_api::Deviation;

use super::envelope::Envelope;
use crate::headers::retry_after;
use crate::job_id::JobId;
use crate::kind::JobKind;

/// A response about a job, or a delivery.
pub(super) struct Received<K: JobKind> {
    pub(super) job_id: JobId,
    pub(super) job: K::Job,
    pub(super) envelope: Envelope,
    pub(super) deviations: Vec<Deviation>,
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) received_at: SystemTime,
    pub(super) delivered: bool,
}

impl<K: JobKind> Received<K> {
    /// The server's time when it responded; the local time if the response has no `Date`. For a
    /// delivery, the time of receipt.
    pub(super) fn responded_at(&self) -> Option<jiff::Timestamp> {
        let date = if self.delivered { None } else { retry_after::date(&self.headers) };
        let received_at = || self.received_at.try_into().ok();
        date.and_then(|date| date.try_into().ok()).or_else(received_at)
    }
}
