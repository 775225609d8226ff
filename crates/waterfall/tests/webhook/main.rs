//! What `waterfall::webhook` promises, by its behaviour.

mod delivered;
mod endpoint;
mod flips;
mod fuzzed;
mod jwks;
mod replays;
mod rules;
mod support;
mod times;
