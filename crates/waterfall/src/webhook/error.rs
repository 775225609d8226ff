//! [`Error`]: why a delivery is not accepted, one variant for each reason.

use std::fmt;
use std::time::Duration;

use waterfall_api::DecodeError;

use super::fetch::KeysUnavailable;
use super::token::LONGEST_TOKEN;
use super::verified::Verified;

/// Why a delivery was refused, or could not be judged.
///
/// Neither `Display` nor `Debug` holds anything of the body or the token. Both are
/// for your logs: don't tell a sender which rule it broke.
///
/// Two variants are not refusals. [`KeysUnavailable`](Self::KeysUnavailable) means that
/// nothing is known about the delivery: answer 503, and the sender may try again.
/// [`Unreadable`](Self::Unreadable) is a genuine delivery that this crate can't decode; it
/// has the bytes.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Error {
    /// There is no header `X-Webhook-Signature`. Waterfall delivers without it
    /// while its signing is out of order;
    /// [`Verifier::allow_unsigned`](super::Verifier::allow_unsigned) takes these.
    Unsigned,
    /// There is more than one header `X-Webhook-Signature`.
    SeveralSignatures,
    /// The token is longer than 8,192 bytes.
    TokenTooLong {
        /// Its length.
        bytes: usize,
    },
    /// The token has not exactly three segments.
    NotThreeSegments,
    /// A segment of the token is not base64url without padding.
    NotBase64Url {
        /// Which segment.
        part: Part,
    },
    /// The token's header is not a JSON object in which each name is there once.
    HeaderUnreadable,
    /// The token's `alg` is not `EdDSA`.
    WrongAlgorithm,
    /// The token's `typ` is not `JWT`.
    WrongType,
    /// The token's header has `crit`: extensions that this crate does not know.
    CriticalExtension,
    /// The token's header brings a key, or says where to get one (`jwk`, `jku`, `x5c`,
    /// `x5u`).
    KeyInToken,
    /// The token's header has no `kid`, or an empty one.
    NoKeyId,
    /// No key has the token's `kid`. A key set that is fetched was asked again, at most
    /// once in 30 seconds.
    UnknownKey,
    /// The keys can't be had now. Nothing is known about the delivery.
    KeysUnavailable(KeysUnavailable),
    /// The signature does not belong to the token and the key.
    BadSignature,
    /// The claims are not a JSON object in which each name is there once.
    ClaimsUnreadable,
    /// There is no claim `body_hash`, or one that is not a SHA-256 in base64url.
    NoBodyHash,
    /// A claim that should be a time is not a number of seconds.
    NotATime {
        /// Its name: `exp`, `nbf` or `iat`.
        claim: &'static str,
    },
    /// `exp` is over, leeway included.
    Expired {
        /// For how long, in whole seconds.
        ago: Duration,
    },
    /// `nbf` is not there yet, leeway included.
    NotYetValid {
        /// By how much, in whole seconds.
        early: Duration,
    },
    /// `iat` is in the future, leeway included: one of the clocks is wrong.
    IssuedInFuture {
        /// By how much, in whole seconds.
        early: Duration,
    },
    /// `iat` is longer ago than the maximum age, leeway included.
    TooOld {
        /// How long ago, in whole seconds.
        age: Duration,
    },
    /// The body is not the one that was signed. Something on the way changed it:
    /// hand over the bytes as they were received, not JSON that was read and
    /// written again.
    BodyChanged,
    /// The token was accepted before.
    Replayed,
    /// The delivery is genuine, and its body is not a job as this crate knows them.
    ///
    /// The result is paid for and comes once: keep [`Unreadable::verified`].
    Unreadable(Box<Unreadable>),
}

/// A segment of a compact JWT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The first.
    Header,
    /// The second.
    Claims,
    /// The third.
    Signature,
}

/// A verified delivery whose body does not fit.
#[derive(Debug, Clone)]
pub struct Unreadable {
    pub(super) verified: Verified,
    pub(super) mismatch: DecodeError,
}

impl Unreadable {
    /// The delivery, with its body.
    pub fn verified(&self) -> &Verified {
        &self.verified
    }

    /// The delivery, by move.
    pub fn into_verified(self) -> Verified {
        self.verified
    }

    /// The JSON path of what did not fit, for example `$.output.person`.
    pub fn json_path(&self) -> &str {
        self.mismatch.path()
    }
}

impl Error {
    /// The rule that was broken, as a word for logs, metrics and JSON, for example
    /// `body_changed`. These words don't change.
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Unsigned => "unsigned",
            Self::SeveralSignatures => "several_signatures",
            Self::TokenTooLong { .. } => "token_too_long",
            Self::NotThreeSegments => "not_three_segments",
            Self::NotBase64Url { .. } => "not_base64url",
            Self::HeaderUnreadable => "header_unreadable",
            Self::WrongAlgorithm => "wrong_algorithm",
            Self::WrongType => "wrong_type",
            Self::CriticalExtension => "critical_extension",
            Self::KeyInToken => "key_in_token",
            Self::NoKeyId => "no_key_id",
            Self::UnknownKey => "unknown_key",
            Self::KeysUnavailable(_) => "keys_unavailable",
            Self::BadSignature => "bad_signature",
            Self::ClaimsUnreadable => "claims_unreadable",
            Self::NoBodyHash => "no_body_hash",
            Self::NotATime { .. } => "not_a_time",
            Self::Expired { .. } => "expired",
            Self::NotYetValid { .. } => "not_yet_valid",
            Self::IssuedInFuture { .. } => "issued_in_future",
            Self::TooOld { .. } => "too_old",
            Self::BodyChanged => "body_changed",
            Self::Replayed => "replayed",
            Self::Unreadable(_) => "unreadable",
        }
    }

    /// Whether the same delivery may be accepted if it comes again: the keys can't
    /// be had now.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::KeysUnavailable(_))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KeysUnavailable(error) => error.fmt(f),
            Self::Unreadable(unreadable) => write!(
                f,
                "webhook delivery not understood: it is genuine, but its body does not fit, {}",
                unreadable.mismatch
            ),
            refusal => {
                f.write_str("webhook delivery refused: ")?;
                refusal.write_reason(f)
            }
        }
    }
}

impl Error {
    fn write_reason(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TokenTooLong { bytes } => {
                write!(f, "its token has {bytes} bytes, and {LONGEST_TOKEN} are allowed")
            }
            Self::NotBase64Url { part } => {
                write!(f, "the token's {part} is not base64url without padding")
            }
            Self::NotATime { claim } => write!(f, "its claim {claim} is not a time in seconds"),
            Self::Expired { ago } => write!(f, "its token expired {ago:?} ago"),
            Self::NotYetValid { early } => {
                write!(f, "its token is not valid for another {early:?}: check the clock here")
            }
            Self::IssuedInFuture { early } => {
                write!(f, "its token was issued {early:?} in the future: check the clock here")
            }
            Self::TooOld { age } => write!(f, "its token was issued {age:?} ago"),
            other => f.write_str(other.plain_reason()),
        }
    }

    /// The reasons that need no numbers.
    fn plain_reason(&self) -> &'static str {
        match self {
            Self::Unsigned => {
                "it is not signed (no header X-Webhook-Signature), and unsigned deliveries have to \
                 be allowed explicitly"
            }
            Self::SeveralSignatures => "it has more than one X-Webhook-Signature",
            Self::NotThreeSegments => "its token has not exactly three segments",
            Self::HeaderUnreadable => {
                "the token's header is not a JSON object with each name there once"
            }
            Self::WrongAlgorithm => "the token's alg is not EdDSA",
            Self::WrongType => "the token's typ is not JWT",
            Self::CriticalExtension => "the token's header has crit",
            Self::KeyInToken => "the token's header brings or names a key of its own",
            Self::NoKeyId => "the token's header has no kid",
            Self::UnknownKey => "no key has the token's kid",
            Self::BadSignature => "its signature is not that of the key",
            Self::ClaimsUnreadable => {
                "the token's claims are not a JSON object with each name there once"
            }
            Self::NoBodyHash => "the token has no claim body_hash with a SHA-256 in base64url",
            Self::BodyChanged => {
                "its body is not the one that was signed: verify the bytes as they were received"
            }
            Self::Replayed => "its token was accepted before",
            other => other.rule(),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::KeysUnavailable(error) => error.source(),
            _ => None,
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header => "header",
            Self::Claims => "claims",
            Self::Signature => "signature",
        })
    }
}
