//! API keys. Records refer to them by fingerprints.

use std::collections::HashSet;
use std::fmt;

use axum::http::HeaderMap;
use uuid::{Uuid, uuid};

use crate::rng::fingerprint;

/// An API key that a [`Sandbox`](crate::Sandbox) accepts by default.
///
/// By default, any other key of 1 to 256 visible ASCII characters is accepted as well. With
/// [`Builder::accept_key`](crate::Builder::accept_key), the demo key must be added like any other.
pub const DEMO_KEY: &str = "waterfall-demo-key";

/// The master key of the account that a [`Sandbox`](crate::Sandbox) has by default, for the
/// management of API keys. It is accepted as long as all keys are accepted.
/// [`Builder::master_key`](crate::Builder::master_key) replaces it.
pub const DEMO_MASTER_KEY: Uuid = uuid!("00000000-0000-4000-8000-000000000001");

/// The API's header for the key.
pub(crate) const KEY_HEADER: &str = "x-api-key";

/// Identifies an API key in the sandbox's records by a fingerprint, which does not
/// reveal the key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(u64);

impl KeyId {
    /// Returns the fingerprint of `key`.
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

/// Identifies an account. Each key that is not managed has a separate account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct AccountId(pub(crate) KeyId);

/// The caller of a request, identified by its key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller {
    pub(crate) key: KeyId,
    pub(crate) account: AccountId,
    pub(crate) is_master: bool,
    /// The rate limit, if the key has its own.
    pub(crate) per_interval: Option<u32>,
}

/// The accepted keys and their permissions.
#[derive(Clone, Default)]
pub(crate) struct Keys {
    accepted: Option<HashSet<KeyId>>,
    /// The first accepted key itself, which the interactive page sends.
    #[cfg(feature = "docs")]
    first: Option<String>,
    without_phones: HashSet<KeyId>,
    pub(crate) master: Option<Uuid>,
    pub(crate) sub_keys: Vec<(Uuid, u32)>,
}

/// Shows only the number of keys.
impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys")
            .field("accepted", &self.accepted.as_ref().map(HashSet::len))
            .field("without_phones", &self.without_phones.len())
            .field("master", &self.master.is_some())
            .field("sub_keys", &self.sub_keys.len())
            .finish()
    }
}

impl Keys {
    pub(crate) fn accept(&mut self, key: &str) {
        self.accepted.get_or_insert_default().insert(KeyId::of(key));
        #[cfg(feature = "docs")]
        self.first.get_or_insert_with(|| key.to_owned());
    }

    pub(crate) fn deny_phones(&mut self, key: &str) {
        self.without_phones.insert(KeyId::of(key));
    }

    pub(crate) fn may_have_phones(&self, key: KeyId) -> bool {
        !self.without_phones.contains(&key)
    }

    /// Returns a key for the interactive page: the master key, otherwise the first accepted one.
    #[cfg(feature = "docs")]
    pub(crate) fn shown(&self) -> String {
        let master = self.master.or(self.are_open().then_some(DEMO_MASTER_KEY));
        let first = || self.first.clone().unwrap_or_default();
        master.map_or_else(first, |key| key.to_string())
    }

    /// Returns whether any plausible key is accepted.
    pub(crate) fn are_open(&self) -> bool {
        self.accepted.is_none() && self.master.is_none()
    }

    /// Returns whether a key that is not managed is accepted.
    pub(crate) fn accepts(&self, key: &str) -> bool {
        match &self.accepted {
            Some(accepted) => accepted.contains(&KeyId::of(key)),
            None => self.are_open() && is_plausible(key),
        }
    }
}

/// Returns whether the text could be a key: at most 256 visible ASCII characters.
fn is_plausible(key: &str) -> bool {
    key.len() <= 256 && key.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Returns the key of a request; `None` without one. A key that is not text matches nothing.
pub(crate) fn key_of(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(KEY_HEADER).filter(|value| !value.is_empty())?;
    Some(value.to_str().unwrap_or("\u{0}"))
}
