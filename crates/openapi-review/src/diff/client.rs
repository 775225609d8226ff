//! What a crate sees that depends on the generated client: the outlines of
//! both sides, compared.

use std::collections::BTreeMap;
use std::fmt;

use openapi_document::diagnostic::Diagnostic;

use super::outlines::{Pages, lines};
use super::renames;

/// The semver step that follows from a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Nothing to release.
    None,
    /// 0.0.1 or 1.0.1.
    Patch,
    /// 0.2.0 or 1.1.0.
    Minor,
    /// 2.0.0.
    Major,
}

impl Step {
    /// As all formats write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One change of the generated client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientChange {
    /// The step that it asks for, by the rules of 1.0 and later.
    pub step: Step,
    /// What sort of change it is; stable, for programs.
    pub kind: &'static str,
    /// The page of the outline, such as `types/Person`.
    pub item: String,
    /// What changed, in one line.
    pub message: String,
}

/// What changed for a crate that depends on the generated client.
#[derive(Debug, Clone, Default)]
pub struct ClientReport {
    /// The changes, the largest step first.
    pub changes: Vec<ClientChange>,
    /// Why the clients could not be compared, if so.
    pub not_compared: Option<String>,
}

impl ClientReport {
    /// Whether some code that uses the client may no longer compile.
    pub fn is_breaking(&self) -> bool {
        self.changes.iter().any(|change| change.step == Step::Major)
    }

    /// The step from `version`. Before 1.0 a break is a minor step, and
    /// everything else a patch.
    pub fn step(&self, version: &str) -> Step {
        let step = self.changes.iter().map(|change| change.step).max().unwrap_or(Step::None);
        match step {
            Step::Major if version.starts_with("0.") => Step::Minor,
            Step::Minor if version.starts_with("0.") => Step::Patch,
            step => step,
        }
    }
}

/// Compares the clients of two documents by their outlines, or says why there
/// is none to compare.
pub fn compare(old: Result<Pages, Diagnostic>, new: Result<Pages, Diagnostic>) -> ClientReport {
    let (side, diagnostic) = match (old, new) {
        (Ok(old), Ok(new)) => {
            return ClientReport { changes: pages(&old, &new), not_compared: None };
        }
        (Err(diagnostic), _) => ("old", diagnostic),
        (_, Err(diagnostic)) => ("new", diagnostic),
    };
    let not_compared = format!("the {side} side makes no client: {}", diagnostic.message);
    ClientReport { changes: Vec::new(), not_compared: Some(not_compared) }
}

/// Compares two outlines.
fn pages(old: &Pages, new: &Pages) -> Vec<ClientChange> {
    let renames = renames::find(old, new);
    let mut found = Found::default();
    for (before, after) in &renames {
        found.add(
            Step::Major,
            "renamed",
            &format!("types/{after}"),
            format!("`{before}` is called `{after}` now"),
        );
    }
    let old: Pages = old
        .iter()
        .map(|(name, page)| {
            let renamed = name.strip_prefix("types/").and_then(|name| renames.get(name));
            let name = renamed.map_or_else(|| name.clone(), |to| format!("types/{to}"));
            (name, renames::rename(page, &renames))
        })
        .collect();
    let (methods_old, methods_new) = (methods(&old), methods(new));
    for (call, before) in &methods_old {
        if let Some(after) = methods_new.get(call).filter(|after| *after != before)
            && !new.contains_key(before)
            && !old.contains_key(after)
        {
            let message = format!("`{}` is called `{}` now", last(before), last(after));
            found.add(Step::Major, "renamed", after, message);
            found.operation(after, &old[before], &new[after]);
        }
    }
    let renamed =
        |name: &String, mine: &BTreeMap<&str, String>, theirs: &BTreeMap<&str, String>| {
            let call = mine.iter().find(|(_, page)| *page == name).map(|(call, _)| *call);
            call.and_then(|call| theirs.get(call)).is_some_and(|other| other != name)
        };
    for (name, before) in &old {
        match new.get(name) {
            Some(after) if before == after => {}
            Some(after) if name.starts_with("operations/") => found.operation(name, before, after),
            Some(after) => found.item(name, (before, after), (&old, new)),
            None if renamed(name, &methods_old, &methods_new) => {}
            None => found.add(Step::Major, "removed", name, format!("`{}` is gone", last(name))),
        }
    }
    for name in new.keys().filter(|name| !old.contains_key(*name)) {
        if !renamed(name, &methods_new, &methods_old) {
            found.add(Step::Minor, "added", name, format!("`{}` is new", last(name)));
        }
    }
    let mut changes = found.0;
    changes.sort_by(|a, b| (b.step, &a.item, &a.message).cmp(&(a.step, &b.item, &b.message)));
    changes
}

/// The pages of operations by method and path.
fn methods(pages: &Pages) -> BTreeMap<&str, String> {
    let operations = pages.iter().filter(|(name, _)| name.starts_with("operations/"));
    operations
        .filter_map(|(name, page)| {
            let (_, call) = lines(page).0.split_once(": ")?;
            Some((call.split(", ").next()?, name.clone()))
        })
        .collect()
}

pub(crate) fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// The changes so far.
#[derive(Default)]
pub(crate) struct Found(pub(crate) Vec<ClientChange>);

impl Found {
    pub(crate) fn add(&mut self, step: Step, kind: &'static str, item: &str, message: String) {
        self.0.push(ClientChange { step, kind, item: item.to_owned(), message });
    }

    fn operation(&mut self, name: &str, before: &str, after: &str) {
        let ((head_old, old), (head_new, new)) = (lines(before), lines(after));
        let some = |lines: &[&str], prefix: &str| -> Vec<String> {
            lines.iter().filter(|line| line.starts_with(prefix)).map(ToString::to_string).collect()
        };
        for (prefix, what) in [("argument ", "takes"), ("returns ", "returns")] {
            let (old, new) = (some(&old, prefix), some(&new, prefix));
            if old != new {
                let show = |lines: Vec<String>| match lines.join(", ").replace(prefix, "") {
                    text if text.is_empty() => "nothing".to_owned(),
                    text => text,
                };
                let message = format!("`{}` {what} {}, was {}", last(name), show(new), show(old));
                self.add(Step::Major, "signature", name, message);
            }
        }
        let status = |line: &&&str| {
            !["fn ", "argument ", "returns "].iter().any(|word| line.starts_with(word))
        };
        let (old, new): (Vec<&&str>, Vec<&&str>) =
            (old.iter().filter(status).collect(), new.iter().filter(status).collect());
        if head_old != head_new || old != new {
            let message =
                format!("`{}` is called as before; the request or the answers differ", last(name));
            self.add(Step::Patch, "behaviour", name, message);
        }
    }
}
