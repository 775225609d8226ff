//! Tests that the files that CONTRIBUTING.md, README.md and the guides name exist.

#![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use std::collections::BTreeSet;
use std::fs;

use waterfall_tests::top;

/// Changes for which CONTRIBUTING's table must name a file.
const CHANGES: [&str; 10] = [
    "new job kind",
    "error code",
    "CLI flag",
    "lint rule",
    "webhook rule",
    "poll policy",
    "default deadline",
    "card row",
    "sandbox fault",
    "multipart",
];

fn text(file: &str) -> String {
    fs::read_to_string(top().join(file)).unwrap()
}

/// Returns the rows of the table from a change to its files: the change, and the paths in its row.
fn rows(text: &str) -> Vec<(&str, Vec<&str>)> {
    let (_, table) = text.split_once("| change | file |\n|---|---|\n").unwrap();
    let rows = table.lines().map_while(|line| line.strip_prefix("| ")?.split_once(" | "));
    rows.map(|(change, files)| {
        let code = files.split('`').skip(1).step_by(2);
        (change, code.filter(|code| code.contains('/') && !code.contains(' ')).collect())
    })
    .collect()
}

#[test]
fn the_table_names_existing_files() {
    let text = text("CONTRIBUTING.md");
    let rows = rows(&text);
    for change in CHANGES {
        let row = rows.iter().find(|(name, _)| name.starts_with(change));
        assert!(row.is_some_and(|(_, files)| !files.is_empty()), "no row leads to: {change}");
    }
    for (change, files) in rows {
        for file in files {
            let path = top().join(file);
            assert!(path.exists(), "{change}: {file} does not exist");
            assert_eq!(path.is_dir(), file.ends_with('/'), "{change}: {file}");
        }
    }
}

#[test]
fn the_list_of_folders_is_complete() {
    let text = text("CONTRIBUTING.md");
    let (_, list) = text.split_once("```text\n").unwrap();
    let (list, _) = list.split_once("```").unwrap();
    let listed: BTreeSet<&str> =
        list.lines().filter_map(|line| line.split_once("/ ")).map(|(folder, _)| folder).collect();
    for folder in &listed {
        assert!(top().join(folder).is_dir(), "{folder} does not exist");
    }
    for folder in fs::read_dir(top().join("crates")).unwrap().flatten() {
        let name = format!("crates/{}", folder.file_name().to_str().unwrap());
        assert!(listed.contains(name.as_str()), "{name} is not listed");
    }
}

/// Returns the label and the target of each link to a file.
fn links(text: &str) -> Vec<(&str, &str)> {
    text.match_indices("](")
        .map(|(at, start)| {
            let label = text[..at].rfind('[').map_or("", |open| &text[open + 1..at]);
            let target = &text[at + start.len()..];
            (label, &target[..target.find(')').unwrap()])
        })
        .filter(|(_, target)| !target.contains("://"))
        .collect()
}

/// Returns the README and the guides.
fn pages() -> Vec<String> {
    let files = fs::read_dir(top().join("docs")).unwrap().flatten();
    let names = files.map(|file| format!("docs/{}", file.file_name().to_str().unwrap()));
    names.filter(|name| name.ends_with(".md")).chain(["README.md".to_owned()]).collect()
}

#[test]
fn links_of_the_readme_and_the_guides_lead_to_files() {
    let pages = pages();
    assert!(pages.len() > 1, "docs/ has no page");
    for page in pages {
        let text = text(&page);
        let folder = top().join(&page).parent().unwrap().to_owned();
        for (label, target) in links(&text) {
            let file = target.split('#').next().unwrap();
            assert!(folder.join(file).exists(), "{page}: {label}: {target} does not exist");
            assert!(!label.is_empty(), "{page}: {target} has no text");
        }
    }
}

#[test]
fn the_readme_has_two_pictures_and_leads_to_each_guide() {
    let text = text("README.md");
    let links = links(&text);
    assert_eq!(links.iter().filter(|(_, target)| target.ends_with(".svg")).count(), 2);
    for page in pages().iter().filter(|page| *page != "README.md") {
        assert!(links.iter().any(|(_, target)| target == page), "no page links to {page}");
    }
}
