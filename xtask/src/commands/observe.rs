//! `observe`: compares real responses with the description, and corrects it.

use std::io::{self, BufRead, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

use clap::Args;
use openapi_client_codegen::{amend, import, project};
use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;
use openapi_review::observe::report::{self, Shown};
use openapi_review::observe::sources::{Progress, ReadProblem};
use openapi_review::observe::{Description, Finding, Reader, compare, overlay, select};

use super::output::print;
use crate::repo::{self, formats};

/// The options of `observe`.
#[derive(Debug, Clone, Args)]
pub(super) struct Options {
    /// Files, `-` for standard input, or the postgres:// address of a journal
    #[arg(required = true, value_name = "FILE")]
    sources: Vec<String>,
    /// The operation of plain bodies, by its ID
    #[arg(long, value_name = "ID")]
    operation: Option<String>,
    /// Show the values at a path, if they look like a small set
    #[arg(long, value_name = "PATH")]
    show_values: Vec<String>,
    /// Also list what is described but was never observed
    #[arg(long)]
    all: bool,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
    /// Write the observations, without values, to a file that `observe` reads
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Add corrections to openapi/overlay.yaml and regenerate; asks about each finding
    #[arg(long)]
    write: bool,
    /// Correct the findings that these select, without asking: a code, a path, or `all`
    #[arg(long, value_name = "CODE|PATH", requires = "write")]
    select: Vec<String>,
    /// Report what would be written, and write nothing
    #[arg(long, requires = "write")]
    dry_run: bool,
}

pub(super) fn run(root: &Path, options: &Options) -> Result<ExitCode, Diagnostic> {
    let document = project::description(root, &repo::config())?;
    let description = Description::new(&document.root).kind_ending(formats::KIND_ENDING);
    let known = formats::formats(options.operation.clone());
    let mut reader = Reader::new(&description, known).on_progress(progress);
    for source in &options.sources {
        match reader.read(source) {
            Err(error) if matches!(error.problem, ReadProblem::NoJournals) => {
                return with_journals();
            }
            outcome => outcome.map_err(|error| Diagnostic::new(error.to_string()))?,
        }
    }
    eprint!("{}", reader.progress().summary());
    let observations = reader.into_observations();
    if let Some(out) = &options.out {
        let file = observations.to_json(&|path| options.show_values.iter().any(|it| it == path));
        fs::write(out, file).map_err(|error| not_written(out.display(), &error))?;
    }
    let findings = compare(&description, &observations);
    let mut shown = Shown { values: options.show_values.clone(), never_seen: options.all };
    if options.json {
        print(format!("{:#}\n", report::json(&observations, &findings, &shown)));
    } else {
        print(report::text(&observations, &findings, &shown));
    }
    if !options.write {
        let differs = findings.iter().any(|finding| finding.code.is_drift());
        return Ok(ExitCode::from(u8::from(differs)));
    }
    let selected = selected(findings, options, &mut shown)?;
    write(root, &document, &selected, &shown, options.dry_run)
}

fn selected(
    findings: Vec<Finding>,
    options: &Options,
    shown: &mut Shown,
) -> Result<Vec<Finding>, Diagnostic> {
    if options.select.is_empty() {
        if !io::stdin().is_terminal() {
            return Err(Diagnostic::new("there is no terminal to ask which findings to correct")
                .help("name them: `--select CODE|PATH`, or `--select all`"));
        }
        return Ok(select::by_asking(findings, shown, &mut ask));
    }
    let (selected, idle) = select::by_name(findings, &options.select);
    for name in idle {
        eprintln!("warning: `--select {name}` selects nothing");
    }
    Ok(selected)
}

fn write(
    root: &Path,
    document: &Document,
    findings: &[Finding],
    shown: &Shown,
    dry_run: bool,
) -> Result<ExitCode, Diagnostic> {
    let corrections = overlay::corrections(document, findings, shown)?;
    for (index, why) in &corrections.left {
        eprintln!("not corrected: {}: {why}", findings[*index].path());
    }
    if corrections.actions.is_empty() {
        print("nothing to correct; no file was written\n");
        return Ok(ExitCode::from(u8::from(!corrections.left.is_empty())));
    }
    let config = repo::config();
    let amendment = amend::plan(root, &corrections.actions, &config)?;
    if !dry_run {
        import::write(root, &amendment.files).map_err(|error| not_written("the files", &error))?;
    }
    print(amendment.text(&config, dry_run));
    Ok(ExitCode::SUCCESS)
}

fn not_written(what: impl std::fmt::Display, error: &io::Error) -> Diagnostic {
    Diagnostic::new(format!("can't write {what}: {error}"))
}

fn ask(question: &str) -> bool {
    eprint!("\n{question} [y/N] ");
    let mut answer = String::new();
    let _ = io::stdin().lock().read_line(&mut answer);
    matches!(answer.trim(), "y" | "Y" | "yes")
}

fn progress(progress: Progress) {
    if io::stderr().is_terminal() {
        eprint!("\r{progress}");
    }
}

/// Runs the same command again, built with database support.
fn with_journals() -> Result<ExitCode, Diagnostic> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let status = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["run", "--quiet", "--features", "journals", "--manifest-path", manifest, "--"])
        .args(env::args_os().skip(1))
        .status()
        .map_err(|error| Diagnostic::new(format!("can't build the reader of journals: {error}")))?;
    Ok(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(2)))
}
