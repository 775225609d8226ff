//! Adding corrections to the overlay, with all that follows from them: everything is
//! worked out in memory, so that it is written as a whole or not at all.

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

/// What becomes of a repository when its overlay grows.
#[derive(Debug, Clone)]
pub struct Amendment {
    /// The files to write, the overlay last.
    pub files: Vec<File>,
    /// The description after all corrections.
    pub corrected: Document,
    /// What changes for callers of the API and for users of the client.
    pub report: Report,
    /// What changes in the outline of the client, as a diff.
    pub outline: String,
    /// How many actions are added.
    pub actions: usize,
}

impl Amendment {
    /// What is to be reviewed, and what was written.
    #[must_use]
    pub fn text(&self, config: &Config, dry_run: bool) -> String {
        let Self { actions, files, .. } = self;
        let report = diff::text(&self.report, &config.client_version);
        let what = format!("{actions} actions in {}, and {} files", config.overlay, files.len());
        let end = match dry_run {
            true => format!("--dry-run, so nothing was written; it would be {what}"),
            false => format!("wrote {what} in all; review the diff, the outline first"),
        };
        format!("{report}\n{}\n{end}\n", self.outline)
    }
}

/// Works out what becomes of the repository with these actions at the end of its
/// overlay.
///
/// # Errors
///
/// A [`Diagnostic`] if an action can't be applied, or no client can be generated
/// then.
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
    // Last, so that `check` sees where a run was cut off.
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
