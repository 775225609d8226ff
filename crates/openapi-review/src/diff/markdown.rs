//! The report for a pull request.

use std::fmt::Write;

use super::change::Verdict;
use super::report::Report;
use super::text::{because, client_summary, place, summary};

/// Writes the report as Markdown. `version` is the client's.
pub fn markdown(report: &Report, version: &str) -> String {
    let mut page = String::new();
    // Writing to a string doesn't fail.
    let _ = writeln!(page, "## API: {}", summary(report));
    for (title, changes) in report.groups() {
        let _ = writeln!(page, "\n### {title}\n");
        for change in changes {
            let verdict = match change.verdict {
                Verdict::Breaking => "**breaking**",
                other => other.as_str(),
            };
            let _ = writeln!(page, "- {verdict}: {}  ", change.message);
            let _ = writeln!(page, "  {} (`{}`)", because(change), place(change));
        }
    }
    let _ = writeln!(page, "\n## Rust client: {}", client_summary(report, version));
    if !report.client.changes.is_empty() {
        let _ = writeln!(page, "\n| step | what a dependent crate sees |\n|---|---|");
    }
    for change in &report.client.changes {
        let message = change.message.replace('|', "\\|");
        let _ = writeln!(page, "| {} | {message} |", change.step);
    }
    if !report.notes.is_empty() {
        let _ = writeln!(page, "\n## Notes\n");
    }
    for note in &report.notes {
        let _ = writeln!(page, "- {note}");
    }
    page
}
