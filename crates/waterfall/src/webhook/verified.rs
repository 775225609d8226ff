//! [`Verified`]: a delivery that passed, with its body as it came.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use reqwest::header::HeaderMap;
use serde_json::Value;
use waterfall_api::decode;

use super::claims::Claims;
use super::delivery::Delivery;
use super::error::{Error, Unreadable};

/// A delivery that was verified, its body not looked into yet.
///
/// Cheap to clone. `Debug` shows nothing of the body and of the token.
#[derive(Clone)]
pub struct Verified {
    pub(super) body: Bytes,
    pub(super) headers: HeaderMap,
    pub(super) received_at: Timestamp,
    pub(super) signed: Option<Arc<Signed>>,
}

/// What a good signature brought.
pub(super) struct Signed {
    pub(super) key_id: String,
    pub(super) claims: Claims,
    /// The SHA-256 of what is signed. The signature itself is left out.
    pub(super) fingerprint: [u8; 32],
}

impl Verified {
    /// The body, exactly as it was received.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The body by move, exactly as it was received.
    pub fn into_body(self) -> Bytes {
        self.body
    }

    /// The headers of the request. That of the signature shows as `Sensitive` in
    /// `Debug`.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// When it was received, by the clock of the verifier, or the time that was passed to it.
    pub fn received_at(&self) -> Timestamp {
        self.received_at
    }

    /// Whether it was signed. One that was not may come from anybody; there are
    /// none unless they were
    /// [allowed](crate::webhook::Verifier::allow_unsigned).
    pub fn is_signed(&self) -> bool {
        self.signed.is_some()
    }

    /// The id of the key that it is signed with.
    pub fn key_id(&self) -> Option<&str> {
        Some(&self.signed.as_ref()?.key_id)
    }

    /// When the token says that it was issued (`iat`).
    pub fn issued_at(&self) -> Option<Timestamp> {
        self.signed.as_ref()?.claims.issued_at
    }

    /// When the token says that it expires (`exp`).
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.signed.as_ref()?.claims.expires_at
    }

    /// A claim of the token, by its name. Which there are besides `body_hash` is
    /// not published.
    pub fn claim(&self, name: &str) -> Option<&Value> {
        self.signed.as_ref()?.claims.all.get(name)
    }

    /// Decodes the body.
    ///
    /// # Errors
    ///
    /// [`Error::Unreadable`], with this in it, if the body is not a job with a
    /// `status`. Other fields of an unexpected type are
    /// [deviations](crate::Snapshot::deviations).
    pub fn parse(self) -> Result<Delivery, Error> {
        match decode(&self.body) {
            Ok((job, deviations)) => Ok(Delivery::new(self, job, deviations)),
            Err(mismatch) => {
                Err(Error::Unreadable(Box::new(Unreadable { verified: self, mismatch })))
            }
        }
    }
}

impl fmt::Debug for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("signed", &self.is_signed())
            .field("received_at", &self.received_at)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
