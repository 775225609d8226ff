//! Loads the description of a repository in its current state or in an earlier revision.

use std::fs;
use std::path::Path;
use std::process::Command;

use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;
use openapi_document::{load, overlay, version};

use crate::config::Config;

/// A document and its corrections. Each has a name for messages.
#[derive(Debug, Clone)]
pub struct Source {
    /// The name and text of the document.
    pub document: (String, String),
    /// The name and text of the overlay, if any.
    pub overlay: Option<(String, String)>,
}

impl Source {
    /// Returns the corrected document. A correction that can't be applied only adds a note, because
    /// the reviewer still needs the comparison.
    ///
    /// # Errors
    ///
    /// Fails if one of the two texts is malformed.
    pub fn document(&self, notes: &mut Vec<String>) -> Result<Document, Diagnostic> {
        let mut document = load::load(&self.document.0, &self.document.1)?;
        version::check(&document)?;
        if let Some((name, text)) = &self.overlay {
            let overlay = load::load(name, text)?;
            for diagnostic in overlay::apply_what_fits(&mut document, &overlay)? {
                let place =
                    diagnostic.place.map_or_else(String::new, |place| format!(" at {place}"));
                let message = diagnostic.message;
                notes.push(format!("{}, overlay action{place}: {message}", self.document.0));
            }
        }
        Ok(document)
    }
}

/// Reads the current description with its overlay, or the file `spec` instead. The overlay is
/// omitted if two files are compared.
///
/// # Errors
///
/// Fails if a file can't be read.
pub fn current(
    root: &Path,
    spec: Option<&Path>,
    is_foreign: bool,
    config: &Config,
) -> Result<Source, Diagnostic> {
    let Config { description, overlay, .. } = config;
    let document = match spec {
        Some(file) => (file.display().to_string(), read(file)?),
        None => (description.clone(), read(&root.join(description))?),
    };
    let text = fs::read_to_string(root.join(overlay)).ok().filter(|_| !is_foreign);
    Ok(Source { document, overlay: text.map(|text| (overlay.clone(), text)) })
}

/// Reads the file or git revision `base`. If it is a file, the current overlay is applied to it.
///
/// # Errors
///
/// Fails if `base` is neither a file nor a revision.
pub fn base(
    root: &Path,
    base: &str,
    current: &Source,
    config: &Config,
) -> Result<Source, Diagnostic> {
    if Path::new(base).is_file() {
        let document = (base.to_owned(), read(Path::new(base))?);
        return Ok(Source { document, overlay: current.overlay.clone() });
    }
    let Config { description, overlay, .. } = config;
    let text = show(root, base, description).map_err(|error| {
        Diagnostic::new(format!("can't read {description} at `{base}`: {error}"))
            .help("specify a file, or a git revision that contains the description")
    })?;
    let corrections = show(root, base, overlay).ok();
    Ok(Source {
        document: (format!("{base}:{description}"), text),
        overlay: corrections.map(|text| (format!("{base}:{overlay}"), text)),
    })
}

/// Reads a file.
///
/// # Errors
///
/// Fails with a diagnostic that contains the path.
pub fn read(path: &Path) -> Result<String, Diagnostic> {
    fs::read_to_string(path).map_err(|error| Diagnostic::unreadable(path.display(), &error))
}

/// Returns a file as of a revision. The path is relative to `root`, which may be a subdirectory of
/// the repository.
fn show(root: &Path, revision: &str, path: &str) -> Result<String, String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(root)
        .args(["show", "--end-of-options", &format!("{revision}:./{path}")])
        .output()
        .map_err(|error| format!("can't run git: {error}"))?;
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr);
        return Err(error.trim().trim_start_matches("fatal: ").to_owned());
    }
    String::from_utf8(output.stdout).map_err(|_| "it is not UTF-8".to_owned())
}
