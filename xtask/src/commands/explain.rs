//! `explain`: explains the codes of reports.

use std::process::ExitCode;

use clap::Args;
use openapi_client_codegen::{codes, keyword_table};
use openapi_document::diagnostic::Diagnostic;
use openapi_review::explain;

use super::output::print;

/// The options of `explain`.
#[derive(Debug, Clone, Args)]
pub(super) struct Options {
    /// The code; without it, all are explained
    code: Option<String>,

    /// Print how each keyword of OpenAPI is represented in a generated client, in Markdown
    #[arg(long, conflicts_with = "code")]
    keywords: bool,
}

pub(super) fn run(options: &Options) -> Result<ExitCode, Diagnostic> {
    if options.keywords {
        print(keyword_table::page());
        return Ok(ExitCode::SUCCESS);
    }
    let mut all = explain::all();
    all.extend(codes::explanations());
    if let Some(code) = &options.code {
        all.retain(|explanation| explanation.code == code);
        if all.is_empty() {
            return Err(Diagnostic::new(format!("there is no code `{code}`"))
                .help("run `cargo xtask explain` for all codes"));
        }
    }
    for explanation in all {
        print(explanation);
    }
    Ok(ExitCode::SUCCESS)
}
