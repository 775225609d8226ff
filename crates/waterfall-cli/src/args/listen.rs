//! The arguments of `waterfall listen`.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;
use std::time::Duration;

use clap::Args as Group;

use crate::args::parse;
use crate::args::verification::{HEADING, Verification, environment};

const DESCRIPTION: &str = "\
Each delivery is verified first. The response is 200 only after the delivery was printed, \
    forwarded or handled by the command, and 500 if that failed, so that the sender may retry. A \
    delivery that is not genuine is refused with 400; the reason and a hint are printed on \
    stderr. Another delivery of a handled job gets a 200 and is not handled again.

The first line on stdout is the URL; with --json, {\"url\": ...}. Then, without --forward and \
--exec, each delivery is a card, or with --json a line with the keys received_at, job_id, \
status, signed, key_id and body: the body as it was received, with all digits of its numbers. Log \
lines are printed on stderr, with --json as objects with the keys note, job_id, rule, message and \
hint.

--forward sends the exact bytes of the body with Content-Type and X-Webhook-Signature, so that \
your application can verify them as well. Other parts of the request are not sent. Redirects are \
not \
followed; any response other than a 2xx is a failure. Plain http is allowed to this machine \
only.

--exec runs a program without a shell. COMMAND is split into words as in a
shell, including quotes, and not interpreted further. For pipes and variables:
  --exec \"sh -c 'jq .output.person >> people.jsonl'\"
The body is on its stdin. WATERFALL_JOB_ID (not set if the body has none),
WATERFALL_JOB_STATUS and WATERFALL_SIGNED (true, false) are in its environment.
Any exit code other than 0 is a failure. After --timeout the program is killed
with all processes that it started. At most 16 run at once.

After a ctrl-c no new deliveries are accepted, and those in progress are finished.

";

const EXAMPLES: &str = "\
Examples:
  waterfall listen --port 8080 --json >> deliveries.jsonl
  waterfall listen --forward http://localhost:3000/webhooks/waterfall
  waterfall listen --exec './handle --verbose'
";

const EXIT_CODES: &str = "\
Exit codes:
  0    stopped by ctrl-c; all accepted deliveries were finished
  2    it could not start
  8    stdout could no longer be written
  130  stopped by a second ctrl-c; deliveries in progress were not finished
";

pub(super) fn long_help() -> String {
    format!("{DESCRIPTION}{}\n{EXIT_CODES}\n{EXAMPLES}", environment())
}

#[derive(Debug, Group)]
pub(crate) struct Listen {
    /// Port; 0 for a free one
    #[arg(long, default_value_t = 4011)]
    pub(crate) port: u16,
    /// Address to listen on
    #[arg(long, value_name = "ADDRESS", default_value_t = Ipv4Addr::LOCALHOST.into())]
    pub(crate) bind: IpAddr,
    /// Accept deliveries only at this path and at those of the kinds below it [default: at any]
    #[arg(long, value_parser = parse::path)]
    pub(crate) path: Option<String>,
    /// Forward each delivery to this URL
    #[arg(long, value_name = "URL", conflicts_with = "exec")]
    pub(crate) forward: Option<String>,
    /// Run this program for each delivery, with the body on its stdin
    #[arg(long, value_name = "COMMAND")]
    pub(crate) exec: Option<CommandLine>,
    /// Maximum duration of one --forward or --exec
    #[arg(long, value_name = "TIME", default_value = "30s")]
    #[arg(value_parser = parse::positive_duration)]
    pub(crate) timeout: Duration,
    /// Also accept unsigned deliveries: anyone can send them
    #[arg(long, help_heading = HEADING)]
    pub(crate) allow_unsigned: bool,
    #[command(flatten)]
    pub(crate) verification: Verification,
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
        let program = program.ok_or("pass a program and its arguments")?;
        Ok(Self { program, args: words.collect() })
    }
}

impl fmt::Display for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.program)
    }
}
