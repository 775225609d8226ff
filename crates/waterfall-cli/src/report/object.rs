//! What went wrong, for programs: one JSON object on one line.

use serde::Serialize;
use waterfall::{Error, JobId};

use crate::failure::Failure;
use crate::verdict::Verdict;

/// The keys don't change, and all of them are always there.
#[derive(Debug, Serialize)]
struct Object {
    kind: String,
    status: Option<u16>,
    code: Option<String>,
    category: Option<String>,
    message: String,
    retry_after_seconds: Option<u64>,
    json_path: Option<String>,
    job_id: Option<JobId>,
    retryable: bool,
    may_have_launched: bool,
}

pub(crate) fn of(failure: &Failure) -> String {
    let object = match failure {
        Failure::Client(error) => of_error(error),
        Failure::Interrupted { job_id, launched } => Object {
            job_id: *job_id,
            retryable: !launched,
            may_have_launched: *launched,
            ..plain("interrupted", failure.headline())
        },
        Failure::Refused { error, not_launched, .. } => {
            let message = match not_launched.told() {
                Some(told) => format!("{error}; {told}"),
                None => error.to_string(),
            };
            Object { message, ..of_error(error) }
        }
        Failure::Queries { problems, .. } => plain("invalid_query", problems.join("; ")),
        Failure::Stopped { left, launched, .. } => Object {
            retryable: !launched,
            may_have_launched: *launched && *left > 0,
            ..plain("interrupted", failure.headline())
        },
        Failure::NoKey | Failure::Config { .. } | Failure::NotRead { hint: Some(_), .. } => {
            plain("config", failure.headline())
        }
        Failure::Delivery { verdict, .. } => Object {
            retryable: *verdict == Verdict::Unknown,
            ..plain(verdict.as_str(), failure.headline())
        },
        Failure::NotWritten { job_id, .. } => {
            Object { job_id: *job_id, ..plain("not_written", failure.headline()) }
        }
        Failure::System { .. } | Failure::NotRead { .. } => plain("system", failure.headline()),
    };
    line(&object)
}

/// What is wrong with the command line. The hints at its end are for people.
pub(super) fn of_usage(rendered: &str) -> String {
    let problem = rendered.split("\n\n").next().unwrap_or_default();
    let problem = problem.trim().trim_start_matches("error: ");
    let words: Vec<&str> = problem.split_whitespace().collect();
    line(&plain("usage", words.join(" ")))
}

/// What is wrong with one of many queries, which was not sent.
pub(crate) fn of_query(problem: &str) -> String {
    line(&plain("invalid_query", problem.to_owned()))
}

fn of_error(error: &Error) -> Object {
    Object {
        status: error.status().map(|status| status.as_u16()),
        code: error.code().map(|code| code.as_str().to_owned()),
        category: error.category().map(|category| category.as_str().to_owned()),
        retry_after_seconds: error.retry_after().map(|pause| pause.as_secs_f64().ceil() as u64),
        json_path: error.json_path().map(str::to_owned),
        job_id: error.job_id(),
        retryable: error.is_retryable(),
        may_have_launched: error.may_have_launched(),
        ..plain(error.kind().as_str(), error.to_string())
    }
}

fn plain(kind: &str, message: String) -> Object {
    Object {
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

fn line(object: &Object) -> String {
    // Texts, numbers and truth values: there is nothing that could fail.
    serde_json::to_string(object).unwrap_or_default()
}
