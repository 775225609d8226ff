//! [`DeliveredBody`]: an undecoded delivery.

use bytes::Bytes;
use reqwest::header::HeaderMap;

/// An undecoded delivery. Cheap to clone.
#[derive(Clone)]
pub(crate) struct DeliveredBody {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) received_at: jiff::Timestamp,
}
