//! Commands for maintainers; `cargo xtask` lists them.

mod commands;
#[allow(unreachable_pub, reason = "the crate of the tests includes this file")]
mod repo;

use std::process::ExitCode;

use clap::Parser;

/// The allocator of the C library takes a third of the time of `generate`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    commands::run(&commands::Arguments::parse())
}
