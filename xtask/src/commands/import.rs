//! `import`: imports a new vendor document.

use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use openapi_document::diagnostic::Diagnostic;
use openapi_document::render::{Severity, Sources};
use openapi_review::{diff, lint, summary};

use super::output::{UNGUARDED, failed, print};
use openapi_client_codegen::import::{self, Outcome, bytes, name, read, remarks, worked_around};
use openapi_client_codegen::isolate;

use crate::repo::{self, ORIGIN, VENDOR};

/// The document, and whether to write.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Options {
    /// The vendor's document, JSON or YAML, OpenAPI 3.0 to 3.2: a file, an https
    /// address, or `-` for standard input
    #[arg(required_unless_present = "vendor")]
    file: Option<String>,
    /// Import from the address at which the vendor publishes the document
    #[arg(long, conflicts_with = "file")]
    vendor: bool,
    /// Report everything, write nothing
    #[arg(long)]
    dry_run: bool,
    /// Run in this process, like the isolated one
    #[arg(long, hide = true)]
    unguarded: bool,
}

const EXAMPLES: &str = "Examples:
  cargo xtask import vendor.json --dry-run  see what it would change
  cargo xtask import vendor.json            import it
  cargo xtask import openapi/waterfall.yaml put our own file into canonical form
  cargo xtask import https://vendor.example/openapi.json
  cargo xtask import --vendor --dry-run     see what the vendor has published since";

impl Options {
    fn file(&self) -> &str {
        if self.vendor { VENDOR } else { self.file.as_deref().unwrap_or_default() }
    }
}

pub(super) fn run(root: &Path, options: &Options) -> Result<ExitCode, Diagnostic> {
    let mut sources = Sources::new(root);
    let outcome = if options.unguarded {
        import(root, options, &mut sources)
    } else {
        isolate::run(Path::new(name(options.file())), UNGUARDED).map_err(|diagnostic| {
            diagnostic.help("find what it fails on by `cargo xtask generate --spec FILE --only …`")
        })
    };
    outcome.or_else(|diagnostic| {
        // Here, because only this function knows the text of standard input.
        let code = failed(&diagnostic, &mut sources);
        eprintln!("nothing was written");
        Ok(code)
    })
}

fn import(root: &Path, options: &Options, sources: &mut Sources) -> Result<ExitCode, Diagnostic> {
    let config = repo::config();
    let Some((bytes, origin)) = bytes(root, options.file(), &config, ORIGIN)? else {
        print(format!("{} is not modified since its last import\n", options.file()));
        return Ok(ExitCode::SUCCESS);
    };
    let (document, text) = read(options.file(), &bytes, sources)?;
    let plan = import::plan(root, &document, &config)?;
    let findings = super::lint::without_accepted(root, &plan.corrected)?;
    let mut lint = lint::summary(&findings, Severity::Warning);
    if !findings.is_empty() {
        lint += "; once it is imported, `cargo xtask lint` lists them";
    }
    if let Some(origin) = &origin {
        print(format!("downloaded {} bytes, SHA-256 {}\n", bytes.len(), origin.sha256));
    }
    print(summary::summary(name(options.file()), &document, &lint) + "\n");
    print(remarks(&document, &plan, sources));
    let (stale, report) = import::regenerate(root, &plan, &config)?;
    print(worked_around(&report, &plan.corrected, &config));
    match import::compare(&plan, &config) {
        Some(report) => print(diff::text(&report, &config.client_version)),
        None => print("there is no earlier description to compare with\n"),
    }
    let mut outcome = Outcome::new(&plan, &stale, &text, &config);
    print(String::from("\n") + &outcome.text(options.dry_run));
    if outcome.is_blocked() {
        return Ok(ExitCode::from(1));
    }
    if let Some(origin) = origin {
        outcome.files.push((ORIGIN.to_owned(), Some(origin.record(&plan.after))));
    }
    if !options.dry_run {
        import::write(root, &outcome.files)
            .map_err(|error| Diagnostic::new(format!("can't write the files: {error}")))?;
    }
    Ok(ExitCode::SUCCESS)
}
