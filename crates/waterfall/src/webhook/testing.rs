//! [`Signer`]: signs valid and invalid deliveries for tests.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer as _, SigningKey};
use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::keys::KeySet;
use super::verifier::SIGNATURE_HEADER;
use crate::clock::Clock;

/// Signs deliveries in the same way as Waterfall, for tests of receivers.
///
/// Its keys are not secret: each is derived from its ID. Use them in tests only.
///
/// ```
/// use waterfall::webhook::Verifier;
/// use waterfall::webhook::testing::Signer;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), waterfall::webhook::Error> {
/// let signer = Signer::new("test-key");
/// let verifier = Verifier::new(signer.key_set());
///
/// let body = r#"{"status":"SUCCEEDED","start_date":"2025-02-05T12:00:00Z","input":null}"#;
/// let delivery = verifier.verify(&signer.headers(body), body).await?;
/// assert!(delivery.is_signed());
/// # Ok(())
/// # }
/// ```
pub struct Signer {
    key_id: String,
    key: SigningKey,
    signed: AtomicU64,
    clock: Clock,
}

impl Signer {
    /// Creates a signer whose key is derived from this ID. A different ID yields a different key,
    /// as in a key rotation.
    pub fn new(key_id: impl Into<String>) -> Self {
        let key_id = key_id.into();
        let seed = Sha256::new().chain_update(b"waterfall test key ").chain_update(&key_id);
        let key = SigningKey::from_bytes(&seed.finalize().into());
        Self { key_id, key, signed: AtomicU64::new(0), clock: Clock::default() }
    }

    /// Sets the clock for the issue time of [`headers`](Self::headers); [`Clock::system`] by
    /// default.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Returns the ID of the key.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// Returns the public key as a JSON Web Key.
    pub fn jwk(&self) -> Value {
        json!({
            "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": self.key_id,
            "x": URL_SAFE_NO_PAD.encode(self.key.verifying_key().as_bytes()),
        })
    }

    /// Returns a key set with only this key, for [`Jwks::fixed`](super::Jwks::fixed).
    ///
    /// # Panics
    ///
    /// If the key ID is empty.
    pub fn key_set(&self) -> KeySet {
        let set = json!({"keys": [self.jwk()]}).to_string();
        KeySet::from_json(set).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Returns the headers of a signed delivery of this body, issued at the current time of the
    /// [clock](Self::clock). Each call creates a new token.
    pub fn headers(&self, body: impl AsRef<[u8]>) -> HeaderMap {
        let number = self.signed.fetch_add(1, Ordering::Relaxed);
        let claims = json!({"iat": self.clock.now().as_second(), "jti": number.to_string()});
        let Value::Object(claims) = claims else { return HeaderMap::new() };
        HeaderMap::from_iter([(SIGNATURE_HEADER, self.sign(body, claims))])
    }

    /// Creates a token for this body with these claims. `body_hash` is added if it is missing.
    pub fn sign(&self, body: impl AsRef<[u8]>, mut claims: Map<String, Value>) -> HeaderValue {
        let hash = || Value::from(URL_SAFE_NO_PAD.encode(Sha256::digest(body.as_ref())));
        claims.entry("body_hash").or_insert_with(hash);
        let header = json!({"alg": "EdDSA", "typ": "JWT", "kid": self.key_id}).to_string();
        value(self.sign_raw(header, Value::Object(claims).to_string()))
    }

    /// Creates a token with exactly this header and these claims, valid or not.
    pub fn sign_raw(&self, header: impl AsRef<[u8]>, claims: impl AsRef<[u8]>) -> String {
        let (header, claims) = (URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signed = format!("{header}.{claims}");
        let signature = self.key.sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }
}

/// base64url and dots are visible ASCII.
fn value(token: String) -> HeaderValue {
    HeaderValue::try_from(token).unwrap_or_else(|_| HeaderValue::from_static(""))
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}
