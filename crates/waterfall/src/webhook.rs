//! Results by webhook: deliveries are verified, and turned into snapshots.
//!
//! If a launch gives a `webhook_url`, Waterfall posts the result there when the job is
//! over. Whoever knows the URL can post to it, so each delivery is signed: its header
//! `X-Webhook-Signature` has a token (a compact JWT, Ed25519) with a hash of the body.
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
//! match verifier.unwrap(&headers, body).await {
//!     Ok(delivery) => println!("{:?}", delivery.snapshot().person()), // then answer 200
//!     Err(Error::Unreadable(odd)) => std::fs::write("odd.json", odd.verified().body())?,
//!     Err(error) if error.is_transient() => eprintln!("{error}"), // answer 503
//!     Err(error) => eprintln!("{error}"), // answer 400, and don't say why
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # The rules
//!
//! They are checked in this order, and the first that is broken is the
//! [`Error`]:
//!
//! 1. There is exactly one `X-Webhook-Signature`, of at most 8,192 bytes and three
//!    segments, each base64url without padding, white space or spare bits.
//! 2. Its header is a JSON object with `alg` exactly `EdDSA`, `typ` exactly `JWT`, a `kid` that is not
//!    empty, no `crit`, and no key of its own (`jwk`, `jku`, `x5c`, `x5u`).
//! 3. The key with that `kid` ([`Jwks`]) made the signature, by the strict rules for
//!    Ed25519: no keys or points of small order, no second form of a signature.
//! 4. The claims are a JSON object. Of `exp`, `nbf` and `iat`, those that are there hold, with
//!    a leeway (60 s); an `iat` is not older than a maximum age (1 h).
//! 5. `body_hash` is the SHA-256 of the body's exact bytes; compared in constant time.
//! 6. If tokens are [remembered](Verifier::remember_tokens), this one was not accepted
//!    before.
//!
//! Waterfall publishes the rules on the header, the key and `body_hash`, the limit of 8,192 bytes,
//! and the order. It does not say which other claims there are, or how strictly to
//! read; where it is silent, these rules are strict. So a name that is twice in one
//! JSON object is refused, as is a claim of time that is no number, or names no time.
//!
//! # Receiving
//!
//! [`Receiver`] does the rest, whatever the framework: it hands each delivery over once, and
//! says what to answer.
//!
//! # Whichever comes first
//!
//! An [`Inbox`] feeds the deliveries of a receiver to a client's waits: each ends with its
//! delivery or with a read, and reads are made only when a delivery is overdue.
//!
//! # What comes
//!
//! The body is what the finder would answer. It may come more than once, and it may
//! not come at all: a webhook saves reads, and does not replace them. The job's id is
//! in `input.task.job_id`, and may be missing.
//!
//! # Features
//!
//! `webhook` for all of this; `testing` adds `testing::Signer`, `axum` a router and
//! extractors.

#[cfg(feature = "axum")]
pub mod axum;
mod cache;
mod claims;
mod delivery;
mod duplicates;
mod error;
mod fetch;
mod inbox;
mod jwks;
mod keys;
mod members;
mod receiver;
mod replays;
mod token;
mod verified;
mod verifier;

#[cfg(feature = "testing")]
pub mod testing;

pub use delivery::Delivery;
pub use error::{Error, Part, Unreadable};
pub use fetch::KeysUnavailable;
pub(crate) use inbox::Mail;
pub use inbox::{DEFAULT_KEPT, DEFAULT_KEPT_BYTES, DEFAULT_KEPT_FOR, Inbox, InboxOutcome};
pub use jwks::{DEFAULT_KEYS_TIMEOUT, Jwks, JwksBuilder};
pub use keys::{KeySet, KeySetError, MAX_KEY_SET_BYTES, MAX_KEYS};
pub use receiver::{DEFAULT_MAX_DELIVERY, DEFAULT_REMEMBERED, Outcome, Receiver};
pub use verified::Verified;
pub use verifier::{DEFAULT_LEEWAY, DEFAULT_MAX_AGE, SIGNATURE_HEADER, Verifier};
