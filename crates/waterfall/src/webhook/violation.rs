//! [`Violation`]: the rules for a delivery, in one table.

use std::fmt;
use std::time::Duration;

/// The maximum length of a token, in bytes; Waterfall documents this limit.
pub(super) const MAX_TOKEN_BYTES: usize = 8192;

/// Defines [`Violation`] and all facts about each rule: the code, the stage of verification, the
/// reason (with the fields of the variant), and a hint.
macro_rules! violations {
    ($(
        $(#[$doc:meta])*
        $name:ident $({ $($(#[$field_doc:meta])* $field:ident: $type:ty),* $(,)? })? => {
            code: $code:literal,
            stage: $stage:ident,
            reason: $reason:literal,
            hint: $hint:expr,
        }
    )*) => {
        /// A rule that a delivery violates. Don't trust a delivery that violates a rule.
        ///
        /// `Display` writes the reason, without any part of the body or the token.
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Violation {
            $($(#[$doc])* $name $({ $($(#[$field_doc])* $field: $type),* })?,)*
        }

        impl Violation {
            /// Returns a stable identifier for logs, metrics and JSON, for example `body_changed`.
            pub fn code(&self) -> &'static str {
                match self { $(Self::$name { .. } => $code,)* }
            }

            /// Returns the stage of verification that the rule belongs to.
            pub fn stage(&self) -> Stage {
                match self { $(Self::$name { .. } => Stage::$stage,)* }
            }

            /// Returns the likely cause and advice. For your logs, not for the sender.
            pub fn hint(&self) -> &'static str {
                match self { $(Self::$name { .. } => $hint,)* }
            }
        }

        impl fmt::Display for Violation {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self { $(Self::$name $({ $($field),* })? => write!(f, $reason),)* }
            }
        }
    };
}

const FORGED: &str = "Waterfall issues no such token. If the value was copied completely, the \
                      token is forged: do not accept the delivery.";

const SIGNED_BUT_UNKNOWN: &str = "The token is signed with a key of the set, but does not match \
                                  the format that Waterfall documents. Check that the key set \
                                  belongs to the sender.";

const DELAYED: &str = "Check the clock of the verifying machine, and verify deliveries before \
                       they wait in a queue.";

const CLOCK: &str = "Check the clock of the verifying machine.";

violations! {
    /// The header `X-Webhook-Signature` is missing. Waterfall omits it while its signing is
    /// unavailable; [`Verifier::allow_unsigned`](super::Verifier::allow_unsigned) accepts such
    /// deliveries.
    Unsigned => {
        code: "unsigned",
        stage: SignatureHeader,
        reason: "the X-Webhook-Signature header is missing; unsigned deliveries must be allowed \
                 explicitly",
        hint: "Anyone can send an unsigned delivery. Waterfall omits the signature only while its \
               signing is unavailable.",
    }
    /// There is more than one header `X-Webhook-Signature`.
    SeveralSignatures => {
        code: "several_signatures",
        stage: SignatureHeader,
        reason: "there is more than one X-Webhook-Signature header",
        hint: "A genuine delivery has exactly one. Look at the request as it first arrived: a \
               proxy may have added another.",
    }
    /// The token is longer than 8,192 bytes.
    TokenTooLong {
        /// The length of the token.
        bytes: usize,
    } => {
        code: "token_too_long",
        stage: SignatureHeader,
        reason: "the token has {bytes} bytes; the maximum is {MAX_TOKEN_BYTES}",
        hint: FORGED,
    }
    /// The token does not have exactly three segments.
    NotThreeSegments => {
        code: "not_three_segments",
        stage: Segments,
        reason: "the token does not have exactly three segments",
        hint: INCOMPLETE,
    }
    /// A segment of the token is not base64url without padding.
    NotBase64Url {
        /// The segment.
        part: Part,
    } => {
        code: "not_base64url",
        stage: Segments,
        reason: "the token's {part} segment is not base64url without padding",
        hint: INCOMPLETE,
    }
    /// The token's header is not a JSON object with unique keys.
    HeaderUnreadable => {
        code: "header_unreadable",
        stage: TokenHeader,
        reason: "the header of the token is not a JSON object with unique keys",
        hint: FORGED,
    }
    /// The token's `alg` is not `EdDSA`.
    WrongAlgorithm => {
        code: "wrong_algorithm",
        stage: TokenHeader,
        reason: "the algorithm (alg) of the token is not EdDSA",
        hint: FORGED,
    }
    /// The token's `typ` is not `JWT`.
    WrongType => {
        code: "wrong_type",
        stage: TokenHeader,
        reason: "the type (typ) of the token is not JWT",
        hint: FORGED,
    }
    /// The token's header has `crit`, which requires extensions that this crate does not
    /// implement.
    CriticalExtension => {
        code: "critical_extension",
        stage: TokenHeader,
        reason: "the header of the token requires extensions (crit)",
        hint: FORGED,
    }
    /// The token's header contains a key or the location of one (`jwk`, `jku`, `x5c`, `x5u`).
    KeyInToken => {
        code: "key_in_token",
        stage: TokenHeader,
        reason: "the header of the token contains or locates a key of its own",
        hint: FORGED,
    }
    /// The token's header has no `kid`, or an empty one.
    NoKeyId => {
        code: "no_key_id",
        stage: TokenHeader,
        reason: "the header of the token has no key ID (kid)",
        hint: FORGED,
    }
    /// No key has the token's `kid`. A remote key set was fetched again before this, at most
    /// once in 30 seconds.
    UnknownKey => {
        code: "unknown_key",
        stage: Key,
        reason: "no key has the key ID (kid) of the token",
        hint: "Check that the key set belongs to the sender. Keys rotate: the key of an old \
               delivery may no longer be published.",
    }
    /// The signature does not match the token and the key.
    BadSignature => {
        code: "bad_signature",
        stage: Signature,
        reason: "signature verification failed",
        hint: "The token was modified, or signed with a different key under the same key ID. \
               Check that the value is complete and that the key set belongs to the sender; if \
               so, the delivery is forged: do not accept it.",
    }
    /// The claims are not a JSON object with unique keys.
    ClaimsUnreadable => {
        code: "claims_unreadable",
        stage: Claims,
        reason: "the claims of the token are not a JSON object with unique keys",
        hint: SIGNED_BUT_UNKNOWN,
    }
    /// The claim `body_hash` is missing, or not a SHA-256 hash in base64url.
    NoBodyHash => {
        code: "no_body_hash",
        stage: Claims,
        reason: "the token has no body_hash claim with a SHA-256 hash in base64url",
        hint: SIGNED_BUT_UNKNOWN,
    }
    /// A claim with a time is not a number of seconds.
    NotATime {
        /// The name of the claim: `exp`, `nbf` or `iat`.
        claim: &'static str,
    } => {
        code: "not_a_time",
        stage: Claims,
        reason: "the {claim} claim of the token is not a time in seconds",
        hint: SIGNED_BUT_UNKNOWN,
    }
    /// The token has expired (`exp`), even with the leeway.
    Expired {
        /// The time since the expiry, in whole seconds.
        ago: Duration,
    } => {
        code: "expired",
        stage: Times,
        reason: "the token expired {ago:?} ago",
        hint: DELAYED,
    }
    /// The token is not valid yet (`nbf`), even with the leeway.
    NotYetValid {
        /// The time until it is valid, in whole seconds.
        early: Duration,
    } => {
        code: "not_yet_valid",
        stage: Times,
        reason: "the token is not valid for another {early:?}; check the local clock",
        hint: CLOCK,
    }
    /// The token was issued in the future (`iat`), even with the leeway: one of the clocks is
    /// wrong.
    IssuedInFuture {
        /// The time until its issue, in whole seconds.
        early: Duration,
    } => {
        code: "issued_in_future",
        stage: Times,
        reason: "the token was issued {early:?} in the future; check the local clock",
        hint: CLOCK,
    }
    /// The token was issued (`iat`) longer ago than the maximum age and the leeway allow.
    TooOld {
        /// The time since its issue, in whole seconds.
        age: Duration,
    } => {
        code: "too_old",
        stage: Times,
        reason: "the token was issued {age:?} ago, more than the maximum age",
        hint: DELAYED,
    }
    /// The body is not the signed one: it was changed in transit, or parsed and serialized again
    /// before verification.
    BodyChanged => {
        code: "body_changed",
        stage: Body,
        reason: "the body does not match the signed hash; verify the bytes as they were received",
        hint: "Usually the body was re-serialized. Pass the raw bytes to the verifier, before a \
               JSON parser, a framework, a proxy or an editor changes them. If these are the raw \
               bytes, do not accept the delivery.",
    }
    /// The token was accepted before.
    Replayed => {
        code: "replayed",
        stage: Replay,
        reason: "the token was accepted before",
        hint: "The same request arrived twice. If the first one could not be processed, call \
               `Verifier::forget` before responding, so that a retry is accepted.",
    }
}

const INCOMPLETE: &str = "The value must arrive complete and unchanged: three parts separated by \
                          dots, on one line, without =, quotes or blanks. A proxy or a log may \
                          have cut or escaped it.";

/// A stage of verification. Stages are checked in this order; a later one is checked only if the
/// earlier ones passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// There is one `X-Webhook-Signature` header of an allowed length.
    SignatureHeader,
    /// The token has three segments in base64url.
    Segments,
    /// The token's header has the expected parameters.
    TokenHeader,
    /// The key set has the token's key.
    Key,
    /// The signature was made with that key.
    Signature,
    /// The claims are well-formed.
    Claims,
    /// The times in the claims hold.
    Times,
    /// The body matches the signed hash.
    Body,
    /// The token was not accepted before.
    Replay,
    /// The body is a job.
    Job,
}

impl Stage {
    /// Returns a stable identifier for logs and JSON, for example `token_header`.
    pub fn code(self) -> &'static str {
        match self {
            Self::SignatureHeader => "signature_header",
            Self::Segments => "segments",
            Self::TokenHeader => "token_header",
            Self::Key => "key",
            Self::Signature => "signature",
            Self::Claims => "claims",
            Self::Times => "times",
            Self::Body => "body",
            Self::Replay => "replay",
            Self::Job => "job",
        }
    }
}

/// A segment of a compact JWT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// The first segment.
    Header,
    /// The second segment.
    Claims,
    /// The third segment.
    Signature,
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
