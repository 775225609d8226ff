//! `document`: prints the effective description.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use openapi_client_codegen::project;
use openapi_document::canonical;
use openapi_document::diagnostic::Diagnostic;
use serde_json::Value;

use super::output::print;
use crate::repo;

/// The destination and the format.
#[derive(Debug, Clone, Args)]
pub(super) struct Options {
    /// The file to write; by default standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// The format
    #[arg(long, value_enum, default_value = "yaml")]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Yaml,
    Json,
}

pub(super) fn run(root: &Path, options: &Options) -> Result<ExitCode, Diagnostic> {
    let document = project::description(root, &repo::config())?;
    let ordered = canonical::canonical(&document.root, &Value::Null);
    let text = match options.format {
        Format::Yaml => canonical::print(&ordered),
        Format::Json => format!("{ordered:#}\n"),
    };
    match &options.out {
        Some(out) => fs::write(out, text)
            .map_err(|error| Diagnostic::new(format!("can't write {}: {error}", out.display())))?,
        None => print(text),
    }
    Ok(ExitCode::SUCCESS)
}
