//! The arguments of `waterfall titles`.

use clap::{ArgGroup, Args as Group};
use waterfall::JobId;

use crate::args::help::with_environment;
use crate::args::operation::Operation;

pub(super) const USAGE: &str = "\
waterfall titles <DOMAIN>
       waterfall titles --company-linkedin <PAGE>
       waterfall titles --job-id <ID>";

const EXAMPLES: &str = "\
Examples:
  waterfall titles --sandbox acme.com
  waterfall titles acme.com --all > titles.txt
";

const ABOUT: &str = "\
The titles are printed one per line. Without --all one page is requested, which has up to \
50,000 titles. A company is billed if it has titles. With --json the API's response for each \
page is printed.

";

pub(super) fn long_help() -> String {
    format!("{ABOUT}{}", with_environment(EXAMPLES))
}

#[derive(Debug, Group)]
#[command(group = ArgGroup::new("company").required(true).args(["domain", "company_linkedin", "job_id"]))]
pub(crate) struct Titles {
    /// Domain of the company
    #[arg(value_name = "DOMAIN")]
    pub(crate) domain: Option<String>,
    /// LinkedIn page of the company
    #[arg(long, value_name = "PAGE")]
    pub(crate) company_linkedin: Option<String>,
    /// Read a page of an earlier request again
    #[arg(long, value_name = "ID")]
    pub(crate) job_id: Option<JobId>,
    /// Request all pages
    #[arg(long, conflicts_with = "job_id")]
    pub(crate) all: bool,
    /// The first page to request [default: 1]
    #[arg(long, value_name = "N", conflicts_with = "job_id")]
    pub(crate) page: Option<u32>,
    #[command(flatten)]
    pub(crate) operation: Operation,
}
