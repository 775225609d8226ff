//! Tests the error messages and the help of the commands, with a snapshot for each group.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails, as it should")]

mod repository;

use std::fs;
use std::process::Command;

use repository::Repository;
use repository::repo::{DESCRIPTION, OVERLAY};

/// A file and its contents.
type File<'a> = (&'a str, &'a [u8]);

/// Returns the output of each command for the file, with the exit code. It is the same for all
/// commands, except for the last line of `import`.
fn about(repository: &Repository, (name, content): File<'_>) -> String {
    fs::write(repository.path(name), content).unwrap();
    let said = |arguments: &[&str]| repository.say(arguments, "");
    let (code, text) = said(&["generate", "--spec", name, "--out", "client.rs"]);
    let (imported, import) = said(&["import", name, "--dry-run"]);
    assert_eq!((imported, import), (code, format!("{text}nothing was written\n")), "{name}");
    format!("## {name}\n{text}exit {}\n\n", code.unwrap_or(-1))
}

#[test]
fn a_document_that_cannot_be_read() {
    let repository = Repository::bare("messages-document");
    let files: [File<'_>; 14] = [
        ("syntax.yaml", b"openapi: 3.1.0\ninfo:\n  title: [A\npaths: {}\n"),
        ("indent.yaml", b"openapi: 3.1.0\ninfo:\n  title: A\n version: '1'\n"),
        ("syntax.json", b"{\n  \"openapi\": \"3.1.0\",\n  \"info\": {\"title\" \"A\"}\n}\n"),
        ("ends.json", b"{\"openapi\": \"3.1.0\",\n"),
        ("empty.yaml", b""),
        ("comment.yaml", b"# nothing\n"),
        ("page.yaml", b"<html><body>Sign in</body></html>\n"),
        ("swagger.json", b"{\"swagger\": \"2.0\", \"info\": {}}\n"),
        ("four.yaml", b"info: {}\nopenapi: 4.0.0\n"),
        ("nothing.yaml", b"info: {}\n"),
        ("paths.yaml", b"openapi: 3.1.0\ninfo: {}\npaths: []\n"),
        ("utf16.yaml", b"\xff\xfeo\0p\0"),
        ("alias.yaml", b"openapi: &a\n  - *a\n"),
        ("files.yaml", b"openapi: 3.1.0\ncomponents:\n  schemas:\n    A: {$ref: a.yaml}\n    B: {$ref: 'https://example.com/b.json'}\n"),
    ];
    let text: String = files.into_iter().map(|file| about(&repository, file)).collect();
    insta::assert_snapshot!("document", text);
}

#[test]
fn a_file_that_is_not_there() {
    let repository = Repository::committed("messages-missing");
    let mut text = String::new();
    for arguments in [
        &["generate", "--spec", "gone.yaml"][..],
        &["import", "gone.yaml"],
        &["lint", "gone.yaml"],
        &["diff", "gone.yaml"],
        &["import", "openapi"],
    ] {
        let (code, said) = repository.say(arguments, "");
        text += &format!("## {}\n{said}exit {}\n\n", arguments.join(" "), code.unwrap_or(-1));
    }
    fs::remove_file(repository.path(DESCRIPTION)).unwrap();
    for command in ["generate", "check", "lint", "diff"] {
        let (code, said) = repository.say(&[command], "");
        text += &format!("## {command}, no description\n{said}exit {}\n\n", code.unwrap_or(-1));
    }
    insta::assert_snapshot!("missing", text);
}

#[test]
fn an_overlay_that_cannot_be_applied() {
    let repository = Repository::bare("messages-overlay");
    let overlay = |actions: &str| format!("overlay: 1.0.0\nactions:\n  - {actions}\n");
    let reason = "description: A reason.";
    let mut text = String::new();
    for (name, overlay) in [
        ("nothing matches", overlay(&format!("target: $.gone\n    {reason}\n    remove: true"))),
        ("not a JSONPath", overlay(&format!("target: $.paths[\n    {reason}\n    remove: true"))),
        ("no reason", overlay("target: $.info\n    remove: true")),
        ("no target", overlay(reason)),
        ("nothing to do", overlay(&format!("target: $.info\n    {reason}"))),
        (
            "not a container",
            overlay(&format!("target: $.openapi\n    {reason}\n    update: {{a: 1}}")),
        ),
        (
            "there already",
            overlay(&format!(
                "target: $\n    {reason}\n    update: {{security: [{{apiKey: []}}]}}"
            )),
        ),
        ("not an overlay", "openapi: 3.1.0\n".to_owned()),
        ("no list", "overlay: 1.0.0\nactions: {}\n".to_owned()),
    ] {
        fs::write(repository.path(OVERLAY), overlay).unwrap();
        let (code, said) = repository.say(&["generate"], "");
        text += &format!("## {name}\n{said}exit {}\n\n", code.unwrap_or(-1));
        let (code, imported) = repository.say(&["import", DESCRIPTION], "");
        let message = said.trim_start_matches("error").lines().next().unwrap().to_owned();
        assert!(imported.contains(&message), "{name}\n{imported}");
        assert!(matches!(code, Some(1 | 2)) && imported.contains("nothing was written"), "{name}");
    }
    insta::assert_snapshot!("overlay", text);
}

#[test]
fn what_is_odd_is_told_and_taken() {
    let repository = Repository::bare("messages-odd");
    let mut text = String::new();
    let files: [File<'_>; 3] = [
        ("twice.yaml", b"openapi: 3.1.0\ninfo: {title: A, version: '1'}\npaths: {}\ninfo: {title: B, version: '1'}\n"),
        ("latin1.yaml", b"openapi: 3.1.0\ninfo: {title: Caf\xe9, version: '1'}\npaths: {}\n"),
        ("cycle.yaml", b"openapi: 3.1.0\ninfo: {title: A, version: '1'}\npaths:\n  /a:\n    get:\n      responses:\n        '200': {description: x, content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}}\n        '404': {$ref: '#/components/responses/R'}\ncomponents:\n  schemas:\n    A: {$ref: '#/components/schemas/B'}\n    B: {$ref: '#/components/schemas/A'}\n  responses:\n    R: {$ref: '#/components/responses/R'}\n"),
    ];
    for (name, content) in files {
        fs::write(repository.path(name), content).unwrap();
        let (code, said) = repository.say(&["generate", "--spec", name, "--out", "client.rs"], "");
        text += &format!("## {name}\n{said}exit {}\n\n", code.unwrap_or(-1));
    }
    insta::assert_snapshot!("odd", text);
}

#[test]
fn every_command_explains_itself() {
    let repository = Repository::bare("messages-help");
    let output = Command::new(env!("CARGO_BIN_EXE_xtask")).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!("commands", String::from_utf8(output.stderr).unwrap());
    for command in ["import", "diff", "generate", "check", "lint"] {
        let (code, text) = repository.say(&[command, "--help"], "");
        assert_eq!(code, Some(0), "{text}");
        let example = format!("cargo xtask {command}");
        let (_, after) = text.rsplit_once("Example").unwrap_or_else(|| panic!("{command}: {text}"));
        assert!(after.contains(&example), "{text}");
        assert!(text.contains("Exit code: 0"), "{text}");
    }
}

#[test]
fn what_nobody_knows_is_refused() {
    let repository = Repository::bare("messages-usage");
    let mut text = String::new();
    for arguments in [
        &["import-all"][..],
        &["import"],
        &["generate", "--specs", "api.yaml"],
        &["generate", "--out", "client.rs"],
        &["diff", "--format", "xml"],
        &["lint", "--allow", "unused-components"],
    ] {
        let (code, said) = repository.say(arguments, "");
        let said = said.split_once("\n\nUsage").map_or(said.as_str(), |(said, _)| said).trim();
        text += &format!("## {}\n{said}\nexit {}\n\n", arguments.join(" "), code.unwrap_or(-1));
    }
    insta::assert_snapshot!("usage", text);
}
