//! Tests of observing responses: findings, inference, and privacy.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails, as it should")]

mod corrections;
mod files;
mod findings;
mod inference;
#[path = "../../../waterfall-batch/tests/support/postgres_server.rs"]
#[allow(dead_code, reason = "other tests crash and restart it")]
mod postgres_server;
mod privacy;
mod sources;
mod support;
