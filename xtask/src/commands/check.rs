//! `check`: tell which generated files are stale.

use std::path::Path;
use std::process::ExitCode;

use crate::document::Problem;
use crate::{artefacts, pipeline};

pub(super) fn run(top: &Path) -> Result<ExitCode, Problem> {
    let artefacts = pipeline::run(top)?;
    let stale = artefacts::stale(top, &artefacts);
    print!("{}", artefacts::report(&stale, artefacts.len()));
    Ok(if stale.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
