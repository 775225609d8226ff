//! What the facade promises, by its behaviour.

mod aliases;
mod batch_edges;
mod batch_inputs;
mod batching;
mod captured;
mod errors;
mod http_client;
mod interrupted;
mod launching;
mod learning;
mod metering;
mod mill;
mod mocking;
mod network;
mod options;
mod raw;
mod retrying;
mod rotation;
mod sandbox;
mod script;
mod secrets;
mod server;
mod telemetry;
mod threads;
mod waiting;
mod watching;
