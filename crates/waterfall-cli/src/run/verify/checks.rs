//! The rules in the order in which they are checked.

use jiff::Timestamp;
use serde::Serialize;
use waterfall::webhook::Error;

/// One rule, or a few that belong together.
#[derive(Debug, Serialize)]
pub(super) struct Check {
    check: &'static str,
    result: Finding,
    #[serde(skip)]
    says: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Finding {
    Ok,
    Broken,
    /// It can't be said now.
    Unknown,
    NotChecked,
}

const NAMES: [&str; 9] = [
    "signature_header",
    "segments",
    "token_header",
    "key",
    "signature",
    "claims",
    "times",
    "body",
    "job",
];

/// What was checked, and what came of it; all is well without an error.
pub(super) fn checks(error: Option<&Error>, now: Timestamp) -> Vec<Check> {
    let broken = error.map(place);
    let result = |at: usize| match broken {
        Some(broken) if at > broken => Finding::NotChecked,
        Some(broken) if at == broken && matches!(error, Some(Error::KeysUnavailable(_))) => {
            Finding::Unknown
        }
        Some(broken) if at == broken => Finding::Broken,
        _ => Finding::Ok,
    };
    let check = |(at, check)| Check { check, result: result(at), says: says(check, now) };
    NAMES.into_iter().enumerate().map(check).collect()
}

fn says(check: &str, now: Timestamp) -> String {
    match check {
        "signature_header" => "one X-Webhook-Signature, of at most 8,192 bytes",
        "segments" => "three segments in base64url, without padding or blanks",
        "token_header" => "alg EdDSA, typ JWT, a kid; no crit, no key of its own",
        "key" => "the key set has a key of that kid",
        "signature" => "the signature is that key's, by the strict rules for Ed25519",
        "claims" => "claims with a body_hash; exp, nbf and iat are times, where they are",
        "times" => return format!("exp, nbf and iat hold at {now:.0}"),
        "body" => "body_hash is the SHA-256 of the body",
        _ => "the body is a job",
    }
    .to_owned()
}

/// Which of the checks an error breaks. One that is not known yet breaks the first, so
/// that nothing is said to be well that may not be.
fn place(error: &Error) -> usize {
    match error {
        Error::NotThreeSegments | Error::NotBase64Url { .. } => 1,
        Error::HeaderUnreadable
        | Error::WrongAlgorithm
        | Error::WrongType
        | Error::CriticalExtension
        | Error::KeyInToken
        | Error::NoKeyId => 2,
        Error::UnknownKey | Error::KeysUnavailable(_) => 3,
        Error::BadSignature => 4,
        Error::ClaimsUnreadable | Error::NoBodyHash | Error::NotATime { .. } => 5,
        Error::Expired { .. }
        | Error::NotYetValid { .. }
        | Error::IssuedInFuture { .. }
        | Error::TooOld { .. } => 6,
        Error::BodyChanged => 7,
        Error::Unreadable(_) => 8,
        _ => 0,
    }
}

impl Check {
    /// For people.
    pub(super) fn line(&self) -> String {
        let result = match self.result {
            Finding::Ok => "ok",
            Finding::Broken => "BROKEN",
            Finding::Unknown => "unknown",
            Finding::NotChecked => "-",
        };
        format!("{result:<8} {}\n", self.says)
    }
}
