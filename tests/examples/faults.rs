//! Plays the fault matrix and prints the outcomes, one line for each fault and call. To play only
//! some families, pass their names.

#![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use std::process::ExitCode;

#[path = "../tests/faults/matrix/mod.rs"]
mod matrix;

use matrix::{FAMILIES, launched, shown, surprises};

fn main() -> ExitCode {
    let wanted: Vec<_> = std::env::args().skip(1).collect();
    let (mut rows, mut launches, mut jobs, mut failed) = (0, 0, 0, false);
    for family in FAMILIES {
        if !(wanted.is_empty() || wanted.iter().any(|name| name == family.name)) {
            continue;
        }
        let played = family.play();
        println!("{}\n{}", family.name, shown(&played));
        let surprises = surprises(&played);
        if !surprises.is_empty() {
            println!("not as the table has it:\n{surprises}");
            failed = true;
        }
        let (called, started) = launched(&played);
        (rows, launches, jobs) = (rows + played.len(), launches + called, jobs + started);
    }
    println!("{rows} rows; {launches} launches started {jobs} jobs, none of them twice");
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
