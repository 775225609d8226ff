//! The arguments of `waterfall batch`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args as Group, Subcommand};
use waterfall::{PollPolicy, TitleFilter};
use waterfall_batch::Usd;

use crate::args::batch_kind::Kind;
use crate::args::connection::Connection;
use crate::args::help::{POLICY, SHORT, with_environment};
use crate::args::parse;
use crate::table::Assignment;

const EXAMPLES: &str = "\
Examples:
  waterfall batch plan contacts.csv --map email='Work Email'
  waterfall batch run contacts.csv -o enriched.csv --max-spend 25
  waterfall batch run contacts.csv -o enriched.csv --sandbox
  waterfall batch run accounts.csv -o companies.csv --kind company
  waterfall batch status enriched.csv
  waterfall batch doubts enriched.csv
  waterfall batch retry --failed enriched.csv
  waterfall batch retry --not-found --older-than 90d enriched.csv
";

const ABOUT: &str = "\
Input:
  A table (CSV with `,` `;` `|` or tabs; UTF-8, UTF-16 or a legacy encoding; with or without lines \
before the header), a list with one profile or address per line, JSON lines, or a JSON array. The \
columns that identify the person are guessed from their names and content: `plan` displays them, \
and --map corrects them. Each person is launched once. Problems of rows are reported before \
anything is paid for; such rows are not launched.

Kind:
  The jobs are those of one command: --kind phone, company, prospect, job-change, reveal or \
titles. \
A list then has one domain, page or IP address per line. The journal stores the kind, and a run \
of another kind is refused. To verify e-mail addresses, use `waterfall verify`: a lost result \
can't be read again, so there are no batches of this kind.

Output:
  The unchanged columns of the input, one line per row in the same order; then status, error, \
job_id, cost_usd and the fields of the person or the company (--fields). Duplicates get the \
result of the first row. Lines before the header and blank lines of a table are omitted. If the \
name ends with .jsonl, each row is an object with the API's response. The file is complete at any \
time: it is replaced as a whole.

Journal:
  The state of the batch is stored in a journal: a file next to the output, readable only by its \
owner, or a PostgreSQL database for several machines. The same command continues after a ctrl-c, \
a crash or a kill -9. Nothing is launched twice: a launch whose response is lost is in doubt \
until it is settled with `batch doubts`. On Linux, the next run on the same machine takes over \
the jobs of a killed process at once; elsewhere it waits until the lease of the process ends \
(--lease).

";

pub(super) fn long_help() -> String {
    format!("{ABOUT}{POLICY}{}", with_environment(EXAMPLES))
}

/// The subcommands of `waterfall batch`.
#[derive(Debug, Subcommand)]
pub(crate) enum Batch {
    /// Display how a file is read and what would be launched; send nothing
    #[command(after_help = SHORT, after_long_help = long_help())]
    Plan(Plan),
    /// Launch the rows of a file and write the results, or continue a batch
    #[command(after_help = SHORT, after_long_help = long_help())]
    Run(Box<Run>),
    /// Report the progress of a batch
    Status(Which),
    /// Write the results obtained so far
    Export(Export),
    /// Launch rows again, in the next run
    Retry(Retry),
    /// List and settle launches that may or may not have started a job
    #[command(after_help = SHORT, after_long_help = long_help())]
    Doubts(Box<Doubts>),
    /// Ask all processes that run a batch to stop
    Stop(Which),
    /// Delete a batch and all personal data in its journal
    Forget(Forget),
}

/// A file of contacts or companies, and how to read it.
#[derive(Debug, Group)]
pub(crate) struct Input {
    /// The file of contacts or companies
    #[arg(value_name = "FILE")]
    pub(crate) input: PathBuf,
    /// The kind of the jobs [default: that of the batch, or contact]
    #[arg(long, value_enum)]
    pub(crate) kind: Option<Kind>,
    /// Which columns to use: email='Work Email',domain=Website
    ///
    /// The fields are email, linkedin, full_name, first_name, last_name, domain and contact (a
    /// profile or an address); for other kinds also company_linkedin, company_name, personal_email,
    /// title_filter and ip. COLUMN is a name, or a position such as #3. An empty COLUMN means that
    /// no column is used.
    #[arg(long, value_name = "FIELD=COLUMN", value_parser = assignments)]
    map: Vec<Assignments>,
    /// Request phone numbers as well, for kinds contact and prospect
    #[arg(long)]
    pub(crate) include_phones: bool,
    /// The titles of the people to find by --kind prospect; repeatable
    #[arg(long, value_name = "EXPRESSION", value_parser = parse::title_filter)]
    pub(crate) title_filter: Vec<TitleFilter>,
    /// Maximum number of people at each company, by --kind prospect
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u32>,
}

impl Input {
    pub(crate) fn assignments(&self) -> Vec<Assignment> {
        self.map.iter().flat_map(|list| list.0.clone()).collect()
    }
}

#[derive(Debug, Clone)]
struct Assignments(Vec<Assignment>);

fn assignments(text: &str) -> Result<Assignments, String> {
    Assignment::parse_list(text).map(Assignments)
}

#[derive(Debug, Group)]
pub(crate) struct Plan {
    #[command(flatten)]
    pub(crate) input: Input,
    /// The price of a result in dollars, from your contract, to display the maximum cost
    #[arg(long, value_name = "DOLLARS", value_parser = dollars)]
    pub(crate) price: Option<Usd>,
}

#[derive(Debug, Group)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) input: Input,
    /// Where to write the results: .csv, or .jsonl with the responses
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// The journal: a file, or postgres://... [default: the output with .journal]
    #[arg(long, value_name = "PATH|URL")]
    pub(crate) journal: Option<String>,
    /// The name of the batch in the journal [default: the name of the output]
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Fields of the result in the output, separated by commas
    #[arg(long, value_name = "FIELDS", value_delimiter = ',')]
    pub(crate) fields: Option<Vec<String>>,
    /// Launch nothing more once the results have cost this many dollars
    #[arg(long, value_name = "DOLLARS", value_parser = dollars)]
    pub(crate) max_spend: Option<Usd>,
    /// Launch at most this many rows, in the whole batch
    #[arg(long, value_name = "N")]
    pub(crate) max_launches: Option<u64>,
    /// Launch nothing more once the balance is below this many dollars
    #[arg(long, value_name = "DOLLARS", value_parser = dollars)]
    pub(crate) stop_below_balance: Option<Usd>,
    /// Continue even if rows were added to the end of the input
    #[arg(long)]
    pub(crate) accept_changed_input: bool,
    /// How long an unreachable process keeps its rows: 60s, 2m
    ///
    /// After that, another run continues with them. On Linux, a killed process on the same machine
    /// is detected earlier. A request takes at most half of this time.
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = lease)]
    pub(crate) lease: Duration,
    /// When to read a job [default: adaptive]
    #[arg(long)]
    pub(crate) policy: Option<PollPolicy>,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// An existing batch.
#[derive(Debug, Group)]
pub(crate) struct Which {
    /// The output of the batch, or its journal [default: the only journal here]
    #[arg(value_name = "OUTPUT")]
    pub(crate) output: Option<PathBuf>,
    /// The journal: a file, or postgres://...
    #[arg(long, value_name = "PATH|URL")]
    pub(crate) journal: Option<String>,
    /// The name of the batch in the journal
    #[arg(long)]
    pub(crate) name: Option<String>,
}

#[derive(Debug, Group)]
pub(crate) struct Export {
    #[command(flatten)]
    pub(crate) which: Which,
    /// Where to write: .csv, .jsonl, or - for stdout [default: the output of the batch]
    #[arg(short = 'o', long = "to", value_name = "FILE")]
    pub(crate) to: Option<PathBuf>,
    /// Fields of the result, separated by commas
    #[arg(long, value_name = "FIELDS", value_delimiter = ',')]
    pub(crate) fields: Option<Vec<String>>,
}

#[derive(Debug, Group)]
pub(crate) struct Retry {
    #[command(flatten)]
    pub(crate) which: Which,
    #[command(flatten)]
    pub(crate) chosen: Retried,
}

/// Selects the rows that are launched again. Each launch may be billed.
#[derive(Debug, Group)]
#[group(required = true, multiple = true)]
pub(crate) struct Retried {
    /// Rows that failed: refused, failed, expired or unreadable
    #[arg(long)]
    pub(crate) failed: bool,
    /// Rows whose person or company was not found
    #[arg(long)]
    pub(crate) not_found: bool,
    /// Only results older than this: 30d, 12h. Alone, it selects all rows with a result
    #[arg(long, value_name = "TIME", value_parser = parse::duration)]
    pub(crate) older_than: Option<Duration>,
}

#[derive(Debug, Group)]
pub(crate) struct Doubts {
    #[command(flatten)]
    pub(crate) which: Which,
    /// Launch this row again in the next run, or `all`; it may be paid for twice
    #[arg(long, value_name = "ROW")]
    pub(crate) relaunch: Vec<RowChoice>,
    /// End this row without a result, or `all`
    #[arg(long, value_name = "ROW", conflicts_with = "relaunch")]
    pub(crate) give_up: Vec<RowChoice>,
    /// Query the account for how many of the rows were launched
    ///
    /// Sends one request, which is free. The answer is reliable only if nothing else launches with
    /// this key. If no row was launched, --relaunch does not ask for confirmation.
    #[arg(long)]
    pub(crate) account: bool,
    /// Do not ask for confirmation
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

#[derive(Debug, Group)]
pub(crate) struct Forget {
    #[command(flatten)]
    pub(crate) which: Which,
    /// Do not ask for confirmation
    #[arg(long)]
    pub(crate) yes: bool,
}

/// The number of a row, from 1, or all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowChoice {
    All,
    Row(u64),
}

impl std::str::FromStr for RowChoice {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            Ok(row) if row > 0 => Ok(Self::Row(row)),
            _ if text == "all" => Ok(Self::All),
            _ => Err("pass the number of a row, from 1, or `all`"),
        }
    }
}

/// The shortest lease: a busy machine might not renew a shorter one in time.
const MIN_LEASE: Duration = Duration::from_secs(3);

fn lease(text: &str) -> Result<Duration, String> {
    match parse::duration(text)? {
        lease if lease >= MIN_LEASE => Ok(lease),
        _ => Err("pass at least 3s".to_owned()),
    }
}

fn dollars(text: &str) -> Result<Usd, String> {
    let amount = text.trim().trim_start_matches('$').parse().ok();
    let amount = amount.filter(|amount: &f64| *amount >= 0.0).and_then(Usd::from_f64);
    amount.ok_or_else(|| "pass dollars, such as 25 or 0.5".to_owned())
}
