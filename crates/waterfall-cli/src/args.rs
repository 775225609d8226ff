//! The command line.

mod webhook;

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::builder::RangedU64ValueParser;
use clap::{ArgGroup, Args as Group, Parser, Subcommand};
use serde_json::{Map, Value};
use waterfall::{JobId, PollPolicy};
use waterfall_sandbox::{Builder, DeliveryRule, FaultRule, JobTime, RateLimit};

pub(crate) use self::webhook::{CommandLine, Listen, Rules, Verify, Webhook};
use crate::{exit, parse};

const ENVIRONMENT: &str = "\
Environment:
  WATERFALL_API_KEY     the API key, without quotes and white space; it is no
                        option, because everybody on a machine can read the
                        arguments of a program
  WATERFALL_BASE_URL    where the API is, unless --base-url says so
  WATERFALL_RATE_LIMIT  requests per minute that the key allows, unless
                        --rate-limit says so
";

const NETWORK: &str =
    "  HTTPS_PROXY           proxy for https, as http://[USER:PASSWORD@]HOST:PORT;
                        SOCKS is not supported
  ALL_PROXY             the same, if HTTPS_PROXY is not set
  HTTP_PROXY            no effect: plain http never leaves this machine
  NO_PROXY              hosts to reach without a proxy: names, addresses,
                        networks (10.0.0.0/8) or *, with commas between them
  SSL_CERT_FILE         PEM file with the certificates to trust, instead of the
                        system's (on Windows and macOS beside them)
  SSL_CERT_DIR          directories with such files
  NO_COLOR              no colors, if it is set
The proxies' variables can be in lower case.
";

const STATE: &str = "\
State: how long jobs have been taking is kept in $XDG_STATE_HOME/waterfall (~/.local/state \
if that is not set, %LOCALAPPDATA% on Windows), so that the next run reads them at the right \
time. A file for each host of a base URL holds times, and neither the key nor anything of a \
person. --no-state keeps and reads nothing, --sandbox neither.
";

/// What `-h` ends with.
const SHORT: &str = "`--help` has examples, the environment and the exit codes.";

const ENRICH_EXAMPLES: &str = "\
Examples:
  waterfall enrich --sandbox jane-doe-abc123
  waterfall enrich jane.doe@acme.com --include-phones
  waterfall enrich --full-name 'Jane Doe' --domain acme.com --json
  waterfall enrich jane-doe-abc123 john.roe@acme.com
  waterfall enrich - --dry-run < people.txt
  waterfall enrich - --json < people.txt > results.jsonl
  waterfall enrich - --share 50% --cacert corporate-ca.pem < people.txt
";

const MANY: &str = "\
Contacts:
  A QUERY is a LinkedIn profile, an e-mail address, or a JSON object with any of linkedin, \
email, full_name, first_name, last_name, domain, include_phones, webhook_url and \
custom_fields; what it has goes before the options. Names of columns such as `Work Email` or \
`LinkedIn URL` are understood, other members are ignored and come back in `input`. Of several \
ways to name the person, the first usable one is sent: email, linkedin, full_name with domain, \
first_name and last_name with domain. Empty values and placeholders such as N/A or null are \
absent.

  `-` reads stdin: one QUERY a line, or a JSON array of them; empty lines and those that begin \
with # are skipped. --dry-run shows what becomes of each.

  One QUERY is printed as a card, the same as --linkedin or --email.

  Each of several, and each line of stdin, has one line on stdout as soon as it is done; \
with --json an object with the keys index (from 0), line, input, outcome (found, nobody, \
failed or duplicate), job_id, reads, launch_attempts, job (what the API said), error and \
duplicate_of. With --json every line on stderr is an object, an error or one with an `event`; \
-v reports launches to people.

  Each person is launched once, because each launch may be billed. All QUERYs that ask for the \
same person get the result of that launch, with duplicate_of. Spelling does not matter: a \
profile's URL or its last part, capitals, the URL of a domain, a full name or its parts. Nor do \
custom_fields and webhook_url. A QUERY with phones is not served by a launch without. If the \
launch is refused, the next QUERY for the person is launched. After 64 MiB of results, the \
oldest are no longer kept, and a later QUERY has the outcome `duplicate` only.

  A bad argument stops everything before it begins; a bad line of stdin fails alone. A refused \
key, an empty balance or a connection that can't be made stops launching. Jobs that run are \
waited for, and queries that were not launched are counted.

  The exit code is 0 or 1 if nothing failed, the code below that all inputs failed with, or \
else 10; queries that were not launched have failed. It is 130 after a ctrl-c, and 8 if stdout \
can't be written.

Stopping and recovering:
  A ctrl-c, SIGTERM or SIGHUP starts no new launch, waits at most --grace for the ids of \
launches in flight, and reports what is left: jobs to wait for by their ids, and queries that \
were not launched. A second one doesn't wait. With --json these are the events `left` and \
`not_launched`:
    grep '\"event\":\"left\"' events.jsonl | waterfall get - --wait --json
    jq -rc 'select(.event == \"not_launched\").input' events.jsonl |
      waterfall enrich - --json

  To recover from a crash or a kill -9, keep stderr of a run with --json. `launching` is \
written before each launch is sent, then `launched` with its job_id, or `failed`. Jobs with \
`launched` and no result are waited for with `waterfall get -`, as above. A `launching` with \
neither is in doubt: the job may run, so look at your webhook or usage before you launch it \
again. This lists the inputs in doubt:
    jq -sc 'map(select(.index != null)) | group_by(.index)[] |
      select(all(.event != \"launched\" and .event != \"failed\")) |
      .[] | select(.event == \"launching\").input' events.jsonl

";

const GET_EXAMPLES: &str = "\
Examples:
  waterfall get 7d44db58-5de3-4e92-a2fb-8325d12c2e8b --wait
  grep '\"event\":\"launched\"' events.jsonl | waterfall get - --wait --json
";

const MANY_JOBS: &str = "\
Several jobs:
  Each has one line on stdout as soon as it is over, the same as those of `waterfall enrich` \
with several contacts. `-` reads stdin to its end, one id a line, or a JSON object with a \
job_id, such as a result of `enrich --json` or its events `launched` and `left`. The same \
id again is not read again. A bad argument stops everything before it begins; a bad line \
of stdin fails alone. A ctrl-c says which jobs are left; they go on.

";

const EXAMPLES: &str = "\
Examples:
  waterfall enrich --sandbox jane-doe-abc123
  waterfall enrich - --json < people.txt > results.jsonl
  waterfall get 7d44db58-5de3-4e92-a2fb-8325d12c2e8b --wait
  waterfall listen --forward http://localhost:3000/webhooks/waterfall
";

/// Help is as wide as the terminal, and no wider than this.
const WIDEST: usize = 80;

const ENRICH_USAGE: &str = "\
waterfall enrich <QUERY>...
       waterfall enrich -
       waterfall enrich --linkedin <PROFILE>
       waterfall enrich --email <ADDRESS>
       waterfall enrich --full-name <NAME> --domain <DOMAIN>
       waterfall enrich --first-name <NAME> --last-name <NAME> --domain <DOMAIN>";

const POLICY: &str = "\
POLICY is adaptive (go by how long jobs have been taking), adaptive:READ_COST (a read is worth \
so much waiting), recommended (2, 4, 8, 8, ...), fixed:PAUSE or exponential:FIRST,FACTOR,LONGEST, \
with times in seconds.

";

const SANDBOX_HELP: &str = "\
TIME is the same for all jobs (3, 500ms), or drawn: uniform:MIN,MAX or
lognormal:MEDIAN,SIGMA.

The sandbox finds jane-doe-abc123 and john-roe-42, invents most others, and
never finds `nobody`. How a job ends can be asked for with it:
  --custom-fields '{\"sandbox\": \"state=FAILED seconds=3\"}'

GET /sandbox/launches lists the jobs that were launched; ctrl-c prints the last
of them. -v logs each request: time, method, path, status, error code and job.

A rule is [launch:|find:|keys:]FAULT[@PROBABILITY], the probability from 0 to 1.
A fault is one of:
  status=503           this status, not acted on; with +acted, it is, and with
                       +html, +empty or +wrong-type the body is another
  retry-after=TEXT     a 429 with this Retry-After
  delay=2.5, late=2    the answer is held back, the request comes late (seconds)
  stall, drip=0.5      nothing after the head; a byte every so many seconds
  cut=20, pad=1000000  so many bytes of the body; spaces up to so many
  html, raw=TEXT       another body
  gzip-bomb            100 MB of zeros, compressed
  wrong-type, unknown-values, duplicate-keys, bad-utf8
                       a body that is not quite what is documented
  dates=TEXT           each date of the job is this text
  step=-3600           the server's clock was set while the job ran (seconds)
  header=NAME:VALUE    a header of the answer
  reset, refuse        no answer; reset+acted, the request was acted on
In a TEXT or VALUE, any byte can be %XX; `;`, `@` and `%` have to be.

A job launched with a webhook URL, by default one of http://127.0.0.1 or localhost, is \
delivered there when it is over. Its receiver finds the keys at /.well-known/jwks.json; a \
POST to /sandbox/rotate-keys makes a new one. They follow from --seed, and are no secret. \
GET /sandbox/deliveries lists what was tried, and what came of it.

A webhook fault is lose, delay=2.5, duplicate, duplicate=3, reorder, tamper-body, \
tamper-signature, unsign, wrong-kid, unknown-key, expired or wrong-hash; a rule is \
FAULT[@PROBABILITY]. A launch can ask for one with
  --custom-fields '{\"sandbox\": \"webhook=duplicate\"}'

Examples:
  waterfall sandbox --job-time lognormal:5,0.8
  waterfall sandbox --port 0 --rate-limit 10 --fault find:status=503@0.2
  waterfall sandbox -v --accept-key my-test-key --quota 100
  waterfall sandbox --webhook-fault lose@0.01 --rotate-keys 10m
";

/// Find the professional data of a contact with Waterfall's API
#[derive(Debug, Parser)]
#[command(name = "waterfall", version, max_term_width = WIDEST)]
#[command(after_help = SHORT, after_long_help = more(EXAMPLES))]
pub(crate) struct Args {
    /// Print what the API said; an error as one line of JSON
    #[arg(long, global = true, help_heading = "Common options")]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What commands take that ask the API.
#[derive(Debug, Group)]
#[command(next_help_heading = "Asking the API")]
pub(crate) struct Connection {
    /// Use an embedded sandbox: no key, no network
    ///
    /// It is new with each command and ends with it. Jobs take 1 to 5 seconds.
    #[arg(long)]
    pub(crate) sandbox: bool,
    /// Where the API is [default: https://api.waterfall.io]
    #[arg(long, value_name = "URL", conflicts_with = "sandbox")]
    pub(crate) base_url: Option<String>,
    /// Send each launch, and each read of a `get`, once only
    #[arg(long)]
    pub(crate) no_retry: bool,
    /// Say on stderr what is decided, and why
    #[arg(short, long)]
    pub(crate) verbose: bool,
    /// Requests per minute at most [default: 50]
    ///
    /// For a key that has another limit. If the API reports a lower one, that counts. Without
    /// this option the limit is what the API reports, and 50 until it does.
    #[arg(long, value_name = "N", value_parser = parse::requests)]
    pub(crate) rate_limit: Option<u32>,
    /// Use a share of the limit, such as 50%
    ///
    /// For one of several processes with the same key. It is a share of the limit that the
    /// API reports, or that --rate-limit gives. The shares of all processes should add up to
    /// 100% at most.
    #[arg(long, value_name = "PERCENT", value_parser = parse::share)]
    pub(crate) share: Option<f64>,
    /// Trust the certificates in this PEM file too
    ///
    /// Beside those of the system, or of SSL_CERT_FILE. For networks whose proxy inspects
    /// TLS and signs with a certificate authority of its own.
    #[arg(long, value_name = "FILE")]
    pub(crate) cacert: Option<PathBuf>,
    /// Neither use nor keep learned job times
    #[arg(long)]
    pub(crate) no_state: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Launch a job for each person, wait for it, and print who was found
    #[command(override_usage = ENRICH_USAGE)]
    #[command(after_help = SHORT)]
    #[command(after_long_help = format!("{MANY}{POLICY}{}", more(ENRICH_EXAMPLES)))]
    Enrich(Box<Enrich>),
    /// Read a job by its id, launched by whomever and whenever
    #[command(after_help = SHORT)]
    #[command(after_long_help = format!("{MANY_JOBS}{POLICY}{}", more(GET_EXAMPLES)))]
    Get(Get),
    /// Serve a twin of the API on this machine until ctrl-c
    #[command(after_help = "`--help` has the faults, and examples.")]
    #[command(after_long_help = SANDBOX_HELP)]
    Sandbox(Serve),
    /// Receive deliveries of webhooks: print them, or pass them on
    #[command(after_help = SHORT, after_long_help = webhook::listen_help())]
    Listen(Listen),
    /// Look into deliveries of webhooks
    #[command(subcommand)]
    Webhook(Webhook),
}

#[derive(Debug, Group)]
#[command(group = ArgGroup::new("who").required(true).args(WAYS))]
pub(crate) struct Enrich {
    /// Whom to look for, or `-` for lines of stdin
    #[arg(value_name = "QUERY")]
    pub(crate) queries: Vec<String>,
    /// Launch, and pay for, the same QUERY again
    #[arg(long, conflicts_with_all = &WAYS[..4])]
    pub(crate) allow_duplicates: bool,
    /// Send nothing; print what would be launched
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// LinkedIn profile: its URL or the last part of it
    #[arg(long, value_name = "PROFILE", help_heading = WHO)]
    pub(crate) linkedin: Option<String>,
    /// E-mail address
    #[arg(long, value_name = "ADDRESS", help_heading = WHO)]
    pub(crate) email: Option<String>,
    /// Full name, with --domain
    #[arg(long, value_name = "NAME", requires = "domain", help_heading = WHO)]
    pub(crate) full_name: Option<String>,
    /// First name, with --last-name and --domain
    #[arg(long, value_name = "NAME", requires_all = ["last_name", "domain"], help_heading = WHO)]
    pub(crate) first_name: Option<String>,
    /// Last name, with --first-name and --domain
    #[arg(long, value_name = "NAME", conflicts_with_all = NOT_A_NAME, help_heading = WHO)]
    pub(crate) last_name: Option<String>,
    /// Domain of the company, beside a name
    #[arg(long, conflicts_with_all = NO_DOMAIN, help_heading = WHO)]
    pub(crate) domain: Option<String>,
    /// Look for phone numbers too
    #[arg(long)]
    pub(crate) include_phones: bool,
    /// Have the API deliver the result there as well
    #[arg(long, value_name = "URL")]
    pub(crate) webhook_url: Option<String>,
    /// A JSON object of yours, returned with the result
    #[arg(long, value_name = "JSON", value_parser = parse::json_object)]
    pub(crate) custom_fields: Option<Map<String, Value>>,
    /// How long to wait: 90, 90s, 1.5m [default: 5m]
    #[arg(long, alias = "max-wait", value_name = "TIME", value_parser = parse::positive_duration)]
    pub(crate) deadline: Option<Duration>,
    /// When to read a job [default: adaptive]
    #[arg(long)]
    pub(crate) policy: Option<PollPolicy>,
    /// How long a ctrl-c waits for job ids
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = parse::duration)]
    pub(crate) grace: Duration,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

impl Enrich {
    /// Whether there may be several contacts: each has a line then.
    pub(crate) fn is_batch(&self) -> bool {
        match &self.queries[..] {
            [] => false,
            [query] => query == "-",
            _ => true,
        }
    }
}

impl FromStr for Which {
    type Err = <JobId as FromStr>::Err;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "-" { Ok(Self::Stdin) } else { text.parse().map(Self::Job) }
    }
}

impl Command {
    /// What it takes to ask the API, if it does.
    pub(crate) fn connection(&self) -> Option<&Connection> {
        match self {
            Self::Enrich(args) => Some(&args.connection),
            Self::Get(args) => Some(&args.connection),
            Self::Sandbox(_) | Self::Listen(_) | Self::Webhook(_) => None,
        }
    }
}

const WHO: &str = "Whom to look for (one of four ways)";
const WEBHOOKS: &str = "Webhooks";
const WAYS: [&str; 5] = ["linkedin", "email", "full_name", "first_name", "queries"];
const NOT_A_NAME: [&str; 4] = ["linkedin", "email", "full_name", "queries"];
const NO_DOMAIN: [&str; 3] = ["linkedin", "email", "queries"];

/// A job, or where ids of jobs are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    Job(JobId),
    Stdin,
}

#[derive(Debug, Group)]
pub(crate) struct Get {
    /// The job's id, a UUID; several or `-` with --wait
    #[arg(value_name = "JOB_ID", required = true)]
    pub(crate) job_ids: Vec<Which>,
    /// Wait until the job is over
    #[arg(long)]
    pub(crate) wait: bool,
    /// How long to wait: 90, 90s, 1.5m [default: 5m]
    #[arg(long, alias = "max-wait", value_name = "TIME", requires = "wait")]
    #[arg(value_parser = parse::positive_duration)]
    pub(crate) deadline: Option<Duration>,
    /// When to read it [default: adaptive]
    #[arg(long, requires = "wait")]
    pub(crate) policy: Option<PollPolicy>,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

#[derive(Debug, Group)]
pub(crate) struct Serve {
    /// Port on 127.0.0.1; 0 for a free one
    #[arg(long, default_value_t = 4010)]
    pub(crate) port: u16,
    /// What everything random is drawn from
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub(crate) seed: u64,
    /// Time of a job
    #[arg(long, value_name = "TIME", default_value = "lognormal:5,0.8")]
    #[arg(value_parser = parse::job_time)]
    pub(crate) job_time: JobTime,
    /// Requests per minute and key, or none
    #[arg(long, value_name = "NUMBER", default_value = "50", value_parser = parse::rate_limit)]
    pub(crate) rate_limit: RateLimit,
    /// Accept this API key only; can be repeated
    #[arg(long = "accept-key", value_name = "KEY", value_parser = parse::sandbox_key)]
    pub(crate) accepted_keys: Vec<String>,
    /// Jobs that a key may launch, then 402
    #[arg(long, value_name = "NUMBER")]
    pub(crate) quota: Option<u64>,
    /// Jobs kept; older ones expire
    #[arg(long, value_name = "NUMBER", default_value_t = Builder::DEFAULT_MAX_JOBS)]
    #[arg(value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    pub(crate) max_jobs: usize,
    /// Log each request on stderr
    #[arg(short, long)]
    pub(crate) verbose: bool,
    /// Misbehave by this rule; can be given several times
    #[arg(long = "fault", value_name = "RULE")]
    pub(crate) faults: Vec<FaultRule>,
    /// Misdeliver by this rule; can be repeated
    #[arg(long = "webhook-fault", value_name = "RULE", help_heading = WEBHOOKS)]
    pub(crate) webhook_faults: Vec<DeliveryRule>,
    /// Sign with a new key every so often: 90, 10m
    #[arg(long, value_name = "TIME", help_heading = WEBHOOKS)]
    #[arg(value_parser = parse::positive_duration)]
    pub(crate) rotate_keys: Option<Duration>,
    /// Deliver to any host, not just to this machine
    #[arg(long, help_heading = WEBHOOKS)]
    pub(crate) deliver_anywhere: bool,
}

/// What `--help` ends with, of commands that ask the API.
fn more(examples: &str) -> String {
    let gap = if examples.is_empty() { "" } else { "\n" };
    format!("{examples}{gap}{ENVIRONMENT}{NETWORK}\n{STATE}\nExit codes:\n{}", exit::table())
}

/// Reads the command line. The error is what is wrong with it, or help.
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
