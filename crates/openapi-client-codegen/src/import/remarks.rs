//! What there is to say about a document that is imported.

use openapi_document::document::Document;
use openapi_document::render::{self, Severity, Sources};
use openapi_review::overlay_actions::ActionStatus;

use crate::config::Config;
use crate::import::plan::Plan;
use crate::report::Report;

/// What is odd about the file, and the actions of the overlay that can't be
/// applied to it or that it no longer needs.
pub fn remarks(document: &Document, plan: &Plan, sources: &mut Sources) -> String {
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
#[must_use]
pub fn worked_around(report: &Report, document: &Document, config: &Config) -> String {
    if !report.is_lossy() {
        return String::new();
    }
    let lines = report.print(document, false);
    let lines: String = lines.lines().map(|line| format!("  {line}\n")).collect();
    format!("worked around; to correct one, add an action to {}:\n{lines}\n", config.overlay)
}
