//! The arguments of `waterfall prospect`.

use clap::Args as Group;
use waterfall::TitleFilter;

use crate::args::help::{POLICY, with_environment};
use crate::args::launch::{BATCH, Launch};
use crate::args::parse;

pub(super) const USAGE: &str = "\
waterfall prospect <QUERY>... --title-filter <EXPRESSION>
       waterfall prospect -";

const EXAMPLES: &str = "\
Examples:
  waterfall prospect --sandbox example.com --title-filter 'Founder OR VP Engineering'
  waterfall prospect acme.com --title-filter 'CFO OR (finance AND director)'
  waterfall prospect acme.com --title-filter 'VP AND NOT assistant' --limit 5 --json
  waterfall prospect - --title-filter CFO --json < domains.txt > results.jsonl
";

const ABOUT: &str = "\
A QUERY is the domain of a company, or a JSON object with any of domain, company_name, linkedin, \
title_filter, title_filters, location_name, location_countries, excluded_names, limit, \
include_phones, verified_only, webhook_url and custom_fields. Its members take precedence over \
the options, which apply to every QUERY.

An EXPRESSION consists of titles, the operators AND, OR and NOT in upper case, and parentheses. A \
malformed one is rejected before anything is sent. With several, each person is returned with the \
matching one, as filter 1, filter 2 and so on.

";

pub(super) fn long_help() -> String {
    format!("{ABOUT}{BATCH}{POLICY}{}", with_environment(EXAMPLES))
}

#[derive(Debug, Group)]
pub(crate) struct Prospect {
    /// The domain of a company, or `-` to read stdin
    #[arg(value_name = "QUERY", required = true)]
    pub(crate) queries: Vec<String>,
    /// The titles of the people to find; repeatable
    #[arg(long, value_name = "EXPRESSION", value_parser = parse::title_filter)]
    pub(crate) title_filter: Vec<TitleFilter>,
    /// Name of the company, with a single QUERY
    #[arg(long, value_name = "NAME")]
    pub(crate) company_name: Option<String>,
    /// LinkedIn page of the company, with a single QUERY
    #[arg(long, value_name = "PAGE")]
    pub(crate) linkedin: Option<String>,
    /// Location of the people
    #[arg(long, value_name = "PLACE")]
    pub(crate) location: Option<String>,
    /// Country of the people, in English; repeatable
    #[arg(long)]
    pub(crate) country: Vec<String>,
    /// Exclude people with this full name; repeatable
    #[arg(long, value_name = "NAME")]
    pub(crate) exclude_name: Vec<String>,
    /// Maximum number of people at each company
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u32>,
    /// Request phone numbers as well
    #[arg(long)]
    pub(crate) include_phones: bool,
    /// Only people with a verified e-mail address
    #[arg(long)]
    pub(crate) verified_only: bool,
    #[command(flatten)]
    pub(crate) launch: Launch,
}
