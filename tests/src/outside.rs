//! Crates outside of this workspace that tests write and compile.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Creates an empty folder for a crate, with the versions of this workspace, which are already
/// downloaded. `temporary` is the folder for temporary files of a test.
///
/// # Panics
///
/// If a file can't be written.
#[allow(clippy::unwrap_used, reason = "a test fails")]
pub fn folder(temporary: &str, name: &str) -> PathBuf {
    let folder = Path::new(temporary).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("src")).unwrap();
    fs::copy(crate::top().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    folder
}

/// Returns the manifest of a crate with these dependencies, each in a line.
pub fn manifest(name: &str, dependencies: &str) -> String {
    format!(
        "[package]\nname = {name:?}\nversion = \"1.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\n{dependencies}\n\n[workspace]\n"
    )
}

/// Returns a command of cargo in the folder of a crate.
pub fn cargo(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command
        .args(arguments)
        // Next to the folder, so that its dependencies are built once.
        .env("CARGO_TARGET_DIR", folder.with_file_name("outside.target"))
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .current_dir(folder);
    command
}
