//! Commands for maintainers; `cargo xtask` lists them.

mod commands;
#[allow(unreachable_pub, reason = "the crate of the tests includes this file")]
mod repo;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    commands::run(&commands::Arguments::parse())
}
