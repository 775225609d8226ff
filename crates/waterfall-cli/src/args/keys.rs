//! The arguments of `waterfall keys`.

use clap::{Args as Group, Subcommand};

use crate::args::connection::Connection;
use crate::args::help::{SHORT, with_environment};
use crate::args::parse;

const EXAMPLES: &str = "\
Examples:
  waterfall keys list
  waterfall keys create 'nightly import' --per-minute 10
  waterfall keys modify 'nightly import' --disable
";

const ABOUT: &str = "\
Manages the API keys of an enterprise account. WATERFALL_API_KEY must be its master key.

";

const MODIFY: &str = "\
KEY is the end of the key as `waterfall keys list` prints it, at least 4 characters, or its \
exact notes. Don't pass a complete key: every user of a machine can read the arguments of a \
program. Keys can't be removed, and the master key can't be modified.

";

pub(super) const USAGE: &str = "\
waterfall keys list [OPTIONS]
       waterfall keys create [OPTIONS] <NOTES>
       waterfall keys modify [OPTIONS] <KEY>";

#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// List all keys, masked
    #[command(after_help = SHORT, after_long_help = format!("{ABOUT}{}", with_environment(EXAMPLES)))]
    List(List),
    /// Create a key, and print it
    #[command(after_help = SHORT, after_long_help = format!("{ABOUT}{}", with_environment(EXAMPLES)))]
    Create(Create),
    /// Change the notes or the limit of a key, or enable or disable it
    #[command(override_usage = "waterfall keys modify [OPTIONS] <KEY>", after_help = SHORT)]
    #[command(after_long_help = format!("{ABOUT}{MODIFY}{}", with_environment(EXAMPLES)))]
    Modify(Modify),
}

impl Keys {
    pub(crate) fn connection(&self) -> &Connection {
        match self {
            Self::List(args) => &args.connection,
            Self::Create(args) => &args.connection,
            Self::Modify(args) => &args.connection,
        }
    }
}

#[derive(Debug, Group)]
pub(crate) struct List {
    /// Print the complete keys
    #[arg(long)]
    pub(crate) show: bool,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

#[derive(Debug, Group)]
pub(crate) struct Create {
    /// Purpose of the key, 1 to 250 characters
    #[arg(value_name = "NOTES")]
    pub(crate) notes: String,
    /// Requests per minute that the key allows
    #[arg(long, value_name = "N", value_parser = parse::requests)]
    pub(crate) per_minute: Option<u32>,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

#[derive(Debug, Group)]
pub(crate) struct Modify {
    /// The end of the key, or its notes
    #[arg(value_name = "KEY")]
    pub(crate) key: String,
    /// Purpose of the key, 1 to 250 characters
    #[arg(long, value_name = "NOTES", required_unless_present_any = ["enable", "disable", "per_minute"])]
    pub(crate) notes: Option<String>,
    /// Enable the key
    #[arg(long, conflicts_with = "disable")]
    pub(crate) enable: bool,
    /// Disable the key
    #[arg(long)]
    pub(crate) disable: bool,
    /// Requests per minute that the key allows
    #[arg(long, value_name = "N", value_parser = parse::requests)]
    pub(crate) per_minute: Option<u32>,
    #[command(flatten)]
    pub(crate) connection: Connection,
}
