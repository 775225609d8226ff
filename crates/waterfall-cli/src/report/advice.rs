//! What to do about it.

use waterfall::{ConnectFailure, Error, ErrorCategory, ErrorKind, JobId};

use super::{Hint, Report};
use crate::connection::Place;
use crate::failure::{Failure, NotLaunched, is_json};
use crate::text::count;

impl Report<'_> {
    pub(super) fn hints(&self) -> Vec<Hint> {
        match self.failure {
            Failure::NoKey => vec![
                text("Set the key of your account in the environment:"),
                Hint::Command("export WATERFALL_API_KEY=...".to_owned()),
                text("To try the program without a key, add --sandbox."),
            ],
            Failure::Config { hint, .. } => vec![text(hint)],
            Failure::Delivery { hint, .. } => vec![text(hint)],
            Failure::Client(error) => self.hints_on(error),
            Failure::Interrupted { job_id: Some(id), .. } => self.go_on(*id),
            Failure::Interrupted { launched: true, .. } => vec![text(DOUBT), text(ONCE)],
            Failure::Interrupted { .. } => Vec::new(),
            Failure::NotRead { launched, hint, .. } => {
                let rest = (*launched > 0).then_some(REST);
                hint.iter().copied().chain(rest).map(text).collect()
            }
            Failure::Refused { error, not_launched, .. } => self.after_refusal(error, not_launched),
            Failure::Queries { .. } => {
                vec![text("`waterfall enrich --help` says what a QUERY is.")]
            }
            Failure::Stopped { left, not_launched, .. } => {
                let mut hints = self.go_on_with_all(*left);
                hints.extend(rest(not_launched));
                hints
            }
            Failure::NotWritten { job_id, .. } => {
                job_id.map_or_else(Vec::new, |id| self.read_again(id))
            }
            Failure::System { hint, .. } => hint.iter().copied().map(text).collect(),
        }
    }

    fn hints_on(&self, error: &Error) -> Vec<Hint> {
        let mut hints: Vec<Hint> = self.cure(error).into_iter().map(text).collect();
        match (error.kind(), error.job_id()) {
            (ErrorKind::JobFailed, _) => {}
            (_, Some(id)) if error.final_state().is_some() => hints.extend(self.read_again(id)),
            (ErrorKind::WaitTimeout, Some(id)) => hints.extend(self.go_on(id)),
            (_, Some(id)) if error.may_have_launched() => hints.extend(self.go_on(id)),
            (ErrorKind::Api, Some(id)) if error.status().is_some_and(|status| status == 402) => {
                hints.extend(self.place.go_on(id).map(Hint::Command));
            }
            _ if error.may_have_launched() => hints.push(text(ONCE)),
            _ => {}
        }
        hints
    }

    /// How to go on with jobs that are left.
    fn go_on_with_all(&self, left: usize) -> Vec<Hint> {
        match self.place.go_on("ID...") {
            _ if left == 0 => Vec::new(),
            Some(command) => vec![
                text("The jobs go on. Wait for them by their ids with:"),
                Hint::Command(command),
            ],
            None => vec![text("The jobs were the embedded sandbox's, and have ended with it.")],
        }
    }

    /// What to do when the key, the account or the connection is refused within a batch.
    fn after_refusal(&self, error: &Error, not_launched: &NotLaunched) -> Vec<Hint> {
        let is_read = error.job_id().is_some();
        let cure = match error.status().map(|status| status.as_u16()) {
            Some(402) => Some("Top up the balance."),
            _ => self.cure(error),
        };
        let (before, after) = match not_launched.launched {
            _ if is_read => (None, Some(KEPT)),
            0 => (Some("Nothing was launched.".to_owned()), None),
            launched => {
                let were = if launched == 1 { "was" } else { "were" };
                let jobs = count(launched, "job");
                (Some(format!("{jobs} {were} launched before.")), Some(REST))
            }
        };
        let hints = before.map(Hint::Text).into_iter();
        hints.chain(cure.map(text)).chain(after.map(text)).collect()
    }

    /// What helps against this kind of error.
    fn cure(&self, error: &Error) -> Option<&'static str> {
        match error.kind() {
            ErrorKind::InvalidQuery => {
                Some("`waterfall enrich --help` says what the options take.")
            }
            ErrorKind::Config if error.variable().is_some() => {
                Some("`waterfall enrich --help` says what the variables take.")
            }
            ErrorKind::Config => Some(
                "The key comes from WATERFALL_API_KEY, the base URL from --base-url or \
                 WATERFALL_BASE_URL.",
            ),
            ErrorKind::Connect if error.connect_failure().is_some() => cure_of_connection(error),
            ErrorKind::Connect if error.variable().is_some() => {
                Some("NO_PROXY names the hosts that are reached without a proxy.")
            }
            ErrorKind::Connect | ErrorKind::Redirect => Some(BASE_URL),
            ErrorKind::JobFailed => Some(
                "This job will not change any more. Running `enrich` again launches a new one.",
            ),
            ErrorKind::InvalidResponse if error.is_retryable() => {
                Some("It is probably a gateway's. Try again.")
            }
            ErrorKind::InvalidResponse if error.body().is_some_and(is_json) => {
                Some("A newer version may understand it. --json prints what came.")
            }
            ErrorKind::Api => self.cure_of_refusal(error),
            _ => None,
        }
    }

    fn cure_of_refusal(&self, error: &Error) -> Option<&'static str> {
        let phones = error.code().is_some_and(|code| code.as_str().contains("PHONES"));
        match (error.status()?.as_u16(), error.category()) {
            (402, _) if error.job_id().is_some() => {
                Some("Top up the balance. The API keeps the job and its result.")
            }
            (402, _) => Some("Nothing was launched. Top up the balance, then run this again."),
            (403, Some(ErrorCategory::Permission)) if phones => {
                Some("Nothing was launched. It works without --include-phones.")
            }
            (403, Some(ErrorCategory::Permission)) => None,
            (401 | 403, _) => Some(KEY),
            (404, _) if *self.place == Place::Embedded => Some(
                "Every command has an embedded sandbox of its own, which knows no job of another \
                 command. Keep one running with `waterfall sandbox` instead, and give its URL with \
                 --base-url.",
            ),
            (404, _) if error.may_have_launched() => None,
            (404, _) => Some("A job is found with a key of the account that launched it."),
            (429, _) => Some(
                "The rate limit counts a key's launches and reads together, by default 50 a \
                 minute.",
            ),
            _ => None,
        }
    }

    /// How to have a result once more.
    fn read_again(&self, job_id: JobId) -> Vec<Hint> {
        match self.place.get(job_id) {
            Some(command) => {
                vec![text("The API keeps the job. Read it again with:"), Hint::Command(command)]
            }
            None => vec![text("The job was the embedded sandbox's, and has ended with it.")],
        }
    }

    /// How to go on with a job.
    fn go_on(&self, job_id: JobId) -> Vec<Hint> {
        match self.place.go_on(job_id) {
            Some(command) => {
                vec![text("The job goes on. Wait for it with:"), Hint::Command(command)]
            }
            None => vec![text("The job was the embedded sandbox's, and has ended with it.")],
        }
    }
}

/// How to go on with a batch that launched some of its queries.
fn rest(not_launched: &NotLaunched) -> Option<Hint> {
    let is_mixed = not_launched.launched > 0 && not_launched.told().is_some();
    is_mixed.then(|| text(REST))
}

const KEY: &str = "The key comes from WATERFALL_API_KEY.";

const KEPT: &str = "The API keeps the jobs and their results: wait for them again by their ids.";

const REST: &str = "Next time give only the queries that were not launched: the others would be \
                    launched, and billed, again.";

/// What the error does not say itself.
fn cure_of_connection(error: &Error) -> Option<&'static str> {
    match error.connect_failure()? {
        ConnectFailure::UntrustedCertificate => {
            Some("--cacert FILE trusts that certificate too, for one command.")
        }
        ConnectFailure::CertificateHost | ConnectFailure::InvalidCertificate => Some(BASE_URL),
        _ => None,
    }
}

const BASE_URL: &str = "The base URL comes from --base-url or WATERFALL_BASE_URL.";

const DOUBT: &str = "A job may be running. Look at your webhook or usage.";

const ONCE: &str = "Running this again may start, and bill, a second job.";

fn text(text: &str) -> Hint {
    Hint::Text(text.to_owned())
}
