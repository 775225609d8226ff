//! Verifies any header, claims, key set and body. Shared with the property test.

#![no_main]

#[allow(dead_code, reason = "the seeds of the property test")]
#[path = "../../tests/fuzz/webhook.rs"]
mod webhook;

libfuzzer_sys::fuzz_target!(|data: &[u8]| webhook::check(data));
