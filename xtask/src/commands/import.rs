//! `import`: import a new vendor document.

use std::io::Read;
use std::path::Path;
use std::process::ExitCode;
use std::{fs, io};

use clap::Args;
use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;
use openapi_document::render::{self, Severity, Sources};
use openapi_document::{bundle, load, version};
use openapi_review::overlay_actions::ActionStatus;
use openapi_review::{diff, lint, summary};

use super::output::{UNGUARDED, failed, print};
use openapi_client_codegen::import::{self, Download, Limits, Origin, Outcome, Plan, is_address};
use openapi_client_codegen::isolate;
use openapi_client_codegen::report::Report;

use crate::repo::{self, DESCRIPTION, ORIGIN, OVERLAY, VENDOR};

/// Which document, and whether to write.
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
    /// Run in this process, as the isolated one does
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
        // Here, because the text of standard input is known here only.
        let code = failed(&diagnostic, &mut sources);
        eprintln!("nothing was written");
        Ok(code)
    })
}

fn import(root: &Path, options: &Options, sources: &mut Sources) -> Result<ExitCode, Diagnostic> {
    let config = repo::config();
    let Some((bytes, origin)) = bytes(root, options.file())? else {
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
    print(worked_around(&report, &plan.corrected));
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

fn name(file: &str) -> &str {
    if file == "-" { "<stdin>" } else { file }
}

/// The document with all of its files, and its text.
fn read(file: &str, bytes: &[u8], sources: &mut Sources) -> Result<(Document, String), Diagnostic> {
    let name = name(file);
    let text = String::from_utf8_lossy(bytes).into_owned();
    sources.add(name, &text);
    let mut document = load::load_bytes(name, bytes)?;
    version::check(&document)?;
    let is_local = file != "-" && !is_address(file);
    bundle::bundle(&mut document, Path::new(if is_local { file } else { "" }))?;
    Ok((document, text))
}

/// The bytes of a document, and where they were downloaded from, if they were.
type Given = (Vec<u8>, Option<Origin>);

/// The document; none if the server has no other one than the stored one.
fn bytes(root: &Path, file: &str) -> Result<Option<Given>, Diagnostic> {
    if is_address(file) {
        let record = fs::read_to_string(root.join(ORIGIN)).unwrap_or_default();
        let stored = fs::read_to_string(root.join(DESCRIPTION)).unwrap_or_default();
        let previous = Origin::read(&record, file, &stored.replace("\r\n", "\n"));
        return Ok(match import::download(file, previous.as_ref(), &Limits::default())? {
            Download::NotModified => None,
            Download::Document(bytes, origin) => Some((bytes, Some(origin))),
        });
    }
    let mut bytes = Vec::new();
    let outcome = match file {
        "-" => io::stdin().read_to_end(&mut bytes).map(|_| ()),
        file => fs::read(file).map(|content| bytes = content),
    };
    outcome.map_err(|error| Diagnostic::unreadable(name(file), &error))?;
    Ok(Some((bytes, None)))
}

/// What is odd about the file, and the actions of the overlay that can't be
/// applied to it or that it no longer needs.
fn remarks(document: &Document, plan: &Plan, sources: &mut Sources) -> String {
    let mut text = String::new();
    for warning in &document.warnings {
        text += &render::render(Severity::Warning, None, warning, sources);
        text.push('\n');
    }
    for action in &plan.actions {
        let severity = match action.status {
            ActionStatus::Fails => Severity::Error,
            ActionStatus::ChangesNothing | ActionStatus::ChangesWords => Severity::Warning,
        };
        text += &render::render(severity, Some("overlay"), &action.diagnostic, sources);
        text.push('\n');
    }
    text
}

/// What the document says and the client can't; the rest of the rewrites is
/// only counted.
fn worked_around(report: &Report, document: &Document) -> String {
    if !report.is_lossy() {
        return String::new();
    }
    let lines = report.print(document, false);
    let lines: String = lines.lines().map(|line| format!("  {line}\n")).collect();
    format!("worked around; to correct one, add an action to {OVERLAY}:\n{lines}\n")
}
