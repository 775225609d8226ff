//! Any body of an error; the same as the property test.

#![no_main]

#[path = "../../tests/fuzz/answers.rs"]
mod answers;
#[allow(dead_code, reason = "what the property test begins with")]
#[path = "../../tests/fuzz/error_body.rs"]
mod error_body;

libfuzzer_sys::fuzz_target!(|data: &[u8]| error_body::check(data));
