//! Tests that the generated files match the description.

use std::process::Command;

use openapi_client_codegen::{artifacts, project};
use serde_json::Value;
use waterfall_tests::repo;

#[test]
fn generated_files_are_up_to_date() {
    let top = waterfall_tests::top();
    let artifacts =
        project::run(&top, &repo::config()).unwrap_or_else(|diagnostic| panic!("{diagnostic}"));
    let stale = artifacts::stale(&top, &artifacts, &repo::config());
    assert!(stale.is_empty(), "{}", artifacts::report(&stale, artifacts.len(), &repo::config()));
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let top = waterfall_tests::top();
    assert_eq!(project::run(&top, &repo::config()), project::run(&top, &repo::config()));
}

#[test]
fn semver_steps_are_taken_from_the_version_of_the_client() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(waterfall_tests::top())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let client = packages.iter().find(|package| package["name"] == "waterfall-api").unwrap();
    assert_eq!(client["version"], repo::CLIENT_VERSION);
}
