//! What to do about a rule that is broken.

mod repair;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::Value;
use waterfall::webhook::{Error, SIGNATURE_HEADER, Verifier};
use waterfall::{Bytes, HeaderMap};

use self::repair::repair;
use crate::keys::Keys;
use crate::text;

/// Longer key ids are cut.
const LONGEST_ID: usize = 80;

/// A delivery that was refused, and who asks what to do.
pub(super) struct Refused<'a> {
    pub(super) command: Command,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a Bytes,
    pub(super) now: Timestamp,
}

/// Which command it is for: they have different options.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    Verify,
    Listen,
}

pub(super) async fn on(
    error: &Error,
    refused: &Refused<'_>,
    verifier: &Verifier,
    keys: &Keys,
) -> String {
    match error {
        Error::UnknownKey => unknown_key(refused.headers, keys),
        Error::BodyChanged => match repair(refused, verifier).await {
            Some(repair) => format!("{repair} {}", pass_on(refused.command)),
            None => BODY_CHANGED.to_owned(),
        },
        other => match refused.command {
            Command::Verify => plain(other).to_owned(),
            Command::Listen => while_listening(other).to_owned(),
        },
    }
}

fn pass_on(command: Command) -> &'static str {
    match command {
        Command::Verify => "Hand over the bytes as they were received.",
        Command::Listen => "Something on the way changed it: let it pass the bytes as they are.",
    }
}

const BODY_CHANGED: &str = "The usual reason: the body was re-serialised. Pass the raw bytes to \
                            the verifier, before a JSON parser, a framework, a proxy or an editor \
                            has touched them. If these are the raw bytes, don't accept them.";

const NOT_WATERFALLS: &str = "Waterfall makes no such token. If the value is copied whole, \
                              somebody else made it: don't accept it.";

const SIGNED_AND_ODD: &str = "The token is signed with a key of the set, and is not what Waterfall \
                              is known to send. Is this the key set of the sender?";

const CLOCK: &str = "Check the clock of the machine that verifies, or the time given with --at. \
                     --leeway allows for clocks that differ.";

fn plain(error: &Error) -> &'static str {
    match error {
        Error::Unsigned => {
            "Give the header as the request had it: --header 'X-Webhook-Signature: eyJ...'. If it \
             had none, it may be anybody's: Waterfall delivers unsigned only while its signing is \
             out of order."
        }
        Error::SeveralSignatures => {
            "A genuine delivery has one. Look at the request as it first arrived: a proxy may have \
             added the other."
        }
        Error::NotThreeSegments | Error::NotBase64Url { .. } => {
            "Copy the value whole and as it is: three parts with dots between them, on one line, \
             without =, quotes or blanks. A log may have cut or escaped it."
        }
        Error::KeysUnavailable(_) => {
            "Nothing is known about the delivery. Try again, or give a stored key set with --jwks."
        }
        Error::BadSignature => {
            "Something changed the token, or another key signed it than the one of that name. Is \
             the value copied whole, and is this the key set of the sender? If so, don't accept it."
        }
        Error::ClaimsUnreadable | Error::NoBodyHash | Error::NotATime { .. } => SIGNED_AND_ODD,
        Error::Expired { .. } => {
            "To judge an old delivery, give the time at which it came with --at. If a receiver \
             says this, check its clock, and verify before deliveries wait in a queue."
        }
        Error::TooOld { .. } => {
            "To judge an old delivery, give the time at which it came with --at, or a longer \
             --max-age. If a receiver says this, check its clock, and verify before deliveries \
             wait in a queue."
        }
        Error::NotYetValid { .. } | Error::IssuedInFuture { .. } => CLOCK,
        Error::Unreadable(_) => {
            "It is genuine, so keep the body: it was paid for. A newer version may understand it."
        }
        _ => NOT_WATERFALLS,
    }
}

/// The same for one that listens: the request is not at hand, and it is now.
fn while_listening(error: &Error) -> &'static str {
    match error {
        Error::Unsigned => {
            "It may be anybody's: Waterfall delivers unsigned only while its signing is out of \
             order. --allow-unsigned takes these too."
        }
        Error::NotThreeSegments | Error::NotBase64Url { .. } => {
            "The header has to come whole and as it is: three parts with dots between them, \
             without =, quotes or blanks. A proxy may have cut or escaped it."
        }
        Error::KeysUnavailable(_) => {
            "Nothing is known about the delivery, and its sender may try again. --jwks takes a \
             stored key set."
        }
        Error::BadSignature => {
            "Something changed the token, or another key signed it than the one of that name. Is \
             this the key set of the sender (--jwks, WATERFALL_BASE_URL)? If so, it is forged."
        }
        Error::Expired { .. } => {
            "Check the clock of this machine, and whether deliveries wait in a queue before they \
             come here. --leeway allows for clocks that differ."
        }
        Error::TooOld { .. } => {
            "Check the clock of this machine, and whether deliveries wait in a queue before they \
             come here. --max-age takes older ones."
        }
        Error::NotYetValid { .. } | Error::IssuedInFuture { .. } => {
            "Check the clock of this machine. --leeway allows for clocks that differ."
        }
        other => plain(other),
    }
}

fn unknown_key(headers: &HeaderMap, keys: &Keys) -> String {
    let named = key_id(headers).unwrap_or_default();
    let mut hint = format!("The token names the key `{}`.", shown(&named));
    if let Some(keys) = &keys.fixed {
        let ids: Vec<String> = keys.key_ids().map(|id| format!("`{}`", shown(id))).collect();
        hint.push_str(&format!(" The key set has {}.", text::cut(&ids.join(", "), 4 * LONGEST_ID)));
    }
    hint.push_str(
        " Is this the key set of the sender (--jwks, WATERFALL_BASE_URL)? Keys rotate: that of an \
         old delivery may be gone.",
    );
    hint
}

fn shown(id: &str) -> String {
    text::cut(&text::clean(id), LONGEST_ID)
}

/// The `kid`, which is no secret, of a token whose header keeps the rules.
fn key_id(headers: &HeaderMap) -> Option<String> {
    let token = headers.get(SIGNATURE_HEADER)?.to_str().ok()?;
    let header = URL_SAFE_NO_PAD.decode(token.split('.').next()?).ok()?;
    let header: Value = serde_json::from_slice(&header).ok()?;
    Some(header.get("kid")?.as_str()?.to_owned())
}
