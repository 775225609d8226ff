//! Prices in US cents. Those of job change, reveal, titles and verification are from the
//! API's samples; the others are the sandbox's own.

pub(crate) const PERSON: u64 = 10;
pub(crate) const PHONE: u64 = 1;
pub(crate) const COMPANY: u64 = 7;
pub(crate) const FOUND_CONTACT: u64 = 2;
pub(crate) const JOB_CHANGE: u64 = 5;
pub(crate) const REVEALED_COMPANY: u64 = 7;
pub(crate) const COMPANY_TITLES: u64 = 70;
pub(crate) const VERIFIED_EMAIL: u64 = 1;

/// Converts cents to US dollars.
pub(crate) fn dollars(cents: u64) -> f64 {
    cents as f64 / 100.0
}
