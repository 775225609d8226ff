//! `lint`: reports problems in a description that degrade the client.

use std::path::Path;
use std::process::ExitCode;
use std::{fs, io};

use clap::Args;
use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;
use openapi_document::render::{Severity, Sources};
use openapi_document::{load, version};
use openapi_review::lint::{self, Exceptions, Finding, RULES, UNUSED_EXCEPTION};

use super::output::print;
use openapi_client_codegen::project;

use crate::repo::{self, ACCEPTED};

/// The options of `lint`.
#[derive(Debug, Clone, Args)]
#[command(after_help = after_help())]
pub(super) struct Options {
    /// An OpenAPI 3 document; by default openapi/waterfall.yaml
    file: Option<String>,
    /// Treat findings as errors
    #[arg(long)]
    deny: bool,
    /// Rules to ignore, by code
    #[arg(long, value_name = "CODE", num_args = 1.., value_delimiter = ',', value_parser = codes(),
          hide_possible_values = true)]
    allow: Vec<String>,
}

fn codes() -> clap::builder::PossibleValuesParser {
    RULES.iter().map(|rule| rule.code).chain([UNUSED_EXCEPTION]).collect::<Vec<_>>().into()
}

fn after_help() -> String {
    let mut help = "Rules:\n".to_owned();
    for code in RULES.iter().map(|rule| rule.code).chain([UNUSED_EXCEPTION]) {
        help += &format!("  {code}\n      {}\n", lint::reason(code).unwrap_or_default());
    }
    help + "\nExample: cargo xtask lint vendor.json --allow missing-description,undefined-tag"
}

pub(super) fn run(root: &Path, options: &Options) -> Result<ExitCode, Diagnostic> {
    let mut sources = Sources::new(root);
    let mut findings = match &options.file {
        Some(file) if !is_ours(root, file) => foreign(file, &mut sources)?,
        _ => ours(root)?,
    };
    findings.retain(|finding| !options.allow.iter().any(|code| code == finding.code));
    let severity = if options.deny { Severity::Error } else { Severity::Warning };
    print(lint::report(&findings, severity, &mut sources));
    print(lint::summary(&findings, severity) + "\n");
    let failed = options.deny && !findings.is_empty();
    Ok(if failed { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn is_ours(root: &Path, file: &str) -> bool {
    let same = |path: &Path| fs::canonicalize(path);
    matches!((same(&root.join(repo::DESCRIPTION)), same(Path::new(file))), (Ok(a), Ok(b)) if a == b)
}

fn foreign(file: &str, sources: &mut Sources) -> Result<Vec<Finding>, Diagnostic> {
    let bytes = fs::read(file).map_err(|error| Diagnostic::unreadable(file, &error))?;
    sources.add(file, &String::from_utf8_lossy(&bytes));
    let document = load::load_bytes(file, &bytes)?;
    version::check(&document)?;
    Ok(lint::lint(&document))
}

fn ours(root: &Path) -> Result<Vec<Finding>, Diagnostic> {
    let document = project::corrected(root, &repo::config())?;
    version::check(&document)?;
    without_accepted(root, &document)
}

/// Returns the findings in our own description that are not accepted.
pub(super) fn without_accepted(
    root: &Path,
    document: &Document,
) -> Result<Vec<Finding>, Diagnostic> {
    let mut findings = lint::lint(document);
    match fs::read_to_string(root.join(ACCEPTED)) {
        Ok(text) => {
            findings = Exceptions::read(load::load(ACCEPTED, &text)?)?.apply(findings);
            lint::sort(&mut findings);
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(Diagnostic::unreadable(ACCEPTED, &error)),
    }
    Ok(findings)
}
