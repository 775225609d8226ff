//! Decodes any body of a finder response. Shared with the property test.

#![no_main]

#[path = "../../tests/fuzz/answers.rs"]
mod answers;
#[allow(dead_code, reason = "the seeds of the property test")]
#[path = "../../tests/fuzz/finder_body.rs"]
mod finder_body;

libfuzzer_sys::fuzz_target!(|data: &[u8]| finder_body::check(data));
