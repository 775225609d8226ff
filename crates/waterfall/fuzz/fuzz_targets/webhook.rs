//! Any header, claims, key set and body; the same as the property test.

#![no_main]

#[allow(dead_code, reason = "what the property test begins with")]
#[path = "../../tests/fuzz/webhook.rs"]
mod webhook;

libfuzzer_sys::fuzz_target!(|data: &[u8]| webhook::check(data));
