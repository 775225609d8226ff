//! The arguments of `waterfall enrich`.

use clap::Args as Group;

use crate::args::help::{POLICY, with_environment};
use crate::args::launch::Launch;
use crate::args::person::Person;

pub(super) const USAGE: &str = "\
waterfall enrich <QUERY>...
       waterfall enrich -
       waterfall enrich --linkedin <PROFILE>
       waterfall enrich --email <ADDRESS>
       waterfall enrich --full-name <NAME> --domain <DOMAIN>
       waterfall enrich --first-name <NAME> --last-name <NAME> --domain <DOMAIN>";

const EXAMPLES: &str = "\
Examples:
  waterfall enrich --sandbox jane-doe-abc123
  waterfall enrich jane.doe@acme.com --include-phones
  waterfall enrich --full-name 'Jane Doe' --domain acme.com --json
  waterfall enrich jane-doe-abc123 john.roe@acme.com
  waterfall enrich - --dry-run < people.txt
  waterfall enrich - --json < people.txt > results.jsonl
  waterfall enrich - --share 50% --cacert corporate-ca.pem < people.txt
";

const BATCH: &str = "\
Contacts:
  A QUERY is a LinkedIn profile, an e-mail address, or a JSON object with any of linkedin, \
email, full_name, first_name, last_name, domain, include_phones, webhook_url and \
custom_fields. Its members take precedence over the options. Column names such as `Work Email` \
or `LinkedIn URL` are recognized; other members are ignored and returned in `input`. If a QUERY \
identifies the person in several ways, the first usable one is sent: email, linkedin, full_name \
with domain, first_name and last_name with domain. Empty values and placeholders such as N/A or \
null count as absent.

  `-` reads stdin: one QUERY per line, or a JSON array of them. Empty lines and lines that begin \
with # are skipped. --dry-run prints the decision on each line.

  A single QUERY is printed as a card, like --linkedin or --email.

  With several QUERYs, or with stdin, each gets one line on stdout as soon as it is done. With \
--json the line is an object with the keys index (from 0), line, input, outcome (found, nobody, \
failed or duplicate), job_id, reads, launch_attempts, job (the API's response), error and \
duplicate_of. With --json every line on stderr is an object: an error, or one with an `event`. \
Without --json, -v logs launches.

  Each person is launched once, because each launch may be billed. All QUERYs for the same \
person get the result of that launch, with duplicate_of. Spelling does not matter: the URL of a \
profile or its last part, upper or lower case, the URL of a domain, a full name or its parts. \
custom_fields and webhook_url are not compared. A launch without phones is not used for a QUERY \
with phones. If the launch is rejected, the next QUERY for the person is launched. Results are \
kept up to 64 MiB in total. Beyond that, the oldest are dropped, and a later QUERY for such a \
person gets only the outcome `duplicate`.

  An invalid argument stops the command before anything is sent; an invalid line of stdin affects \
only that line. A rejected key, an empty balance or a failed connection stops launching. The \
command still waits for running jobs, and counts the queries that were not launched.

  A result with values of unexpected types is printed like any other. A line on stderr lists \
them; with --json, it is the event `deviations`, with the path, the expected type and the found \
type of each.

  The exit code is 0 or 1 if nothing failed, the code below if all failed inputs have the same \
one, and 10 otherwise. Queries that were not launched count as failed. It is 130 after a \
ctrl-c, and 8 if stdout can't be written.

Stopping and recovering:
  A ctrl-c, SIGTERM or SIGHUP stops launching, waits up to --grace for the ids of launches in \
flight, and reports the ids of running jobs and the queries that were not launched. After a \
second signal, it does not wait. With --json the reports are the events `left` and \
`not_launched`:
    grep '\"event\":\"left\"' events.jsonl | waterfall get - --wait --json
    jq -rc 'select(.event == \"not_launched\").input' events.jsonl |
      waterfall enrich - --json

  To recover from a crash or a kill -9, keep the stderr of a run with --json. `launching` is \
written before each launch is sent, then `launched` with its job_id, or `failed`. If a job has \
`launched` but no result, wait for it with `waterfall get -`, as above. A `launching` without \
either is in doubt: the job may be running, so check your webhook or usage before you launch \
it again. This lists the inputs in doubt:
    jq -sc 'map(select(.index != null)) | group_by(.index)[] |
      select(all(.event != \"launched\" and .event != \"failed\")) |
      .[] | select(.event == \"launching\").input' events.jsonl

";

pub(super) fn long_help() -> String {
    format!("{BATCH}{POLICY}{}", with_environment(EXAMPLES))
}

#[derive(Debug, Group)]
pub(crate) struct Enrich {
    /// The person to find, or `-` to read stdin
    #[arg(value_name = "QUERY")]
    pub(crate) queries: Vec<String>,
    #[command(flatten)]
    pub(crate) person: Person,
    /// Request phone numbers as well
    #[arg(long)]
    pub(crate) include_phones: bool,
    #[command(flatten)]
    pub(crate) launch: Launch,
}
