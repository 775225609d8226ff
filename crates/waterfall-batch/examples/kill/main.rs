//! Repeatedly kills the processes of a batch at random moments, and checks that nothing is lost and
//! nothing is launched twice.
//!
//! ```sh
//! cargo run --release -p waterfall-batch --example kill -- --kills 1000 --engine sqlite
//! cargo run --release -p waterfall-batch --example kill -- --kills 1000 --engine postgres --workers 3
//! cargo run --release -p waterfall-batch --example kill -- --kills 100 --engine sqlite --re-enqueue
//! ```
//!
//! The last command is the negative control: a journal that launches rows in doubt again, like a
//! queue, must fail the same check.

mod check;
mod child;
mod harness;
#[path = "../../tests/support/hooked.rs"]
mod hooked;
#[path = "../../tests/support/postgres_server.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod postgres_server;

use std::process::ExitCode;

use clap::{Parser, ValueEnum};

/// Kill the processes of a batch at random moments, and check that nothing is lost or paid for
/// twice.
#[derive(Debug, Clone, Parser)]
pub(crate) struct Options {
    /// Number of processes to kill.
    #[arg(long, default_value_t = 100)]
    pub(crate) kills: u32,
    /// Storage engine of the journal.
    #[arg(long, value_enum, default_value = "sqlite")]
    pub(crate) engine: EngineName,
    /// Number of processes that work on the batch at the same time.
    #[arg(long, default_value_t = 1)]
    pub(crate) workers: usize,
    /// Share of kills that are replaced by pauses longer than the lease (SIGSTOP, SIGCONT).
    #[arg(long, default_value_t = 0.0)]
    pub(crate) pauses: f64,
    /// Launch doubts again without consent, which the check must detect.
    #[arg(long)]
    pub(crate) re_enqueue: bool,
    /// Seed of the random moments.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EngineName {
    Sqlite,
    Postgres,
}

fn main() -> ExitCode {
    if let Some(settings) = child::Settings::from_env() {
        child::main(settings);
        return ExitCode::SUCCESS;
    }
    let options = Options::parse();
    match harness::run(&options, &[]) {
        None => ExitCode::SUCCESS,
        Some(report) => {
            println!("{report}");
            if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Not a test: the harness runs this function in a separate process.
    #[test]
    fn child_process() {
        if let Some(settings) = child::Settings::from_env() {
            child::main(settings);
        }
    }

    fn run(options: &[&str]) -> Option<check::Report> {
        let options = Options::parse_from(["kill"].iter().chain(options));
        harness::run(&options, &["--exact", "tests::child_process", "--nocapture"])
    }

    #[test]
    fn sqlite_survives_kills_and_pauses() {
        let report = run(&["--kills", "25", "--workers", "2", "--pauses", "0.1"]).unwrap();
        assert!(report.is_clean(), "{report}");
    }

    #[test]
    fn postgres_survives_kills_and_pauses() {
        let options =
            ["--kills", "25", "--workers", "3", "--pauses", "0.1", "--engine", "postgres"];
        let Some(report) = run(&options) else { return };
        assert!(report.is_clean(), "{report}");
    }

    #[test]
    fn a_journal_that_re_enqueues_is_detected() {
        // Whether a kill hits a launch in flight is random, so there are several runs.
        let found = (1..=6).any(|seed| {
            let seed = seed.to_string();
            let options = ["--kills", "30", "--workers", "2", "--re-enqueue", "--seed", &seed];
            run(&options).is_some_and(|report| !report.is_clean())
        });
        assert!(found, "launches that were repeated without consent were not found");
    }
}
