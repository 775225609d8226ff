//! Commands for maintainers; `cargo xtask` lists them.

use std::process::ExitCode;

use clap::Parser;
use xtask::commands;

fn main() -> ExitCode {
    commands::run(&commands::Arguments::parse())
}
