//! Generated types and low-level client of Waterfall's contact-enrichment API.
//!
//! [`types`], [`operations`], [`jobs`], [`headers`], [`security`] and [`Client`] are generated from
//! `openapi/waterfall.yaml` by `cargo xtask generate`. The types that they are made
//! of, such as [`Field`] and [`Transport`], are those of `openapi-client-runtime`,
//! re-exported here. Only those are compiled that the client uses: for `HttpTransport`, uploads or
//! streams, depend on `openapi-client-runtime` too, with its features.
//!
//! An operation sends exactly one request. Retries, waiting for a job and the rate
//! limit are the work of the `waterfall` crate, which is what applications depend on.

#[rustfmt::skip]
#[allow(missing_docs, unreachable_patterns, clippy::all)]
#[allow(
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    reason = "the generator leaves only types open to matching that cannot grow"
)]
mod generated;

pub use generated::{Client, SERVERS, headers, jobs, operations, security, types};
pub use openapi_client_runtime::*;
