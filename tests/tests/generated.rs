//! The generated files are what the description gives.

use openapi_client_codegen::{artifacts, project};
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
