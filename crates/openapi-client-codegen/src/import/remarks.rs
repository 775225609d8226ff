//! Messages about an imported document.

use openapi_document::document::Document;
use openapi_document::render::{self, Severity, Sources};
use openapi_review::overlay_actions::ActionStatus;

use crate::config::Config;
use crate::import::plan::Plan;
use crate::report::Report;

/// Returns the warnings about the file, and the overlay actions that can't be applied or are no
/// longer needed.
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

/// Returns the losses. Lossless changes are only counted.
#[must_use]
pub fn worked_around(report: &Report, document: &Document, config: &Config) -> String {
    if !report.is_lossy() {
        return String::new();
    }
    let lines = report.print(document, false);
    let lines: String = lines.lines().map(|line| format!("  {line}\n")).collect();
    format!(
        "can't be represented; to correct a line, add an action to {}:\n{lines}\n",
        config.overlay
    )
}
