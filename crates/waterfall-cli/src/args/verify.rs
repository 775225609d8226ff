//! The arguments of `waterfall verify`.

use clap::Args as Group;

use crate::args::help::with_environment;
use crate::args::operation::Operation;

const EXAMPLES: &str = "\
Examples:
  waterfall verify --sandbox jane.doe@acme.com
  waterfall verify jane.doe@acme.com --json
";

const ABOUT: &str = "\
Every verdict except `unknown` is billed. The exit code is 0 for a valid address, and 1 for any \
    other verdict. The result can't be read again.

";

pub(super) fn long_help() -> String {
    format!("{ABOUT}{}", with_environment(EXAMPLES))
}

#[derive(Debug, Group)]
pub(crate) struct Verify {
    /// The e-mail address
    #[arg(value_name = "ADDRESS")]
    pub(crate) address: String,
    #[command(flatten)]
    pub(crate) operation: Operation,
}
