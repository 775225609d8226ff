//! Fault tests: each row of the tables in `tests/fixtures/faults` has the outcome that
//! the table states. `cargo run -p waterfall-tests --example faults` prints the observed
//! outcomes.

#![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

mod downgrade;
mod matrix;

use matrix::{FAMILIES, launched, shown, surprises};

/// Defines a test for each family, so that they run in parallel.
macro_rules! families {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            check(stringify!($name));
        })*

        #[test]
        fn every_family_is_tested() {
            let names: Vec<_> = FAMILIES.iter().map(|family| family.name).collect();
            assert_eq!(names, [$(stringify!($name)),*]);
        }
    };
}

families! { refusals failures connections bodies retry_after clocks stopping sockets redirects }

fn check(name: &str) {
    let family = FAMILIES.iter().find(|family| family.name == name).unwrap();
    let played = family.play();
    let surprises = surprises(&played);
    assert!(surprises.is_empty(), "expected and observed rows:\n{surprises}");
    let (launches, jobs) = launched(&played);
    assert!(jobs <= launches, "{jobs} jobs of {launches} launches");
    insta::with_settings!({
        snapshot_path => "../../snapshots/faults",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!(name, shown(&played));
    });
}
