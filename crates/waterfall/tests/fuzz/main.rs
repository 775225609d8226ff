//! The fuzz targets as property tests. Inputs are arbitrary bytes, words that a target knows, and
//! variations of valid inputs. The fuzz crate shares the targets.

mod answers;
mod dates;
mod error_body;
mod finder_body;
mod inputs;
mod retry_after;
mod webhook;

use inputs::{Input, any_bytes, mutated, of_words};
use proptest::prelude::*;

proptest! {
    #[test]
    fn dates(data in prop_oneof![any_bytes(), of_words(dates::WORDS), mutated(dates::SEEDS)]) {
        dates::check(&data.0);
    }

    #[test]
    fn retry_after(
        data in prop_oneof![any_bytes(), of_words(retry_after::WORDS), mutated(retry_after::SEEDS)]
    ) {
        retry_after::check(&data.0);
    }

    #[test]
    fn finder_bodies(
        data in prop_oneof![any_bytes(), of_words(finder_body::WORDS), mutated(finder_body::SEEDS)]
    ) {
        finder_body::check(&data.0);
    }

    #[test]
    fn error_bodies(
        data in prop_oneof![any_bytes(), of_words(error_body::WORDS), mutated(error_body::SEEDS)]
    ) {
        error_body::check(&data.0);
    }

    #[test]
    fn deliveries(data in prop_oneof![any_bytes(), part(), mutated(webhook::SEEDS)]) {
        webhook::check(&data.0);
    }
}

/// Returns a part of a delivery, selected by the first byte.
fn part() -> impl Strategy<Value = Input> {
    (0_u8..5, of_words(webhook::WORDS))
        .prop_map(|(kind, words)| Input([&[kind], &words.0[..]].concat()))
}

/// Each seed is accepted and passes the first checks.
#[test]
fn the_seeds_reach_their_end() {
    for seed in dates::SEEDS {
        dates::check(seed.as_bytes());
        assert!(dates::independent(seed).is_some(), "{seed}");
    }
    for seed in retry_after::SEEDS {
        retry_after::check(seed.as_bytes());
        assert!(retry_after::pause(seed.as_bytes()).is_some(), "{seed}");
    }
    for seed in finder_body::SEEDS {
        finder_body::check(seed.as_bytes());
        assert!(answers::fetch(200, &[], seed.as_bytes()).is_ok(), "{seed}");
    }
    for seed in webhook::SEEDS {
        webhook::check(seed.as_bytes());
    }
    for seed in error_body::SEEDS {
        error_body::check(seed.as_bytes());
        assert!(
            serde_json::from_slice::<serde_json::Value>(&seed.as_bytes()[1..]).is_ok(),
            "{seed}"
        );
    }
}
