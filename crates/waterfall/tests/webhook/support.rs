//! The signer, the body and the time that the tests share.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use waterfall::webhook::testing::Signer;
use waterfall::webhook::{SIGNATURE_HEADER, VerifiedDelivery, Verifier, Violation};
use waterfall::{HeaderMap, HeaderValue};

pub(crate) const NOW: i64 = 1_780_000_000;
pub(crate) const BODY: &str = r#"{"status":"SUCCEEDED","start_date":"2026-05-28T20:26:35Z","stop_date":"2026-05-28T20:26:39Z","input":{"task":{"job_id":"7d44db58-5de3-4e92-a2fb-8325d12c2e8b"}},"output":{"person":{"first_name":"Jane","last_name":"Doe-Secret"}}}"#;
pub(crate) const HEADER: &str = r#"{"alg":"EdDSA","typ":"JWT","kid":"key-1"}"#;

pub(crate) fn now() -> Timestamp {
    Timestamp::from_second(NOW).unwrap()
}

pub(crate) fn signer() -> Signer {
    Signer::new("key-1")
}

pub(crate) fn verifier() -> Verifier {
    Verifier::new(signer().key_set())
}

pub(crate) fn claims(claims: Value) -> Map<String, Value> {
    claims.as_object().unwrap().clone()
}

/// Returns the claims of a valid token as text.
pub(crate) fn good_claims() -> String {
    let token = signer().sign(BODY, claims(json!({"iat": NOW})));
    let claims = token.to_str().unwrap().split('.').nth(1).unwrap().to_owned();
    String::from_utf8(decode(&claims)).unwrap()
}

pub(crate) fn good_token() -> String {
    signer().sign(BODY, claims(json!({"iat": NOW}))).to_str().unwrap().to_owned()
}

pub(crate) fn decode(text: &str) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap()
}

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn headers(token: impl AsRef<[u8]>) -> HeaderMap {
    HeaderMap::from_iter([(SIGNATURE_HEADER, HeaderValue::from_bytes(token.as_ref()).unwrap())])
}

/// Verifies this token with the usual body.
pub(crate) fn judge(token: impl AsRef<[u8]>) -> Result<VerifiedDelivery, Violation> {
    verifier().verify_bytes_with(&signer().key_set(), &headers(token), BODY, now())
}

/// Returns the code of the rule that this token violates, or `ok`.
pub(crate) fn rule(token: impl AsRef<[u8]>) -> &'static str {
    judge(token).map_or_else(|error| error.code(), |_| "ok")
}
