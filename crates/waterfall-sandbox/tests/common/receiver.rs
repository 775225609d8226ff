//! A receiver that verifies deliveries strictly, with cryptographic primitives only.

use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use axum::http::{Request, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use ed25519_dalek::{Signature, VerifyingKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::time::Instant;
use waterfall_sandbox::Sandbox;

use super::{key_set, launch};

pub const HOOK: &str = "https://hooks.example.com/waterfall";

/// A delivery and its time of receipt.
#[derive(Debug)]
pub struct ReceivedDelivery {
    pub at: Instant,
    pub request: Request<Bytes>,
}

impl ReceivedDelivery {
    pub fn token(&self) -> Option<&str> {
        let mut all = self.request.headers().get_all("x-webhook-signature").iter();
        let token = all.next().map(|token| token.to_str().unwrap());
        assert!(all.next().is_none(), "two signatures");
        token
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(self.request.body()).unwrap()
    }

    pub fn job_id(&self) -> String {
        self.json()["input"]["task"]["job_id"].as_str().unwrap().to_owned()
    }

    /// Returns header and claims, unchecked.
    pub fn claims(&self) -> (Value, Value) {
        let parts: Vec<&str> = self.token().unwrap().split('.').collect();
        let part =
            |n: usize| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[n]).unwrap()).unwrap();
        (part(0), part(1))
    }
}

/// The receiver; clones share its deliveries.
#[derive(Debug, Clone, Default)]
pub struct Receiver(Arc<Mutex<Vec<ReceivedDelivery>>>);

impl Receiver {
    /// Receives requests to [`HOOK`] and responds with these statuses in turn, and then with 200; 0
    /// means no response.
    pub fn of(sandbox: &Sandbox, statuses: &[u16]) -> Self {
        let (receiver, statuses) = (Self::default(), statuses.to_vec());
        let receiving = receiver.clone();
        sandbox.deliver_to(HOOK, move |request| {
            let mut receiver = receiving.0.lock().unwrap();
            let status = statuses.get(receiver.len()).copied().unwrap_or(200);
            receiver.push(ReceivedDelivery { at: Instant::now(), request });
            async move {
                if status == 0 {
                    std::future::pending::<()>().await;
                }
                Response::builder().status(status).body(()).unwrap()
            }
        });
        receiver
    }

    /// Returns the deliveries since the last call.
    pub fn take(&self) -> Vec<ReceivedDelivery> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    pub fn one(&self) -> ReceivedDelivery {
        let mut receiver = self.take();
        assert_eq!(receiver.len(), 1, "{receiver:?}");
        receiver.remove(0)
    }
}

/// Launches a job that takes this many seconds and is delivered to [`HOOK`].
pub async fn job(sandbox: &Sandbox, seconds: f64) -> String {
    launch_with(sandbox, json!({ "seconds": seconds })).await
}

pub async fn launch_with(sandbox: &Sandbox, directive: Value) -> String {
    let body = json!({
        "linkedin": "jane-doe-abc123",
        "webhook_url": HOOK,
        "custom_fields": { "sandbox": directive },
    });
    launch(&sandbox.transport(), body).await
}

pub async fn keys(sandbox: &Sandbox) -> Value {
    serde_json::from_slice(key_set(sandbox).await.body()).unwrap()
}

/// Returns the verdict of a receiver with the current key set: `"ok"`, or the first rule that the
/// delivery violates.
pub async fn verdict(sandbox: &Sandbox, delivery: &ReceivedDelivery) -> &'static str {
    let keys = keys(sandbox).await;
    let now = sandbox.now().duration_since(UNIX_EPOCH).unwrap();
    match check(&keys, delivery, now) {
        Ok(()) => "ok",
        Err(broken) => broken,
    }
}

fn check(keys: &Value, delivery: &ReceivedDelivery, now: Duration) -> Result<(), &'static str> {
    let token = delivery.token().ok_or("unsigned")?;
    let (signed, signature) = token.rsplit_once('.').ok_or("segments")?;
    let (header, claims) = delivery.claims();
    if signed.matches('.').count() != 1 || header["alg"] != "EdDSA" || header["typ"] != "JWT" {
        return Err("header");
    }
    let keys = keys["keys"].as_array().unwrap();
    let key = keys.iter().find(|key| key["kid"] == header["kid"]).ok_or("kid")?;
    let x = URL_SAFE_NO_PAD.decode(key["x"].as_str().unwrap()).unwrap();
    let key = VerifyingKey::from_bytes(&x.try_into().unwrap()).unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| "base64url")?;
    let signature = Signature::from_slice(&signature).map_err(|_| "signature")?;
    key.verify_strict(signed.as_bytes(), &signature).map_err(|_| "signature")?;
    if claims["exp"].as_u64().is_some_and(|exp| now.as_secs() > exp) {
        return Err("expired");
    }
    let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(delivery.request.body()));
    if claims["body_hash"] == hash.as_str() { Ok(()) } else { Err("hash") }
}
