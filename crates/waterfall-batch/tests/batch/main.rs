//! What a batch promises, on every journal.

mod conformance;
mod crash_points;
mod engines;
#[path = "../support/hooked.rs"]
mod hooked;
#[path = "../support/postgres_server.rs"]
mod postgres_server;
mod running;
