//! `check`: reports which generated files are stale.

use std::path::Path;
use std::process::ExitCode;

use openapi_client_codegen::{artifacts, project};
use openapi_document::diagnostic::Diagnostic;

use crate::repo;

pub(super) fn run(root: &Path) -> Result<ExitCode, Diagnostic> {
    let config = repo::config();
    let artifacts = project::run(root, &config)?;
    let stale = artifacts::stale(root, &artifacts, &config);
    print!("{}", artifacts::report(&stale, artifacts.len(), &config));
    Ok(if stale.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
