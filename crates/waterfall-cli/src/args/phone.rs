//! The arguments of `waterfall phone`.

use clap::Args as Group;

use crate::args::help::{POLICY, with_environment};
use crate::args::launch::{BATCH, Launch};
use crate::args::person::Person;

pub(super) const USAGE: &str = "\
waterfall phone <QUERY>...
       waterfall phone -
       waterfall phone --linkedin <PROFILE>
       waterfall phone --email <ADDRESS>
       waterfall phone --full-name <NAME> --domain <DOMAIN>
       waterfall phone --first-name <NAME> --last-name <NAME> --domain <DOMAIN>";

const EXAMPLES: &str = "\
Examples:
  waterfall phone --sandbox jane-doe-abc123
  waterfall phone --full-name 'Jane Doe' --domain acme.com
  waterfall phone - --json < people.txt > results.jsonl
";

const ABOUT: &str = "\
A QUERY is a LinkedIn profile, an e-mail address, or a JSON object as for `waterfall enrich`. The \
    profile is preferred because it finds the most numbers.

";

pub(super) fn long_help() -> String {
    format!("{ABOUT}{BATCH}{POLICY}{}", with_environment(EXAMPLES))
}

#[derive(Debug, Group)]
pub(crate) struct Phone {
    /// The person whose numbers to find, or `-` to read stdin
    #[arg(value_name = "QUERY")]
    pub(crate) queries: Vec<String>,
    #[command(flatten)]
    pub(crate) person: Person,
    #[command(flatten)]
    pub(crate) launch: Launch,
}
