//! Generates inputs that pass the first checks.

use std::fmt;

use proptest::prelude::*;

/// Bytes that a failed test shows as text.
#[derive(Clone)]
pub(crate) struct Input(pub(crate) Vec<u8>);

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.0.escape_ascii())
    }
}

pub(crate) fn any_bytes() -> impl Strategy<Value = Input> {
    prop::collection::vec(any::<u8>(), 0..200).prop_map(Input)
}

/// Generates words in any order, from a list separated by `¦`.
pub(crate) fn of_words(words: &'static str) -> impl Strategy<Value = Input> {
    let words = words.split('¦').collect::<Vec<_>>();
    let words = prop::collection::vec(prop::sample::select(words), 0..16);
    words.prop_map(|words| Input(words.concat().into_bytes()))
}

/// Generates a seed with some bytes changed, added or removed.
pub(crate) fn mutated(seeds: &'static [&'static str]) -> impl Strategy<Value = Input> {
    let seed = prop::sample::select(seeds);
    let byte = prop_oneof![any::<u8>(), prop::sample::select(&b"0123456789-+:.,\"{}[]\\TZ "[..])];
    let edits = prop::collection::vec((any::<prop::sample::Index>(), byte, 0..3_u8), 0..4);
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
        Input(data)
    })
}
