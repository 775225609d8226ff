//! Properties of any input: nothing panics, and nothing is accepted that a second, simpler
//! implementation of the rules rejects. Shared with the fuzz crate.

use std::sync::LazyLock;

use jiff::Timestamp;
use serde_json::Value;
use waterfall::webhook::testing::Signer;
use waterfall::webhook::{KeySet, SIGNATURE_HEADER, Verifier};
use waterfall::{HeaderMap, HeaderValue};

/// The seeds of the property test.
pub(crate) const SEEDS: &[&str] = &[
    "\u{1}{\"alg\":\"EdDSA\",\"typ\":\"JWT\",\"kid\":\"key-1\"}",
    "\u{1}{\"alg\":\"EdDSA\",\"typ\":\"JWT\",\"kid\":\"key-1\",\"crit\":[]}",
    "\u{2}{\"body_hash\":\"RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4o\",\"iat\":1780000000}",
    "\u{2}{\"body_hash\":\"RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4o\",\"exp\":1780000060.5}",
    "\u{3}{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"a\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}",
    "\u{4}{\"status\":\"SUCCEEDED\",\"start_date\":\"2026-05-28T20:26:35Z\",\"input\":null}",
];

/// The tokens from which JSON is generated.
pub(crate) const WORDS: &str = "{¦}¦[¦]¦:¦,¦\"alg\"¦\"EdDSA\"¦\"typ\"¦\"JWT\"¦\"kid\"¦\"key-1\"¦\"exp\"¦\"iat\"¦\"nbf\"¦1780000000¦1e300¦-1¦null¦\"crit\"¦\"body_hash\"¦\"RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4o\"¦.¦\\u0061¦\"keys\"";

const NOW: i64 = 1_780_000_000;
const HEADER: &str = r#"{"alg":"EdDSA","typ":"JWT","kid":"key-1"}"#;

static SIGNER: LazyLock<Signer> = LazyLock::new(|| Signer::new("key-1"));
static KEYS: LazyLock<KeySet> = LazyLock::new(|| SIGNER.key_set());

/// The first byte selects the part of a delivery that the other bytes form.
pub(crate) fn check(data: &[u8]) {
    let Some((kind, rest)) = data.split_first() else { return };
    match kind % 5 {
        0 => assert!(!accepts(rest, b"{}"), "a token without a signer"),
        1 => check_header(rest),
        2 => check_claims(rest),
        3 => drop(KeySet::from_json(rest)),
        _ => check_body(rest),
    }
}

fn accepts(token: &[u8], body: &[u8]) -> bool {
    let Ok(token) = HeaderValue::from_bytes(token) else { return false };
    let headers = HeaderMap::from_iter([(SIGNATURE_HEADER, token)]);
    let Ok(now) = Timestamp::from_second(NOW) else { return false };
    let verifier = Verifier::new(KEYS.clone());
    verifier.verify_bytes_with(&KEYS, &headers, body.to_vec(), now).is_ok()
}

fn check_header(header: &[u8]) {
    let claims = format!(r#"{{"body_hash":"{EMPTY_OBJECT}"}}"#);
    if accepts(SIGNER.sign_raw(header, claims).as_bytes(), b"{}") {
        let header: Value = serde_json::from_slice(header).expect("accepted, but not JSON");
        assert_eq!(header["alg"], "EdDSA");
        assert_eq!(header["typ"], "JWT");
        assert_eq!(header["kid"], "key-1");
        for name in ["crit", "jwk", "jku", "x5c", "x5u"] {
            assert!(header.get(name).is_none(), "{name}");
        }
    }
}

/// The SHA-256 of `{}`.
const EMPTY_OBJECT: &str = "RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4o";

fn check_claims(claims: &[u8]) {
    if accepts(SIGNER.sign_raw(HEADER, claims).as_bytes(), b"{}") {
        let claims: Value = serde_json::from_slice(claims).expect("accepted, but not JSON");
        assert_eq!(claims["body_hash"], EMPTY_OBJECT);
        let time = |name: &str| claims.get(name).map(|time| time.as_f64().expect("a number"));
        let now = NOW as f64;
        assert!(time("exp").is_none_or(|exp| exp > now - 60.1), "expired");
        assert!(time("nbf").is_none_or(|nbf| nbf < now + 60.1), "too early");
        assert!(time("iat").is_none_or(|iat| (now - 3660.1..now + 60.1).contains(&iat)), "iat");
    }
}

fn check_body(body: &[u8]) {
    let headers = SIGNER.headers(body);
    let verifier = Verifier::new(KEYS.clone());
    let verified = verifier.verify_bytes_with(&KEYS, &headers, body.to_vec(), Timestamp::now());
    let verified = verified.expect("signed just now");
    assert_eq!(&verified.body()[..], body);
    let _ = verified.parse();
}
