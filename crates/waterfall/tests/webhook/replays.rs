//! Replay detection: each token is accepted once, if configured.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;
use waterfall::webhook::Verifier;
use waterfall::{HeaderMap, HeaderValue};

use super::support::*;

fn check(verifier: &Verifier, token: &HeaderValue, second: i64) -> &'static str {
    let keys = signer().key_set();
    let at = Timestamp::from_second(second).unwrap();
    let result = verifier.verify_bytes_with(&keys, &headers(token), BODY, at);
    result.map_or_else(|error| error.code(), |_| "ok")
}

#[test]
fn by_default_tokens_are_accepted_repeatedly() {
    let token = signer().sign(BODY, claims(json!({"iat": NOW})));
    for verifier in [verifier(), verifier().remember_tokens(0)] {
        assert_eq!(check(&verifier, &token, NOW), "ok");
        assert_eq!(check(&verifier, &token, NOW), "ok");
    }
}

#[test]
fn a_token_is_remembered_until_it_is_too_old() {
    let rows = [
        (json!({"iat": NOW, "exp": NOW + 100}), NOW + 159, "replayed", "expired"),
        (json!({"iat": NOW, "exp": NOW + 9000}), NOW + 3660, "replayed", "too_old"),
        (json!({"iat": NOW}), NOW + 3660, "replayed", "too_old"),
        (json!({"exp": NOW + 100}), NOW + 159, "replayed", "expired"),
        (json!({}), NOW + 3660, "replayed", "ok"),
    ];
    for (times, last, within, after) in rows {
        let verifier = verifier().remember_tokens(10);
        let token = signer().sign(BODY, claims(times.clone()));
        assert_eq!(check(&verifier, &token, NOW), "ok", "{times}");
        assert_eq!(check(&verifier.clone(), &token, NOW + 1), "replayed", "{times}");
        assert_eq!(check(&verifier, &token, last), within, "{times}");
        assert_eq!(check(&verifier, &token, last + 1), after, "{times}");
    }
}

#[test]
fn only_accepted_tokens_are_remembered() {
    let verifier = verifier().remember_tokens(1);
    let token = signer().sign(BODY, claims(json!({"iat": NOW})));
    let keys = signer().key_set();
    assert!(verifier.verify_bytes_with(&keys, &headers(&token), "another", now()).is_err());
    assert_eq!(check(&verifier, &token, NOW - 3600), "issued_in_future");
    assert_eq!(check(&verifier, &token, NOW), "ok");
    for _ in 0..10 {
        let bad = HeaderValue::from_static("a.b.c");
        assert_eq!(check(&verifier, &bad, NOW), "not_base64url");
    }
    assert_eq!(check(&verifier, &token, NOW), "replayed", "refused tokens evict nothing");
}

#[test]
fn the_record_is_bounded() {
    let verifier = verifier().remember_tokens(100);
    let token = |number: i64| signer().sign(BODY, claims(json!({"iat": NOW, "exp": NOW + number})));
    for number in 1..=101 {
        assert_eq!(check(&verifier, &token(number), NOW), "ok");
    }
    assert_eq!(check(&verifier, &token(1), NOW), "ok", "the first to expire was evicted");
    assert_eq!(check(&verifier, &token(101), NOW), "replayed");
}

#[test]
fn a_forgotten_delivery_is_accepted_again() {
    let verifier = verifier().remember_tokens(10).max_age(Duration::from_secs(60));
    let headers: HeaderMap = headers(signer().sign(BODY, claims(json!({"iat": NOW}))));
    let keys = signer().key_set();
    let verified = verifier.verify_bytes_with(&keys, &headers, BODY, now()).unwrap();
    verifier.forget(&verified);
    assert!(verifier.verify_bytes_with(&keys, &headers, BODY, now()).is_ok());
    assert!(verifier.verify_bytes_with(&keys, &headers, BODY, now()).is_err());
}
