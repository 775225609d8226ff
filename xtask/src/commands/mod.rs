//! The commands, one module each.

mod check;
mod generate;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Makes the client from the API description.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", arg_required_else_help = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,

    /// The top of the repository; by default the one that this was built in
    #[arg(long, global = true, value_name = "FOLDER")]
    top: Option<PathBuf>,
}

#[derive(Debug, Clone, Subcommand)]
enum Command {
    /// Rewrite the generated files from openapi/waterfall.yaml and its overlay, or make a client of
    /// any other document with --spec
    Generate(generate::Options),
    /// Tell which generated files are stale, and write nothing
    ///
    /// Exit code: 0 all are fresh, 1 some are stale, 2 the description or the
    /// generator is broken.
    Check,
}

/// Runs one command.
pub fn run(arguments: &Arguments) -> ExitCode {
    let top = arguments.top.as_deref().unwrap_or(built_in());
    let outcome = match &arguments.command {
        Command::Generate(options) => generate::run(top, options),
        Command::Check => check::run(top),
    };
    outcome.unwrap_or_else(|problem| {
        eprintln!("error: {problem}");
        ExitCode::from(2)
    })
}

fn built_in() -> &'static Path {
    let this = Path::new(env!("CARGO_MANIFEST_DIR"));
    this.parent().unwrap_or(this)
}
