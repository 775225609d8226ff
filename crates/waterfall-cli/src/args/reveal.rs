//! The arguments of `waterfall reveal`.

use clap::Args as Group;
use waterfall::JobId;

use crate::args::help::with_environment;
use crate::args::operation::Operation;

const EXAMPLES: &str = "\
Examples:
  waterfall reveal --sandbox 192.0.2.7
  waterfall reveal 192.0.2.7 --json
";

pub(super) fn long_help() -> String {
    with_environment(EXAMPLES)
}

#[derive(Debug, Group)]
pub(crate) struct Reveal {
    /// The IPv4 address of a visitor
    #[arg(value_name = "IP", required_unless_present = "job_id")]
    pub(crate) ip: Option<String>,
    /// Read the result of an earlier request again
    #[arg(long, value_name = "ID", conflicts_with = "ip")]
    pub(crate) job_id: Option<JobId>,
    /// Have the API also deliver the result to this URL
    #[arg(long, value_name = "URL", conflicts_with = "job_id")]
    pub(crate) webhook_url: Option<String>,
    #[command(flatten)]
    pub(crate) operation: Operation,
}
