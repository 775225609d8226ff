//! What a client that is generated from an OpenAPI description refers to.
//!
//! - [`Field`]: an optional or nullable field, which keeps absent and null apart.
//! - [`Timestamp`]: a date-time that is kept and written back as it was received.
//! - [`UnknownValue`]: a value that an open enum does not list.
//! - [`Transport`]: the only way to the network. A [`Request`] goes in, an
//!   [`Answer`] comes back; [`Reply`] and [`CallError`] are the decoded outcomes.
//!
//! The crate knows no API in particular. An operation of a generated client sends
//! exactly one request; retries, rate limits and credentials belong to the transport
//! or to the layer above.

#![cfg_attr(not(test), warn(clippy::unwrap_used))]

mod answer;
mod field;
mod job_kind;
mod mismatch;
mod object;
mod open_enum;
mod schema;
mod timestamp;
mod transport;

pub use answer::{Answer, CallError, Reply, Unreadable, decode};
pub use field::Field;
pub use job_kind::JobKind;
#[doc(hidden)]
pub use job_kind::LinkedValue as __LinkedValue;
pub use mismatch::Mismatch;
pub use open_enum::UnknownValue;
pub use timestamp::{Timestamp, TimestampError};
pub use transport::{BoxError, BoxFuture, Delivery, Operation, Request, Transport, TransportError};

pub use bytes::Bytes;
pub use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
pub use reqwest::{Method, StatusCode, Url};
