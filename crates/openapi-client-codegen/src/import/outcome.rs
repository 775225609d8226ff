//! [`Outcome`]: the files that an import writes, or the reasons why it writes none.

use std::collections::HashSet;

use openapi_document::diagnostic::Diagnostic;
use openapi_review::overlay_actions::ActionStatus;
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use crate::artifacts::Stale;
use crate::config::Config;
use crate::import::plan::Plan;
use crate::import::write::File;

/// The maximum number of listed files. Others are only counted.
const LISTED: usize = 24;

/// The outcome of an import.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The files to write.
    pub files: Vec<File>,
    /// A line for each file.
    lines: Vec<String>,
    /// Further remarks, such as comments that are not kept.
    remarks: Vec<String>,
    /// The positions of actions that can't be applied, with the errors.
    blocked_by: Vec<String>,
    /// The number of actions that are no longer needed.
    unneeded: usize,
    /// The file with the actions.
    overlay: String,
}

impl Outcome {
    /// Creates an outcome. `given` is the text of the vendor's document.
    #[must_use]
    pub fn new(plan: &Plan, stale: &[Stale], given: &str, config: &Config) -> Self {
        let Config { description: file, overlay, outline, .. } = config;
        let (mut files, mut lines) = (Vec::new(), Vec::new());
        if plan.after != plan.on_disk {
            lines.push(format!("changed {file}, {}", description(plan)));
        }
        let mut stale: Vec<&Stale> = stale.iter().collect();
        // The outline is reviewed first, so it comes first.
        stale.sort_by_key(|stale| !stale.path.starts_with(outline));
        for stale in stale {
            files.push((stale.path.clone(), stale.wanted.clone()));
            lines.push(line(stale));
        }
        // The description is last, so that `check` detects an interrupted run.
        if plan.after != plan.on_disk {
            files.push((file.clone(), Some(plan.after.clone())));
        }
        let comments = comments(given, &plan.corrected.root);
        let failed = plan.actions.iter().filter(|action| action.status == ActionStatus::Fails);
        let place = |diagnostic: &Diagnostic| {
            diagnostic.place.as_ref().map_or_else(|| overlay.clone(), ToString::to_string)
        };
        let blocked_by: Vec<String> = failed
            .map(|action| format!("{}: {}", place(&action.diagnostic), action.diagnostic.message))
            .collect();
        Self {
            files,
            lines,
            remarks: (comments > 0)
                .then(|| {
                    let count = number(comments, "comment");
                    format!("dropped: {count} of the file; keep comments in {overlay}")
                })
                .into_iter()
                .collect(),
            unneeded: plan.actions.len() - blocked_by.len(),
            blocked_by,
            overlay: overlay.clone(),
        }
    }

    /// Returns whether the import is blocked, so that nothing may be written.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        !self.blocked_by.is_empty()
    }

    /// Returns the summary: the written files or the reasons why nothing was written, and the next
    /// step.
    #[must_use]
    pub fn text(&self, dry_run: bool) -> String {
        let overlay = &self.overlay;
        let mut text = String::new();
        if self.is_blocked() {
            let count = number(self.blocked_by.len(), "action");
            text += &format!("nothing was written: {count} of {overlay} can't be applied\n");
            text.extend(self.blocked_by.iter().map(|action| format!("  {action}\n")));
            text += "delete those that the vendor has corrected, fix the others, and run the \
                     command again\n";
            return text;
        }
        let count = number(self.lines.len(), "file");
        text += &match (self.lines.len(), dry_run) {
            (0, _) => "nothing changed; no file was written\n".to_owned(),
            (_, true) => format!("--dry-run: nothing was written; a run would write {count}:\n"),
            (_, false) => format!("{count} written:\n"),
        };
        text.extend(self.lines.iter().take(LISTED).map(|line| format!("  {line}\n")));
        if self.lines.len() > LISTED {
            text += &format!("  … and {} more\n", self.lines.len() - LISTED);
        }
        text.extend(self.remarks.iter().map(|remark| format!("{remark}\n")));
        if self.unneeded > 0 {
            let count = number(self.unneeded, "action");
            text += &format!("delete {count} of {overlay} that the document no longer needs\n");
        }
        text
    }
}

fn number(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn line(file: &Stale) -> String {
    let what = match (&file.found, &file.wanted) {
        (None, _) => "new",
        (_, None) => "removed",
        _ => "changed",
    };
    format!("{what:<8}{}", file.path)
}

/// Describes the change of the stored description.
fn description(plan: &Plan) -> String {
    if plan.same_content {
        return "layout only".to_owned();
    }
    let (added, removed) = counts(&plan.before, &plan.after);
    let layout = if plan.before == plan.on_disk { "" } else { " and its layout" };
    format!("+{added} -{removed} lines{layout}")
}

fn counts(before: &str, after: &str) -> (usize, usize) {
    let diff = TextDiff::from_lines(before, after);
    let count = |tag| diff.iter_all_changes().filter(|change| change.tag() == tag).count();
    (count(ChangeTag::Insert), count(ChangeTag::Delete))
}

/// Counts the lines that begin with a comment, except for lines of strings.
fn comments(text: &str, root: &Value) -> usize {
    fn texts<'a>(value: &'a Value, lines: &mut HashSet<&'a str>) {
        match value {
            Value::String(text) => lines.extend(text.lines().map(str::trim)),
            Value::Array(items) => items.iter().for_each(|item| texts(item, lines)),
            Value::Object(members) => members.values().for_each(|value| texts(value, lines)),
            _ => {}
        }
    }
    let mut lines = HashSet::new();
    texts(root, &mut lines);
    let text = text.lines().map(str::trim);
    text.filter(|line| line.starts_with('#') && !lines.contains(line)).count()
}
