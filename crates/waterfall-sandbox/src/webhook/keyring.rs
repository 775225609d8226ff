//! The keys that sign deliveries, and the published key set.

use std::collections::VecDeque;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use super::settings::Webhooks;

/// A signing key and its id.
pub(crate) struct Key {
    pub(crate) kid: String,
    pub(crate) secret: SigningKey,
}

impl Key {
    /// Creates the `nth` key of a seed. The ID contains part of the key, so that sandboxes with
    /// different seeds on one port do not use one ID for two keys.
    fn new(seed: u64, nth: u64) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"waterfall-sandbox webhook key");
        hash.update(seed.to_le_bytes());
        hash.update(nth.to_le_bytes());
        let secret = SigningKey::from_bytes(&hash.finalize().into());
        let [a, b, ..] = secret.verifying_key().to_bytes();
        Self { kid: format!("webhook-key-{nth}-{a:02x}{b:02x}"), secret }
    }

    fn public(&self) -> Value {
        json!({
            "kty": "OKP",
            "crv": "Ed25519",
            "kid": self.kid,
            "use": "sig",
            "alg": "EdDSA",
            "x": URL_SAFE_NO_PAD.encode(self.secret.verifying_key().to_bytes()),
        })
    }
}

/// The current key, and the retired keys that are still published.
pub(crate) struct Keyring {
    seed: u64,
    count: u64,
    since: Instant,
    current: Key,
    retired: VecDeque<(Key, Instant)>,
}

impl Keyring {
    pub(crate) fn new(seed: u64, now: Instant) -> Self {
        let current = Key::new(seed, 1);
        Self { seed, count: 1, since: now, current, retired: VecDeque::new() }
    }

    /// Replaces the current key.
    pub(crate) fn rotate(&mut self, now: Instant) -> &str {
        self.count += 1;
        let new = Key::new(self.seed, self.count);
        let old = std::mem::replace(&mut self.current, new);
        self.retired.push_back((old, now));
        self.since = now;
        &self.current.kid
    }

    /// Rotates the key if that is due, and removes expired keys.
    pub(crate) fn catch_up(&mut self, settings: &Webhooks, now: Instant) {
        let age = now.saturating_duration_since(self.since);
        if settings.rotates_every.is_some_and(|interval| age >= interval) {
            self.rotate(now);
        }
        let overlap: Duration = settings.key_overlap();
        self.retired.retain(|(_, at)| now.saturating_duration_since(*at) < overlap);
    }

    pub(crate) fn current(&self) -> &Key {
        &self.current
    }

    /// Returns a key that is never published.
    pub(crate) fn unpublished_key(&self) -> Key {
        Key::new(self.seed, 0)
    }

    /// Returns the published key set, with the current key first.
    pub(crate) fn published(&self) -> Value {
        let retired = self.retired.iter().rev().map(|(key, _)| key);
        let keys: Vec<Value> =
            std::iter::once(&self.current).chain(retired).map(Key::public).collect();
        json!({ "keys": keys })
    }
}
