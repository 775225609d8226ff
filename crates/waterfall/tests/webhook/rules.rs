//! One test for each rule, in their order.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE};
use serde_json::{Value, json};
use waterfall::HeaderMap;
use waterfall::webhook::testing::Signer;
use waterfall::webhook::{Error, Part, SIGNATURE_HEADER, Stage, Verifier, Violation};

use super::support::*;

/// Returns a token that is signed with the right key, with these changes to its header.
fn with_header(change: Value) -> String {
    let mut header: Value = HEADER.parse().unwrap();
    header.as_object_mut().unwrap().extend(claims(change));
    signer().sign_raw(header.to_string(), good_claims())
}

#[test]
fn a_valid_delivery_is_accepted() {
    let verified = judge(good_token()).unwrap();
    assert_eq!(verified.body(), BODY.as_bytes());
    assert!(verified.is_signed());
    assert_eq!(verified.key_id(), Some("key-1"));
    assert_eq!(verified.issued_at(), Some(now()));
    assert_eq!(verified.expires_at(), None);
    assert_eq!(verified.received_at(), now());
    assert_eq!(verified.claim("iat"), Some(&json!(NOW)));
}

#[test]
fn an_unsigned_delivery_is_refused_unless_allowed() {
    let keys = signer().key_set();
    let refused = verifier().verify_bytes_with(&keys, &HeaderMap::new(), BODY, now()).unwrap_err();
    assert!(matches!(refused, Violation::Unsigned));

    let lax = Verifier::new(keys.clone()).allow_unsigned();
    let taken = lax.verify_bytes_with(&keys, &HeaderMap::new(), BODY, now()).unwrap();
    assert!(!taken.is_signed());
    assert_eq!((taken.key_id(), taken.claim("iat")), (None, None));
    assert!(!taken.parse().unwrap().is_signed());
    for bad in ["", "a.b.c", &with_header(json!({"kid": "key-2"}))] {
        assert!(lax.verify_bytes_with(&keys, &headers(bad), BODY, now()).is_err(), "{bad}");
    }
    let signed = lax.verify_bytes_with(&keys, &headers(good_token()), BODY, now()).unwrap();
    assert!(signed.is_signed());
}

#[test]
fn there_is_one_signature() {
    let mut twice = headers(good_token());
    twice.append(SIGNATURE_HEADER, good_token().parse().unwrap());
    let error = verifier().verify_bytes_with(&signer().key_set(), &twice, BODY, now()).unwrap_err();
    assert!(matches!(error, Violation::SeveralSignatures));
    let lax = verifier().allow_unsigned();
    assert!(lax.verify_bytes_with(&signer().key_set(), &twice, BODY, now()).is_err());
    assert_eq!(rule(format!("{0},{0}", good_token())), "not_three_segments");
}

#[test]
fn a_token_has_8192_bytes_at_most() {
    let padded = |pad: usize| with_header(json!({"pad": "x".repeat(pad)}));
    let longest = (5000..7000).map(padded).rfind(|token| token.len() <= 8192).unwrap();
    assert!(longest.len() > 8190, "{}", longest.len());
    assert_eq!(rule(&longest), "ok");
    let too_long = (5000..7000).map(padded).find(|token| token.len() > 8192).unwrap();
    assert!(too_long.len() < 8196, "{}", too_long.len());
    assert_eq!(rule(&too_long), "token_too_long");
    assert_eq!(rule("x".repeat(1_000_000)), "token_too_long");
}

#[test]
fn a_token_has_three_segments() {
    let good = good_token();
    let (two, _) = good.rsplit_once('.').unwrap();
    for bad in ["", "x", ".", two, &format!("{good}."), &format!("{good}.x"), "a.b.c.d.e"] {
        assert_eq!(rule(bad), "not_three_segments", "{bad}");
    }
    assert_eq!(rule(".."), "header_unreadable");
}

#[test]
fn segments_are_strict_base64url() {
    let good = good_token();
    let parts: Vec<&str> = good.split('.').collect();
    let with = |at: usize, part: String| {
        let mut parts: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
        parts[at] = part;
        parts.join(".")
    };
    for (at, part) in parts.iter().enumerate() {
        let bytes = decode(part);
        let odd = [
            format!("{part}="),
            format!("{part}=="),
            format!(" {part}"),
            format!("{part} "),
            format!("{part}\t"),
            format!("{part}%"),
            format!("{}\u{a0}", &part[1..]),
            part[1..].to_owned() + "+",
            part[1..].to_owned() + "/",
            format!("{} {}", &part[..8], &part[8..]),
            URL_SAFE.encode(&bytes[1..]) + "=",
        ];
        for bad in odd {
            assert_eq!(rule(with(at, bad.clone())), "not_base64url", "{at}: {bad}");
        }
        let standard = STANDARD_NO_PAD.encode([&bytes[..], b"\xff\xff\xff"].concat());
        assert_eq!(rule(with(at, standard)), "not_base64url");
    }
    let spare = with(2, format!("{}B", &parts[2][..parts[2].len() - 1]));
    assert_eq!(rule(spare), "not_base64url", "spare bits in the last character");
}

#[test]
fn the_header_is_an_object_with_unique_keys() {
    let twice = r#"{"alg":"EdDSA","typ":"JWT","kid":"key-1","kid":"key-1"}"#;
    let hidden = r#"{"alg":"EdDSA","typ":"JWT","kid":"key-1","\u0061lg":"none"}"#;
    let more = format!("{HEADER}{HEADER}");
    for bad in ["", "null", "[]", "7", "{", r#""EdDSA""#, twice, hidden, &more, "\u{feff}{}"] {
        assert_eq!(rule(signer().sign_raw(bad, good_claims())), "header_unreadable", "{bad}");
    }
    let nested = "[".repeat(2000);
    assert_eq!(rule(signer().sign_raw(nested, good_claims())), "header_unreadable");
    assert_eq!(rule(signer().sign_raw(b"{\"alg\":\"\xff\"}", good_claims())), "header_unreadable");
    let spaced = format!(" {HEADER}\n");
    assert_eq!(rule(signer().sign_raw(spaced, good_claims())), "ok", "it is JSON");
}

#[test]
fn the_algorithm_is_eddsa() {
    let odd = [
        json!("none"),
        json!("None"),
        json!("HS256"),
        json!("RS256"),
        json!("ES256"),
        json!("Ed25519"),
        json!("EDDSA"),
        json!("eddsa"),
        json!(" EdDSA"),
        json!(""),
        json!(null),
        json!(["EdDSA"]),
    ];
    for alg in odd {
        assert_eq!(rule(with_header(json!({"alg": alg}))), "wrong_algorithm", "{alg}");
    }
    let without = r#"{"typ":"JWT","kid":"key-1"}"#;
    assert_eq!(rule(signer().sign_raw(without, good_claims())), "wrong_algorithm");
}

/// The classic attacks: no signature, and a MAC with the public key.
#[test]
fn algorithms_are_not_confused() {
    let claims = encode(good_claims());
    for alg in ["none", "EdDSA"] {
        let header = encode(HEADER.replace("EdDSA", alg));
        assert!(judge(format!("{header}.{claims}.")).is_err(), "{alg}");
    }
    let public_key = decode(signer().jwk()["x"].as_str().unwrap());
    for alg in ["HS256", "EdDSA"] {
        let signed = format!("{}.{claims}", encode(HEADER.replace("EdDSA", alg)));
        let mac = hmac_sha256(&public_key, signed.as_bytes());
        assert!(judge(format!("{signed}.{}", encode(mac))).is_err(), "{alg}");
        assert!(judge(format!("{signed}.{}", encode([mac, mac].concat()))).is_err(), "{alg}");
    }
}

fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    use sha2::{Digest, Sha256};

    let pad = |with: u8| -> Vec<u8> {
        (0..64).map(|at| key.get(at).copied().unwrap_or(0) ^ with).collect()
    };
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().into()
}

#[test]
fn the_type_is_jwt() {
    for typ in [json!("jwt"), json!("JOSE"), json!("at+jwt"), json!(""), json!(null), json!(7)] {
        assert_eq!(rule(with_header(json!({"typ": typ}))), "wrong_type", "{typ}");
    }
    let without = r#"{"alg":"EdDSA","kid":"key-1"}"#;
    assert_eq!(rule(signer().sign_raw(without, good_claims())), "wrong_type");
}

#[test]
fn critical_extensions_are_refused() {
    for crit in [json!(["b64"]), json!([]), json!(null), json!("exp")] {
        assert_eq!(rule(with_header(json!({"crit": crit}))), "critical_extension", "{crit}");
    }
}

#[test]
fn no_key_is_taken_from_the_token() {
    let thief = Signer::new("thief");
    for name in ["jwk", "jku", "x5c", "x5u"] {
        for value in [thief.jwk(), json!("https://evil.example/keys"), json!(null)] {
            assert_eq!(rule(with_header(json!({ name: value }))), "key_in_token", "{name}");
        }
    }
    let header = json!({"alg": "EdDSA", "typ": "JWT", "kid": "key-1", "jwk": thief.jwk()});
    assert_eq!(rule(thief.sign_raw(header.to_string(), good_claims())), "key_in_token");
}

#[test]
fn a_key_id_is_required() {
    for kid in [json!(""), json!(null), json!(7), json!(["key-1"])] {
        assert_eq!(rule(with_header(json!({"kid": kid}))), "no_key_id", "{kid}");
    }
    let without = r#"{"alg":"EdDSA","typ":"JWT"}"#;
    assert_eq!(rule(signer().sign_raw(without, good_claims())), "no_key_id");
}

#[test]
fn unknown_keys_are_refused() {
    for kid in ["key-2", "KEY-1", "key-1 ", "../key-1"] {
        assert_eq!(rule(with_header(json!({"kid": kid}))), "unknown_key", "{kid}");
    }
}

#[test]
fn the_signature_matches_the_key() {
    let other = Signer::new("key-2").sign_raw(HEADER, good_claims());
    assert_eq!(rule(other), "bad_signature");
    let good = good_token();
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let signature = decode(signature);
    let odd = [
        vec![],
        vec![0; 64],
        vec![0xff; 64],
        signature[..63].to_vec(),
        [&signature[..], b"x"].concat(),
    ];
    for bad in odd {
        assert_eq!(rule(format!("{signed}.{}", encode(bad))), "bad_signature");
    }
    let swapped = signer().sign_raw(HEADER, good_claims().replace(&NOW.to_string(), "1780000001"));
    let (_, foreign) = swapped.rsplit_once('.').unwrap();
    assert_eq!(rule(format!("{signed}.{foreign}")), "bad_signature");
}

#[test]
fn the_claims_are_an_object_with_unique_keys() {
    let good = good_claims();
    let twice = good.replacen('{', r#"{"iat":1780000000,"#, 1);
    for bad in ["", "null", "[]", "7", &good[1..], &twice, &format!("{good}{good}")] {
        assert_eq!(rule(signer().sign_raw(HEADER, bad)), "claims_unreadable", "{bad}");
    }
}

#[test]
fn a_body_hash_is_required() {
    let hash = json!(encode([7; 32]));
    let text = hash.as_str().unwrap();
    let odd = [
        json!(null),
        json!(7),
        json!(""),
        json!([hash]),
        json!(format!("{text}=")),
        json!(format!(" {text}")),
        json!(encode([7; 31])),
        json!(encode([7; 33])),
        json!("07".repeat(32)),
        json!(STANDARD_NO_PAD.encode([0xff; 32])),
    ];
    for bad in odd {
        let token = signer().sign(BODY, claims(json!({"body_hash": bad})));
        assert_eq!(rule(token), "no_body_hash", "{bad}");
    }
    assert_eq!(rule(signer().sign_raw(HEADER, r#"{"iat":1780000000}"#)), "no_body_hash");
}

#[test]
fn the_body_matches_the_hash() {
    let (keys, headers) = (signer().key_set(), headers(good_token()));
    // The same JSON, serialized differently.
    let rewritten = BODY.replacen(':', ": ", 1);
    let (line, mark) = (format!("{BODY}\n"), format!("\u{feff}{BODY}"));
    for body in ["", "{}", &BODY[1..], &line, &mark, &rewritten] {
        let error =
            verifier().verify_bytes_with(&keys, &headers, body.to_owned(), now()).unwrap_err();
        assert!(matches!(error, Violation::BodyChanged), "{body}");
    }
}

#[test]
fn signature_claims_and_body_are_checked_in_order() {
    let (keys, signer) = (signer().key_set(), signer());
    let check = |token: &str, body: &'static str| {
        verifier().verify_bytes_with(&keys, &headers(token), body, now()).unwrap_err().code()
    };
    let expired = signer.sign(BODY, claims(json!({"exp": NOW - 3600})));
    let expired = expired.to_str().unwrap();
    assert_eq!(check(expired, "another"), "expired");
    let forged = Signer::new("key-2").sign_raw(HEADER, r#"{"exp":0}"#);
    assert_eq!(check(&forged, "another"), "bad_signature");
    let unreadable = format!("{}.{}.{}", encode(HEADER), encode("{"), encode([0; 64]));
    assert_eq!(
        check(&unreadable, "another"),
        "bad_signature",
        "claims are parsed after the signature"
    );
}

#[test]
fn errors_contain_nothing_of_token_and_body() {
    let secret = "s3cr3t-Jane-Doe";
    let tokens = [
        with_header(json!({"kid": secret})),
        with_header(json!({"alg": secret})),
        signer().sign(BODY, claims(json!({"exp": secret}))).to_str().unwrap().to_owned(),
        signer().sign(secret, claims(json!({}))).to_str().unwrap().to_owned(),
        secret.to_owned(),
    ];
    for token in tokens {
        let error = judge(&token).unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(!text.contains(secret) && !text.contains("Doe"), "{text}");
        assert!(token.split('.').all(|part| !text.contains(part)), "{text}");
    }
    let verified = judge(good_token()).unwrap();
    let text = format!("{verified:?} {:?} {:?}", verified.headers(), verified.clone().parse());
    assert!(!text.contains("Doe") && !text.contains(&good_token()[..20]), "{text}");
}

/// The stages are in the order of the checks.
#[test]
fn each_rule_has_a_stage_and_a_hint() {
    let stages = [
        (Violation::Unsigned, Stage::SignatureHeader),
        (Violation::NotBase64Url { part: Part::Claims }, Stage::Segments),
        (Violation::WrongType, Stage::TokenHeader),
        (Violation::UnknownKey, Stage::Key),
        (Violation::BadSignature, Stage::Signature),
        (Violation::NotATime { claim: "exp" }, Stage::Claims),
        (Violation::Expired { ago: Duration::from_secs(90) }, Stage::Times),
        (Violation::BodyChanged, Stage::Body),
        (Violation::Replayed, Stage::Replay),
    ];
    assert!(stages.is_sorted_by_key(|(_, stage)| *stage));
    for (violation, stage) in stages {
        assert_eq!(violation.stage(), stage);
        assert!(violation.hint().ends_with('.'), "{violation:?}");
        let error = Error::from(violation.clone());
        assert_eq!((error.code(), error.stage()), (violation.code(), stage));
        assert_eq!(error.to_string(), format!("webhook delivery refused: {violation}"));
    }
    let text = Violation::NotBase64Url { part: Part::Claims }.to_string();
    assert_eq!(text, "the token's claims segment is not base64url without padding");
}
