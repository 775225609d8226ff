//! What the facade promises, by its behaviour.

mod errors;
mod launching;
mod metering;
mod network;
mod sandbox;
mod script;
mod secrets;
mod server;
mod waiting;
mod watching;
