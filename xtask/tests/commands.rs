//! Tests `generate` and `check` as a maintainer uses them.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails, as it should")]

mod repository;

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::PathBuf;

use openapi_client_codegen::{artifacts, project};
use openapi_document::load;
use repository::{Repository, repo};
use similar::{ChangeTag, TextDiff};

fn check(repository: &Repository) -> (Option<i32>, String) {
    repository.say(&["check"], "")
}

fn generate(repository: &Repository) {
    let (code, text) = repository.say(&["generate"], "");
    assert_eq!(code, Some(0), "{text}");
}

/// Returns the member `smtp_provider` of the person in the description.
fn without_a_field(repository: &Repository) {
    let text = repository.read(repo::DESCRIPTION);
    let start = text.find("        smtp_provider:\n          type:").expect("the field");
    let length = text[start + 9..].find("\n        mx_record:").expect("the next field") + 10;
    let field = text[start..start + length].to_owned();
    repository.edit(repo::DESCRIPTION, &field, "");
}

#[test]
fn a_fresh_tree_passes() {
    let repository = Repository::new("fresh");
    let (code, text) = check(&repository);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("up to date"), "{text}");
}

#[test]
fn a_removed_field_is_one_line_of_the_outline() {
    let repository = Repository::new("field");
    let page = format!("{}/types/Person.txt", repo::OUTLINE);
    let before = repository.read(&page);
    without_a_field(&repository);
    let (code, text) = check(&repository);
    assert_eq!(code, Some(1), "{text}");
    insta::assert_snapshot!("removed_field", text);
    generate(&repository);
    assert_eq!(check(&repository).0, Some(0));
    let after = repository.read(&page);
    let gone: Vec<&str> = before.lines().filter(|line| !after.contains(line)).collect();
    assert_eq!(gone, ["  smtp_provider: Field<String>, optional, nullable"]);
    assert_eq!(before.lines().count(), after.lines().count() + 1);
}

/// Returns each property of the description, with the place of the lines that declare it.
fn properties(text: &str) -> Vec<(String, Range<usize>)> {
    let lines: Vec<&str> = text.lines().collect();
    let depth = |line: &str| line.len() - line.trim_start().len();
    let mut found = Vec::new();
    let mut schema = "";
    let start = lines.iter().position(|line| *line == "  schemas:").unwrap() + 1;
    for (index, line) in lines.iter().enumerate().skip(start) {
        if depth(line) <= 2 && !line.is_empty() {
            break;
        }
        if depth(line) == 4 {
            schema = line.trim().trim_end_matches(':');
        }
        if *line == "      properties:" {
            let mut at = index + 1;
            while at < lines.len() && depth(lines[at]) == 8 {
                let end = (at + 1..lines.len())
                    .find(|end| !lines[*end].is_empty() && depth(lines[*end]) <= 8)
                    .unwrap_or(lines.len());
                let length =
                    |lines: &[&str]| lines.iter().map(|line| line.len() + 1).sum::<usize>();
                let start = length(&lines[..at]);
                found.push((
                    format!("{schema}.{}", lines[at].trim().trim_end_matches(':')),
                    start..start + length(&lines[at..end]),
                ));
                at = end;
            }
        }
    }
    found
}

#[test]
fn any_removed_field_is_one_line_of_its_types_page() {
    /// The number of fields that are tried, evenly distributed, because each requires a whole run.
    const TRIED: usize = 25;
    /// The overlay corrects these, and reports when they are missing.
    const MENDED: [&str; 2] = ["ContactEnrichmentJob.input", "ErrorEnvelope.status"];

    let repository = Repository::new("fields");
    let text = repository.read(repo::DESCRIPTION);
    let root = load::load(repo::DESCRIPTION, &text).unwrap().root;
    let fields = properties(&text);
    assert!(fields.len() > 60, "{}", fields.len());
    for (name, declared) in fields.iter().step_by(fields.len().div_ceil(TRIED)) {
        let (schema, field) = name.split_once('.').unwrap();
        let is_alone =
            fields.iter().filter(|(other, _)| other.starts_with(&format!("{schema}."))).count()
                == 1;
        let required = &root["components"]["schemas"][schema]["required"];
        let is_required =
            required.as_array().is_some_and(|names| names.iter().any(|name| name == field));
        if is_alone || is_required || MENDED.contains(&name.as_str()) {
            // An object without fields has a different type, and a required field remains.
            continue;
        }
        let page = format!("{}/types/{schema}.txt", repo::OUTLINE);
        let before = repository.read(&page);
        let without = format!("{}{}", &text[..declared.start], &text[declared.end..]);
        fs::write(repository.path(repo::DESCRIPTION), without).unwrap();
        let all = project::run(repository.top(), &repo::config())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let gone: Vec<&str> = before.lines().filter(|line| !all[&page].contains(line)).collect();
        assert_eq!(gone.len(), 1, "{name}: {gone:?}");
        assert!(gone[0].trim_start().starts_with(field), "{name}: {gone:?}");
        assert_eq!(all[&page].lines().count() + 1, before.lines().count(), "{name}");
    }
}

#[test]
fn every_stale_file_is_named() {
    let repository = Repository::new("stale");
    fs::remove_file(repository.path(repo::CLIENT)).unwrap();
    fs::write(repository.path(repo::REGISTRY), b"<<<<<<< HEAD\n\xff\n=======\n").unwrap();
    let page = format!("{}/types/Gone.txt", repo::OUTLINE);
    fs::write(repository.path(&page), "struct Gone\n").unwrap();
    let (code, text) = check(&repository);
    assert_eq!(code, Some(1), "{text}");
    for named in [
        format!("{} is missing", repo::CLIENT),
        format!("{} differs from", repo::REGISTRY),
        format!("{page} is no longer generated"),
        "3 of ".to_owned(),
        "cargo xtask generate".to_owned(),
    ] {
        assert!(text.contains(&named), "{named:?} is not in:\n{text}");
    }
    generate(&repository);
    assert!(!repository.path(&page).exists());
    assert_eq!(check(&repository).0, Some(0));
}

#[test]
fn windows_line_ends_are_not_stale() {
    let repository = Repository::new("crlf");
    let path = repository.path(repo::CLIENT);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace('\n', "\r\n")).unwrap();
    assert_eq!(check(&repository).0, Some(0));
}

#[test]
fn a_broken_description_is_not_a_stale_one() {
    let repository = Repository::new("broken");
    repository.edit(repo::DESCRIPTION, "operationId: findContactEnrichment", "summary: twice");
    let (code, text) = check(&repository);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.starts_with("error: duplicate key `summary`"), "{text}");
    assert!(text.contains("--> openapi/waterfall.yaml:"), "{text}");
}

#[test]
fn an_overlay_action_that_is_not_needed_any_more_is_an_error() {
    let repository = Repository::new("overlay");
    repository.edit(
        repo::OVERLAY,
        "ContactEnrichmentJob.properties.input",
        "ContactEnrichmentJob.properties.inputs",
    );
    let (code, text) = check(&repository);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("matches nothing") && text.contains("delete the action"), "{text}");
}

#[test]
fn a_component_that_is_gone_is_a_loss_that_a_reviewer_sees() {
    let repository = Repository::new("dangling");
    repository.edit(repo::DESCRIPTION, "    JobState:\n", "    StateOfJob:\n");
    let (code, text) = check(&repository);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains(&format!("stale: {} is missing", repo::config().losses())), "{text}");
    assert!(
        text.contains("+lossy: reference-unresolved: `#/components/schemas/JobState`"),
        "{text}"
    );
    let (code, text) = repository.say(&["generate"], "");
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("warning: parts of the description are missing in the client"), "{text}");
    assert_eq!(check(&repository).0, Some(0));
    repository.edit(repo::DESCRIPTION, "    StateOfJob:\n", "    JobState:\n");
    generate(&repository);
    assert!(!repository.path(&repo::config().losses()).exists());
}

#[test]
fn what_is_stale_is_known_without_writing() {
    let repository = Repository::new("library");
    let all = project::run(repository.top(), &repo::config()).unwrap();
    assert!(artifacts::stale(repository.top(), &all, &repo::config()).is_empty());
    without_a_field(&repository);
    let before = repository.read(repo::CLIENT);
    let all = project::run(repository.top(), &repo::config()).unwrap();
    assert!(!artifacts::stale(repository.top(), &all, &repo::config()).is_empty());
    assert_eq!(repository.read(repo::CLIENT), before);
}

/// The changes that a vendor makes in one place, and the number of snapshot lines that a reviewer
/// sees.
const SMALL: &[(&str, &str, &str, usize)] = &[
    (
        "added optional field",
        "        smtp_provider:\n          type:",
        "        nickname:\n          type: string\n        smtp_provider:\n          type:",
        1,
    ),
    ("added enum value", "        - ABORTED\n", "        - ABORTED\n        - PAUSED\n", 1),
    (
        "field becomes nullable",
        "        total_usd:\n          type: number\n",
        "        total_usd:\n          type: [number, \"null\"]\n",
        2,
    ),
    (
        "new error code",
        "        \"404\":\n",
        "        \"409\": {$ref: \"#/components/responses/PaymentRequired\"}\n        \"404\":\n",
        1,
    ),
];

/// Returns every page of the outline, by path.
fn pages(repository: &Repository) -> BTreeMap<PathBuf, String> {
    let folder = repository.path(repo::OUTLINE);
    let files = repository.files().into_iter().filter(|(path, _)| path.starts_with(&folder));
    files.map(|(path, text)| (path, String::from_utf8(text.0).unwrap())).collect()
}

#[test]
fn a_small_edit_is_a_small_diff_of_one_page() {
    let repository = Repository::new("small");
    let description = repository.read(repo::DESCRIPTION);
    let before = pages(&repository);
    for (name, from, to, lines) in SMALL {
        repository.edit(repo::DESCRIPTION, from, to);
        generate(&repository);
        let after = pages(&repository);
        assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>(), "{name}");
        let changed: Vec<_> = after.iter().filter(|(path, text)| before[*path] != **text).collect();
        assert_eq!(changed.len(), 1, "{name}: {changed:?}");
        let (path, text) = changed[0];
        let diff = TextDiff::from_lines(&before[path], text);
        let count = diff.iter_all_changes().filter(|line| line.tag() != ChangeTag::Equal).count();
        assert_eq!(count, *lines, "{name}: {}", diff.unified_diff());
        fs::write(repository.path(repo::DESCRIPTION), &description).unwrap();
    }
}

#[test]
fn the_effective_description_is_printed_for_other_tools() {
    let repository = Repository::bare("document");
    let before = repository.files();
    let (code, yaml) = repository.say(&["document"], "");
    assert_eq!(code, Some(0), "{yaml}");
    let (code, json) = repository.say(&["document", "--format", "json"], "");
    assert_eq!(code, Some(0), "{json}");
    let yaml = openapi_document::load::load("effective.yaml", &yaml).unwrap().root;
    assert_eq!(yaml, serde_json::from_str::<serde_json::Value>(&json).unwrap());
    let overlaid = project::corrected(repository.top(), &repo::config()).unwrap().root;
    assert_eq!(yaml, overlaid);
    let started = "/components/schemas/LaunchedJob/properties/start_date";
    assert!(yaml.pointer(started).unwrap().get("format").is_none(), "the overlay is applied");
    assert_eq!(repository.files(), before, "nothing is written");
}
