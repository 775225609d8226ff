//! `document`: print the effective description.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::Value;

use super::say;
use crate::document::Problem;
use crate::{canonical, pipeline};

/// How and where to write it.
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

pub(super) fn run(top: &Path, options: &Options) -> Result<ExitCode, Problem> {
    let document = pipeline::description(top)?;
    let ordered = canonical::canonical(&document.root, &Value::Null);
    let text = match options.format {
        Format::Yaml => canonical::print(&ordered),
        Format::Json => format!("{ordered:#}\n"),
    };
    match &options.out {
        Some(out) => fs::write(out, text)
            .map_err(|error| Problem::new(format!("can't write {}: {error}", out.display())))?,
        None => say(text),
    }
    Ok(ExitCode::SUCCESS)
}
