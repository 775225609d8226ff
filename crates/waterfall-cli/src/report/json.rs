//! [`ErrorObject`]: an error for programs, as one line of JSON.

use serde::Serialize;
use waterfall::{Error, JobId};

/// An error for programs. The keys are stable and always present.
#[derive(Debug, Serialize)]
pub(crate) struct ErrorObject {
    pub(super) kind: String,
    pub(super) status: Option<u16>,
    pub(super) code: Option<String>,
    pub(super) category: Option<String>,
    pub(super) message: String,
    pub(super) retry_after_seconds: Option<u64>,
    pub(super) json_path: Option<String>,
    pub(super) job_id: Option<JobId>,
    pub(super) retryable: bool,
    pub(super) may_have_launched: bool,
}

/// Returns the error of an invalid command line, without the hints at its end.
pub(super) fn of_usage(rendered: &str) -> String {
    let problem = rendered.split("\n\n").next().unwrap_or_default();
    let problem = problem.trim().trim_start_matches("error: ");
    let words: Vec<&str> = problem.split_whitespace().collect();
    ErrorObject::new("usage", words.join(" ")).line()
}

/// Returns the error of one of several queries, which was not sent.
pub(crate) fn of_query(problem: &str) -> String {
    ErrorObject::new("invalid_query", problem.to_owned()).line()
}

impl ErrorObject {
    /// Returns a program-specific error.
    pub(super) fn new(kind: &str, message: String) -> Self {
        Self {
            kind: kind.to_owned(),
            status: None,
            code: None,
            category: None,
            message,
            retry_after_seconds: None,
            json_path: None,
            job_id: None,
            retryable: false,
            may_have_launched: false,
        }
    }

    pub(crate) fn of_error(error: &Error) -> Self {
        Self {
            status: error.status().map(|status| status.as_u16()),
            code: error.code().map(|code| code.as_str().to_owned()),
            category: error.category().map(|category| category.as_str().to_owned()),
            retry_after_seconds: error.retry_after().map(|pause| pause.as_secs_f64().ceil() as u64),
            json_path: error.json_path().map(str::to_owned),
            job_id: error.job_id(),
            retryable: error.is_retryable(),
            may_have_launched: error.may_have_launched(),
            ..Self::new(error.kind().as_str(), error.to_string())
        }
    }

    pub(crate) fn line(&self) -> String {
        // Serializing strings, numbers and booleans can't fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}
