//! Any body of the finder; the same as the property test.

#![no_main]

#[path = "../../tests/fuzz/answers.rs"]
mod answers;
#[allow(dead_code, reason = "what the property test begins with")]
#[path = "../../tests/fuzz/finder_body.rs"]
mod finder_body;

libfuzzer_sys::fuzz_target!(|data: &[u8]| finder_body::check(data));
