//! The arguments of `waterfall doctor`.

use clap::Args as Group;

use crate::args::connection::Connection;
use crate::args::help::with_environment;

const EXAMPLES: &str = "\
Examples:
  waterfall doctor
  waterfall doctor --json --no-retry
";

const ABOUT: &str = "\
Checks the API key, the configuration of the network, the connection (with TLS and proxy), \
whether the API accepts the key, the clock, the rate limit, the balance and the webhook keys, \
and prints what to do about each failure. Nothing is launched or billed. The exit code is 0 if \
all checks pass. With --json the output is an object with `ok` and `checks`, each with a name, \
a status (ok, failed or skipped), a detail and a remedy.

";

pub(super) fn long_help() -> String {
    format!("{ABOUT}{}", with_environment(EXAMPLES))
}

#[derive(Debug, Group)]
pub(crate) struct Doctor {
    #[command(flatten)]
    pub(crate) connection: Connection,
}
