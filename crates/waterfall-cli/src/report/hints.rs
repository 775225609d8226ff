//! The hints for failures.

use waterfall::{ConnectFailure, Error, ErrorCategory, ErrorKind, JobId, PhoneQuery};

use crate::api_target::ApiTarget;
use crate::command_name::{CREATE_KEY, TITLES, VERIFY};
use crate::failure::{NotLaunched, is_json};
use crate::terminal_text::count;

/// One hint.
pub(super) enum Hint {
    Text(String),
    /// A command that can be pasted, on its own line.
    Command(String),
}

const KEY: &str = "The key is read from WATERFALL_API_KEY.";
const BASE_URL: &str = "The base URL is read from --base-url or WATERFALL_BASE_URL.";
const RATE_LIMIT: &str =
    "The rate limit of a key covers launches and reads, by default 50 requests per minute.";
const JOBS_KEPT: &str = "The API keeps the jobs and their results: use their ids to wait for them.";
const LAUNCH_THE_REST: &str = "Launch only the queries that were not launched: the others would \
                               be launched, and billed, again.";
const IN_DOUBT: &str = "A job may be running. Check your webhook or usage.";
const SECOND_JOB: &str = "Running this again may launch, and bill, a second job.";
const JOB_ENDED: &str = "The job ran in the embedded sandbox, and ended with it.";

pub(super) fn text(text: &str) -> Hint {
    Hint::Text(text.to_owned())
}

pub(super) fn without_key() -> Vec<Hint> {
    vec![
        text("Set the key of your account in the environment:"),
        Hint::Command("export WATERFALL_API_KEY=...".to_owned()),
        text("To try the program without a key, add --sandbox."),
    ]
}

pub(super) fn of_error(error: &Error, target: &ApiTarget) -> Vec<Hint> {
    let mut hints: Vec<Hint> = remedy(error, target).into_iter().map(text).collect();
    match (error.kind(), error.job_id()) {
        (ErrorKind::JobFailed, _) => {}
        (_, Some(id)) if error.final_state().is_some() => hints.extend(read_again(id, target)),
        (ErrorKind::WaitTimeout, Some(id)) => hints.extend(wait_for(id, target)),
        (_, Some(id)) if error.may_have_launched() => hints.extend(wait_for(id, target)),
        (ErrorKind::Api, Some(id)) if error.status().is_some_and(|status| status == 402) => {
            hints.extend(target.wait_command(id).map(Hint::Command));
        }
        _ if error.may_have_launched() => hints.push(text(SECOND_JOB)),
        _ => {}
    }
    hints
}

/// Hints after an error of an immediate operation.
pub(super) fn of_operation(error: &Error, command: &str, target: &ApiTarget) -> Vec<Hint> {
    let first = match (error.kind(), error.status().map(|status| status.as_u16())) {
        (ErrorKind::InvalidQuery, _) => {
            Some(format!("`waterfall {command} --help` describes the arguments."))
        }
        (ErrorKind::JobFailed, _) => {
            Some("Running this again sends a new request, which may be billed.".to_owned())
        }
        (ErrorKind::Api, Some(status)) => refusal(status, error, command).map(str::to_owned),
        _ => remedy(error, target).map(str::to_owned),
    };
    let mut hints: Vec<Hint> = first.into_iter().map(Hint::Text).collect();
    if error.kind() == ErrorKind::JobFailed {
        return hints;
    }
    let is_readable = error.may_have_launched() || error.kind() == ErrorKind::WaitTimeout;
    let again = error.job_id().filter(|_| is_readable && command != VERIFY);
    let again = again.and_then(|id| target.with_options(&format!("{command} --job-id {id}")));
    match again {
        Some(line) => {
            hints.push(text("The API keeps the result. Read it with:"));
            hints.push(Hint::Command(line));
        }
        None if !error.may_have_launched() => {}
        None if command == CREATE_KEY => {
            hints.push(text("A key may have been created. List the keys before another attempt:"));
            hints.extend(target.with_options("keys list").map(Hint::Command));
        }
        None => {
            hints.push(text("The request may have been billed. See the usage with:"));
            hints.extend(target.with_options("account").map(Hint::Command));
        }
    }
    hints
}

/// Hints after an error status of an immediate operation.
fn refusal(status: u16, error: &Error, command: &str) -> Option<&'static str> {
    match (status, error.category()) {
        (402, _) => Some("Top up the balance, then run this again."),
        (403, Some(ErrorCategory::Permission)) => {
            Some("The key or its account may not use this operation. Ask Waterfall to enable it.")
        }
        (404, _) if command.starts_with("keys") => {
            Some("Only the master key of an enterprise account can manage keys.")
        }
        (401 | 403, _) => Some(KEY),
        (404, _) if command == TITLES => {
            Some("Check it, or pass the other one: the domain, or --company-linkedin.")
        }
        (429, _) => Some(RATE_LIMIT),
        _ => None,
    }
}

/// Hints after a batch ended because the key, the account or the connection was rejected.
pub(super) fn after_refusal(
    error: &Error,
    not_launched: &NotLaunched,
    target: &ApiTarget,
) -> Vec<Hint> {
    let is_read = error.job_id().is_some();
    let remedy = match error.status().map(|status| status.as_u16()) {
        Some(402) => Some("Top up the balance."),
        _ => remedy(error, target),
    };
    let (before, after) = match not_launched.launched {
        _ if is_read => (None, Some(JOBS_KEPT)),
        0 => (Some("Nothing was launched.".to_owned()), None),
        launched => {
            let were = if launched == 1 { "was" } else { "were" };
            let jobs = count(launched, "job");
            (Some(format!("{jobs} {were} launched before.")), Some(LAUNCH_THE_REST))
        }
    };
    let hints = before.map(Hint::Text).into_iter();
    hints.chain(remedy.map(text)).chain(after.map(text)).collect()
}

/// Hints after a batch was interrupted.
pub(super) fn after_stop(left: usize, not_launched: &NotLaunched, target: &ApiTarget) -> Vec<Hint> {
    let mut hints = match target.wait_command("ID...") {
        _ if left == 0 => Vec::new(),
        Some(command) => {
            vec![text("The jobs continue to run. Wait for them with:"), Hint::Command(command)]
        }
        None => vec![text("The jobs ran in the embedded sandbox, and ended with it.")],
    };
    let is_partial = not_launched.launched > 0 && not_launched.summary().is_some();
    hints.extend(is_partial.then(|| text(LAUNCH_THE_REST)));
    hints
}

/// Hints after reading stdin failed following this many launches.
pub(super) fn after_read_error(hint: Option<&str>, launched: usize) -> Vec<Hint> {
    let rest = (launched > 0).then_some(LAUNCH_THE_REST);
    hint.into_iter().chain(rest).map(text).collect()
}

pub(super) fn launch_in_doubt() -> Vec<Hint> {
    vec![text(IN_DOUBT), text(SECOND_JOB)]
}

/// Hints for reading a finished job again.
pub(super) fn read_again(job_id: JobId, target: &ApiTarget) -> Vec<Hint> {
    match target.get_command(job_id) {
        Some(command) => {
            vec![text("The API keeps the job. Read it again with:"), Hint::Command(command)]
        }
        None => vec![text(JOB_ENDED)],
    }
}

/// Hints for continuing to wait for a job.
pub(super) fn wait_for(job_id: JobId, target: &ApiTarget) -> Vec<Hint> {
    match target.wait_command(job_id) {
        Some(command) => {
            vec![text("The job continues to run. Wait for it with:"), Hint::Command(command)]
        }
        None => vec![text(JOB_ENDED)],
    }
}

/// Returns the remedy for this kind of error.
fn remedy(error: &Error, target: &ApiTarget) -> Option<&'static str> {
    match error.kind() {
        ErrorKind::InvalidQuery => Some("The `--help` of the command describes its options."),
        ErrorKind::Config if error.variable().is_some() => {
            Some("The `--help` of the command describes the variables.")
        }
        ErrorKind::Config => Some(
            "The key is read from WATERFALL_API_KEY, the base URL from --base-url or \
             WATERFALL_BASE_URL.",
        ),
        ErrorKind::Connect if error.connect_failure().is_some() => connection_remedy(error),
        ErrorKind::Connect if error.variable().is_some() => {
            Some("NO_PROXY lists the hosts that are reached without a proxy.")
        }
        ErrorKind::Connect | ErrorKind::Redirect => Some(BASE_URL),
        ErrorKind::JobFailed => {
            Some("This job no longer changes. Launching the query again starts a new job.")
        }
        ErrorKind::InvalidResponse if error.is_retryable() => {
            Some("The response probably comes from a gateway. Try again.")
        }
        ErrorKind::InvalidResponse if error.body().is_some_and(is_json) => {
            Some("A newer version may be able to decode it. --json prints the response.")
        }
        ErrorKind::Api => api_remedy(error, target),
        _ => None,
    }
}

fn api_remedy(error: &Error, target: &ApiTarget) -> Option<&'static str> {
    let phones = error.code().is_some_and(|code| code.as_str().contains("PHONES"));
    match (error.status()?.as_u16(), error.category()) {
        (402, _) if error.job_id().is_some() => {
            Some("Top up the balance. The API keeps the job and its result.")
        }
        (402, _) => Some("Nothing was launched. Top up the balance, then run this again."),
        (403, Some(ErrorCategory::Permission)) if error.query_of::<PhoneQuery>().is_some() => Some(
            "Nothing was launched. The account may not use phone enrichment. Ask Waterfall to \
             enable it.",
        ),
        (403, Some(ErrorCategory::Permission)) if phones => {
            Some("Nothing was launched. The key may launch without --include-phones.")
        }
        (403, Some(ErrorCategory::Permission)) => None,
        (401 | 403, _) => Some(KEY),
        (404, _) if *target == ApiTarget::Embedded => Some(
            "Each command has its own embedded sandbox, without the jobs of other commands. Start \
            a permanent one with `waterfall sandbox` instead, and pass its URL with --base-url.",
        ),
        (404, _) if error.may_have_launched() => None,
        (404, _) => Some("A job can only be read with a key of the account that launched it."),
        (429, _) => Some(RATE_LIMIT),
        _ => None,
    }
}

/// Returns the remedy that the error does not state.
fn connection_remedy(error: &Error) -> Option<&'static str> {
    match error.connect_failure()? {
        ConnectFailure::UntrustedCertificate => {
            Some("--cacert FILE trusts that certificate as well, for one command.")
        }
        ConnectFailure::CertificateHost | ConnectFailure::InvalidCertificate => Some(BASE_URL),
        _ => None,
    }
}
