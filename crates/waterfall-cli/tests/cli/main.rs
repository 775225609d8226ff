//! Tests the real program against real servers on this machine.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails, as it should")]

mod account;
mod batch;
mod batch_control;
mod batch_file;
mod batch_file_killed;
mod batch_fleet;
mod batch_interrupted;
mod batch_kinds;
mod card;
mod commands_of_operations;
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
#[cfg(unix)]
#[path = "../../../waterfall-batch/tests/support/postgres_server.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod postgres_server;
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
