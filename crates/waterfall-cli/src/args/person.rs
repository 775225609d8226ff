//! The options that identify a person.

use clap::{ArgGroup, Args as Group};

const HEADING: &str = "The person (one of four ways)";
const WAYS: [&str; 5] = ["linkedin", "email", "full_name", "first_name", "queries"];
const NOT_A_NAME: [&str; 4] = ["linkedin", "email", "full_name", "queries"];
const NO_DOMAIN: [&str; 3] = ["linkedin", "email", "queries"];

/// For commands that also have an argument `queries`.
#[derive(Debug, Group)]
#[command(group = ArgGroup::new("person").required(true).args(WAYS))]
pub(crate) struct Person {
    /// LinkedIn profile: its URL or the last part of it
    #[arg(long, value_name = "PROFILE", help_heading = HEADING)]
    pub(crate) linkedin: Option<String>,
    /// E-mail address
    #[arg(long, value_name = "ADDRESS", help_heading = HEADING)]
    pub(crate) email: Option<String>,
    /// Full name, with --domain
    #[arg(long, value_name = "NAME", requires = "domain", help_heading = HEADING)]
    pub(crate) full_name: Option<String>,
    /// First name, with --last-name and --domain
    #[arg(long, value_name = "NAME", requires_all = ["last_name", "domain"])]
    #[arg(help_heading = HEADING)]
    pub(crate) first_name: Option<String>,
    /// Last name, with --first-name and --domain
    #[arg(long, value_name = "NAME", conflicts_with_all = NOT_A_NAME, help_heading = HEADING)]
    pub(crate) last_name: Option<String>,
    /// Domain of the company, with a name
    #[arg(long, conflicts_with_all = NO_DOMAIN, help_heading = HEADING)]
    pub(crate) domain: Option<String>,
}
