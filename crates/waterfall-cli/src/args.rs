//! The command line: one module for the arguments of each command.

pub(crate) mod account;
pub(crate) mod batch;
pub(crate) mod batch_kind;
pub(crate) mod company;
pub(crate) mod completions;
pub(crate) mod connection;
pub(crate) mod doctor;
pub(crate) mod drift;
pub(crate) mod enrich;
pub(crate) mod get;
mod help;
pub(crate) mod job_change;
pub(crate) mod keys;
pub(crate) mod launch;
pub(crate) mod listen;
pub(crate) mod operation;
pub(crate) mod parse;
pub(crate) mod person;
pub(crate) mod phone;
pub(crate) mod prospect;
pub(crate) mod reveal;
pub(crate) mod sandbox;
pub(crate) mod search;
pub(crate) mod titles;
pub(crate) mod verification;
pub(crate) mod verify;
pub(crate) mod webhook;

use clap::{Parser, Subcommand};

use crate::args::account::Account;
use crate::args::batch::Batch;
use crate::args::company::Company;
use crate::args::completions::{Completions, Man};
use crate::args::connection::Connection;
use crate::args::doctor::Doctor;
use crate::args::drift::Drift;
use crate::args::enrich::Enrich;
use crate::args::get::Get;
use crate::args::job_change::JobChange;
use crate::args::keys::Keys;
use crate::args::listen::Listen;
use crate::args::phone::Phone;
use crate::args::prospect::Prospect;
use crate::args::reveal::Reveal;
use crate::args::sandbox::Serve;
use crate::args::search::Search;
use crate::args::titles::Titles;
use crate::args::verify::Verify;
use crate::args::webhook::Webhook;

const EXAMPLES: &str = "\
Examples:
  waterfall enrich --sandbox jane-doe-abc123
  waterfall enrich - --json < people.txt > results.jsonl
  waterfall batch run contacts.csv -o enriched.csv --max-spend 25
  waterfall get 7d44db58-5de3-4e92-a2fb-8325d12c2e8b --wait
  waterfall listen --forward http://localhost:3000/webhooks/waterfall
";

/// The maximum width of the help, in columns.
const MAX_WIDTH: usize = 80;

/// Find and enrich contacts and companies with Waterfall's API
#[derive(Debug, Parser)]
#[command(name = "waterfall", version, max_term_width = MAX_WIDTH)]
#[command(after_help = help::SHORT, after_long_help = help::with_environment(EXAMPLES))]
pub(crate) struct Args {
    /// Print the API's response as JSON, and an error as one line of JSON
    #[arg(long, global = true, help_heading = "Common options")]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Launch a job for each person, wait for it, and print the result
    #[command(override_usage = enrich::USAGE, after_help = help::SHORT)]
    #[command(after_long_help = enrich::long_help())]
    Enrich(Box<Enrich>),
    /// Read a job by its id
    #[command(after_help = help::SHORT, after_long_help = get::long_help())]
    Get(Get),
    /// Find the phone numbers of people
    #[command(override_usage = phone::USAGE, after_help = help::SHORT)]
    #[command(after_long_help = phone::long_help())]
    Phone(Box<Phone>),
    /// Enrich companies
    #[command(override_usage = company::USAGE, after_help = help::SHORT)]
    #[command(after_long_help = company::long_help())]
    Company(Box<Company>),
    /// Find people at companies by their titles
    #[command(override_usage = prospect::USAGE, after_help = help::SHORT)]
    #[command(after_long_help = prospect::long_help())]
    Prospect(Box<Prospect>),
    /// Search for people or companies
    #[command(subcommand, override_usage = search::USAGE)]
    Search(Search),
    /// Check whether a person still works at a company
    #[command(after_help = help::SHORT, after_long_help = job_change::long_help())]
    JobChange(Box<JobChange>),
    /// Find the company behind an IP address
    #[command(after_help = help::SHORT, after_long_help = reveal::long_help())]
    Reveal(Reveal),
    /// List the job titles at a company
    #[command(override_usage = titles::USAGE, after_help = help::SHORT)]
    #[command(after_long_help = titles::long_help())]
    Titles(Titles),
    /// Verify an e-mail address
    #[command(after_help = help::SHORT, after_long_help = verify::long_help())]
    Verify(Verify),
    /// Report the usage and the balance of the account
    #[command(after_help = help::SHORT, after_long_help = account::long_help())]
    Account(Account),
    /// List, create and modify the API keys of the account
    #[command(subcommand, override_usage = keys::USAGE)]
    Keys(Keys),
    /// Check the key, the network and the account, and print what to do
    #[command(after_help = help::SHORT, after_long_help = doctor::long_help())]
    Doctor(Doctor),
    /// Enrich a file of contacts, durably: it continues after any interruption
    #[command(subcommand, after_help = help::SHORT, after_long_help = batch::long_help())]
    Batch(Batch),
    /// Compare stored responses with the API's description
    #[command(after_help = "`--help` describes the input and has examples.")]
    #[command(after_long_help = drift::LONG_HELP)]
    Drift(Drift),
    /// Serve a mock of the API on this machine until ctrl-c
    #[command(after_help = "`--help` lists the faults and has examples.")]
    #[command(after_long_help = sandbox::LONG_HELP)]
    Sandbox(Serve),
    /// Receive webhook deliveries, and print or forward them
    #[command(after_help = help::SHORT, after_long_help = listen::long_help())]
    Listen(Listen),
    /// Inspect webhook deliveries
    #[command(subcommand)]
    Webhook(Webhook),
    /// Print a completion script for a shell
    #[command(after_help = completions::COMPLETIONS_HELP)]
    Completions(Completions),
    /// Write the man pages to a directory
    #[command(after_help = completions::MAN_HELP)]
    Man(Man),
}

impl Command {
    /// Returns the options for requests to the API, if the command sends any.
    pub(crate) fn connection(&self) -> Option<&Connection> {
        match self {
            Self::Enrich(args) => Some(&args.launch.connection),
            Self::Get(args) => Some(&args.connection),
            Self::Phone(args) => Some(&args.launch.connection),
            Self::Company(args) => Some(&args.launch.connection),
            Self::Prospect(args) => Some(&args.launch.connection),
            Self::Search(args) => Some(args.connection()),
            Self::JobChange(args) => Some(&args.operation.connection),
            Self::Reveal(args) => Some(&args.operation.connection),
            Self::Titles(args) => Some(&args.operation.connection),
            Self::Verify(args) => Some(&args.operation.connection),
            Self::Account(args) => Some(&args.connection),
            Self::Keys(args) => Some(args.connection()),
            Self::Doctor(args) => Some(&args.connection),
            Self::Batch(Batch::Run(args)) => Some(&args.connection),
            Self::Batch(Batch::Doubts(args)) => Some(&args.connection),
            Self::Batch(_)
            | Self::Drift(_)
            | Self::Sandbox(_)
            | Self::Listen(_)
            | Self::Webhook(_)
            | Self::Completions(_)
            | Self::Man(_) => None,
        }
    }
}

/// Parses the command line. The error contains either the problem or the requested help.
pub(crate) fn read() -> Result<Args, clap::Error> {
    Args::try_parse()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }
}
