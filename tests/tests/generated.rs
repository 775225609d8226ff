//! The generated files are what the description gives.

use xtask::{artefacts, pipeline};

#[test]
fn generated_files_are_up_to_date() {
    let top = waterfall_tests::top();
    let artefacts = pipeline::run(&top).unwrap_or_else(|problem| panic!("{problem}"));
    let stale = artefacts::stale(&top, &artefacts);
    assert!(stale.is_empty(), "{}", artefacts::report(&stale, artefacts.len()));
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let top = waterfall_tests::top();
    assert_eq!(pipeline::run(&top), pipeline::run(&top));
}
