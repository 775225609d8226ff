//! Any text as a date-time; the same as the property test.

#![no_main]

#[allow(dead_code, reason = "what the property test begins with")]
#[path = "../../tests/fuzz/dates.rs"]
mod dates;

libfuzzer_sys::fuzz_target!(|data: &[u8]| dates::check(data));
