//! Writes the report for a pull request.
//!
//! Names and texts of the documents are data: no markup in them is interpreted.

use std::fmt::Write;

use crate::diff::change::{Change, Verdict};
use crate::diff::client_change::Step;
use crate::diff::report::Report;
use crate::diff::text::{because, client_summary, place, summary};

/// Writes the report as Markdown. `version` is that of the client.
#[must_use]
pub fn markdown(report: &Report, version: &str) -> String {
    let mut page = format!("{}\n## API: {}\n", table(report), escaped(&summary(report)));
    // Writing to a string can't fail.
    changes(&mut page, report, &|change| change.verdict != Verdict::DocsOnly);
    let docs = report.api.iter().filter(|change| change.verdict == Verdict::DocsOnly).count();
    if docs > 0 {
        let _ = writeln!(page, "\n<details><summary>{docs} docs only</summary>");
        changes(&mut page, report, &|change| change.verdict == Verdict::DocsOnly);
        let _ = writeln!(page, "\n</details>");
    }
    let _ = writeln!(page, "\n## Rust client: {}", escaped(&client_summary(report, version)));
    if !report.client.changes.is_empty() {
        let _ = writeln!(page, "\n| step | what a dependent crate sees |\n|---|---|");
    }
    for change in &report.client.changes {
        let accepted = accepted(change.accepted.as_deref());
        let (step, kind) = (change.step, change.kind);
        let _ = writeln!(page, "| {step} | {}{accepted} (`{kind}`) |", escaped(&change.message));
    }
    if !report.notes.is_empty() {
        let _ = writeln!(page, "\n## Notes\n");
    }
    for note in &report.notes {
        let _ = writeln!(page, "- {}", escaped(note));
    }
    page
}

/// Counts the changes by verdict.
fn table(report: &Report) -> String {
    let mut table = "| | | changes |\n|---|---|---|\n".to_owned();
    let mut row = |level: &str, sort: &str, count: usize| {
        let _ = writeln!(table, "| {level} | {sort} | {count} |");
    };
    for verdict in [Verdict::Breaking, Verdict::Compatible, Verdict::DocsOnly] {
        row("API", name(verdict), report.count(verdict));
    }
    match report.client.not_compared {
        Some(_) => row("Rust client", "not compared", 0),
        None => {
            for step in [Step::Major, Step::Minor, Step::Patch] {
                let changes = report.client.changes.iter();
                let changes = changes.filter(|change| change.accepted.is_none());
                row("Rust client", step.as_str(), changes.filter(|c| c.step == step).count());
            }
        }
    }
    if report.accepted() > 0 {
        row("both", "accepted", report.accepted());
    }
    table
}

fn name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Breaking => "**breaking**",
        other => other.as_str(),
    }
}

fn changes(page: &mut String, report: &Report, is_shown: &dyn Fn(&Change) -> bool) {
    for (operations, changes) in report.groups(is_shown) {
        let title: Vec<String> = operations.names.iter().map(|name| span(name)).collect();
        let _ = writeln!(page, "\n### {}\n", operations.title(&title));
        for change in changes {
            let accepted = accepted(change.accepted.as_deref());
            let (verdict, message) = (name(change.verdict), escaped(&change.message));
            let _ = writeln!(page, "- {verdict}: {message}{accepted}  ");
            let (because, place) = (escaped(&because(change)), span(&place(change)));
            let _ = writeln!(page, "  {because} ({place}, `{}`)", change.kind);
        }
    }
}

fn accepted(reason: Option<&str>) -> String {
    reason.map_or_else(String::new, |reason| format!(" (accepted: {})", escaped(reason)))
}

/// Formats any text as code.
fn span(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ").replace('|', "\\|");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let space = if longest > 0 { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// Formats a message: text between backticks as code, and the rest as text.
fn escaped(message: &str) -> String {
    let parts: Vec<&str> = message.split('`').collect();
    let mut out = String::with_capacity(message.len());
    for (index, part) in parts.iter().enumerate() {
        match index % 2 {
            0 => out.push_str(&plain(part)),
            // A backtick without a partner does not begin code.
            _ if index + 1 == parts.len() => out.push_str(&format!("\\`{}", plain(part))),
            _ => out.push_str(&span(part)),
        }
    }
    out
}

/// Formats text without markup, mentions of people and line breaks.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' => out.push_str("@<!-- -->"),
            '\n' | '\r' => out.push(' '),
            '\\' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '!' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_message_is_markup() {
        for (message, expected) in [
            ("`Pet.tags` is `Vec<Tag>`", "`Pet.tags` is `Vec<Tag>`"),
            ("<img src=x> & *a*", "&lt;img src=x&gt; &amp; \\*a\\*"),
            ("a|b `c|d`", "a\\|b `c\\|d`"),
            ("one ` two", "one \\` two"),
            ("`a`<b>`c`", "`a`&lt;b&gt;`c`"),
            ("ping @someone", "ping @<!-- -->someone"),
            ("two\nlines", "two lines"),
        ] {
            assert_eq!(escaped(message), expected);
        }
        assert_eq!(span("a`b"), "`` a`b ``");
    }
}
