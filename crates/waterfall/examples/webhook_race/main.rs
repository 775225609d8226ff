//! Measures how deliveries save reads, with many jobs on one key:
//! `cargo run --release -p waterfall --example webhook_race -- --help`.

mod race;

use std::io::{self, Write};

use clap::Parser;
use serde_json::json;

use race::{Race, Report};

/// Runs a batch on one key against the sandbox, in virtual time. The sandbox signs each
/// result and delivers it to a receiver in this process, whose inbox the batch uses; some
/// deliveries are lost, and their jobs are read when they are overdue. Reports the jobs per
/// minute; without deliveries, the maximum is half of the key's limit.
///
/// The duration of a job is log-normal around 5 s, for 3 % of them around 45 s.
#[derive(Debug, Parser)]
#[command(name = "webhook_race")]
struct Args {
    /// Number of jobs
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(1..=90_000))]
    jobs: u32,

    /// Share of deliveries that are lost, from 0 to 1
    #[arg(long, default_value_t = 0.01, value_parser = share)]
    lost: f64,

    /// Requests per minute that the key allows
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    limit: u32,

    /// Latency of each response, in seconds
    #[arg(long, default_value_t = 0.1, value_parser = seconds)]
    latency: f64,

    /// Seed of the random numbers
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// Print a JSON object
    #[arg(long)]
    json: bool,
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "not a number from 0 to 1".to_owned())
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds = text.parse().ok().filter(|seconds| (0.0..=20.0).contains(seconds));
    seconds.ok_or_else(|| "not a number of seconds from 0 to 20".to_owned())
}

fn main() -> io::Result<()> {
    let Args { jobs, lost, limit, latency, seed, json } = Args::parse();
    let report = race::run(Race { jobs: jobs as usize, lost, limit, latency, seed })?;
    let text = if json { as_json(&report) } else { as_text(&report, limit) };
    io::stdout().lock().write_all(text.as_bytes())
}

fn as_json(report: &Report) -> String {
    let object = json!({
        "jobs": report.jobs,
        "jobs_per_minute": report.jobs_per_minute(),
        "reads_per_job": report.reads_per_job(),
        "refused": report.refused,
        "deliveries_lost": report.deliveries_lost,
        "ended_by_delivery": report.ended_by_delivery,
        "results_missing": report.results_missing,
        "results_twice": report.results_twice,
        "mean_lag_seconds": report.mean_lag(),
        "p99_lag_seconds": report.lag_at(0.99),
    });
    format!("{object}\n")
}

fn as_text(report: &Report, limit: u32) -> String {
    let mut text = String::new();
    let mut row = |name: &str, value: String| text += &format!("{name:<20}{value:>10}\n");
    row("jobs", report.jobs.to_string());
    row("jobs per minute", format!("{:.2}", report.jobs_per_minute()));
    row("  polling ceiling", format!("{:.2}", f64::from(limit) / 2.0));
    row("reads per job", format!("{:.4}", report.reads_per_job()));
    row("refused requests", report.refused.to_string());
    row("deliveries lost", report.deliveries_lost.to_string());
    row("ended by delivery", report.ended_by_delivery.to_string());
    row("results missing", report.results_missing.to_string());
    row("results twice", report.results_twice.to_string());
    row("mean lag", format!("{:.2} s", report.mean_lag()));
    row("99 % of lags", format!("{:.1} s", report.lag_at(0.99)));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(report: &Report) {
        assert_eq!(report.refused, 0);
        assert_eq!((report.results_missing, report.results_twice), (0, 0));
        println!("{}", as_text(report, 50));
    }

    #[test]
    fn deliveries_leave_the_budget_to_launches() {
        let race = Race { jobs: 2_000, lost: 0.01, limit: 50, latency: 0.1, seed: 4 };
        let report = race::run(race).unwrap();
        check(&report);
        assert!(report.deliveries_lost > 0);
        let a_minute = report.jobs_per_minute();
        assert!(a_minute >= 48.0, "{a_minute}");
    }

    #[test]
    fn without_deliveries_jobs_are_polled() {
        let race = Race { jobs: 400, lost: 1.0, limit: 50, latency: 0.1, seed: 2 };
        let report = race::run(race).unwrap();
        check(&report);
        assert_eq!(report.ended_by_delivery, 0);
        let a_minute = report.jobs_per_minute();
        assert!((18.0..26.0).contains(&a_minute), "{a_minute}");
    }
}
