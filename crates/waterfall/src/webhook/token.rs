//! A compact JWT, taken apart. Nothing in here is to be believed before its
//! signature is verified.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::error::{Error, Part};
use super::members;

/// The longest token that is looked at, in bytes; Waterfall's own limit.
pub(super) const LONGEST_TOKEN: usize = 8192;

/// Header parameters that bring keys, or say where to get some (RFC 7515, 4.1).
const KEY_PARAMETERS: [&str; 4] = ["jwk", "jku", "x5c", "x5u"];

/// The parts of a token whose header keeps all rules.
#[derive(Debug)]
pub(super) struct Token<'a> {
    pub(super) key_id: String,
    /// The bytes that the signature is made over.
    pub(super) signed: &'a [u8],
    pub(super) claims: Vec<u8>,
    pub(super) signature: Vec<u8>,
}

impl<'a> Token<'a> {
    pub(super) fn parse(text: &'a [u8]) -> Result<Self, Error> {
        if text.len() > LONGEST_TOKEN {
            return Err(Error::TokenTooLong { bytes: text.len() });
        }
        let dots: Vec<usize> = (0..text.len()).filter(|at| text[*at] == b'.').collect();
        let [first, second] = dots[..] else { return Err(Error::NotThreeSegments) };
        let header = decode(&text[..first], Part::Header)?;
        let claims = decode(&text[first + 1..second], Part::Claims)?;
        let signature = decode(&text[second + 1..], Part::Signature)?;
        let key_id = key_named_by(&header)?;
        Ok(Self { key_id, signed: &text[..second], claims, signature })
    }
}

/// Checks the header and takes the key's name out of it, and nothing else.
fn key_named_by(header: &[u8]) -> Result<String, Error> {
    let mut header = members::parse(header).ok_or(Error::HeaderUnreadable)?;
    if header.get("alg").and_then(|alg| alg.as_str()) != Some("EdDSA") {
        return Err(Error::WrongAlgorithm);
    }
    if header.get("typ").and_then(|typ| typ.as_str()) != Some("JWT") {
        return Err(Error::WrongType);
    }
    if header.contains_key("crit") {
        return Err(Error::CriticalExtension);
    }
    if KEY_PARAMETERS.iter().any(|name| header.contains_key(*name)) {
        return Err(Error::KeyInToken);
    }
    match header.remove("kid") {
        Some(serde_json::Value::String(key_id)) if !key_id.is_empty() => Ok(key_id),
        _ => Err(Error::NoKeyId),
    }
}

/// base64url as RFC 7515 has it: no padding, no white space, no spare bits.
pub(super) fn base64url(text: &[u8]) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

fn decode(text: &[u8], part: Part) -> Result<Vec<u8>, Error> {
    base64url(text).ok_or(Error::NotBase64Url { part })
}
