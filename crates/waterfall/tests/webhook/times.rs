//! `exp`, `nbf` and `iat`, to the second.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use waterfall::webhook::{Error, Verifier, Violation};

use super::support::*;

fn rule_by(verifier: Verifier, times: Value, now: Timestamp) -> &'static str {
    let token = signer().sign(BODY, claims(times));
    let result = verifier.verify_bytes_with(&signer().key_set(), &headers(token), BODY, now);
    result.map_or_else(|error| error.code(), |_| "ok")
}

#[test]
fn the_default_tolerances_are_exact() {
    let rows = [
        (json!({}), "ok"),
        (json!({"exp": NOW + 1}), "ok"),
        (json!({"exp": NOW - 59}), "ok"),
        (json!({"exp": NOW - 60}), "expired"),
        (json!({"nbf": NOW + 60}), "ok"),
        (json!({"nbf": NOW + 61}), "not_yet_valid"),
        (json!({"iat": NOW + 60}), "ok"),
        (json!({"iat": NOW + 61}), "issued_in_future"),
        (json!({"iat": NOW - 3660}), "ok"),
        (json!({"iat": NOW - 3661}), "too_old"),
        (json!({"iat": NOW - 3661, "exp": NOW + 3600}), "too_old"),
        (json!({"iat": NOW, "nbf": NOW, "exp": NOW + 60}), "ok"),
    ];
    for (times, expected) in rows {
        assert_eq!(rule_by(verifier(), times.clone(), now()), expected, "{times}");
    }
}

#[test]
fn leeway_and_maximum_age_are_configurable() {
    let strict = || verifier().leeway(Duration::ZERO).max_age(Duration::from_secs(10));
    let rows = [
        (json!({"exp": NOW}), "expired"),
        (json!({"exp": NOW + 1}), "ok"),
        (json!({"nbf": NOW}), "ok"),
        (json!({"nbf": NOW + 1}), "not_yet_valid"),
        (json!({"iat": NOW + 1}), "issued_in_future"),
        (json!({"iat": NOW - 10}), "ok"),
        (json!({"iat": NOW - 11}), "too_old"),
    ];
    for (times, expected) in rows {
        assert_eq!(rule_by(strict(), times.clone(), now()), expected, "{times}");
    }
    let endless = verifier().leeway(Duration::MAX).max_age(Duration::MAX);
    assert_eq!(
        rule_by(endless, json!({"exp": 0, "iat": 0, "nbf": 99_999_999_999_u64}), now()),
        "ok"
    );
}

#[test]
fn fractions_of_seconds_are_respected() {
    let rows = [
        (json!({"exp": NOW as f64 - 59.5}), "ok"),
        (json!({"exp": NOW as f64 - 60.5}), "expired"),
        (json!({"iat": NOW as f64 + 60.5}), "issued_in_future"),
        (json!({"nbf": NOW as f64 + 60.5}), "not_yet_valid"),
    ];
    for (times, expected) in rows {
        assert_eq!(rule_by(verifier(), times.clone(), now()), expected, "{times}");
    }
}

#[test]
fn claims_out_of_range_are_refused() {
    let odd = [
        "null",
        "true",
        r#""1780000000""#,
        r#""""#,
        "[]",
        "[1780000000]",
        "{}",
        "1e300",
        "-1e300",
        "1e18",
        "1e99999",
        "18446744073709551615",
        "9223372036854775807",
        "-9223372036854775808",
        "99999999999999999999999999",
    ];
    for name in ["exp", "nbf", "iat"] {
        for value in odd {
            let hash = encode([0; 32]);
            let token =
                signer().sign_raw(HEADER, format!(r#"{{"body_hash":"{hash}","{name}":{value}}}"#));
            let expected = if value == "1e99999" { "claims_unreadable" } else { "not_a_time" };
            assert_eq!(rule(token), expected, "{name} {value}");
        }
    }
}

#[test]
fn unusual_times_are_accepted_as_times() {
    assert_eq!(rule_by(verifier(), json!({"exp": -1}), now()), "expired");
    assert_eq!(rule_by(verifier(), json!({"iat": -1.5}), now()), "too_old");
    assert_eq!(rule_by(verifier(), json!({"nbf": -1}), now()), "ok");
    assert_eq!(rule_by(verifier(), json!({"exp": 250_000_000_000_u64}), now()), "ok");
    assert_eq!(rule_by(verifier(), json!({"exp": NOW}), Timestamp::MAX), "expired");
    assert_eq!(rule_by(verifier(), json!({"iat": NOW}), Timestamp::MIN), "issued_in_future");
}

#[test]
fn errors_state_the_difference() {
    let token = signer().sign(BODY, claims(json!({"exp": NOW - 90})));
    let error = judge(token).unwrap_err();
    assert!(matches!(error, Violation::Expired { ago } if ago == Duration::from_secs(90)));
    assert_eq!(
        Error::from(error).to_string(),
        "webhook delivery refused: the token expired 90s ago"
    );
    let token = signer().sign(BODY, claims(json!({"iat": NOW + 7200})));
    let text = judge(token).unwrap_err().to_string();
    assert!(
        text.ends_with("the token was issued 7200s in the future; check the local clock"),
        "{text}"
    );
}

#[tokio::test]
async fn the_system_clock_is_the_default() {
    let verifier = verifier();
    assert!(verifier.verify(&signer().headers(BODY), BODY).await.is_ok());
    let old = signer().sign(BODY, claims(json!({"exp": 1_000_000_000})));
    let error = verifier.verify_bytes(&headers(old), BODY).await.unwrap_err();
    assert_eq!(error.code(), "expired");
}
