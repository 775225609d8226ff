//! Hints about webhook deliveries that violate a rule.

mod refused;
mod repair;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use waterfall::HeaderMap;
use waterfall::webhook::{Error, SIGNATURE_HEADER, Verifier, Violation};

pub(crate) use self::refused::{Command, Refused};
use self::repair::repair;
use crate::key_source::KeySource;
use crate::terminal_text;

/// The maximum length of a key id in a hint, in characters.
const MAX_ID: usize = 80;

/// Returns the hint for a delivery that is not accepted.
pub(crate) async fn hint(
    error: &Error,
    refused: &Refused<'_>,
    verifier: &Verifier,
    keys: &KeySource,
) -> String {
    let option = option(error, refused.command).map(|option| format!(" {option}"));
    let hint = match error {
        Error::Refused(Violation::UnknownKey) => unknown_key(error, refused.headers, keys),
        Error::Refused(Violation::BodyChanged) => match repair(refused, verifier).await {
            Some(repair) => format!("{repair} {}", pass_unchanged(refused.command)),
            None => error.hint().to_owned(),
        },
        _ => error.hint().to_owned(),
    };
    hint + &option.unwrap_or_default()
}

fn pass_unchanged(command: Command) -> &'static str {
    match command {
        Command::Verify => "Pass the bytes as they were received.",
        Command::Listen => "It was changed in transit: every hop must pass the bytes unchanged.",
    }
}

/// Returns the option of the command that may help.
fn option(error: &Error, command: Command) -> Option<&'static str> {
    let violation = match error {
        Error::Refused(violation) => violation,
        Error::KeysUnavailable(_) => return Some("--jwks reads a stored key set."),
        _ => return None,
    };
    Some(match (violation, command) {
        (Violation::Unsigned, Command::Verify) => {
            "Pass the header as the request had it: --header 'X-Webhook-Signature: eyJ...'."
        }
        (Violation::Unsigned, Command::Listen) => "--allow-unsigned accepts these too.",
        (Violation::UnknownKey | Violation::BadSignature, _) => {
            "--jwks and WATERFALL_BASE_URL select the key set."
        }
        (Violation::Expired { .. }, Command::Verify) => {
            "To verify an old delivery, pass the time of its receipt with --at."
        }
        (Violation::TooOld { .. }, Command::Verify) => {
            "To verify an old delivery, pass the time of its receipt with --at, or a longer \
             --max-age."
        }
        (Violation::TooOld { .. }, Command::Listen) => "--max-age accepts older ones.",
        (Violation::NotYetValid { .. } | Violation::IssuedInFuture { .. }, Command::Verify) => {
            "--at sets the time of verification; --leeway allows for a clock difference."
        }
        (
            Violation::Expired { .. }
            | Violation::NotYetValid { .. }
            | Violation::IssuedInFuture { .. },
            Command::Listen,
        ) => "--leeway allows for a clock difference.",
        _ => return None,
    })
}

fn unknown_key(error: &Error, headers: &HeaderMap, keys: &KeySource) -> String {
    let named = key_id(headers).unwrap_or_default();
    let mut hint = format!("The token refers to the key `{}`.", shown(&named));
    if let Some(keys) = &keys.fixed {
        let ids: Vec<String> = keys.key_ids().map(|id| format!("`{}`", shown(id))).collect();
        hint.push_str(&format!(
            " The key set has {}.",
            terminal_text::cut(&ids.join(", "), 4 * MAX_ID)
        ));
    }
    format!("{hint} {}", error.hint())
}

fn shown(id: &str) -> String {
    terminal_text::cut(&terminal_text::clean(id), MAX_ID)
}

/// Returns the `kid`, which is not secret, of a token whose header satisfies the rules.
fn key_id(headers: &HeaderMap) -> Option<String> {
    let token = headers.get(SIGNATURE_HEADER)?.to_str().ok()?;
    let header = URL_SAFE_NO_PAD.decode(token.split('.').next()?).ok()?;
    let header: Value = serde_json::from_slice(&header).ok()?;
    Some(header.get("kid")?.as_str()?.to_owned())
}
