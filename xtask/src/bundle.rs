//! Stage 1½: a document in several files becomes one.
//!
//! Every node that a reference to another file leads to is copied into the
//! document, under a member of its own, and the reference is made local.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::document::{Document, Problem, child};
use crate::load;
use crate::report::Report;

/// The member that holds the other files.
const FILES: &str = "x-files";

/// Brings in all files that the document at `path` refers to.
pub fn bundle(document: &mut Document, path: &Path, report: &mut Report) -> Result<(), Problem> {
    let home = path.parent().unwrap_or(Path::new("")).to_path_buf();
    let mut files: BTreeMap<PathBuf, Value> = BTreeMap::new();
    let mut missing = BTreeSet::new();
    let mut todo = Vec::new();
    localise(&mut document.root, &home, None, &mut todo);
    while let Some(file) = todo.pop() {
        if files.contains_key(&file) || missing.contains(&file) {
            continue;
        }
        match fs::read(&file) {
            Ok(bytes) => {
                let name = file.display().to_string();
                let mut part = load::load(&name, &String::from_utf8_lossy(&bytes))?;
                let here = file.parent().unwrap_or(Path::new("")).to_path_buf();
                localise(&mut part.root, &here, Some(&file), &mut todo);
                document.adopt(&child(&format!("/{FILES}"), key(&file)), &part, "");
                report.lossless("", "bundle", format!("{name} is part of the document"));
                files.insert(file, part.root);
            }
            Err(_) => drop(missing.insert(file)),
        }
    }
    if !missing.is_empty() {
        let names: Vec<String> = missing.iter().map(|file| file.display().to_string()).collect();
        let message = format!("the document needs files that are not there: {}", names.join(", "));
        return Err(Problem::new(message).help("put them there, or give a document in one file"));
    }
    if !files.is_empty() {
        let files: Map<String, Value> =
            files.into_iter().map(|(file, value)| (key(&file), value)).collect();
        document.root[FILES] = Value::Object(files);
    }
    Ok(())
}

fn key(file: &Path) -> String {
    file.display().to_string()
}

/// Makes references to other files local, and notes the files. `this` is the
/// file that `value` stands in, if it is not the document itself.
fn localise(value: &mut Value, here: &Path, this: Option<&Path>, todo: &mut Vec<PathBuf>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref")
                && let Some(local) = local(reference, here, this, todo)
            {
                members.insert("$ref".to_owned(), json!(local));
            }
            members
                .iter_mut()
                .filter(|(name, _)| !["example", "examples"].contains(&name.as_str()))
                .for_each(|(_, value)| localise(value, here, this, todo));
        }
        Value::Array(items) => {
            items.iter_mut().for_each(|item| localise(item, here, this, todo));
        }
        _ => {}
    }
}

fn local(
    reference: &str,
    here: &Path,
    this: Option<&Path>,
    todo: &mut Vec<PathBuf>,
) -> Option<String> {
    let (file, fragment) = reference.split_once('#').unwrap_or((reference, ""));
    let file = match (file, this) {
        ("", None) => return None,
        ("", Some(this)) => this.to_path_buf(),
        // What another server has is missing here, under its own name.
        (file, _) if file.contains("://") => PathBuf::from(file),
        (file, _) => normal(&here.join(file)),
    };
    todo.push(file.clone());
    Some(format!("#{}{fragment}", child(&format!("/{FILES}"), key(&file))))
}

/// Without `.` and `..`, so that a file has one name.
fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if out.file_name().is_some() => drop(out.pop()),
            part => out.push(part),
        }
    }
    out
}
