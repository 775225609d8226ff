//! The arguments of `waterfall search`.

use clap::{Args as Group, Subcommand};
use waterfall::{JobId, TitleFilter};

use crate::args::connection::Connection;
use crate::args::help::{SHORT, with_environment};
use crate::args::operation::Operation;
use crate::args::parse;

const CONTACTS: &str = "\
Examples:
  waterfall search contacts --sandbox --domain example.com
  waterfall search contacts --domain acme.com --department Sales --limit 50
  waterfall search contacts --company-country France \\
    --title-filter 'CFO OR (finance AND director)' --json
";

const COMPANIES: &str = "\
Examples:
  waterfall search companies --sandbox --country France
  waterfall search companies --industry 'software development' --size 51-200 --limit 100
";

const PAGES: &str = "\
Every result is billed. The API returns pages of results, and --limit is rounded up to whole \
pages. The results have no e-mail addresses or phone numbers: pass a profile to `waterfall \
enrich`. With --json the API's response for each page is printed, one page per line.

";

/// The number of results without --limit, for the help.
pub(crate) const DEFAULT_LIMIT: usize = 10;

pub(super) const USAGE: &str = "\
waterfall search contacts [OPTIONS]
       waterfall search companies [OPTIONS]";

#[derive(Debug, Subcommand)]
pub(crate) enum Search {
    /// Search for people
    #[command(after_help = SHORT, after_long_help = format!("{PAGES}{}", with_environment(CONTACTS)))]
    Contacts(Box<Contacts>),
    /// Search for companies
    #[command(after_help = SHORT, after_long_help = format!("{PAGES}{}", with_environment(COMPANIES)))]
    Companies(Box<Companies>),
}

impl Search {
    pub(crate) fn connection(&self) -> &Connection {
        match self {
            Self::Contacts(args) => &args.operation.connection,
            Self::Companies(args) => &args.operation.connection,
        }
    }
}

/// Selects which results of a search are requested.
#[derive(Debug, Group)]
pub(crate) struct Pages {
    /// Number of results [default: 10]
    #[arg(long, value_name = "N", conflicts_with_all = ["all", "job_id"])]
    pub(crate) limit: Option<usize>,
    /// Request all results
    #[arg(long, conflicts_with = "job_id")]
    pub(crate) all: bool,
    /// The first page to request [default: 1]
    #[arg(long, value_name = "N", conflicts_with = "job_id")]
    pub(crate) page: Option<u32>,
    /// Results per page, 1 to 250 [default: as few pages as possible]
    #[arg(long, value_name = "N", conflicts_with = "job_id")]
    pub(crate) page_size: Option<u32>,
    /// Read a page of an earlier search again
    #[arg(long, value_name = "ID")]
    pub(crate) job_id: Option<JobId>,
}

impl Pages {
    /// Returns the number of results to request, if it is limited.
    pub(crate) fn limit(&self) -> Option<usize> {
        (!self.all).then(|| self.limit.unwrap_or(DEFAULT_LIMIT))
    }
}

const COMPANY: &str = "The company (one of five ways, or --linkedin)";
const NAMED: &str = "named";
const PERSON: &str = "The person";

#[derive(Debug, Group)]
pub(crate) struct Contacts {
    /// The person with this LinkedIn profile
    #[arg(long, value_name = "PROFILE", group = NAMED, help_heading = PERSON)]
    pub(crate) linkedin: Option<String>,
    /// Domain of the company
    #[arg(long, group = NAMED, help_heading = COMPANY)]
    pub(crate) domain: Option<String>,
    /// LinkedIn page of the company
    #[arg(long, value_name = "PAGE", group = NAMED, help_heading = COMPANY)]
    pub(crate) company_linkedin: Option<String>,
    /// Name of the company
    #[arg(long, value_name = "NAME", group = NAMED, help_heading = COMPANY)]
    pub(crate) company_name: Option<String>,
    /// Country of the company, in English; repeatable
    #[arg(long, value_name = "COUNTRY", help_heading = COMPANY)]
    pub(crate) company_country: Vec<String>,
    /// Industry of the company; repeatable
    #[arg(long, value_name = "INDUSTRY", help_heading = COMPANY)]
    pub(crate) company_industry: Vec<String>,
    /// Size of the company, such as 51-200; repeatable
    #[arg(long, value_name = "RANGE", help_heading = COMPANY)]
    pub(crate) company_size: Vec<String>,
    /// Expression of titles with AND, OR, NOT; repeatable
    ///
    /// A malformed expression is rejected before anything is sent.
    #[arg(long, value_name = "EXPRESSION", value_parser = parse::title_filter)]
    #[arg(help_heading = PERSON)]
    pub(crate) title_filter: Vec<TitleFilter>,
    /// Exact title; repeatable
    #[arg(long, value_name = "TITLE", conflicts_with = "title_filter", help_heading = PERSON)]
    pub(crate) title: Vec<String>,
    /// Department, such as Sales; repeatable
    #[arg(long, value_name = "NAME", help_heading = PERSON)]
    pub(crate) department: Vec<String>,
    /// Seniority level, such as Director; repeatable
    #[arg(long, value_name = "LEVEL", help_heading = PERSON)]
    pub(crate) seniority: Vec<String>,
    /// Country of the person, in English; repeatable
    #[arg(long, help_heading = PERSON)]
    pub(crate) country: Vec<String>,
    /// In the position since this day, YYYY-MM-DD
    #[arg(long, value_name = "DATE", help_heading = PERSON)]
    pub(crate) since: Option<String>,
    /// Only people with this full name; repeatable
    #[arg(long, value_name = "NAME", help_heading = PERSON)]
    pub(crate) include_name: Vec<String>,
    /// Exclude people with this full name; repeatable
    #[arg(long, value_name = "NAME", help_heading = PERSON)]
    pub(crate) exclude_name: Vec<String>,
    #[command(flatten)]
    pub(crate) pages: Pages,
    #[command(flatten)]
    pub(crate) operation: Operation,
}

#[derive(Debug, Group)]
pub(crate) struct Companies {
    /// Industry; repeatable
    #[arg(long)]
    pub(crate) industry: Vec<String>,
    /// Country, in English; repeatable
    #[arg(long)]
    pub(crate) country: Vec<String>,
    /// Size, such as 51-200; repeatable
    #[arg(long, value_name = "RANGE")]
    pub(crate) size: Vec<String>,
    #[command(flatten)]
    pub(crate) pages: Pages,
    #[command(flatten)]
    pub(crate) operation: Operation,
}
