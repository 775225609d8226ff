//! A lint rule and its findings.

use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;

use crate::explanation::{Explanation, Topic};

/// The code of an exception that matches nothing.
pub const UNUSED_EXCEPTION: &str = "unused-exception";
/// Why such an exception is a finding.
pub(super) const UNUSED_EXCEPTION_REASON: &str =
    "an exception that matches nothing may hide a future finding";

/// A lint rule.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// The code, for messages, exceptions and the command line.
    pub code: &'static str,
    /// The finding in one sentence.
    pub meaning: &'static str,
    /// The effect on the client.
    pub reason: &'static str,
    /// The advice for a finding.
    pub action: &'static str,
    /// The source of the rule.
    pub reference: &'static str,
    /// Finds all places that violate the rule.
    pub(super) check: fn(&Document) -> Vec<Diagnostic>,
}

impl Rule {
    /// Returns the explanation of the code.
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

/// A place that violates a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's code.
    pub code: &'static str,
    /// The problem, its place, and the advice.
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
