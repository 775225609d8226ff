//! The commands, one module each.

mod check;
mod diff;
mod document;
mod explain;
mod generate;
mod import;
mod lint;
mod observe;
mod output;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use openapi_document::render::Sources;

use self::output::failed;
use crate::repo;

/// Generates the client from the API description.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,

    /// The root of the repository; by default the one that this was built in
    #[arg(long, global = true, value_name = "FOLDER")]
    top: Option<PathBuf>,
}

#[derive(Debug, Clone, Subcommand)]
enum Command {
    /// Import a new vendor document: check it, store it, regenerate
    ///
    /// Summarizes the document in one page, stores it as openapi/waterfall.yaml
    /// in a canonical form, applies the overlay, regenerates, and reports what
    /// changed and whom it breaks. Documents in several files become one.
    /// Either everything is written, or nothing.
    ///
    /// Exit code: 0 imported; 1 actions of the overlay no longer apply, so
    /// nothing was written; 2 the document or the generator is broken.
    Import(import::Options),
    /// Report what changed in the API, and whom it affects
    ///
    /// Compares openapi/waterfall.yaml with an earlier version, both with their overlays, at two
    /// levels: the API, judged by the direction in which a value is sent, and the generated Rust
    /// client with the semver step that follows. The two can differ: a new enum value in a response
    /// breaks strict clients of the API, but no user of ours.
    ///
    /// The JSON has the keys `base`, `breaking`, `api` (`breaking`, `verdict`,
    /// `counts`, `changes`), `client` (`breaking`, `version`, `step`, `counts`,
    /// `changes`, `not_compared`) and `notes`. `kind` of a change is a code that
    /// `cargo xtask explain` explains.
    ///
    /// Exit code: 0, or 1 if there is a change that `--fail-on` names, or 2 if
    /// a document can't be read.
    #[command(after_help = DIFF_EXAMPLES)]
    Diff(diff::Options),
    /// Write the generated files; with --spec, a client of any other document
    ///
    /// Without --spec, generates the files of this repository from
    /// openapi/waterfall.yaml and openapi/overlay.yaml, and writes those that
    /// change. Uses no network; writes the same bytes on every machine.
    ///
    /// With --spec, writes the client to --out or the terminal, and reports on
    /// stderr what was changed in the document or is missing in the client.
    ///
    /// Exit code: 0 written, 2 the description or the generator is broken.
    Generate(generate::Options),
    /// Report which generated files are stale, without writing
    ///
    /// Exit code: 0 all are up to date, 1 some are stale, 2 the description or
    /// the generator is broken.
    #[command(after_help = "Example: cargo xtask check || cargo xtask generate")]
    Check,
    /// Report problems in a description that degrade the client
    ///
    /// Checks our own description with its overlay applied, and without the
    /// findings that openapi/lint.yaml accepts; any other file as it is.
    ///
    /// Exit code: 0 no findings, or warnings only; 1 findings, with --deny;
    /// 2 the description is broken.
    Lint(lint::Options),
    /// Explain a code of a report: what it means, why it matters, what to do
    ///
    /// The reports of `diff` (`kind` in its JSON), `lint` and `generate` contain codes.
    ///
    /// Exit code: 0 explained, 2 there is no such code.
    #[command(after_help = "Example: cargo xtask explain enum-value-added")]
    Explain(explain::Options),
    /// Print the effective description, for other tools
    ///
    /// openapi/waterfall.yaml with openapi/overlay.yaml applied, as one OpenAPI 3.1 document. Mock
    /// servers, linters and generators of other languages should use this document: without the
    /// overlay, the description has known mistakes.
    ///
    /// Exit code: 0 printed, 2 the description or the overlay is broken.
    #[command(after_help = DOCUMENT_EXAMPLES)]
    Document(document::Options),
    /// Compare real responses with the description, and correct it
    ///
    /// Reads the program's JSON lines and exports, HAR files, plain bodies, journals and the files
    /// of `waterfall drift`. Prints no values. `--write` adds the selected corrections to
    /// openapi/overlay.yaml and regenerates. docs/drift.md describes a session.
    ///
    /// Exit code: 0 the responses match the description, or the corrections are written;
    /// 1 they differ; 2 an input can't be read, or nothing can be written.
    #[command(after_help = OBSERVE_EXAMPLES)]
    Observe(observe::Options),
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

const OBSERVE_EXAMPLES: &str = "Examples:
  cargo xtask observe results.jsonl enriched.csv.journal traffic.har
  cargo xtask observe body.json --operation getAccount
  cargo xtask observe results.jsonl --write --select unknown-field";

/// Runs one command.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let root = arguments.top.as_deref().unwrap_or(repo::built_in());
    let outcome = match &arguments.command {
        Command::Generate(options) => generate::run(root, options),
        Command::Check => check::run(root),
        Command::Lint(options) => lint::run(root, options),
        Command::Import(options) => import::run(root, options),
        Command::Diff(options) => diff::run(root, options),
        Command::Explain(options) => explain::run(options),
        Command::Document(options) => document::run(root, options),
        Command::Observe(options) => observe::run(root, options),
    };
    outcome.unwrap_or_else(|diagnostic| failed(&diagnostic, &mut Sources::new(root)))
}
