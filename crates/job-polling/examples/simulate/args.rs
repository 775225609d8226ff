//! The command line.

use std::time::Duration;

use clap::Parser;
use job_polling::PollPolicy;
use job_polling::limiter::Limit;

use crate::times::Times;

/// Simulates jobs of random durations, one after the other, with the state machines of the crate
/// in virtual time. Reports the cost of waiting for them, and the cost of the optimal schedule
/// for the same jobs. With --batch, simulates them together on one key, within its limit.
///
/// The optimal schedule is found by dynamic programming for the distribution of durations. The
/// cost of a wait is its lag, from the end of the job to the read that finds it, plus --read-cost
/// for each read.
#[derive(Debug, Parser)]
#[command(name = "simulate")]
pub(crate) struct Args {
    /// Durations of the jobs, in seconds: terms joined by '+', each of them lognormal:median,sigma,
    /// exponential:mean, uniform:from,to or constant:time, followed by '*weight' if there are
    /// several
    #[arg(long, default_value = "lognormal:5,0.6*0.97+lognormal:45,0.5*0.03")]
    pub(crate) times: Times,

    /// After --jobs jobs, durations change to these. 50 jobs later, the current schedule is
    /// compared with the optimal one for the new durations
    #[arg(long, value_name = "TIMES")]
    pub(crate) shift_to: Option<Times>,

    /// Number of jobs
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub(crate) jobs: u64,

    /// When to read: adaptive, recommended, fixed:PAUSE or
    /// exponential:FIRST,FACTOR,LONGEST, in seconds; adaptive uses --read-cost
    #[arg(long, default_value = "adaptive")]
    policy: PollPolicy,

    /// Seconds of waiting that one read is worth
    #[arg(long, default_value_t = 2.0, value_parser = read_cost)]
    pub(crate) read_cost: f64,

    /// Seed of the random durations
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,

    /// Report means over this many seeds, starting with --seed
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub(crate) seeds: u64,

    /// Report the expected cost of the schedule after this many jobs, at most --jobs, over the
    /// optimal one
    #[arg(long, value_name = "JOBS")]
    pub(crate) held_after: Option<u64>,

    /// Assume that the API does not report when a job ended, so that only reads show it
    #[arg(long)]
    pub(crate) no_stop_date: bool,

    /// Run all jobs together, as a batch
    #[arg(long, conflicts_with_all = ["shift_to", "held_after"])]
    pub(crate) batch: bool,

    /// Number of requests of a batch that the server accepts in any window: N/SECONDS, counting
    /// launches and reads
    #[arg(long, value_name = "N/SECONDS", default_value = "50/60", requires = "batch", value_parser = limit)]
    pub(crate) limit: Limit,

    /// Print a JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

impl Args {
    pub(crate) fn policy(&self) -> PollPolicy {
        if self.policy == PollPolicy::adaptive() {
            PollPolicy::adaptive_with_read_cost(self.read_cost_duration())
        } else {
            self.policy.clone()
        }
    }

    /// Returns the jobs per minute at one launch and one read each.
    pub(crate) fn ceiling(&self) -> f64 {
        f64::from(self.limit.requests) / self.limit.window.as_secs_f64() * 30.0
    }

    pub(crate) fn read_cost_duration(&self) -> Duration {
        Duration::from_secs_f64(self.read_cost)
    }

    /// Checks that involve several arguments.
    pub(crate) fn check(&self) -> Result<(), String> {
        match self.held_after {
            Some(jobs) if jobs > self.jobs => {
                Err(format!("--held-after {jobs} exceeds the {} of --jobs", self.jobs))
            }
            _ => Ok(()),
        }
    }
}

fn limit(text: &str) -> Result<Limit, String> {
    let parts = text
        .split_once('/')
        .and_then(|(requests, window)| Some((requests.parse().ok()?, window.parse().ok()?)));
    match parts {
        Some((requests @ 1..=100_000, window @ 1..=3_600)) => {
            Ok(Limit::new(requests, Duration::from_secs(window)))
        }
        _ => Err("not 1 to 100000 requests / 1 to 3600 seconds".to_owned()),
    }
}

fn read_cost(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(cost) if (0.02..=10_000.0).contains(&cost) => Ok(cost),
        _ => Err("not a number of seconds from 0.02 to 10000".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_arguments_are_refused() {
        let rows: &[&[&str]] = &[
            &["--times", "normal:5,1"],
            &["--shift-to", ""],
            &["--jobs", "0"],
            &["--policy", "fixed:0"],
            &["--policy", "fixed"],
            &["--policy", "best"],
            &["--policy", "exponential:1,2"],
            &["--read-cost", "-2"],
            &["--read-cost", "nan"],
            &["--seeds", "0"],
            &["--limit", "50/60"],
            &["--batch", "--limit", "0/60"],
            &["--batch", "--limit", "50"],
            &["--batch", "--shift-to", "constant:5"],
        ];
        for row in rows {
            let error = Args::try_parse_from([&["simulate"], *row].concat()).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{row:?}");
        }
        let late = ["simulate", "--jobs", "10", "--held-after", "11"];
        assert!(Args::try_parse_from(late).unwrap().check().is_err());
    }
}
