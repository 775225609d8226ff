//! The arguments of `waterfall get`.

use std::time::Duration;

use clap::Args as Group;
use waterfall::{JobId, PollPolicy};

use crate::args::connection::Connection;
use crate::args::help::{POLICY, with_environment};
use crate::args::parse;

const EXAMPLES: &str = "\
Examples:
  waterfall get 7d44db58-5de3-4e92-a2fb-8325d12c2e8b --wait
  waterfall get phone/7d44db58-5de3-4e92-a2fb-8325d12c2e8b
  grep '\"event\":\"launched\"' events.jsonl | waterfall get - --wait --json
";

const BATCH: &str = "\
The API stores jobs. Any process whose key belongs to the same account can read them.

A JOB_ID is a UUID with the kind of the job before it, as printed by all commands: phone/UUID, \
company/UUID, prospector/UUID. A UUID alone is a job of `enrich`.

Several jobs:
  They may be of different kinds. Each gets one line on stdout as soon as it is done, in the \
format of `waterfall enrich` with \
several contacts. `-` reads stdin to its end: one id per line, or a JSON object with a job_id, \
such as a result of `enrich --json`, `phone --json` and so on, or their events `launched` and \
`left`. A repeated id is read \
once. An invalid argument stops the command before anything is sent; an invalid line of stdin \
affects only that line. After a ctrl-c the remaining jobs are listed; they continue to run.

";

pub(super) fn long_help() -> String {
    format!("{BATCH}{POLICY}{}", with_environment(EXAMPLES))
}

#[derive(Debug, Group)]
pub(crate) struct Get {
    /// The job's id; several or `-` with --wait
    #[arg(value_name = "JOB_ID", required = true, value_parser = job_arg)]
    pub(crate) job_ids: Vec<JobArg>,
    /// Wait until the job is done
    #[arg(long)]
    pub(crate) wait: bool,
    /// Maximum waiting time: 90, 90s, 1.5m [default: 5m]
    #[arg(long, alias = "max-wait", value_name = "TIME", requires = "wait")]
    #[arg(value_parser = parse::positive_duration)]
    pub(crate) deadline: Option<Duration>,
    /// When to read it [default: adaptive]
    #[arg(long, requires = "wait")]
    pub(crate) policy: Option<PollPolicy>,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// The id of a job, or `-` for ids on stdin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JobArg {
    Id(JobId),
    Stdin,
}

fn job_arg(text: &str) -> Result<JobArg, String> {
    if text == "-" { Ok(JobArg::Stdin) } else { parse::job_id(text).map(JobArg::Id) }
}
