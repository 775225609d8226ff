//! [`KeySet`]: the public keys for verifying deliveries.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::sync::Arc;

use ed25519_dalek::{Signature, VerifyingKey};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::base64url;
use super::unique_json::Members;

/// The maximum length of a key set: 64 KiB.
pub const MAX_KEY_SET_BYTES: usize = 64 * 1024;

/// The maximum number of keys in a set, including unusable ones: 100.
pub const MAX_KEYS: usize = 100;

/// An Ed25519 key for strict verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Refuses non-canonical encodings, and points of small order, for which signatures can be
    /// forged.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let key = VerifyingKey::from_bytes(bytes.try_into().ok()?).ok()?;
        let canonical = key.to_edwards().compress().as_bytes() == key.as_bytes();
        (canonical && !key.is_weak()).then_some(Self(key))
    }

    /// Verifies strictly, so that no second valid signature can be derived from a valid one.
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.0.verify_strict(message, &signature).is_ok())
    }
}

/// Ed25519 public keys by their IDs (`kid`), read from a JSON Web Key Set (RFC 7517).
///
/// Unusable keys are skipped: keys of a different type or curve, without an ID, for a different use
/// or algorithm, with a published private part, or that are not valid points of the curve. If two
/// different keys have the same ID, neither is used: each delivery is verified with at most one
/// key. Cheap to clone.
///
/// ```
/// use waterfall::webhook::KeySet;
///
/// let keys = KeySet::from_json(
///     r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"webhook-key-2026-06","use":"sig",
///         "alg":"EdDSA","x":"PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw"}]}"#,
/// )?;
/// assert_eq!(keys.key_ids().collect::<Vec<_>>(), ["webhook-key-2026-06"]);
/// # Ok::<(), waterfall::webhook::KeySetError>(())
/// ```
#[derive(Clone)]
pub struct KeySet(Arc<BTreeMap<String, PublicKey>>);

impl KeySet {
    /// Reads a key set. Unknown members are ignored.
    ///
    /// # Errors
    ///
    /// The document is too long ([`MAX_KEY_SET_BYTES`]) or has too many keys
    /// ([`MAX_KEYS`]), is not a key set, or has no usable key.
    pub fn from_json(document: impl AsRef<[u8]>) -> Result<Self, KeySetError> {
        #[derive(Deserialize)]
        struct Document {
            keys: Vec<Members>,
        }

        let document = document.as_ref();
        if document.len() > MAX_KEY_SET_BYTES {
            return Err(KeySetError::TooLong);
        }
        let Document { keys } =
            serde_json::from_slice(document).map_err(|_| KeySetError::NotAKeySet)?;
        if keys.len() > MAX_KEYS {
            return Err(KeySetError::TooManyKeys);
        }
        let usable = unambiguous(keys.into_iter().filter_map(|key| usable(&key.0?)));
        if usable.is_empty() { Err(KeySetError::NoUsableKey) } else { Ok(Self(Arc::new(usable))) }
    }

    /// Returns the IDs of the usable keys, in alphabetical order.
    pub fn key_ids(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub(super) fn get(&self, key_id: &str) -> Option<PublicKey> {
        self.0.get(key_id).copied()
    }
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KeySet").field(&self.0.keys().collect::<Vec<_>>()).finish()
    }
}

fn unambiguous(keys: impl Iterator<Item = (String, PublicKey)>) -> BTreeMap<String, PublicKey> {
    let mut by_id = BTreeMap::new();
    for (id, key) in keys {
        match by_id.entry(id) {
            Entry::Vacant(entry) => {
                entry.insert(Some(key));
            }
            Entry::Occupied(mut entry) if *entry.get() != Some(key) => {
                entry.insert(None);
            }
            Entry::Occupied(_) => {}
        }
    }
    by_id.into_iter().filter_map(|(id, key)| Some((id, key?))).collect()
}

fn usable(key: &Map<String, Value>) -> Option<(String, PublicKey)> {
    let text = |name: &str| key.get(name).and_then(Value::as_str);
    let absent_or = |name: &str, value: &str| !key.contains_key(name) || text(name) == Some(value);
    let verifies = key.get("key_ops").is_none_or(|operations| {
        operations.as_array().is_some_and(|all| all.iter().any(|one| one == "verify"))
    });
    let fits = text("kty") == Some("OKP")
        && text("crv") == Some("Ed25519")
        && absent_or("use", "sig")
        && absent_or("alg", "EdDSA")
        && verifies
        && !key.contains_key("d");
    let id = text("kid").filter(|id| fits && !id.is_empty())?;
    Some((id.to_owned(), PublicKey::parse(&base64url::decode(text("x")?.as_bytes())?)?))
}

/// The document is not a usable key set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeySetError {
    /// The document is longer than [`MAX_KEY_SET_BYTES`].
    TooLong,
    /// The document is not a JSON object with an array `keys`.
    NotAKeySet,
    /// The set has more than [`MAX_KEYS`] keys.
    TooManyKeys,
    /// The set has no usable Ed25519 key.
    NoUsableKey,
}

impl fmt::Display for KeySetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "the key set is longer than {MAX_KEY_SET_BYTES} bytes"),
            Self::NotAKeySet => f.write_str("not a JSON Web Key Set"),
            Self::TooManyKeys => write!(f, "the key set has more than {MAX_KEYS} keys"),
            Self::NoUsableKey => f.write_str("the key set has no usable Ed25519 key"),
        }
    }
}

impl std::error::Error for KeySetError {}

#[cfg(test)]
mod tests;
