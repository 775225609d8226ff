//! A client of any document compiles in a crate of any workspace, with the
//! runtime crate as its only dependency.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails, as it should")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use openapi_client_codegen::config::{Config, Runtime};
use openapi_client_codegen::generate::generate;
use openapi_client_codegen::operations::Selection;
use waterfall_tests::{repo, top};

/// A document with many quirks, bodies of several kinds among them.
const DOCUMENT: &str = "whole/client.yaml";

const CODE: &str = "
#![deny(warnings)]
#[rustfmt::skip]
#[allow(missing_docs, unreachable_patterns, clippy::all)]
mod client;
pub use client::{Client, operations, types};
";

/// An empty folder for a crate that is no part of this workspace.
fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("outside");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("src")).unwrap();
    folder
}

#[test]
fn a_client_compiles_outside_with_one_dependency() {
    let (top, folder) = (top().canonicalize().unwrap(), folder());
    let document = top.join(repo::FIXTURES).join(DOCUMENT);
    let config = Config { runtime: Runtime::at(repo::RUNTIME), ..repo::config() };
    let made = generate(&document, None, &Selection::default(), &config).unwrap();
    let runtime = top.join("crates/openapi-client-runtime");
    let manifest = format!(
        "[package]\nname = \"outside\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\nopenapi-client-runtime = {{ path = {runtime:?} }}\n\n[workspace]\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    // The versions that this workspace has, which are there already.
    fs::copy(top.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    fs::write(folder.join("src/lib.rs"), CODE).unwrap();
    fs::write(folder.join("src/client.rs"), made.code).unwrap();
    let output = Command::new(env!("CARGO"))
        .args(["check", "--offline", "--quiet"])
        // Beside the folder, so that what it depends on is built once.
        .env("CARGO_TARGET_DIR", folder.with_extension("target"))
        .current_dir(&folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
