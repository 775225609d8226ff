//! A copy of the files that the commands read and write. It is removed when dropped.
#![allow(dead_code, reason = "each test file uses some of it")]

#[allow(unreachable_pub, reason = "other crates include this file too")]
#[path = "../../src/repo.rs"]
pub(crate) mod repo;

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use repo::{ACCEPTED, DESCRIPTION, OVERLAY};

pub(crate) struct Repository(PathBuf);

impl Repository {
    /// Creates a repository with all generated files.
    pub(crate) fn new(name: &str) -> Self {
        let repository = Self::bare(name);
        assert!(repository.xtask(&["generate"], "").status.success());
        repository
    }

    /// Creates a repository without generated files.
    pub(crate) fn bare(name: &str) -> Self {
        let top = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&top);
        let source = repo::built_in();
        for file in [DESCRIPTION, OVERLAY, ACCEPTED] {
            let path = top.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::copy(source.join(file), path).unwrap();
        }
        Self(top)
    }

    /// Creates a repository without generated files and with everything committed.
    pub(crate) fn committed(name: &str) -> Self {
        let repository = Self::bare(name);
        let author = ["-c", "user.name=T", "-c", "user.email=t@example.com"];
        repository.git(&["init", "--quiet"]);
        repository.git(&["add", "."]);
        repository.git(&[&author[..], &["commit", "--quiet", "-m", "x"]].concat());
        repository
    }

    fn git(&self, arguments: &[&str]) {
        let status = Command::new("git").arg("-C").arg(&self.0).args(arguments).status();
        assert!(status.unwrap().success());
    }

    pub(crate) fn top(&self) -> &Path {
        &self.0
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.0.join(file)
    }

    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    /// Replaces the first occurrence of a text in a file.
    pub(crate) fn edit(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert!(text.contains(from), "{from:?} is not in {file}");
        fs::write(self.path(file), text.replacen(from, to, 1)).unwrap();
    }

    /// Returns the exit code of a command, and its complete output.
    pub(crate) fn say(&self, arguments: &[&str], stdin: &str) -> (Option<i32>, String) {
        let output = self.xtask(arguments, stdin);
        let text = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(text).unwrap())
    }

    /// Runs a command in the top folder of the repository.
    pub(crate) fn xtask(&self, arguments: &[&str], stdin: &str) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(arguments)
            .args(["--top", "."])
            .current_dir(&self.0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that doesn't read its input may have ended already.
        let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
        child.wait_with_output().unwrap()
    }

    /// Returns every file and its contents.
    pub(crate) fn files(&self) -> BTreeMap<PathBuf, Content> {
        let mut files = BTreeMap::new();
        let mut folders = vec![self.0.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let content = Content(fs::read(&path).unwrap());
                    files.insert(path, content);
                }
            }
        }
        files
    }
}

/// The contents of a file. A failed comparison shows their size, not their bytes.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Content(pub(crate) Vec<u8>);

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl Drop for Repository {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
