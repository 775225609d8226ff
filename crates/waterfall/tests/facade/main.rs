//! Tests of the public API, by its behavior.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails, as it should")]

mod aliases;
mod batch_edges;
mod batch_inputs;
mod batching;
mod blocking;
mod captured;
mod custom_policy;
mod deviations;
mod errors;
mod fake_api;
mod http_client;
mod interrupted;
mod kinds;
mod launching;
mod learning;
mod mocking;
mod network;
mod options;
mod permits;
mod rate_limiting;
mod raw;
mod recording;
mod retrying;
mod rotation;
mod sandbox;
mod script;
mod secrets;
mod server;
mod stopping;
mod telemetry;
mod threads;
mod waiting;
mod watching;
