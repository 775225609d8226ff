//! Signs deliveries, with the faults that affect signatures.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use ed25519_dalek::{Signer, SigningKey};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::fault::DeliveryFault;
use super::keyring::Keyring;
use super::outbox::PendingDelivery;
use super::settings::Webhooks;
use crate::rng::{Rng, fingerprint};

const HOUR: u64 = 3600;

/// A delivery as it is sent.
#[derive(Debug, Clone)]
pub(crate) struct SignedDelivery {
    pub(crate) body: Bytes,
    pub(crate) token: Option<String>,
}

#[derive(Serialize)]
struct Header<'a> {
    alg: &'static str,
    typ: &'static str,
    kid: &'a str,
}

#[derive(Serialize)]
struct Claims {
    body_hash: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    iat: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<u64>,
}

/// Signs a delivery at `now`, in seconds since 1970. The same delivery, second and key produce the
/// same token.
pub(crate) fn sign_delivery(
    delivery: &PendingDelivery,
    keyring: &Keyring,
    settings: &Webhooks,
    now: u64,
) -> SignedDelivery {
    let has = |fault: DeliveryFault| delivery.faults.contains(&fault);
    let mut rng = Rng::new(fingerprint(&[b"tamper", delivery.job_id.as_bytes()]));
    let current = keyring.current();
    let unpublished_key = |fault| has(fault).then(|| keyring.unpublished_key());
    let named = unpublished_key(DeliveryFault::WrongKid);
    let signing = unpublished_key(DeliveryFault::UnknownKey);
    let kid = &named.as_ref().unwrap_or(current).kid;
    let key = &signing.as_ref().unwrap_or(current).secret;
    let header = Header { alg: "EdDSA", typ: "JWT", kid };
    let body = if has(DeliveryFault::WrongHash) { b"a different body" } else { &delivery.body[..] };
    let claims = claims(body, settings, now, has(DeliveryFault::Expired));
    let tampered = has(DeliveryFault::TamperSignature).then_some(&mut rng);
    let token = sign(&header, &claims, key, tampered);
    let body = if has(DeliveryFault::TamperBody) {
        let mut bytes = delivery.body.to_vec();
        flip(&mut bytes, &mut rng);
        Bytes::from(bytes)
    } else {
        delivery.body.clone()
    };
    SignedDelivery { body, token: (!has(DeliveryFault::Unsign)).then_some(token) }
}

fn claims(body: &[u8], settings: &Webhooks, now: u64, expired: bool) -> Claims {
    let lifetime = settings.lifetime.map(|time| now.saturating_add(time.as_secs()));
    let (iat, exp) = if expired {
        (now.saturating_sub(2 * HOUR), Some(now.saturating_sub(HOUR)))
    } else {
        (now, lifetime)
    };
    let body_hash = URL_SAFE_NO_PAD.encode(Sha256::digest(body));
    Claims { body_hash, iat: settings.issue_time.then_some(iat), exp }
}

fn sign(
    header: &Header<'_>,
    claims: &Claims,
    key: &SigningKey,
    tamper: Option<&mut Rng>,
) -> String {
    let signed = format!("{}.{}", segment(header), segment(claims));
    let mut signature = key.sign(signed.as_bytes()).to_bytes();
    if let Some(rng) = tamper {
        flip(&mut signature, rng);
    }
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn segment(part: &impl Serialize) -> String {
    // Serializing strings and numbers cannot fail.
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(part).unwrap_or_default())
}

/// Flips one bit.
fn flip(bytes: &mut [u8], rng: &mut Rng) {
    let bit = rng.below(bytes.len() as u64 * 8);
    if let Some(byte) = bytes.get_mut((bit / 8) as usize) {
        *byte ^= 1 << (bit % 8);
    }
}
