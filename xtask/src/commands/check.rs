//! `check`: tell which generated files are stale.

use std::path::Path;
use std::process::ExitCode;

use openapi_client_codegen::{artefacts, project};
use openapi_document::document::Problem;

use crate::repo;

pub(super) fn run(top: &Path) -> Result<ExitCode, Problem> {
    let config = repo::config();
    let artefacts = project::run(top, &config)?;
    let stale = artefacts::stale(top, &artefacts, &config);
    print!("{}", artefacts::report(&stale, artefacts.len(), &config));
    Ok(if stale.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
