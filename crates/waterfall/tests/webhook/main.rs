//! What `waterfall::webhook` promises, by its behaviour.

mod by_axum;
mod delivered;
mod endpoint;
mod flips;
mod fuzzed;
mod house;
mod jwks;
mod over_sockets;
mod racing;
mod racing_batches;
mod receiving;
mod replays;
mod rules;
mod support;
mod times;
mod with_sandbox;
