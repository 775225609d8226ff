//! The documented behavior of `waterfall::webhook`.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails, as it should")]

mod by_axum;
// These tests use only its text.
mod bit_flips;
#[allow(dead_code)]
#[path = "../facade/captured.rs"]
mod captured;
mod delivered;
mod endpoint;
mod jwks;
mod kinds;
mod logs;
mod over_sockets;
mod paused;
mod racing;
mod racing_batches;
mod racing_edges;
mod receiving;
mod replays;
mod rules;
mod support;
mod times;
mod webhook_harness;
mod with_sandbox;
