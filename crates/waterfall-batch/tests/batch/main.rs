//! What a batch promises, on every journal.

mod conformance;
mod engines;
#[path = "../support/postgres_server.rs"]
mod postgres_server;
mod running;
