//! The arguments of `waterfall job-change`.

use clap::Args as Group;
use waterfall::JobId;

use crate::args::help::with_environment;
use crate::args::operation::Operation;

const EXAMPLES: &str = "\
Examples:
  waterfall job-change --sandbox --domain acme.com --linkedin jane-doe-abc123
  waterfall job-change --professional-email jane.doe@acme.com --json
";

const ABOUT: &str = "\
A person is identified by the company's domain with a profile, an address or a full name; by \
the company's LinkedIn page with a profile or an address; or by a professional address. The \
domain with the profile has the best coverage. The exit code is 1 if the API does not know \
whether the person still works there.

";

pub(super) fn long_help() -> String {
    format!("{ABOUT}{}", with_environment(EXAMPLES))
}

const COMPANY: &str = "The company";
const PERSON: &str = "The person";
const QUERY: [&str; 6] =
    ["domain", "company_linkedin", "linkedin", "professional_email", "personal_email", "full_name"];

#[derive(Debug, Group)]
pub(crate) struct JobChange {
    /// Domain of the company
    #[arg(long, help_heading = COMPANY)]
    pub(crate) domain: Option<String>,
    /// LinkedIn page of the company
    #[arg(long, value_name = "PAGE", help_heading = COMPANY)]
    pub(crate) company_linkedin: Option<String>,
    /// LinkedIn profile of the person
    #[arg(long, value_name = "PROFILE", help_heading = PERSON)]
    pub(crate) linkedin: Option<String>,
    /// E-mail address of the person at the company
    #[arg(long, value_name = "ADDRESS", help_heading = PERSON)]
    pub(crate) professional_email: Option<String>,
    /// Personal e-mail address of the person
    #[arg(long, value_name = "ADDRESS", help_heading = PERSON)]
    pub(crate) personal_email: Option<String>,
    /// Full name of the person
    #[arg(long, value_name = "NAME", help_heading = PERSON)]
    pub(crate) full_name: Option<String>,
    /// Read the result of an earlier request again
    #[arg(long, value_name = "ID", conflicts_with_all = QUERY)]
    pub(crate) job_id: Option<JobId>,
    #[command(flatten)]
    pub(crate) operation: Operation,
}
