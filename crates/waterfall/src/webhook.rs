//! Receiving results by webhook: verifies deliveries and decodes them into snapshots.
//!
//! If a launch specifies a `webhook_url`, Waterfall posts the result there when the job is
//! finished. Anyone who knows the URL can post to it, so each delivery is signed: the header
//! `X-Webhook-Signature` contains a token (a compact JWT, Ed25519) with a hash of the body.
//!
//! ```
//! use waterfall::webhook::{Error, Verifier};
//! # use waterfall::webhook::testing::Signer;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let signer = Signer::new("test-key");
//! # let body = r#"{"status":"SUCCEEDED","start_date":"2025-02-05T12:00:00Z","input":null}"#;
//! # let headers = signer.headers(body);
//! # let verifier = Verifier::new(signer.key_set());
//! # let _ = || {
//! let verifier = Verifier::from_env()?; // once
//! # Ok::<_, waterfall::Error>(verifier) };
//!
//! // For each request, with its headers and the bytes of its body:
//! match verifier.verify(&headers, body).await {
//!     Ok(delivery) => println!("{:?}", delivery.snapshot().state()), // then respond with 200
//!     Err(Error::Unreadable(odd)) => std::fs::write("odd.json", odd.verified().body())?,
//!     Err(error) if error.is_transient() => eprintln!("{error}"), // respond with 503
//!     Err(error) => eprintln!("{error}: {}", error.hint()), // respond with 400, without the reason
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Rules
//!
//! They are checked in this order; [`Error::Refused`] contains the first [`Violation`]:
//!
//! 1. There is exactly one `X-Webhook-Signature`, of at most 8,192 bytes and three
//!    segments, each base64url without padding, white space or spare bits.
//! 2. The token's header is a JSON object with `alg` exactly `EdDSA`, `typ` exactly `JWT`, a `kid`
//!    that is not empty, no `crit`, and no key (`jwk`, `jku`, `x5c`, `x5u`).
//! 3. The signature was made with the key of that `kid` ([`Jwks`]), by the strict rules for
//!    Ed25519: no keys or points of small order, and only one encoding of a signature.
//! 4. The claims are a JSON object. The present ones of `exp`, `nbf` and `iat` hold, with a leeway
//!    (60 s), and `iat` is not older than a maximum age (1 h).
//! 5. `body_hash` is the SHA-256 of the body's exact bytes; compared in constant time.
//! 6. If tokens are [remembered](Verifier::remember_tokens), this one was not accepted before.
//!
//! Waterfall documents the rules for the header, the key and `body_hash`, the limit of 8,192 bytes,
//! and the order. It does not document the other claims, or how strictly to parse; there, these
//! rules are strict. JSON objects with duplicate keys are refused, and so are time claims that are
//! not numbers or are out of range.
//!
//! # Receiving
//!
//! [`Receiver`] works with any framework: it passes each delivery to a handler once, and
//! determines the response.
//!
//! # Ending waits with deliveries
//!
//! An [`Inbox`] passes the deliveries of a receiver to a client's waits. Each wait ends with its
//! delivery or with a read, and a job is read only when its delivery is overdue.
//!
//! # Contents of a delivery
//!
//! The body is that of a finder response. It doesn't contain the kind of the job. Each kind has its
//! own webhook path (see [`ClientBuilder::webhook_url`](crate::ClientBuilder::webhook_url)), and
//! [`Delivery`](Delivery#kind) has the rules for other paths. A delivery may arrive more than once,
//! or not at all: webhooks save reads, but do not replace them. The job's ID is in
//! `input.task.job_id`, and may be missing.
//!
//! # Features
//!
//! `webhook` for this module; `testing` adds `testing::Signer`, `axum` a router and extractors.

#[cfg(feature = "axum")]
pub mod axum;
mod base64url;
mod claims;
mod dedup;
mod delivery;
mod error;
mod fetch;
mod inbox;
mod jwks;
mod jwks_cache;
mod jwt;
mod keys;
mod keys_unavailable;
mod kind;
mod receiver;
mod replays;
mod unique_json;
mod verified;
mod verifier;
mod violation;

#[cfg(feature = "testing")]
pub mod testing;

pub use delivery::Delivery;
pub use error::{Error, Unreadable};
pub(crate) use inbox::subscription::Subscription;
pub use inbox::{DEFAULT_KEPT, DEFAULT_KEPT_BYTES, DEFAULT_KEPT_FOR, Inbox, InboxOutcome};
pub use jwks::{DEFAULT_KEYS_TIMEOUT, Jwks, JwksBuilder};
pub use keys::{KeySet, KeySetError, MAX_KEY_SET_BYTES, MAX_KEYS};
pub use keys_unavailable::KeysUnavailable;
pub use receiver::{DEFAULT_MAX_DELIVERY, DEFAULT_REMEMBERED, Outcome, Receiver};
pub use verified::VerifiedDelivery;
pub use verifier::{DEFAULT_LEEWAY, DEFAULT_MAX_AGE, SIGNATURE_HEADER, Verifier};
pub use violation::{Part, Stage, Violation};
