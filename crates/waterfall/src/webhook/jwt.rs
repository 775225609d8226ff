//! A compact JWT, split and decoded. Contents are untrusted until the signature is verified.

use super::violation::{MAX_TOKEN_BYTES, Part, Violation};
use super::{base64url, unique_json};

/// Header parameters that contain keys or their locations (RFC 7515, 4.1).
const KEY_PARAMETERS: [&str; 4] = ["jwk", "jku", "x5c", "x5u"];

/// The parts of a token whose header satisfies all rules.
#[derive(Debug)]
pub(super) struct Jwt<'a> {
    pub(super) key_id: String,
    /// The bytes that the signature covers.
    pub(super) signed: &'a [u8],
    pub(super) claims: Vec<u8>,
    pub(super) signature: Vec<u8>,
}

impl<'a> Jwt<'a> {
    pub(super) fn parse(text: &'a [u8]) -> Result<Self, Violation> {
        if text.len() > MAX_TOKEN_BYTES {
            return Err(Violation::TokenTooLong { bytes: text.len() });
        }
        let dots: Vec<usize> = (0..text.len()).filter(|at| text[*at] == b'.').collect();
        let [first, second] = dots[..] else { return Err(Violation::NotThreeSegments) };
        let header = decode(&text[..first], Part::Header)?;
        let claims = decode(&text[first + 1..second], Part::Claims)?;
        let signature = decode(&text[second + 1..], Part::Signature)?;
        let key_id = check_header(&header)?;
        Ok(Self { key_id, signed: &text[..second], claims, signature })
    }
}

/// Checks the header and returns the key ID. Nothing else in the header is used.
fn check_header(header: &[u8]) -> Result<String, Violation> {
    let mut header = unique_json::parse(header).ok_or(Violation::HeaderUnreadable)?;
    if header.get("alg").and_then(|alg| alg.as_str()) != Some("EdDSA") {
        return Err(Violation::WrongAlgorithm);
    }
    if header.get("typ").and_then(|typ| typ.as_str()) != Some("JWT") {
        return Err(Violation::WrongType);
    }
    if header.contains_key("crit") {
        return Err(Violation::CriticalExtension);
    }
    if KEY_PARAMETERS.iter().any(|name| header.contains_key(*name)) {
        return Err(Violation::KeyInToken);
    }
    match header.remove("kid") {
        Some(serde_json::Value::String(key_id)) if !key_id.is_empty() => Ok(key_id),
        _ => Err(Violation::NoKeyId),
    }
}

fn decode(text: &[u8], part: Part) -> Result<Vec<u8>, Violation> {
    base64url::decode(text).ok_or(Violation::NotBase64Url { part })
}
