//! Any header, claims, key set and body; the same as the property test.

#![no_main]

#[path = "../../crates/waterfall/tests/webhook/fuzz_target.rs"]
mod fuzz_target;

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz_target::check(data));
