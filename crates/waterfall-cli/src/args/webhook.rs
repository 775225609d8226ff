//! The arguments of `waterfall webhook`.

use std::path::PathBuf;

use clap::{Args as Group, Subcommand};
use jiff::Timestamp;
use waterfall::JobId;

use crate::args::verification::{Verification, environment};
use crate::args::{help, parse};

const VERIFY: &str = "\
The rules are printed in the order in which they are checked, up to the first that is \
violated. With --json the output is an object with the keys verdict (genuine, refused, unknown \
or unreadable), rule, message, hint, checks, job_id, kind, kind_source, status, key_id, issued_at \
and expires_at. \
Values of unexpected types in the body are listed on stderr, with --json as the event \
`deviations`.

The kind of the job comes from --kind or the end of the path, unless the result has another kind; \
otherwise from --job-id; otherwise from the content. The path comes from --path, or from a \
request line in a --header. With --json, kind is null if none of them determines it, and \
kind_source is path, option, job_id or content.

TIME has the form 2026-06-01T12:00:00Z, or is in seconds since 1970. All headers other than \
X-Webhook-Signature are ignored; one option can contain several lines.

FILE must contain the body byte for byte as it was received. The hash differs if the JSON was \
parsed and serialized again, an editor added a line end, or the encoding changed.

";

const VERIFY_END: &str = "\
Exit codes:
  0    the delivery is genuine
  2    bad arguments or input; nothing was sent
  5    the delivery is genuine, but its body is not a job that this version can
       decode
  6    the keys are not available, so the result is unknown
  9    the delivery is refused

Examples:
  waterfall webhook verify body.json --header 'X-Webhook-Signature: eyJ...'
  waterfall webhook verify body.json --header \"$(cat headers.txt)\" --path /hooks/phone
  waterfall webhook verify - --header \"$(cat headers.txt)\" < body.json
  waterfall webhook verify body.json --header 'X-Webhook-Signature: eyJ...' \\
    --jwks keys.json --at 2026-06-01T12:00:00Z
";

fn verify_help() -> String {
    format!("{VERIFY}{}\n{VERIFY_END}", environment())
}

#[derive(Debug, Subcommand)]
pub(crate) enum Webhook {
    /// Verify a delivery, and report the rule that it violates
    #[command(after_help = help::SHORT, after_long_help = verify_help())]
    Verify(Verify),
}

#[derive(Debug, Group)]
pub(crate) struct Verify {
    /// The body as it was received; - for stdin
    pub(crate) file: PathBuf,
    /// A header of the request; can be repeated
    #[arg(long = "header", short = 'H', value_name = "NAME: VALUE")]
    pub(crate) headers: Vec<String>,
    /// Path at which it arrived: /waterfall/phone is that of a phone job
    #[arg(long)]
    pub(crate) path: Option<String>,
    /// Kind of the job
    #[arg(long, conflicts_with = "path", value_parser = JobId::KINDS.to_vec())]
    pub(crate) kind: Option<String>,
    /// Id of the job, as printed at its launch
    #[arg(long, value_name = "ID", value_parser = parse::job_id)]
    pub(crate) job_id: Option<JobId>,
    /// Verify as of this time instead of now
    #[arg(long, value_name = "TIME", value_parser = parse::time)]
    pub(crate) at: Option<Timestamp>,
    #[command(flatten)]
    pub(crate) verification: Verification,
}
