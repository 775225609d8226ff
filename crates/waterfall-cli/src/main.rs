//! Enrich contacts from a terminal: the program `waterfall`.

mod access;
mod args;
mod card;
mod connection;
mod deviations;
mod event;
mod exit;
mod failure;
mod interrupt;
mod keys;
mod output;
mod paint;
mod parse;
mod progress;
mod report;
mod run;
mod session;
mod state;
mod status;
mod text;
mod verbose;
mod verdict;
mod wish;

use std::process::ExitCode;

fn main() -> ExitCode {
    match args::read() {
        Ok(args) => run::run(args).into(),
        Err(error) => report::show_usage(&error).into(),
    }
}
