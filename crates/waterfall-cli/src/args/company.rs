//! The arguments of `waterfall company`.

use clap::{ArgGroup, Args as Group};

use crate::args::help::{POLICY, with_environment};
use crate::args::launch::{BATCH, Launch};

pub(super) const USAGE: &str = "\
waterfall company <QUERY>...
       waterfall company -
       waterfall company --domain <DOMAIN>
       waterfall company --linkedin <PAGE>
       waterfall company --name <NAME>";

const EXAMPLES: &str = "\
Examples:
  waterfall company --sandbox acme.com
  waterfall company --name 'Acme Corp' --json
  waterfall company - --json < domains.txt > results.jsonl
";

const ABOUT: &str = "\
A QUERY is a domain, the URL of a company's page on LinkedIn, or a JSON object with any of \
domain, linkedin, name, webhook_url and custom_fields. The domain is preferred.

";

pub(super) fn long_help() -> String {
    format!("{ABOUT}{BATCH}{POLICY}{}", with_environment(EXAMPLES))
}

const COMPANY: &str = "The company (one of three ways)";

#[derive(Debug, Group)]
#[command(group = ArgGroup::new("company").required(true).args(["domain", "linkedin", "name", "queries"]))]
pub(crate) struct Company {
    /// The company to find, or `-` to read stdin
    #[arg(value_name = "QUERY")]
    pub(crate) queries: Vec<String>,
    /// Domain of the company
    #[arg(long, help_heading = COMPANY)]
    pub(crate) domain: Option<String>,
    /// LinkedIn page of the company
    #[arg(long, value_name = "PAGE", help_heading = COMPANY)]
    pub(crate) linkedin: Option<String>,
    /// Name of the company
    #[arg(long, help_heading = COMPANY)]
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) launch: Launch,
}
