//! The command line.

use std::time::Duration;

use clap::Parser;
use job_polling::PollPolicy;
use job_polling::limiter::Limit;

use crate::times::Times;

/// Plays jobs that take times by chance, one after the other, with the crate's
/// real state machines in virtual time; tells what waiting for them cost, and what
/// the best schedule there can be costs over the same jobs. With --batch, plays them
/// together on one key, within its limit.
///
/// The best schedule is what dynamic programming gives for the distribution that
/// the times are drawn from. The cost of a wait is its lag, from the job's end to the
/// read that sees it, and --read-cost for each read.
#[derive(Debug, Parser)]
#[command(name = "simulate")]
pub(crate) struct Args {
    /// How long jobs take, in seconds: terms joined by '+', each of them
    /// lognormal:median,sigma, exponential:mean, uniform:from,to or constant:time,
    /// with '*weight' behind it if there are several
    #[arg(long, default_value = "lognormal:5,0.6*0.97+lognormal:45,0.5*0.03")]
    pub(crate) times: Times,

    /// After --jobs jobs, times change to these. 50 jobs later, the schedule then
    /// held is compared with the best one for the new times
    #[arg(long, value_name = "TIMES")]
    pub(crate) shift_to: Option<Times>,

    /// How many jobs are waited for
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub(crate) jobs: u64,

    /// When to read: learned, vendor, fixed:PAUSE or
    /// exponential:FIRST,FACTOR,LONGEST, in seconds; learned goes by --read-cost
    #[arg(long, default_value = "learned")]
    policy: PollPolicy,

    /// How many seconds of waiting one read is worth
    #[arg(long, default_value_t = 2.0, value_parser = read_cost)]
    pub(crate) read_cost: f64,

    /// What the times are drawn by
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,

    /// Tell the means over so many seeds, from --seed on
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub(crate) seeds: u64,

    /// Tell what the schedule held after so many jobs, --jobs at most, is expected
    /// to cost over the best one
    #[arg(long, value_name = "JOBS")]
    pub(crate) held_after: Option<u64>,

    /// The API does not say when a job ended; only reads tell
    #[arg(long)]
    pub(crate) no_stop_date: bool,

    /// All jobs together, as a batch
    #[arg(long, conflicts_with_all = ["shift_to", "held_after"])]
    pub(crate) batch: bool,

    /// How many requests of a batch the server takes in any window: N/SECONDS.
    /// Launches and reads count alike
    #[arg(long, value_name = "N/SECONDS", default_value = "50/60", requires = "batch", value_parser = limit)]
    pub(crate) limit: Limit,

    /// Print one object of JSON
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

    /// Jobs a minute if each took one launch and one read.
    pub(crate) fn ceiling(&self) -> f64 {
        f64::from(self.limit.requests) / self.limit.window.as_secs_f64() * 30.0
    }

    pub(crate) fn read_cost_duration(&self) -> Duration {
        Duration::from_secs_f64(self.read_cost)
    }

    /// What can't be said of one argument alone.
    pub(crate) fn check(&self) -> Result<(), String> {
        match self.held_after {
            Some(jobs) if jobs > self.jobs => {
                Err(format!("--held-after {jobs} is more than the {} of --jobs", self.jobs))
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
