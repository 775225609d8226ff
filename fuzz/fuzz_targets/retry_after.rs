//! Any `Retry-After`, at any `Date`; the same as the property test.

#![no_main]

#[path = "../../crates/waterfall/tests/fuzz/answers.rs"]
mod answers;
#[allow(dead_code, reason = "what the property test begins with")]
#[path = "../../crates/waterfall/tests/fuzz/retry_after.rs"]
mod retry_after;

libfuzzer_sys::fuzz_target!(|data: &[u8]| retry_after::check(data));
