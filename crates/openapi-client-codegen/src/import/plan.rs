//! What becomes of the description and of all that follows from it.

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

/// What an import would do.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The canonical text of the description as it is now; empty if there is
    /// none, or a broken one.
    pub before: String,
    /// The text on disk.
    pub on_disk: String,
    /// The new canonical text.
    pub after: String,
    /// Whether old and new say the same.
    pub same_content: bool,
    /// The old description after those corrections that can be made; none if
    /// it is missing or broken.
    pub previous: Option<Document>,
    /// The new description after those corrections that can be made.
    pub corrected: Document,
    /// What became of the overlay's actions; only those that deserve a word.
    pub actions: Vec<Action>,
}

/// Works out what becomes of the description.
pub fn plan(root: &Path, document: &Document, config: &Config) -> Result<Plan, Diagnostic> {
    version::check(document)?;
    let overlay = project::corrections(root, config)?;
    let on_disk =
        project::read(root, &config.description).unwrap_or_default().replace("\r\n", "\n");
    // Its places are not those of the file that is written.
    let mut previous = load::load(&format!("old {}", config.description), &on_disk)
        .ok()
        .filter(|previous| version::check(previous).is_ok());
    let old = previous.as_ref().map(|previous| previous.root.clone()).unwrap_or_default();
    let root = canonical::canonical(&document.root, &old);
    let after = canonical::print(&root);
    if load::load(&config.description, &after)?.root != document.root {
        return Err(Diagnostic::new("the canonical form would lose something")
            .help("this is a defect of the generator; please report it with the document"));
    }
    let before = previous.as_ref().map(|_| canonical::print(&canonical::canonical(&old, &old)));
    if let Some(previous) = &mut previous {
        // What no longer fits there is no news here.
        let _ = overlay::apply_what_fits(previous, &overlay)?;
    }
    // Names and order of the new file, places of the one that was given.
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

/// The generated files that change with the description, and what was worked
/// around to make them.
pub fn regenerate(
    root: &Path,
    plan: &Plan,
    config: &Config,
) -> Result<(Vec<Stale>, Report), Diagnostic> {
    let (artifacts, report) = project::generated(&plan.corrected, config)?;
    Ok((artifacts::stale(root, &artifacts, config), report))
}

/// What changes for callers of the API and for users of the client; none if
/// there is nothing to compare with.
pub fn compare(plan: &Plan, config: &Config) -> Option<diff::Report> {
    let previous = plan.previous.as_ref()?;
    Some(compare::compare(&config.description, previous, &plan.corrected))
}
