//! `generate`: rewrite the generated files.

use std::path::Path;
use std::process::ExitCode;

use crate::document::Problem;
use crate::{artefacts, pipeline};

pub(super) fn run(top: &Path) -> Result<ExitCode, Problem> {
    let artefacts = pipeline::run(top)?;
    let stale = artefacts::stale(top, &artefacts);
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
