//! `diff`, as a reviewer meets it: revisions, files, overlays, exit codes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use xtask::pipeline::{DESCRIPTION, OVERLAY};

/// A repository with the description and its overlay committed, removed when
/// dropped.
struct Repository(PathBuf);

impl Repository {
    fn new(name: &str) -> Self {
        let top = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("diff-{name}"));
        let _ = fs::remove_dir_all(&top);
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        for file in [DESCRIPTION, OVERLAY] {
            let path = top.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::copy(source.join(file), path).unwrap();
        }
        let repository = Self(top);
        for arguments in [
            &["init", "--quiet"][..],
            &["add", "."],
            &[
                "-c",
                "user.name=T",
                "-c",
                "user.email=t@example.com",
                "commit",
                "--quiet",
                "-m",
                "x",
            ],
        ] {
            let status = Command::new("git").arg("-C").arg(&repository.0).args(arguments).status();
            assert!(status.unwrap().success());
        }
        repository
    }

    fn diff(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.arg("diff").args(arguments).arg("--top").arg(&self.0).output().unwrap()
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.0.join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from:?} is not in {file}");
        fs::write(path, text.replacen(from, to, 1)).unwrap();
    }
}

impl Drop for Repository {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn said(output: &Output) -> String {
    String::from_utf8([&output.stdout[..], &output.stderr[..]].concat()).unwrap()
}

#[test]
fn what_is_committed_is_the_default() {
    let repository = Repository::new("default");
    let output = repository.diff(&["--fail-on", "breaking"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("nothing changed since HEAD"), "{}", said(&output));
    repository.edit(
        DESCRIPTION,
        "    JobState:\n      type: string",
        "    JobState:\n      type: integer",
    );
    let output = repository.diff(&[]);
    assert_eq!(output.status.code(), Some(0));
    assert!(said(&output).contains("`JobState` is integer, was string"), "{}", said(&output));
    assert!(said(&output).contains("--> openapi/waterfall.yaml:"), "{}", said(&output));
    assert_eq!(repository.diff(&["HEAD", "--fail-on", "breaking"]).status.code(), Some(1));
}

#[test]
fn a_file_gets_those_corrections_that_still_fit() {
    let repository = Repository::new("file");
    let old = repository.0.join("old.yaml");
    let text = fs::read_to_string(repository.0.join(DESCRIPTION)).unwrap();
    fs::write(&old, text.replace("    ErrorEnvelope:\n", "    OldEnvelope:\n")).unwrap();
    let output = repository.diff(&[old.to_str().unwrap(), "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let note = report["notes"][0].as_str().unwrap();
    assert!(note.contains("ErrorEnvelope") && note.contains("matches nothing"), "{note}");
    assert!(report["client"]["not_compared"].as_str().unwrap().contains("ErrorEnvelope"));
}

#[test]
fn what_cannot_be_read_is_an_error() {
    let repository = Repository::new("error");
    let output = repository.diff(&["no-such-thing"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("no-such-thing"), "{}", said(&output));
    fs::write(repository.0.join(DESCRIPTION), "swagger: '2.0'\n").unwrap();
    let output = repository.diff(&[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("not an OpenAPI 3 document"), "{}", said(&output));
}
