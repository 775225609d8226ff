//! Enrich contacts from a terminal: the program `waterfall`.

mod api_target;
mod args;
mod batch;
mod card;
mod client_options;
mod command_name;
mod commands;
mod deviations;
mod drift;
mod embedded_sandbox;
mod event;
mod exit;
mod failure;
mod finding;
mod interrupt;
mod key_source;
mod known_kind;
mod last_job;
mod output;
mod query_spec;
mod recorded;
mod report;
mod session;
mod state;
mod status;
mod style;
mod table;
mod terminal_text;
mod verbose;
mod verdict;
mod webhook_hints;

use std::process::ExitCode;

fn main() -> ExitCode {
    match args::read() {
        Ok(args) => commands::run(args).into(),
        Err(error) => report::show_usage(&error).into(),
    }
}
