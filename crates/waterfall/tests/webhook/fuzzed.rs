//! The fuzz target as a property test.

use proptest::prelude::*;

#[path = "fuzz_target.rs"]
mod fuzz_target;

use fuzz_target::check;

const SEEDS: &[&str] = &[
    "\u{1}{\"alg\":\"EdDSA\",\"typ\":\"JWT\",\"kid\":\"key-1\"}",
    "\u{1}{\"alg\":\"EdDSA\",\"typ\":\"JWT\",\"kid\":\"key-1\",\"crit\":[]}",
    "\u{2}{\"body_hash\":\"RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4o\",\"iat\":1780000000}",
    "\u{2}{\"body_hash\":\"RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4o\",\"exp\":1780000060.5}",
    "\u{3}{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"a\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}",
    "\u{4}{\"status\":\"SUCCEEDED\",\"start_date\":\"2026-05-28T20:26:35Z\",\"input\":null}",
];

/// JSON-like text, so that more than the first check is reached.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let words = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"alg\"",
        "\"EdDSA\"",
        "\"typ\"",
        "\"JWT\"",
        "\"kid\"",
        "\"key-1\"",
        "\"exp\"",
        "\"iat\"",
        "\"nbf\"",
        "1780000000",
        "1e300",
        "-1",
        "null",
        "\"crit\"",
        "\"body_hash\"",
        "\"RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4o\"",
        ".",
        "\\u0061",
        "\"keys\"",
    ]);
    (0_u8..5, prop::collection::vec(words, 0..20))
        .prop_map(|(kind, words)| [&[kind], words.concat().as_bytes()].concat())
}

fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let seed = prop::sample::select(SEEDS);
    let edits = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3), 0..4);
    (seed, edits).prop_map(|(seed, edits)| {
        let mut data = seed.as_bytes().to_vec();
        for (at, byte, kind) in edits {
            let at = at.index(data.len());
            match kind {
                0 => data[at] = byte,
                1 => data.insert(at, byte),
                _ if data.len() > 1 => drop(data.remove(at)),
                _ => {}
            }
        }
        data
    })
}

proptest! {
    #[test]
    fn bytes(data in prop::collection::vec(any::<u8>(), 0..300)) {
        check(&data);
    }

    #[test]
    fn json(data in text()) {
        check(&data);
    }

    #[test]
    fn near_misses(data in mutated()) {
        check(&data);
    }
}

#[test]
fn the_seeds_reach_their_end() {
    for seed in SEEDS {
        check(seed.as_bytes());
    }
}
