//! `import`: take the vendor's new document in.

use std::collections::HashSet;
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;
use std::{fs, io};

use clap::Args;
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use super::say;
use crate::artefacts::Stale;
use crate::diagnostic::{self, Severity, Sources};
use crate::document::Problem;
use crate::import::{self, Fate, Plan};
use crate::pipeline::{DESCRIPTION, OUTLINE, OVERLAY};
use crate::{lint, load};

/// Which document, and whether to write.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Example: curl -s https://vendor.example/openapi.json | cargo xtask import - --dry-run"
)]
pub(super) struct Options {
    /// The vendor's document, JSON or YAML; `-` for standard input
    file: String,
    /// Tell everything, write nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(top: &Path, options: &Options) -> Result<ExitCode, Problem> {
    let file = if options.file == "-" { "<stdin>" } else { &options.file };
    let text =
        read(&options.file).map_err(|error| Problem::new(format!("can't read {file}: {error}")))?;
    let mut sources = Sources::new(top);
    sources.add(file, &text);
    import(top, file, &text, options.dry_run, &mut sources).or_else(|problem| {
        // Here, because the text of standard input is known here only.
        eprint!("{}", diagnostic::error(&problem, &mut sources));
        eprintln!("nothing was written");
        Ok(ExitCode::from(2))
    })
}

fn read(file: &str) -> io::Result<String> {
    if file != "-" {
        return fs::read_to_string(file);
    }
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    Ok(text)
}

fn import(
    top: &Path,
    file: &str,
    text: &str,
    dry_run: bool,
    sources: &mut Sources,
) -> Result<ExitCode, Problem> {
    let document = load::load(file, text)?;
    import::version(&document)?;
    let plan = import::plan(top, &document)?;
    let findings = super::lint::excepted(top, &plan.corrected)?;
    let lint = lint::summary(&findings, Severity::Warning);
    say(import::page(file, &document, &lint) + "\n");
    say(overlay(&plan, sources));
    let stale = import::regenerate(top, &plan)?;
    say(description(&plan, text));
    say(changes(&stale) + "\n");
    if plan.actions.iter().any(|action| action.fate == Fate::MatchesNothing) {
        say(format!(
            "nothing was written: delete or correct the actions of {OVERLAY} that match nothing, \
             then run the command again\n"
        ));
        return Ok(ExitCode::from(1));
    }
    finish(top, &plan, &stale, dry_run)
}

/// The actions that the document doesn't need any more.
fn overlay(plan: &Plan, sources: &mut Sources) -> String {
    let mut text = String::new();
    for action in &plan.actions {
        let severity = match action.fate {
            Fate::MatchesNothing => Severity::Error,
            Fate::ChangesNothing | Fate::ChangesWords => Severity::Warning,
        };
        text += &diagnostic::render(severity, Some("overlay"), &action.problem, sources);
        text.push('\n');
    }
    text
}

/// What happens to the stored description.
fn description(plan: &Plan, text: &str) -> String {
    let mut lines = String::new();
    if plan.after == plan.on_disk {
        lines += &format!("{DESCRIPTION} stays as it is\n");
    } else if plan.same_content {
        lines += &format!("{DESCRIPTION} says the same as before; only its layout changes\n");
    } else {
        let (added, removed) = counts(&plan.before, &plan.after);
        lines += &format!("{DESCRIPTION}: +{added} -{removed} lines");
        lines += if plan.before == plan.on_disk { "\n" } else { ", and its layout changes\n" };
    }
    let comments = comments(text, &plan.corrected.root);
    if comments > 0 {
        lines += &format!("not kept: comments in the file, {comments} in all\n");
    }
    lines
}

/// How many lines begin with a comment. A line of a text can look like one.
fn comments(text: &str, root: &Value) -> usize {
    fn said<'a>(value: &'a Value, lines: &mut HashSet<&'a str>) {
        match value {
            Value::String(text) => lines.extend(text.lines().map(str::trim)),
            Value::Array(items) => items.iter().for_each(|item| said(item, lines)),
            Value::Object(members) => members.values().for_each(|value| said(value, lines)),
            _ => {}
        }
    }
    let mut lines = HashSet::new();
    said(root, &mut lines);
    let text = text.lines().map(str::trim);
    text.filter(|line| line.starts_with('#') && !lines.contains(line)).count()
}

fn counts(before: &str, after: &str) -> (usize, usize) {
    let diff = TextDiff::from_lines(before, after);
    let count = |tag| diff.iter_all_changes().filter(|change| change.tag() == tag).count();
    (count(ChangeTag::Insert), count(ChangeTag::Delete))
}

/// What changed for the client: the generated files, and the outline's diff.
fn changes(stale: &[Stale]) -> String {
    if stale.is_empty() {
        return "the client stays as it is".to_owned();
    }
    let mut text = format!("generated: {} changed\n", number(stale.len()));
    for artefact in stale {
        let what = match (&artefact.found, &artefact.wanted) {
            (None, _) => "new",
            (_, None) => "gone",
            _ => "changed",
        };
        text += &format!("  {what:<8}{}\n", artefact.path);
        if artefact.path.starts_with(OUTLINE) {
            let old = artefact.found.as_deref().unwrap_or_default();
            let new = artefact.wanted.as_deref().unwrap_or_default();
            let diff = TextDiff::from_lines(old, new).unified_diff().context_radius(0).to_string();
            let lines = diff.lines().filter(|line| !line.starts_with("@@"));
            text.extend(lines.map(|line| format!("          {line}\n")));
        }
    }
    text
}

fn number(files: usize) -> String {
    if files == 1 { "1 file".to_owned() } else { format!("{files} files") }
}

/// Writes, unless told not to.
fn finish(top: &Path, plan: &Plan, stale: &[Stale], dry_run: bool) -> Result<ExitCode, Problem> {
    let mut files: Vec<import::File> =
        stale.iter().map(|artefact| (artefact.path.clone(), artefact.wanted.clone())).collect();
    if plan.after != plan.on_disk {
        files.push((DESCRIPTION.to_owned(), Some(plan.after.clone())));
    }
    if dry_run {
        say(format!("nothing was written: --dry-run; {} would change\n", number(files.len())));
        return Ok(ExitCode::SUCCESS);
    }
    import::write(top, &files)
        .map_err(|error| Problem::new(format!("can't write the files: {error}")))?;
    say(format!("{} written\n", number(files.len())));
    Ok(ExitCode::SUCCESS)
}
