//! `generate`: rewrites the generated files, or creates a client of any document.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use openapi_client_codegen::artifacts::{self, Artifacts};
use openapi_client_codegen::config::{Config, Runtime};
use openapi_client_codegen::operations::Selection;
use openapi_client_codegen::subset::Subset;
use openapi_client_codegen::{embed, fixtures, generate, isolate, project};
use openapi_document::diagnostic::Diagnostic;
use openapi_document::render::{self, Severity, Sources};

use super::output::{UNGUARDED, failed};
use crate::repo;

/// The options of `generate`.
#[derive(Debug, Clone, Default, Args)]
#[command(after_help = "Examples:
  cargo xtask generate
  cargo xtask generate --spec api.yaml --out client.rs --only /users --report
  cargo xtask generate --spec api.yaml --out client.rs --embed-runtime")]
pub(crate) struct Options {
    /// A document other than ours, JSON or YAML, OpenAPI 3.0 to 3.2
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,

    /// An overlay to apply to it
    #[arg(long, value_name = "FILE", requires = "spec")]
    overlay: Option<PathBuf>,

    /// Where to write the client; by default to the terminal
    #[arg(long, value_name = "FILE", requires = "spec")]
    out: Option<PathBuf>,

    /// Generate these operations only: by id, tag or path
    #[arg(long, value_name = "OPERATION|TAG|PATH", num_args = 1.., requires = "spec")]
    only: Vec<String>,

    /// The path of the runtime crate in the code, its only dependency; `crate` for code that is
    /// part of it
    #[arg(long, value_name = "PATH", default_value = repo::RUNTIME, requires = "spec")]
    runtime: String,

    /// Write a client that needs no runtime crate, because it contains the runtime as a module.
    /// Prints the remaining dependencies
    #[arg(long, requires = "spec", conflicts_with = "runtime")]
    embed_runtime: bool,

    /// List every change to the document, including those that lose nothing
    #[arg(long, requires = "spec")]
    report: bool,

    /// Fail if anything in the document would be lost
    #[arg(long, requires = "spec")]
    strict: bool,

    /// Rewrite the files of the test fixtures instead
    #[arg(long, conflicts_with = "spec")]
    fixtures: bool,

    /// Run in this process, like the isolated one
    #[arg(long, hide = true, requires = "spec")]
    unguarded: bool,

    /// Try a part of the document, for the search for a failure
    #[arg(long, hide = true, requires = "unguarded")]
    probe: Option<Subset>,
}

pub(super) fn run(root: &Path, options: &Options) -> Result<ExitCode, Diagnostic> {
    match &options.spec {
        Some(spec) if options.unguarded => Ok(any(spec, options)),
        Some(spec) => {
            let overlay = options.overlay.as_deref();
            isolate::generate(spec, overlay, UNGUARDED, |part| probe(spec, overlay, part))
        }
        None if options.fixtures => write(root, &fixtures::generate(root, &repo::config())?),
        None => ours(root),
    }
}

/// Returns the arguments with which this program tries a part of a document.
fn probe(spec: &Path, overlay: Option<&Path>, part: &Subset) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = vec!["generate".into(), "--spec".into(), spec.into()];
    if let Some(overlay) = overlay {
        arguments.extend(["--overlay".into(), overlay.into()]);
    }
    arguments.extend([UNGUARDED.into(), "--probe".into(), part.to_string().into()]);
    arguments
}

fn ours(root: &Path) -> Result<ExitCode, Diagnostic> {
    let config = repo::config();
    let artifacts = project::run(root, &config)?;
    let losses = config.losses();
    if artifacts.contains_key(&losses) {
        eprintln!("warning: parts of the description are missing in the client, see {losses}");
    }
    write(root, &artifacts)
}

fn write(root: &Path, artifacts: &Artifacts) -> Result<ExitCode, Diagnostic> {
    let stale = artifacts::stale(root, artifacts, &repo::config());
    artifacts::write(root, &stale)
        .map_err(|error| Diagnostic::new(format!("can't write a generated file: {error}")))?;
    for artifact in &stale {
        let what = if artifact.wanted.is_some() { "wrote" } else { "removed" };
        println!("{what} {}", artifact.path);
    }
    println!("{} of {} generated files changed", stale.len(), artifacts.len());
    Ok(ExitCode::SUCCESS)
}

/// Places are in files as the user names them, regardless of the repository's location.
fn any(spec: &Path, options: &Options) -> ExitCode {
    let mut sources = Sources::new("");
    client(spec, options, &mut sources)
        .unwrap_or_else(|diagnostic| failed(&diagnostic, &mut sources))
}

fn client(spec: &Path, options: &Options, sources: &mut Sources) -> Result<ExitCode, Diagnostic> {
    if let Some(part) = &options.probe {
        return generate::probe(spec, options.overlay.as_deref(), part).map(|()| ExitCode::SUCCESS);
    }
    let selection = Selection(options.only.clone());
    let runtime = match options.runtime.as_str() {
        _ if options.embed_runtime => Runtime::embedded(),
        "crate" => Runtime::here(),
        path => Runtime::at(path),
    };
    let config = Config { runtime, ..repo::config() };
    let made = generate::generate(spec, options.overlay.as_deref(), &selection, &config)?;
    for warning in &made.source.warnings {
        eprint!("{}", render::render(Severity::Warning, None, warning, sources));
    }
    eprint!("{}", made.report.print(&made.source, options.report));
    if options.strict {
        made.report.strictly(&made.source)?;
    }
    match &options.out {
        Some(out) => fs::write(out, &made.code)
            .map_err(|error| Diagnostic::new(format!("can't write {}: {error}", out.display())))?,
        None => print!("{}", made.code),
    }
    if options.embed_runtime {
        eprint!("dependencies, with a feature of reqwest for TLS:\n{}", embed::dependencies());
    }
    Ok(ExitCode::SUCCESS)
}
