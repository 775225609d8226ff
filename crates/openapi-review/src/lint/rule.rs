//! What a rule is, and what it finds.

use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;

use crate::explanation::{Explanation, Topic};

/// The code of an exception that excepts nothing.
pub const UNUSED_EXCEPTION: &str = "unused-exception";
/// Why such an exception is a finding.
pub(super) const UNUSED_EXCEPTION_REASON: &str =
    "an exception that matches nothing may hide a future finding";

/// One thing to look for.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Its name in messages, in exceptions and on the command line.
    pub code: &'static str,
    /// What it finds.
    pub meaning: &'static str,
    /// Why it makes a client worse.
    pub reason: &'static str,
    /// What to do about a finding.
    pub action: &'static str,
    /// Where what it asks for is written down.
    pub reference: &'static str,
    /// Finds all places that break it.
    pub(super) check: fn(&Document) -> Vec<Diagnostic>,
}

impl Rule {
    /// What its code means.
    #[must_use]
    pub fn explanation(&self) -> Explanation {
        let Self { code, meaning, reason, action, reference, .. } = *self;
        Explanation {
            code,
            topic: Topic::Lint,
            meaning,
            reason,
            action,
            reference: Some(reference),
        }
    }
}

/// A place where a rule is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's code.
    pub code: &'static str,
    /// What was found, where, and what to do.
    pub diagnostic: Diagnostic,
}

/// Orders findings by file and line, then by code.
pub fn sort(findings: &mut [Finding]) {
    findings.sort_by_cached_key(|finding| {
        let place = finding.diagnostic.place.clone();
        let place = place.map(|place| (place.file, place.line, place.column));
        (place, finding.code, finding.diagnostic.message.clone())
    });
}
