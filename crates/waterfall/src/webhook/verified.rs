//! [`VerifiedDelivery`]: a delivery that passed verification, with its original body.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use reqwest::header::HeaderMap;
use serde_json::Value;

use super::claims::Claims;
use super::kind;
use crate::snapshot::delivered_body::DeliveredBody;

/// A verified delivery whose body is not decoded.
///
/// Cheap to clone. `Debug` shows nothing of the body or the token.
#[derive(Clone)]
pub struct VerifiedDelivery {
    pub(super) body: Bytes,
    pub(super) headers: HeaderMap,
    pub(super) received_at: Timestamp,
    pub(super) signed: Option<Arc<Signed>>,
    /// The word of the kind at the end of the path at which the delivery arrived.
    pub(super) path_kind: Option<&'static str>,
}

/// The contents of a token whose signature is verified.
pub(super) struct Signed {
    pub(super) key_id: String,
    pub(super) claims: Claims,
    /// The SHA-256 of the signed bytes, without the signature.
    pub(super) fingerprint: [u8; 32],
}

impl VerifiedDelivery {
    /// Sets the path at which the delivery arrived. If it ends with the word of a kind, as in
    /// `/waterfall/phone`, the job has that kind.
    #[must_use]
    pub fn at_path(self, path: &str) -> Self {
        Self { path_kind: kind::of_path(path), ..self }
    }

    pub(super) fn delivered_body(&self) -> DeliveredBody {
        let (headers, body) = (self.headers.clone(), self.body.clone());
        DeliveredBody { headers, body, received_at: self.received_at }
    }

    /// Returns the body, exactly as it was received.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Returns the body, exactly as it was received.
    pub fn into_body(self) -> Bytes {
        self.body
    }

    /// Returns the headers of the request. `Debug` shows the signature as `Sensitive`.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the time of receipt: by the clock of the verifier, or as passed to it.
    pub fn received_at(&self) -> Timestamp {
        self.received_at
    }

    /// Returns whether the delivery is signed. Anyone can send an unsigned one; they are refused
    /// unless [allowed](crate::webhook::Verifier::allow_unsigned).
    pub fn is_signed(&self) -> bool {
        self.signed.is_some()
    }

    /// Returns the ID of the key that signed the delivery (`kid`).
    pub fn key_id(&self) -> Option<&str> {
        Some(&self.signed.as_ref()?.key_id)
    }

    /// Returns the time at which the token was issued (`iat`).
    pub fn issued_at(&self) -> Option<Timestamp> {
        self.signed.as_ref()?.claims.issued_at
    }

    /// Returns the time at which the token expires (`exp`).
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.signed.as_ref()?.claims.expires_at
    }

    /// Returns a claim of the token by its name. Waterfall documents no claim except `body_hash`.
    pub fn claim(&self, name: &str) -> Option<&Value> {
        self.signed.as_ref()?.claims.all.get(name)
    }
}

impl fmt::Debug for VerifiedDelivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedDelivery")
            .field("signed", &self.is_signed())
            .field("received_at", &self.received_at)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
