//! What to do about it.

use waterfall::{ConnectFailure, Error, ErrorCategory, ErrorKind, JobId};

use super::{Hint, Report};
use crate::connection::Place;
use crate::failure::{Failure, is_json};

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
            Failure::Interrupted { job_id: None, .. } => vec![text(DOUBT), text(ONCE)],
            Failure::Queries { .. } => {
                vec![text("`waterfall enrich --help` says what a QUERY is.")]
            }
            Failure::Stopped { left: 0, .. } => Vec::new(),
            Failure::Stopped { .. } => match self.place.go_on("ID...") {
                Some(command) => vec![
                    text("The jobs go on. Wait for them by their ids with:"),
                    Hint::Command(command),
                ],
                None => vec![text("The jobs were the embedded sandbox's, and have ended with it.")],
            },
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
            _ if error.may_have_launched() => hints.push(text(ONCE)),
            _ => {}
        }
        hints
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
            (402, _) => Some("Nothing was launched. Top up the balance, then run this again."),
            (403, Some(ErrorCategory::Permission)) if phones => {
                Some("Nothing was launched. It works without --include-phones.")
            }
            (403, Some(ErrorCategory::Permission)) => None,
            (401 | 403, _) => Some("The key comes from WATERFALL_API_KEY."),
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

const ONCE: &str = "The API takes a repeated launch for a new one: running this again may start, \
                    and bill, a second job.";

fn text(text: &str) -> Hint {
    Hint::Text(text.to_owned())
}
