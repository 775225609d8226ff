//! `diff`: reports what changed in the API, and whom it affects.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use openapi_document::diagnostic::Diagnostic;
use openapi_document::load;
use openapi_document::render::Sources;
use openapi_review::diff::{self, ClientReport, Overrides, Report};

use super::output::failed;
use openapi_client_codegen::{compare, revision};

use crate::repo;

/// The options of `diff`.
#[derive(Debug, Clone, Args)]
pub(super) struct Options {
    /// The old side: a file or a git revision
    #[arg(default_value = "HEAD")]
    base: String,

    /// The new side, if not openapi/waterfall.yaml
    ///
    /// Two files are compared without the overlay.
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,

    /// Compare the API only, not the generated clients
    #[arg(long)]
    api_only: bool,

    /// Format of the report
    #[arg(long, value_enum, default_value = "text")]
    format: Format,

    /// Severities and accepted changes, each with its reason; by default openapi/diff.yaml, if it
    /// exists and our own description is compared
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,

    /// Omit changes from the report; they are still counted
    #[arg(long, value_enum, value_name = "VERDICT")]
    hide: Option<Hide>,

    /// Exit with 1 if there is such a change in the API or in the Rust client
    ///
    /// Clients that could not be compared do not count; the report says so.
    #[arg(long, value_enum, value_name = "VERDICT")]
    fail_on: Option<FailOn>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// A page for a terminal
    Text,
    /// For a pull request
    Markdown,
    /// For programs
    Json,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Hide {
    /// Documentation changes
    Docs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FailOn {
    /// A change that breaks callers of the API or code that uses the client
    Breaking,
}

pub(super) fn run(root: &Path, options: &Options) -> Result<ExitCode, Diagnostic> {
    let mut sources = Sources::new(root);
    let report = match compare(root, options, &mut sources) {
        Ok(report) => report,
        // Here, because only this function knows the text of a revision.
        Err(diagnostic) => return Ok(failed(&diagnostic, &mut sources)),
    };
    let version = &repo::config().client_version;
    match options.format {
        Format::Text => print!("{}", diff::text(&report, version)),
        Format::Markdown => print!("{}", diff::markdown(&report, version)),
        Format::Json => println!("{:#}", diff::json(&report, version)),
    }
    let failed = options.fail_on.is_some() && report.is_breaking();
    Ok(ExitCode::from(u8::from(failed)))
}

fn compare(root: &Path, options: &Options, sources: &mut Sources) -> Result<Report, Diagnostic> {
    let (base, spec) = (options.base.as_str(), options.spec.as_deref());
    let mut notes = Vec::new();
    let foreign = spec.is_some() && Path::new(base).is_file();
    let config = repo::config();
    let current = revision::current(root, spec, foreign, &config)?;
    let old = revision::base(root, base, &current, &config)?;
    for (name, text) in [&old.document, &current.document] {
        sources.add(name, text);
    }
    let old = old.document(&mut notes)?;
    let new = current.document(&mut notes)?;
    let mut report = if options.api_only {
        let client = ClientReport::not_compared("--api-only");
        diff::compare(base, &old, &new, client)
    } else {
        compare::compare(base, &old, &new)
    };
    report.notes = notes;
    if let Some(overrides) = overrides(root, options.rules.as_deref(), foreign)? {
        overrides.apply(&mut report);
    }
    if options.hide.is_some() {
        report.hide_docs();
    }
    Ok(report)
}

/// Returns the decisions of this repository, or those of the given file.
fn overrides(
    root: &Path,
    file: Option<&Path>,
    foreign: bool,
) -> Result<Option<Overrides>, Diagnostic> {
    let ours = root.join(repo::DIFF_RULES);
    let (name, path) = match file {
        Some(file) => (file.display().to_string(), file),
        None if foreign || !ours.exists() => return Ok(None),
        None => (repo::DIFF_RULES.to_owned(), ours.as_path()),
    };
    Overrides::read(load::load(&name, &revision::read(path)?)?).map(Some)
}
