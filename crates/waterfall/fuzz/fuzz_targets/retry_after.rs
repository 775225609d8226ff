//! Any `Retry-After`, at any `Date`; the same as the property test.

#![no_main]

#[path = "../../tests/fuzz/answers.rs"]
mod answers;
#[allow(dead_code, reason = "what the property test begins with")]
#[path = "../../tests/fuzz/retry_after.rs"]
mod retry_after;

libfuzzer_sys::fuzz_target!(|data: &[u8]| retry_after::check(data));
