//! The commands, one module each.

mod check;
mod diff;
mod document;
mod generate;
mod import;
mod lint;

use std::fmt::Display;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::diagnostic::{self, Sources};
use crate::document::Problem;

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
    /// Take the vendor's new document in: check it, store it, regenerate
    ///
    /// Says in one page what the document is, stores it as
    /// openapi/waterfall.yaml in a canonical form, applies the overlay,
    /// regenerates, and tells what changed and whom it breaks. Documents in
    /// several files become one. Everything is written, or nothing.
    ///
    /// Exit code: 0 imported; 1 actions of the overlay can't be applied any
    /// more, so nothing was written; 2 the document or the generator is broken.
    Import(import::Options),
    /// Tell what changed in the API, and whom it breaks
    ///
    /// Compares openapi/waterfall.yaml with what it was, both with their
    /// overlays, at two levels: the API, judged by who sends a value, and the
    /// generated Rust client with the semver step that follows. They need not
    /// agree: a new enum value in an answer breaks strict clients of the API,
    /// and nobody who uses ours.
    ///
    /// The JSON has the keys `base`, `breaking`, `api` (`verdict`, `counts`,
    /// `changes`), `client` (`breaking`, `version`, `step`, `changes`,
    /// `not_compared`) and `notes`.
    ///
    /// Exit code: 0, or 1 if there is a change that `--fail-on` names, or 2 if
    /// a document can't be read.
    #[command(after_help = DIFF_EXAMPLES)]
    Diff(diff::Options),
    /// Write the generated files; with --spec, a client of any other document
    ///
    /// Without --spec, the generated files of this repository are made from
    /// openapi/waterfall.yaml and openapi/overlay.yaml; only those that change
    /// are written. No network; the same bytes on every machine.
    ///
    /// With --spec, the client goes to --out or the terminal, and what had to be
    /// changed in the document, or is missing in the client, to stderr.
    ///
    /// Exit code: 0 written, 2 the description or the generator is broken.
    Generate(generate::Options),
    /// Tell which generated files are stale, and write nothing
    ///
    /// Exit code: 0 all are fresh, 1 some are stale, 2 the description or the
    /// generator is broken.
    #[command(after_help = "Example: cargo xtask check || cargo xtask generate")]
    Check,
    /// Tell what in a description makes a client worse
    ///
    /// Our own description is looked at with its overlay, and without what
    /// xtask/lint.yaml accepts; any other file as it is.
    ///
    /// Exit code: 0 nothing was found, or warnings only; 1 something was found,
    /// with --deny; 2 the description is broken.
    Lint(lint::Options),
    /// Print the effective description, for other tools
    ///
    /// openapi/waterfall.yaml with openapi/overlay.yaml applied, as one OpenAPI 3.1
    /// document. Mock servers, linters and generators of other languages should read
    /// this one: without the overlay the description has known mistakes.
    ///
    /// Exit code: 0 printed, 2 the description or the overlay is broken.
    #[command(after_help = DOCUMENT_EXAMPLES)]
    Document(document::Options),
}

const DIFF_EXAMPLES: &str = "Examples:
  cargo xtask diff                        what is not committed yet
  cargo xtask diff main --format markdown for a pull request
  cargo xtask diff vendor-old.yaml        a file
  cargo xtask diff old.json --spec new.json  any two documents
  cargo xtask diff v0.1.0 --fail-on breaking";

const DOCUMENT_EXAMPLES: &str = "Examples:
  cargo xtask document --out effective.yaml && prism mock effective.yaml
  cargo xtask document --format json | jq .paths";

/// Runs one command.
pub fn run(arguments: &Arguments) -> ExitCode {
    let top = arguments.top.as_deref().unwrap_or(built_in());
    let outcome = match &arguments.command {
        Command::Generate(options) => generate::run(top, options),
        Command::Check => check::run(top),
        Command::Lint(options) => lint::run(top, options),
        Command::Import(options) => import::run(top, options),
        Command::Diff(options) => diff::run(top, options),
        Command::Document(options) => document::run(top, options),
    };
    outcome.unwrap_or_else(|problem| failed(&problem, &mut Sources::new(top)))
}

/// Says why a command fails.
fn failed(problem: &Problem, sources: &mut Sources) -> ExitCode {
    eprint!("{}", diagnostic::error(problem, sources));
    ExitCode::from(2)
}

/// Prints to standard output. Whoever reads it may have seen enough: that is
/// no reason to fail.
fn say(text: impl Display) {
    let _ = write!(io::stdout(), "{text}");
}

fn built_in() -> &'static Path {
    let this = Path::new(env!("CARGO_MANIFEST_DIR"));
    this.parent().unwrap_or(this)
}
