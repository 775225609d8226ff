//! The real program against real servers on this machine.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails, as it should")]

mod account;
mod batch;
mod batch_file;
mod batch_file_killed;
mod batch_interrupted;
mod card;
mod corporate;
mod deviations;
mod doctor;
mod drift;
mod enrich;
mod exit_codes;
mod generated_files;
mod get_batch;
mod help;
mod inputs;
mod interrupt;
mod json;
mod keys;
mod kinds;
mod listen;
mod listen_exec;
mod listen_forward;
mod network;
mod operations;
mod recording;
mod sandbox;
mod secrets;
mod share;
mod state;
mod stopping;
mod support;
mod terminal;
mod usage;
mod verbose;
mod verify;
mod webhook_sender;
