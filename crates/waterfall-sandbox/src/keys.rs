//! API keys, of which only fingerprints are stored.

use std::collections::HashSet;
use std::fmt;

use axum::http::HeaderMap;

use crate::envelope::{ApiError, Code};
use crate::rng::fingerprint;

/// An API key that a [`Sandbox`](crate::Sandbox) accepts by default.
///
/// By default, any other key of 1 to 256 visible ASCII characters is accepted too. With
/// [`Builder::accept_key`](crate::Builder::accept_key), the demo key must be added like
/// any other.
pub const DEMO_KEY: &str = "waterfall-demo-key";

/// The API's header for the key.
pub(crate) const KEY_HEADER: &str = "x-api-key";

/// Identifies an API key in the sandbox's records by a fingerprint, which does not
/// reveal the key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(u64);

impl KeyId {
    /// The fingerprint of `key`.
    pub fn of(key: &str) -> Self {
        Self(fingerprint(&[b"key", key.as_bytes()]))
    }
}

/// The fingerprint in hexadecimal.
impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// The accepted keys and their permissions.
#[derive(Debug, Clone, Default)]
pub(crate) struct Keys {
    accepted: Option<HashSet<KeyId>>,
    without_phones: HashSet<KeyId>,
}

impl Keys {
    pub(crate) fn accept(&mut self, key: &str) {
        self.accepted.get_or_insert_default().insert(KeyId::of(key));
    }

    pub(crate) fn deny_phones(&mut self, key: &str) {
        self.without_phones.insert(KeyId::of(key));
    }

    pub(crate) fn may_have_phones(&self, key: KeyId) -> bool {
        !self.without_phones.contains(&key)
    }

    /// As in the API: 401 without a key, 403 for an unknown key.
    pub(crate) fn check(&self, headers: &HeaderMap) -> Result<KeyId, ApiError> {
        let key = headers.get(KEY_HEADER).map_or(&[][..], |value| value.as_bytes());
        if key.is_empty() {
            return Err(ApiError::new(Code::AuthMissingApiKey));
        }
        let plausible = key.len() <= 256 && key.iter().all(u8::is_ascii_graphic);
        let id = KeyId(fingerprint(&[b"key", key]));
        let known = self.accepted.as_ref().map_or(plausible, |accepted| accepted.contains(&id));
        if known { Ok(id) } else { Err(ApiError::new(Code::AuthBadApiKey)) }
    }
}
