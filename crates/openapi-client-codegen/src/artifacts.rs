//! Compares generated files with those on disk, and writes them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use similar::TextDiff;

use crate::config::Config;

/// The generated files by path, relative to the root of the repository.
pub type Artifacts = BTreeMap<String, String>;

/// The maximum number of diff lines per file in the report of `check`.
const HEAD: usize = 14;

/// A file whose content differs from what `generate` would write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    /// The path, relative to the root of the repository.
    pub path: String,
    /// The content on disk, or `None` if the file is missing.
    pub found: Option<String>,
    /// The expected content, or `None` if the file should not exist.
    pub wanted: Option<String>,
}

/// Compares the generated files with those on disk. Returns the files that differ.
pub fn stale(root: &Path, artifacts: &Artifacts, config: &Config) -> Vec<Stale> {
    let compare = |(path, wanted): (&String, &String)| {
        let found = read(&root.join(path));
        (found.as_ref() != Some(wanted)).then(|| Stale {
            path: path.clone(),
            found,
            wanted: Some(wanted.clone()),
        })
    };
    let mut stale: Vec<Stale> = artifacts.iter().filter_map(compare).collect();
    stale.extend(no_longer_generated(root, artifacts, config).into_iter().map(|path| Stale {
        found: read(&root.join(&path)),
        wanted: None,
        path,
    }));
    stale
}

/// Reads a file for comparison. Windows line ends are converted, and bytes that are not UTF-8 are
/// replaced, because merge tools can leave either.
fn read(path: &Path) -> Option<String> {
    let bytes = fs::read(path).ok()?;
    let text = String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    Some(if text.contains('\r') { text.replace("\r\n", "\n") } else { text })
}

/// Returns the files in the folders of these artifacts that are no longer generated.
fn no_longer_generated(root: &Path, artifacts: &Artifacts, config: &Config) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let is_ours = |folder: &&str| artifacts.keys().any(|path| path.starts_with(*folder));
    let fixtures = config.fixtures.as_ref().map(|fixtures| fixtures.documents.as_str());
    let generated = [config.outline.as_str()].into_iter().chain(fixtures);
    let mut folders: Vec<PathBuf> = generated.filter(is_ours).map(PathBuf::from).collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder)).into_iter().flatten().flatten() {
            let path = folder.join(entry.file_name());
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(path);
            } else {
                found.insert(path.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found.retain(|path| path.ends_with(".txt") && !artifacts.contains_key(path));
    found
}

/// Writes and removes files so that none is stale.
pub fn write(root: &Path, stale: &[Stale]) -> io::Result<()> {
    for artifact in stale {
        let path = root.join(&artifact.path);
        match &artifact.wanted {
            Some(text) => {
                if let Some(folder) = path.parent() {
                    fs::create_dir_all(folder)?;
                }
                fs::write(&path, text)?;
            }
            None => fs::remove_file(&path)?,
        }
    }
    Ok(())
}

/// Returns the report of `check`.
pub fn report(stale: &[Stale], total: usize, config: &Config) -> String {
    if stale.is_empty() {
        return format!("all {total} generated files are up to date\n");
    }
    let mut report = String::new();
    for artifact in stale {
        let (found, wanted) = (artifact.found.as_deref(), artifact.wanted.as_deref());
        let what = match (found, wanted) {
            (None, _) => "is missing",
            (_, None) => "is no longer generated",
            _ => "differs from the output of the generator",
        };
        // Writing to a string doesn't fail.
        let _ = writeln!(report, "stale: {} {what}", artifact.path);
        report.push_str(&head(found.unwrap_or_default(), wanted.unwrap_or_default()));
        report.push('\n');
    }
    let _ = write!(
        report,
        "{} of {total} generated files are stale: the description or the generator changed.\n\
         To regenerate them, run\n\n    {}\n\nthen review the diff, \
         {} first, and commit it with your change.\n",
        stale.len(),
        config.generate(),
        config.outline
    );
    report
}

/// Returns the first lines of a unified diff.
fn head(found: &str, wanted: &str) -> String {
    let diff = TextDiff::from_lines(found, wanted).unified_diff().context_radius(1).to_string();
    let total = diff.lines().count();
    let mut head: String = diff.lines().take(HEAD).map(|line| format!("    {line}\n")).collect();
    if total > HEAD {
        let _ = writeln!(head, "    … {} more lines", total - HEAD);
    }
    head
}
