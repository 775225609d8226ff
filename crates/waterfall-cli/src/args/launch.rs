//! Options of the commands that launch jobs.

use std::time::Duration;

use clap::Args as Group;
use serde_json::{Map, Value};
use waterfall::PollPolicy;

use crate::args::connection::Connection;
use crate::args::parse;

/// The help on several inputs, for commands that accept them.
pub(super) const BATCH: &str = "\
A single QUERY is printed as a card. `-` reads stdin: one QUERY per line, or a JSON array of \
them. Of several QUERYs, and of stdin, each has one line on stdout as soon as it is done; with \
--json it is an object. All else is as for `waterfall enrich`, whose --help describes it: a QUERY \
that is repeated is launched once, an invalid argument stops the command before anything is \
sent, an invalid line of stdin fails alone, --dry-run prints the decision on each, and a ctrl-c \
reports what is left.

";

#[derive(Debug, Group)]
pub(crate) struct Launch {
    /// Launch, and pay for, a repeated QUERY again
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
