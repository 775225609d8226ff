//! Tests of the guarantees of a batch, on every journal.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails, as it should")]

mod conformance;
mod crash_points;
mod dying;
mod engines;
mod failures;
#[path = "../support/hooked.rs"]
mod hooked;
mod kinds;
mod order;
#[path = "../support/postgres_server.rs"]
mod postgres_server;
mod processes;
mod running;
mod sharing;
mod stopping;
