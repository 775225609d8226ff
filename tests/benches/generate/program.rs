//! Builds xtask.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use waterfall_tests::top;

/// Builds xtask with additional arguments of `cargo build`. Returns the path of the program.
///
/// # Panics
///
/// Panics if the build fails.
pub(crate) fn xtask(arguments: &[&str]) -> PathBuf {
    let output = Command::new("cargo")
        .args(["build", "--quiet", "--package", "xtask", "--message-format", "json"])
        .args(arguments)
        .current_dir(top())
        .output()
        .expect("cargo");
    let messages = String::from_utf8_lossy(&output.stdout);
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let program =
        messages.filter_map(|line| line["executable"].as_str().map(PathBuf::from)).next_back();
    program.expect("cargo builds a program")
}
