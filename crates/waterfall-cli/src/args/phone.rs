//! The arguments of `waterfall phone`.

use clap::{ArgGroup, Args as Group};

use crate::args::help::{POLICY, with_environment};
use crate::args::launch::{BATCH, Launch};

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
profile is preferred: it finds most numbers.

";

pub(super) fn long_help() -> String {
    format!("{ABOUT}{BATCH}{POLICY}{}", with_environment(EXAMPLES))
}

const PERSON: &str = "The person (one of four ways)";
const WAYS: [&str; 5] = ["linkedin", "email", "full_name", "first_name", "queries"];

#[derive(Debug, Group)]
#[command(group = ArgGroup::new("person").required(true).args(WAYS))]
pub(crate) struct Phone {
    /// The person whose numbers to find, or `-` to read stdin
    #[arg(value_name = "QUERY")]
    pub(crate) queries: Vec<String>,
    /// LinkedIn profile: its URL or the last part of it
    #[arg(long, value_name = "PROFILE", help_heading = PERSON)]
    pub(crate) linkedin: Option<String>,
    /// E-mail address
    #[arg(long, value_name = "ADDRESS", help_heading = PERSON)]
    pub(crate) email: Option<String>,
    /// Full name, with --domain
    #[arg(long, value_name = "NAME", requires = "domain", help_heading = PERSON)]
    pub(crate) full_name: Option<String>,
    /// First name, with --last-name and --domain
    #[arg(long, value_name = "NAME", requires_all = ["last_name", "domain"])]
    #[arg(help_heading = PERSON)]
    pub(crate) first_name: Option<String>,
    /// Last name, with --first-name and --domain
    #[arg(long, value_name = "NAME", requires = "first_name", help_heading = PERSON)]
    pub(crate) last_name: Option<String>,
    /// Domain of the company, with a name
    #[arg(long, conflicts_with_all = ["linkedin", "email", "queries"], help_heading = PERSON)]
    pub(crate) domain: Option<String>,
    #[command(flatten)]
    pub(crate) launch: Launch,
}
