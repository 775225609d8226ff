//! The command lines of what has to do with webhooks.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::{Args as Group, Subcommand};
use jiff::Timestamp;

use super::{NETWORK, SHORT};
use crate::parse;

const LISTEN: &str = "\
Each delivery is verified first, and its sender is answered 200 only after it was printed or \
passed on; else 500, so that the sender may try again. What is not genuine is refused with \
400, and the reason and what to do about it are on stderr. A delivery of a job that was \
handled before is answered 200, and not handed over again.

The first line on stdout is where it listens; with --json, {\"url\": ...}. Then, without \
--forward and --exec, each delivery is a card, or with --json a line with the keys \
received_at, job_id, status, signed, key_id and body: the body as it came, every number to \
its last digit. Notes are on stderr, with --json as lines with the keys note, job_id, rule, \
message and hint.

--forward sends the body's exact bytes with Content-Type and X-Webhook-Signature, so that \
your application can verify them again, and nothing else of the request. Redirects are not \
followed; any answer but a 2xx is a failure. Plain http is for this machine alone.

--exec runs a program without a shell. COMMAND is split into words as a shell
would, quotes included, and that is all: for pipes and variables give
  --exec \"sh -c 'jq .output.person >> people.jsonl'\"
The body is on its stdin. WATERFALL_JOB_ID (not set if the body has none),
WATERFALL_JOB_STATUS and WATERFALL_SIGNED (true, false) are in its environment.
Any exit code but 0 is a failure. What runs longer than --timeout is killed,
with what it has started. Up to 16 are under way at once.

After a ctrl-c no new deliveries are taken, and those under way are finished.

";

const LISTEN_EXAMPLES: &str = "\
Examples:
  waterfall listen --port 8080 --json >> deliveries.jsonl
  waterfall listen --forward http://localhost:3000/webhooks/waterfall
  waterfall listen --exec './handle --verbose'
";

const ENVIRONMENT: &str = "\
Environment:
  WATERFALL_BASE_URL    where the API is whose keys are used, unless --jwks says
";

const LISTEN_EXITS: &str = "\
Exit codes:
  0    stopped by ctrl-c, and nothing was left undone
  2    it can't start
  8    stdout can't be written any more
  130  stopped by a second ctrl-c; what was under way was not finished
";

const VERIFY: &str = "\
The rules are printed in the order in which they are checked, up to the first that is \
broken. With --json this is an object with the keys verdict (genuine, refused, unknown or \
unreadable), rule, message, hint, checks, job_id, status, key_id, issued_at and expires_at.

TIME is like 2026-06-01T12:00:00Z, or in seconds since 1970. Of the headers, all but \
X-Webhook-Signature are ignored; one option can hold several lines.

FILE has to be the body byte for byte as it was received. JSON that was read and written \
again, an editor's line at its end, or another encoding, and the hash differs.

";

const VERIFY_END: &str = "\
Exit codes:
  0    the delivery is genuine
  2    bad arguments or input; nothing was sent
  5    the delivery is genuine, and its body is not a job as this program knows
       them
  6    the keys can't be had, so that nothing is known
  9    the delivery is refused

Examples:
  waterfall webhook verify body.json --header 'X-Webhook-Signature: eyJ...'
  waterfall webhook verify - --header \"$(cat headers.txt)\" < body.json
  waterfall webhook verify body.json --header 'X-Webhook-Signature: eyJ...' \\
    --jwks keys.json --at 2026-06-01T12:00:00Z
";

/// What `listen --help` ends with.
pub(super) fn listen_help() -> String {
    format!("{LISTEN}{ENVIRONMENT}{NETWORK}\n{LISTEN_EXITS}\n{LISTEN_EXAMPLES}")
}

fn verify_help() -> String {
    format!("{VERIFY}{ENVIRONMENT}{NETWORK}\n{VERIFY_END}")
}

#[derive(Debug, Group)]
pub(crate) struct Listen {
    /// Port; 0 for a free one
    #[arg(long, default_value_t = 4011)]
    pub(crate) port: u16,
    /// Address to listen on
    #[arg(long, value_name = "ADDRESS", default_value_t = Ipv4Addr::LOCALHOST.into())]
    pub(crate) bind: IpAddr,
    /// Take deliveries at this path alone [default: at any]
    #[arg(long, value_parser = parse::path)]
    pub(crate) path: Option<String>,
    /// Pass each delivery on to this URL
    #[arg(long, value_name = "URL", conflicts_with = "exec")]
    pub(crate) forward: Option<String>,
    /// Run this for each delivery, its body on stdin
    #[arg(long, value_name = "COMMAND")]
    pub(crate) exec: Option<CommandLine>,
    /// How long one --forward or --exec may take
    #[arg(long, value_name = "TIME", default_value = "30s")]
    #[arg(value_parser = parse::positive_duration)]
    pub(crate) timeout: Duration,
    /// Take unsigned deliveries too: anybody can send them
    #[arg(long, help_heading = RULES)]
    pub(crate) allow_unsigned: bool,
    #[command(flatten)]
    pub(crate) rules: Rules,
}

const RULES: &str = "What counts as genuine";

/// What deliveries are verified by.
#[derive(Debug, Group)]
#[command(next_help_heading = RULES)]
pub(crate) struct Rules {
    /// The key set [default: the one that the API publishes]
    #[arg(long, value_name = "FILE|URL")]
    pub(crate) jwks: Option<String>,
    /// Refuse what was signed longer ago
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = parse::duration)]
    pub(crate) max_age: Duration,
    /// How far the clocks may be apart
    ///
    /// A token may have expired this long ago, or become valid this much later.
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = parse::duration)]
    pub(crate) leeway: Duration,
    /// Trust the certificates in this PEM file too
    ///
    /// Beside those of the system, or of SSL_CERT_FILE: where the keys are fetched, and
    /// where --forward leads.
    #[arg(long, value_name = "FILE", help_heading = "Network")]
    pub(crate) cacert: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Webhook {
    /// Say which rule a delivery breaks, if it breaks one
    #[command(after_help = SHORT, after_long_help = verify_help())]
    Verify(Verify),
}

#[derive(Debug, Group)]
pub(crate) struct Verify {
    /// The body as it was received; - for stdin
    pub(crate) file: PathBuf,
    /// A header of the request; can be repeated
    #[arg(long = "header", short = 'H', value_name = "NAME: VALUE")]
    pub(crate) headers: Vec<String>,
    /// Judge as of this time instead of now
    #[arg(long, value_name = "TIME", value_parser = parse::time)]
    pub(crate) at: Option<Timestamp>,
    #[command(flatten)]
    pub(crate) rules: Rules,
}

/// A program and its arguments.
#[derive(Debug, Clone)]
pub(crate) struct CommandLine {
    pub(crate) program: String,
    pub(crate) args: Vec<String>,
}

impl FromStr for CommandLine {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut words = shlex::split(text).ok_or("a quote is not closed")?.into_iter();
        let program = words.next().filter(|program| !program.is_empty());
        let program = program.ok_or("give a program and its arguments")?;
        Ok(Self { program, args: words.collect() })
    }
}

impl fmt::Display for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.program)
    }
}
