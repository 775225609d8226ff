//! What a client that is generated from an OpenAPI description refers to.
//!
//! - [`Field`]: an optional or nullable field, which keeps absent and null apart.
//! - [`List`], [`Map`]: an array and a map, which keep elements of unexpected types.
//! - [`decode`]: the value of a body, with each [`Deviation`] from its described type.
//! - [`Timestamp`]: a date-time that is kept and written back as it was received.
//! - [`UnknownValue`]: a value that an open enum does not list.
//! - [`Transport`]: the only way to the network. A [`Request`] goes in, an
//!   [`Response`] comes back; [`Decoded`] and [`OperationError`] are the decoded outcomes.
//!
//! The crate knows no API in particular. An operation of a generated client sends
//! exactly one request; retries, rate limits and credentials belong to the transport
//! or to the layer above.

#![cfg_attr(not(test), warn(clippy::unwrap_used))]

/// The crates that generated code names, so that a crate with generated code
/// needs no other dependency than this one.
#[doc(hidden)]
pub mod __private {
    #[cfg(feature = "schemars")]
    pub use schemars;
    pub use {progenitor_client, reqwest, serde, serde_json, uuid};
}

mod answer;
mod decode;
mod deviation;
mod failure;
mod field;
mod job_kind;
mod list;
mod map;
mod mismatch;
mod object;
mod open_enum;
mod schema;
mod timestamp;
mod tolerance;
mod transport;
mod union;

pub use answer::{Decoded, OperationError, Response, UndecodableResponse};
pub use decode::decode;
pub use deviation::Deviation;
pub use field::Field;
pub use job_kind::JobKind;
pub use list::List;
pub use map::Map;
pub use mismatch::DecodeError;
pub use open_enum::UnknownValue;
pub use timestamp::{Timestamp, TimestampError};
pub use transport::{
    BoxError, BoxFuture, DispatchState, Operation, Request, Transport, TransportError,
};

/// What the decoders of generated types call.
#[doc(hidden)]
pub mod __decode {
    pub use crate::tolerance::{
        Extra, field, is_strict, missing, present, replace, required, union, unknown,
    };
}

pub use bytes::Bytes;
pub use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
pub use reqwest::{Method, StatusCode, Url};
