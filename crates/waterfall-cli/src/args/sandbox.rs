//! The arguments of `waterfall sandbox`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args as Group;
use clap::builder::RangedU64ValueParser;
use uuid::Uuid;
use waterfall_sandbox::{Builder, DeliveryRule, FaultRule, Feature, JobTime, RateLimit};

use crate::args::parse;

pub(super) const LONG_HELP: &str = "\
TIME is the same for all jobs (3, 500ms), or random: uniform:MIN,MAX or
lognormal:MEDIAN,SIGMA.

The sandbox finds jane-doe-abc123 and john-roe-42, generates most others, and
never finds `nobody`. A launch can set how its job ends:
  --custom-fields '{\"sandbox\": \"state=FAILED seconds=3\"}'

GET /sandbox/launches lists the launched jobs; after ctrl-c the last of them are
printed. -v logs each request: time, method, path, status, error code and job.

/docs is an interactive page of all operations, whose requests go to the sandbox.

A rule is [OPERATION:]FAULT[@PROBABILITY], the probability from 0 to 1.
An OPERATION is launch or find for contact enrichment, keys for the webhook keys, or
an operationId of the API description, such as searchContacts. A fault is one of:
  status=503           responds with this status and does not process the
                       request; with +acted it does, and +html, +empty or
                       +wrong-type change the body
  retry-after=TEXT     responds 429 with this Retry-After
  delay=2.5, late=2    delays the response, or the request (seconds)
  stall, drip=0.5      sends only the head, or a byte per interval (seconds)
  cut=20, pad=1000000  truncates the body to this length, or pads it with spaces
  html, raw=TEXT       replaces the body
  gzip-bomb            sends 100 MB of zeros, compressed
  wrong-type, unknown-values, drift, duplicate-keys, bad-utf8
                       sends a body that deviates from the documentation
  dates=TEXT           replaces each date of the job
  step=-3600           sets the server's clock while the job runs (seconds)
  header=NAME:VALUE    adds a header to the response
  reset, refuse        closes or refuses the connection; reset+acted processes
                       the request first
In a TEXT or VALUE, any byte can be written as %XX; `;`, `@` and `%` must be.

A job that is launched with a webhook URL, by default only one on this machine (http://127.0.0.1 \
or localhost), is delivered to it when it is done. The receiver can fetch the keys from \
/.well-known/jwks.json; a POST to /sandbox/rotate-keys adds a key. The keys are derived from \
--seed and are not secret. GET /sandbox/deliveries lists all attempts and their outcomes.

A webhook fault is lose, delay=2.5, duplicate, duplicate=3, reorder, tamper-body, \
tamper-signature, unsign, wrong-kid, unknown-key, expired or wrong-hash; a rule is \
FAULT[@PROBABILITY]. A launch can set its own with
  --custom-fields '{\"sandbox\": \"webhook=duplicate\"}'

Examples:
  waterfall sandbox --job-time lognormal:5,0.8
  waterfall sandbox --port 0 --rate-limit 10 --fault find:status=503@0.2
  waterfall sandbox -v --accept-key my-test-key --quota 100
  waterfall sandbox --balance 5 --disable phone
  waterfall sandbox --webhook-fault lose@0.01 --rotate-keys 10m
  waterfall sandbox --replay session --replay-key session.key
";

const WEBHOOKS: &str = "Webhooks";

/// The options that have no effect on a replay.
const INVENTING: [&str; 14] = [
    "seed",
    "job_time",
    "rate_limit",
    "accepted_keys",
    "quota",
    "balance",
    "master_key",
    "disabled",
    "max_jobs",
    "verbose",
    "faults",
    "webhook_faults",
    "rotate_keys",
    "deliver_anywhere",
];

#[derive(Debug, Group)]
pub(crate) struct Serve {
    /// Port on 127.0.0.1; 0 for a free one
    #[arg(long, default_value_t = 4010)]
    pub(crate) port: u16,
    /// Serve a recording instead of invented data
    ///
    /// DIR is that of --record. Requests are matched by method, path, query and body; requests that
    /// were not recorded get a 404 that states what is missing.
    #[arg(long, value_name = "DIR", conflicts_with_all = INVENTING)]
    pub(crate) replay: Option<PathBuf>,
    /// Accept the original requests, using the key of --record-key
    #[arg(long, value_name = "FILE", requires = "replay")]
    pub(crate) replay_key: Option<PathBuf>,
    /// Seed of all random values
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub(crate) seed: u64,
    /// Duration of a job
    #[arg(long, value_name = "TIME", default_value = "lognormal:5,0.8")]
    #[arg(value_parser = parse::job_time)]
    pub(crate) job_time: JobTime,
    /// Requests per minute and key, or none for no limit
    #[arg(long, value_name = "NUMBER", default_value = "50", value_parser = parse::rate_limit)]
    pub(crate) rate_limit: RateLimit,
    /// Accept only this API key; can be repeated
    #[arg(long = "accept-key", value_name = "KEY", value_parser = parse::sandbox_key)]
    pub(crate) accepted_keys: Vec<String>,
    /// Jobs that a key may launch before a 402
    #[arg(long, value_name = "NUMBER")]
    pub(crate) quota: Option<u64>,
    /// Prepaid US dollars per account; launches return a 402 once they are used up
    #[arg(long, value_name = "USD", value_parser = parse::dollars)]
    pub(crate) balance: Option<f64>,
    /// Master key, for managing API keys
    #[arg(long, value_name = "UUID")]
    pub(crate) master_key: Option<Uuid>,
    /// Disable phone, company-reveal, company-titles or api-keys; can be repeated
    #[arg(long = "disable", value_name = "FEATURE")]
    pub(crate) disabled: Vec<Feature>,
    /// Maximum number of jobs kept; older ones expire
    #[arg(long, value_name = "NUMBER", default_value_t = Builder::DEFAULT_MAX_JOBS)]
    #[arg(value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    pub(crate) max_jobs: usize,
    /// Log each request to stderr
    #[arg(short, long)]
    pub(crate) verbose: bool,
    /// Inject faults according to this rule; can be repeated
    #[arg(long = "fault", value_name = "RULE")]
    pub(crate) faults: Vec<FaultRule>,
    /// Inject delivery faults according to this rule; can be repeated
    #[arg(long = "webhook-fault", value_name = "RULE", help_heading = WEBHOOKS)]
    pub(crate) webhook_faults: Vec<DeliveryRule>,
    /// Sign with a new key at this interval: 90, 10m
    #[arg(long, value_name = "TIME", help_heading = WEBHOOKS)]
    #[arg(value_parser = parse::positive_duration)]
    pub(crate) rotate_keys: Option<Duration>,
    /// Deliver to any host, not only to this machine
    #[arg(long, help_heading = WEBHOOKS)]
    pub(crate) deliver_anywhere: bool,
}
