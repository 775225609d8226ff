//! Options of the commands that launch jobs.

use std::time::Duration;

use clap::Args as Group;
use serde_json::{Map, Value};
use waterfall::PollPolicy;

use crate::args::connection::Connection;
use crate::args::parse;

/// Help on several inputs, for commands that accept them.
pub(super) const BATCH: &str = "\
A single QUERY is printed as a card. `-` reads stdin: one QUERY per line, or a JSON array of \
them. With several QUERYs, or with stdin, each gets one line on stdout as soon as it is done; \
with --json it is an object. Otherwise the command behaves like `waterfall enrich`, and \
`waterfall enrich --help` has the details: a repeated QUERY is launched once, an invalid argument \
stops the command before anything is sent, an invalid line of stdin affects only that line, \
--dry-run prints the decision on each QUERY, and a ctrl-c reports the remaining jobs and queries.

";

#[derive(Debug, Group)]
pub(crate) struct Launch {
    /// Launch, and pay for, repeated QUERYs again
    #[arg(long)]
    pub(crate) allow_duplicates: bool,
    /// Send nothing; print what would be launched
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Have the API also deliver the result to this URL
    #[arg(long, value_name = "URL")]
    pub(crate) webhook_url: Option<String>,
    /// Your own JSON object, returned with the result
    #[arg(long, value_name = "JSON", value_parser = parse::json_object)]
    pub(crate) custom_fields: Option<Map<String, Value>>,
    /// Maximum waiting time: 90, 90s, 1.5m [default: 5m]
    #[arg(long, alias = "max-wait", value_name = "TIME", value_parser = parse::positive_duration)]
    pub(crate) deadline: Option<Duration>,
    /// When to read a job [default: adaptive]
    #[arg(long)]
    pub(crate) policy: Option<PollPolicy>,
    /// How long a ctrl-c waits for job ids
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = parse::duration)]
    pub(crate) grace: Duration,
    #[command(flatten)]
    pub(crate) connection: Connection,
}
