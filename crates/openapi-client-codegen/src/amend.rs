//! Adds corrections to the overlay and regenerates everything that depends on it. All changes are
//! computed in memory, so that either all files are written or none.

use std::path::Path;

use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;
use openapi_document::{load, overlay, version};
use openapi_review::diff::{self, Report};
use openapi_review::observe::overlay::append;
use serde_json::Value;
use similar::TextDiff;

use crate::artifacts::{self, Stale};
use crate::config::Config;
use crate::import::File;
use crate::{compare, project};

/// The changes to a repository when actions are added to its overlay.
#[derive(Debug, Clone)]
pub struct Amendment {
    /// The files to write. The overlay is last.
    pub files: Vec<File>,
    /// The description after all corrections.
    pub corrected: Document,
    /// The changes for callers of the API and for users of the client.
    pub report: Report,
    /// The changes to the outline of the client, as a diff.
    pub outline: String,
    /// The number of added actions.
    pub actions: usize,
}

impl Amendment {
    /// Returns the changes to review, and the files that were or would be written.
    #[must_use]
    pub fn text(&self, config: &Config, dry_run: bool) -> String {
        let Self { actions, files, .. } = self;
        let report = diff::text(&self.report, &config.client_version);
        let what = format!("{actions} actions in {}, and {} files", config.overlay, files.len());
        let end = match dry_run {
            true => format!("--dry-run: nothing was written; a run would write {what}"),
            false => format!("wrote {what}; review the diff, the outline first"),
        };
        format!("{report}\n{}\n{end}\n", self.outline)
    }
}

/// Computes the changes that result from appending these actions to the overlay. Writes nothing.
///
/// # Errors
///
/// Fails if an action can't be applied, or if no client can be generated from the result.
pub fn plan(root: &Path, actions: &[Value], config: &Config) -> Result<Amendment, Diagnostic> {
    let previous = project::description(root, config)?;
    let text = append(&config.overlay, &project::read(root, &config.overlay)?, actions)?;
    let overlay = load::load(&config.overlay, &text)?;
    let description = project::read(root, &config.description)?;
    let mut corrected = load::load(&config.description, &description)?;
    overlay::apply(&mut corrected, &overlay, overlay::Policy::Maintained)?;
    version::check(&corrected)?;
    let artifacts = project::generate(&corrected, config)?;
    let stale = artifacts::stale(root, &artifacts, config);
    let report = compare::compare(&config.description, &previous, &corrected);
    let outline = outline(&stale, config);
    let mut files: Vec<File> = stale.into_iter().map(|stale| (stale.path, stale.wanted)).collect();
    // The overlay is last, so that `check` detects an interrupted run.
    files.push((config.overlay.clone(), Some(text)));
    Ok(Amendment { files, corrected, report, outline, actions: actions.len() })
}

fn outline(stale: &[Stale], config: &Config) -> String {
    let pages = stale.iter().filter(|stale| stale.path.starts_with(&config.outline));
    pages
        .map(|Stale { path, found, wanted }| {
            let (found, wanted) = (found.as_deref(), wanted.as_deref());
            let (found, wanted) = (found.unwrap_or_default(), wanted.unwrap_or_default());
            let diff = TextDiff::from_lines(found, wanted);
            diff.unified_diff().context_radius(1).header(path, path).to_string()
        })
        .collect()
}
