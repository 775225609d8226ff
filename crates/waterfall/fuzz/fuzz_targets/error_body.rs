//! Decodes any body of an error. Shared with the property test.

#![no_main]

#[path = "../../tests/fuzz/answers.rs"]
mod answers;
#[allow(dead_code, reason = "the seeds of the property test")]
#[path = "../../tests/fuzz/error_body.rs"]
mod error_body;

libfuzzer_sys::fuzz_target!(|data: &[u8]| error_body::check(data));
