//! Generated types and low-level client of Waterfall's contact-enrichment API.
//!
//! Everything in [`types`] and every operation of [`Client`] is generated from
//! `openapi/waterfall.yaml` by `cargo xtask generate`. The rest of the crate is
//! what generated code names: [`Field`], [`Timestamp`], [`UnknownValue`], and
//! the seam to the network, [`Transport`] and [`Answer`].
//!
//! An operation sends exactly one request. Deciding to send again, waiting for
//! a job and keeping to the rate limit is the work of the `waterfall` crate,
//! which is what applications depend on.

#![cfg_attr(not(test), warn(clippy::unwrap_used))]

mod answer;
mod field;
mod mismatch;
mod object;
mod open_enum;
mod schema;
mod timestamp;
mod transport;

#[rustfmt::skip]
#[allow(missing_docs, unreachable_patterns, clippy::all)]
mod generated;

pub use answer::{Answer, CallError, Reply, Unreadable, decode};
pub use field::Field;
pub use generated::{Client, operations, types};
pub use mismatch::Mismatch;
pub use open_enum::UnknownValue;
pub use timestamp::{Timestamp, TimestampError};
pub use transport::{BoxError, BoxFuture, Delivery, Operation, Request, Transport, TransportError};

pub use bytes::Bytes;
pub use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
pub use reqwest::{Method, StatusCode, Url};
