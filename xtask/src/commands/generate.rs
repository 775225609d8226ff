//! `generate`: rewrite the generated files, or make a client of any document.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use openapi_document::diagnostic::{self, Severity, Sources};
use openapi_document::document::Problem;

use super::failed;
use openapi_client_codegen::artefacts::{self, Artefacts};
use openapi_client_codegen::operations::Selection;
use openapi_client_codegen::probe::Part;
use openapi_client_codegen::{fixtures, generate, guard, project};

use crate::repo;

/// What `generate` can be told.
#[derive(Debug, Clone, Default, Args)]
#[command(after_help = "Examples:
  cargo xtask generate
  cargo xtask generate --spec api.yaml --out client.rs --only /users --report")]
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

    /// Keep these operations only: by id, tag or path
    #[arg(long, value_name = "OPERATION|TAG|PATH", num_args = 1.., requires = "spec")]
    only: Vec<String>,

    /// List every change to the document, those that lose nothing too
    #[arg(long, requires = "spec")]
    report: bool,

    /// Fail if anything that the document says would be lost
    #[arg(long, requires = "spec")]
    strict: bool,

    /// Rewrite what the fixtures of the tests give instead
    #[arg(long, conflicts_with = "spec")]
    fixtures: bool,

    /// Run without the guard, as the guard does
    #[arg(long, hide = true, requires = "spec")]
    unguarded: bool,

    /// See whether this part of the document can be done, as the guard does
    #[arg(long, hide = true, requires = "unguarded")]
    probe: Option<Part>,
}

pub(super) fn run(top: &Path, options: &Options) -> Result<ExitCode, Problem> {
    match &options.spec {
        Some(spec) if options.unguarded => Ok(any(spec, options)),
        Some(spec) => guard::generate(spec, options.overlay.as_deref()),
        None if options.fixtures => write(top, &fixtures::generate(top, &repo::config())?),
        None => ours(top),
    }
}

fn ours(top: &Path) -> Result<ExitCode, Problem> {
    let config = repo::config();
    let artefacts = project::run(top, &config)?;
    let losses = config.losses();
    if artefacts.contains_key(&losses) {
        eprintln!("warning: not all that the description says reaches the client, see {losses}");
    }
    write(top, &artefacts)
}

fn write(top: &Path, artefacts: &Artefacts) -> Result<ExitCode, Problem> {
    let stale = artefacts::stale(top, artefacts, &repo::config());
    artefacts::write(top, &stale)
        .map_err(|error| Problem::new(format!("can't write a generated file: {error}")))?;
    for artefact in &stale {
        let what = if artefact.wanted.is_some() { "wrote" } else { "removed" };
        println!("{what} {}", artefact.path);
    }
    let (written, total) = (stale.len(), artefacts.len());
    println!("{written} of {total} generated files changed");
    Ok(ExitCode::SUCCESS)
}

/// Places are in files as the user names them, wherever the repository is.
fn any(spec: &Path, options: &Options) -> ExitCode {
    let mut sources = Sources::new("");
    client(spec, options, &mut sources).unwrap_or_else(|problem| failed(&problem, &mut sources))
}

fn client(spec: &Path, options: &Options, sources: &mut Sources) -> Result<ExitCode, Problem> {
    if let Some(part) = &options.probe {
        return generate::probe(spec, options.overlay.as_deref(), part).map(|()| ExitCode::SUCCESS);
    }
    let selection = Selection(options.only.clone());
    let made = generate::generate(spec, options.overlay.as_deref(), &selection, &repo::config())?;
    for warning in &made.source.warnings {
        eprint!("{}", diagnostic::render(Severity::Warning, None, warning, sources));
    }
    eprint!("{}", made.report.print(&made.source, options.report));
    if options.strict {
        made.report.strictly(&made.source)?;
    }
    match &options.out {
        Some(out) => fs::write(out, &made.code)
            .map_err(|error| Problem::new(format!("can't write {}: {error}", out.display())))?,
        None => print!("{}", made.code),
    }
    Ok(ExitCode::SUCCESS)
}
