//! The arguments of `waterfall account`.

use clap::Args as Group;

use crate::args::connection::Connection;
use crate::args::help::with_environment;

const EXAMPLES: &str = "\
Examples:
  waterfall account
  waterfall account --month 2026-11 --json
";

const ABOUT: &str = "\
The request is free and does not count towards the rate limit. Counters that are zero are \
    omitted; --json prints all. Prices are reported only for the master key of an account.

";

pub(super) fn long_help() -> String {
    format!("{ABOUT}{}", with_environment(EXAMPLES))
}

#[derive(Debug, Group)]
pub(crate) struct Account {
    /// The month to report [default: the current one]
    #[arg(long, value_name = "YYYY-MM")]
    pub(crate) month: Option<String>,
    #[command(flatten)]
    pub(crate) connection: Connection,
}
