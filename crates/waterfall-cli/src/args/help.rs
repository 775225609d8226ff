//! Parts of the help that several commands share.

use crate::exit;

/// The end of a command's short help.
pub(super) const SHORT: &str = "`--help` has examples, the environment and the exit codes.";

const ENVIRONMENT: &str = "\
Environment:
  WATERFALL_API_KEY     the API key, without quotes and white space; there is no
                        option for it, because every user of a machine can read
                        the arguments of a program
  WATERFALL_BASE_URL    the API's base URL, unless --base-url is given
  WATERFALL_RATE_LIMIT  requests per minute that the key allows, unless
                        --rate-limit is given
  WATERFALL_RECORD      directory to record requests and responses to, unless
                        --record is given
";

/// The environment variables of all commands that send requests.
pub(super) const NETWORK: &str =
    "  HTTPS_PROXY           proxy for https, as http://[USER:PASSWORD@]HOST:PORT;
                        SOCKS is not supported
  ALL_PROXY             used if HTTPS_PROXY is not set
  HTTP_PROXY            no effect: plain http never leaves this machine
  NO_PROXY              hosts to reach without a proxy: names, addresses,
                        networks (10.0.0.0/8) or *, separated by commas
  SSL_CERT_FILE         PEM file with the certificates to trust, instead of the
                        system's (on Windows and macOS in addition to them)
  SSL_CERT_DIR          directories with such files
  NO_COLOR              disables colors if it is set
The proxy variables can be lower case.
";

const STATE: &str = "\
State: the durations of jobs are stored in $XDG_STATE_HOME/waterfall (by default \
~/.local/state, on Windows %LOCALAPPDATA%), so that the next run reads its jobs at the right \
time. There is one file per host of a base URL. It contains only durations, no key and no \
personal data. --no-state and --sandbox neither read nor write it.
";

/// Returns the end of the long help of a command that sends requests to the API.
pub(super) fn with_environment(examples: &str) -> String {
    format!("{examples}\n{ENVIRONMENT}{NETWORK}\n{STATE}\nExit codes:\n{}", exit::table())
}

/// Values of `--policy`.
pub(super) const POLICY: &str = "\
POLICY is adaptive (from the durations of earlier jobs), adaptive:READ_COST (the waiting time, \
in seconds, that a read must save), recommended (2, 4, 8, 8, ...), fixed:PAUSE or \
exponential:FIRST,FACTOR,LONGEST, with times in seconds.

";
