//! Writes the report for a terminal.

use std::fmt::Write;

use crate::diff::change::{Change, Verdict};
use crate::diff::report::Report;

/// Writes the report as plain text. `version` is that of the client.
pub fn text(report: &Report, version: &str) -> String {
    let mut page = String::new();
    // Writing to a string can't fail.
    let _ = writeln!(page, "API: {}", summary(report));
    for (operations, changes) in report.groups(&|_| true) {
        let names: Vec<String> = operations.names.iter().cloned().collect();
        let _ = writeln!(page, "\n{}", operations.title(&names));
        for change in changes {
            let (verdict, message) = (change.verdict.as_str(), &change.message);
            let _ = writeln!(page, "  {verdict:10} {message} [{}]", change.kind);
            let _ = writeln!(page, "  {:10} {}", "", because(change));
            let _ = writeln!(page, "  {:10} --> {}", "", place(change));
            if let Some(reason) = &change.accepted {
                let _ = writeln!(page, "  {:10} accepted: {reason}", "");
            }
        }
    }
    let _ = writeln!(page, "\nRust client: {}", client_summary(report, version));
    for change in &report.client.changes {
        let (step, message) = (change.step.as_str(), &change.message);
        let _ = writeln!(page, "  {step:6} {message} [{}]", change.kind);
        if let Some(reason) = &change.accepted {
            let _ = writeln!(page, "  {:6} accepted: {reason}", "");
        }
    }
    for (index, note) in report.notes.iter().enumerate() {
        let _ = writeln!(page, "{}note: {note}", if index == 0 { "\n" } else { "" });
    }
    page
}

/// Summarizes the report in one line.
pub(crate) fn summary(report: &Report) -> String {
    if report.api.is_empty() && report.hidden_docs == 0 {
        return format!("nothing changed since {}", report.base);
    }
    let verdicts = [Verdict::Breaking, Verdict::Compatible, Verdict::DocsOnly];
    let mut counts =
        Vec::from(verdicts.map(|verdict| format!("{} {verdict}", report.count(verdict))));
    let accepted = report.api.iter().filter(|change| change.accepted.is_some()).count();
    if accepted > 0 {
        counts.push(format!("{accepted} accepted"));
    }
    format!("{} since {}", counts.join(", "), report.base)
}

/// Describes the step and its causes in one line.
pub(crate) fn client_summary(report: &Report, version: &str) -> String {
    if let Some(why) = &report.client.not_compared {
        return format!("not compared, {why}");
    }
    match report.client.changes.len() {
        0 => "nothing changed but perhaps its docs".to_owned(),
        count => format!(
            "{count} {}, a {} step from {version}",
            if count == 1 { "change" } else { "changes" },
            report.client.step(version)
        ),
    }
}

/// Formats the direction and the reason.
pub(crate) fn because(change: &Change) -> String {
    let directions: Vec<&str> =
        change.directions.iter().map(|direction| direction.as_str()).collect();
    let directions = directions.join(" and ");
    if directions.is_empty() {
        change.reason.clone()
    } else {
        format!("{directions}: {}", change.reason)
    }
}

/// Formats file, line and JSON pointer.
pub(crate) fn place(change: &Change) -> String {
    let place = change.place.as_ref();
    let place = place.map_or_else(String::new, |place| format!("{}:{} ", place.file, place.line));
    format!("{place}#{}", change.pointer)
}
