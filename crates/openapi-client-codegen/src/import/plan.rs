//! [`Plan`]: the changes that an import makes to the description.

use std::path::Path;

use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;
use openapi_document::{canonical, load, overlay, version};
use openapi_review::diff;
use openapi_review::overlay_actions::{self, Action};

use crate::artifacts::{self, Stale};

use crate::config::Config;
use crate::report::Report;
use crate::{compare, project};

/// The changes of an import.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The canonical text of the current description. Empty if it is missing or malformed.
    pub before: String,
    /// The text on disk.
    pub on_disk: String,
    /// The new canonical text.
    pub after: String,
    /// Whether the content is unchanged.
    pub same_content: bool,
    /// The old description with all corrections that can be applied, or `None` if it is missing or
    /// malformed.
    pub previous: Option<Document>,
    /// The new description with all corrections that can be applied.
    pub corrected: Document,
    /// The overlay's actions that failed, had no effect, or changed only documentation.
    pub actions: Vec<Action>,
}

/// Computes the changes of an import.
///
/// # Errors
///
/// Fails if the version of the document is not supported, or if the overlay is malformed.
pub fn plan(root: &Path, document: &Document, config: &Config) -> Result<Plan, Diagnostic> {
    version::check(document)?;
    let overlay = project::corrections(root, config)?;
    let on_disk =
        project::read(root, &config.description).unwrap_or_default().replace("\r\n", "\n");
    // The name marks positions in the old text, which differ from those in the new file.
    let mut previous = load::load(&format!("old {}", config.description), &on_disk)
        .ok()
        .filter(|previous| version::check(previous).is_ok());
    let old = previous.as_ref().map(|previous| previous.root.clone()).unwrap_or_default();
    let root = canonical::canonical(&document.root, &old);
    let after = canonical::print(&root);
    if load::load(&config.description, &after)?.root != document.root {
        return Err(Diagnostic::new("the canonical form would change the content of the document")
            .help("this is a defect of the generator; report it with the document"));
    }
    let before = previous.as_ref().map(|_| canonical::print(&canonical::canonical(&old, &old)));
    if let Some(previous) = &mut previous {
        // Actions that can't be applied to the old description are not reported.
        let _ = overlay::apply_what_fits(previous, &overlay)?;
    }
    // The corrected document has the order of the new file and the positions of the imported file.
    let mut corrected = document.clone();
    corrected.root = root;
    let actions = overlay_actions::review(&mut corrected, &overlay)?;
    Ok(Plan {
        before: before.unwrap_or_default(),
        on_disk,
        after,
        same_content: document.root == old,
        previous,
        corrected,
        actions,
    })
}

/// Regenerates the files that depend on the description. Returns the stale files and the report.
pub fn regenerate(
    root: &Path,
    plan: &Plan,
    config: &Config,
) -> Result<(Vec<Stale>, Report), Diagnostic> {
    let (artifacts, report) = project::generated(&plan.corrected, config)?;
    Ok((artifacts::stale(root, &artifacts, config), report))
}

/// Compares the APIs and the clients. Returns `None` if there is no old description.
pub fn compare(plan: &Plan, config: &Config) -> Option<diff::Report> {
    let previous = plan.previous.as_ref()?;
    Some(compare::compare(&config.description, previous, &plan.corrected))
}
