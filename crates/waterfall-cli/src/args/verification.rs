//! Options for the verification of webhook deliveries.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args as Group;

use crate::args::help::NETWORK;
use crate::args::parse;

/// The heading of all options that affect which deliveries are accepted.
pub(super) const HEADING: &str = "Verification";

#[derive(Debug, Group)]
#[command(next_help_heading = HEADING)]
pub(crate) struct Verification {
    /// The key set [default: the one that the API publishes]
    #[arg(long, value_name = "FILE|URL")]
    pub(crate) jwks: Option<String>,
    /// Refuse deliveries that were signed longer ago than this
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = parse::duration)]
    pub(crate) max_age: Duration,
    /// Maximum difference between the clocks
    ///
    /// A token may have expired this long ago, or become valid this much later.
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = parse::duration)]
    pub(crate) leeway: Duration,
    /// Also trust the certificates in this PEM file
    ///
    /// In addition to those of the system, or of SSL_CERT_FILE. Applies to the request for the
    /// keys, and to --forward.
    #[arg(long, value_name = "FILE", help_heading = "Network")]
    pub(crate) cacert: Option<PathBuf>,
}

const ENVIRONMENT: &str = "\
Environment:
  WATERFALL_BASE_URL    the base URL of the API that publishes the keys, unless
                        --jwks is given
";

/// Returns the environment variables of commands with these options.
pub(super) fn environment() -> String {
    format!("{ENVIRONMENT}{NETWORK}")
}
