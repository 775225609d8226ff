//! Every single-bit flip of a valid delivery is refused.

use waterfall::HeaderValue;
use waterfall::webhook::SIGNATURE_HEADER;

use super::support::*;

#[test]
fn flips_in_the_token_are_refused() {
    let token = good_token();
    let (keys, verifier) = (signer().key_set(), verifier());
    let (mut refused, mut no_header) = (0, 0);
    for bit in 0..token.len() * 8 {
        let mut flipped = token.clone().into_bytes();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let Ok(value) = HeaderValue::from_bytes(&flipped) else {
            no_header += 1;
            continue;
        };
        let headers = [(SIGNATURE_HEADER, value)].into_iter().collect();
        let result = verifier.verify_bytes_with(&keys, &headers, BODY, now());
        assert!(result.is_err(), "bit {bit} of {token}");
        refused += 1;
    }
    assert_eq!(refused + no_header, token.len() * 8);
    assert!(refused > 1500, "{refused}");
}

/// Flips in the decoded segments, encoded again: the signature must detect them.
#[test]
fn flips_in_the_decoded_segments_are_refused() {
    let token = good_token();
    let segments: Vec<Vec<u8>> = token.split('.').map(decode).collect();
    for (number, segment) in segments.iter().enumerate() {
        for bit in 0..segment.len() * 8 {
            let mut flipped = segments.clone();
            flipped[number][bit / 8] ^= 1 << (bit % 8);
            let flipped: Vec<String> = flipped.iter().map(encode).collect();
            assert_ne!(rule(flipped.join(".")), "ok", "bit {bit} of segment {number}");
        }
    }
}

#[test]
fn flips_in_the_body_are_refused() {
    let headers = headers(good_token());
    let (keys, verifier) = (signer().key_set(), verifier());
    for bit in 0..BODY.len() * 8 {
        let mut flipped = BODY.as_bytes().to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let error = verifier.verify_bytes_with(&keys, &headers, flipped, now()).unwrap_err();
        assert_eq!(error.code(), "body_changed", "bit {bit}");
    }
}
