//! The stages of verification with their results.

use jiff::Timestamp;
use serde::Serialize;
use waterfall::webhook::{Error, Stage};

/// One stage, which checks one rule or several related ones.
#[derive(Debug, Serialize)]
pub(super) struct Check {
    check: &'static str,
    result: Finding,
    #[serde(skip)]
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Finding {
    Ok,
    Broken,
    /// The keys are not available at present.
    Unknown,
    NotChecked,
}

/// Returns the result of each stage if it passes, in the order of the checks. The text about the
/// times continues with the time of verification.
const CHECKS: [(Stage, &str); 9] = [
    (Stage::SignatureHeader, "one X-Webhook-Signature, of at most 8,192 bytes"),
    (Stage::Segments, "three segments in base64url, without padding or blanks"),
    (Stage::TokenHeader, "alg EdDSA, typ JWT, a kid; no crit, no embedded key"),
    (Stage::Key, "the key set has a key with that kid"),
    (Stage::Signature, "the signature matches the key, by the strict rules for Ed25519"),
    (Stage::Claims, "claims with a body_hash; exp, nbf and iat are times, if present"),
    (Stage::Times, "exp, nbf and iat hold at"),
    (Stage::Body, "body_hash is the SHA-256 of the body"),
    (Stage::Job, "the body is a job"),
];

/// Returns the results of all checks; without an error, all pass. An error at an unknown stage is
/// attributed to the first check, so that nothing unchecked is reported as ok.
pub(super) fn checks(error: Option<&Error>, now: Timestamp) -> Vec<Check> {
    let failed = error.map(|error| {
        CHECKS.iter().position(|(stage, _)| *stage == error.stage()).unwrap_or_default()
    });
    let result = |at: usize| match failed {
        Some(failed) if at > failed => Finding::NotChecked,
        Some(failed) if at == failed && matches!(error, Some(Error::KeysUnavailable(_))) => {
            Finding::Unknown
        }
        Some(failed) if at == failed => Finding::Broken,
        _ => Finding::Ok,
    };
    let check = |(at, (stage, text)): (usize, (Stage, &str))| {
        let text = match stage {
            Stage::Times => format!("{text} {now:.0}"),
            _ => text.to_owned(),
        };
        Check { check: stage.code(), result: result(at), text }
    };
    CHECKS.into_iter().enumerate().map(check).collect()
}

impl Check {
    /// Formats a line for people.
    pub(super) fn line(&self) -> String {
        let result = match self.result {
            Finding::Ok => "ok",
            Finding::Broken => "BROKEN",
            Finding::Unknown => "unknown",
            Finding::NotChecked => "-",
        };
        format!("{result:<8} {}\n", self.text)
    }
}
