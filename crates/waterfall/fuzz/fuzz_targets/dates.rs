//! Parses any text as a date-time. Shared with the property test.

#![no_main]

#[allow(dead_code, reason = "the seeds of the property test")]
#[path = "../../tests/fuzz/dates.rs"]
mod dates;

libfuzzer_sys::fuzz_target!(|data: &[u8]| dates::check(data));
