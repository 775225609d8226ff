//! Options of the commands that send requests to the API.

use std::path::PathBuf;

use clap::Args as Group;

use crate::args::parse;

#[derive(Debug, Group)]
#[command(next_help_heading = "API requests")]
pub(crate) struct Connection {
    /// Use an embedded sandbox: no key, no network
    ///
    /// Each command starts a new one, which ends with the command. Its jobs take 1 to 5 seconds.
    #[arg(long)]
    pub(crate) sandbox: bool,
    /// Base URL of the API [default: https://api.waterfall.io]
    #[arg(long, value_name = "URL", conflicts_with = "sandbox")]
    pub(crate) base_url: Option<String>,
    /// Do not retry failed requests
    ///
    /// A wait still makes its next read.
    #[arg(long)]
    pub(crate) no_retry: bool,
    /// Log each decision and its reason to stderr
    #[arg(short, long)]
    pub(crate) verbose: bool,
    /// Maximum number of requests per minute [default: 50]
    ///
    /// For a key with a different limit. If the API reports a lower limit, that one applies.
    /// Without this option, the limit is 50 until the API reports one.
    #[arg(long, value_name = "N", value_parser = parse::requests)]
    pub(crate) rate_limit: Option<u32>,
    /// Use a share of the limit, such as 50%
    ///
    /// For one of several processes with the same key. The share is taken of the limit that the API
    /// reports or that --rate-limit sets. The shares of all processes should add up to at most
    /// 100%.
    #[arg(long, value_name = "PERCENT", value_parser = parse::share)]
    pub(crate) share: Option<f64>,
    /// Also trust the certificates in this PEM file
    ///
    /// In addition to those of the system, or of SSL_CERT_FILE. Needed in networks whose proxy
    /// inspects TLS and signs with its own certificate authority.
    #[arg(long, value_name = "FILE")]
    pub(crate) cacert: Option<PathBuf>,
    /// Neither read nor store learned job durations
    #[arg(long)]
    pub(crate) no_state: bool,
    /// Record requests and responses to this directory
    ///
    /// Each is a HAR file that only you can read, without the key, and with pseudonyms in place of
    /// personal values. `waterfall sandbox --replay DIR` serves them.
    #[arg(long, value_name = "DIR")]
    pub(crate) record: Option<PathBuf>,
    /// Take the key of the pseudonyms from this file
    ///
    /// The file is created if it does not exist. With it, several commands can record to one
    /// directory, and a replay accepts the original requests; anyone who has it can check guesses
    /// of the values. Without this option, the key is random and kept only in memory.
    #[arg(long, value_name = "FILE")]
    pub(crate) record_key: Option<PathBuf>,
}
