//! The headlines of the client's errors, with their additional messages.

use std::error::Error as _;

use waterfall::{Error, ErrorKind};

use crate::last_job::last_state;
use crate::terminal_text;

/// The maximum length of a message of the API, in characters.
const MAX_DETAIL: usize = 300;

/// Returns the messages that the headline does not already contain, each once.
pub(crate) fn details(messages: &[String], headline: &str) -> Vec<String> {
    let mut shown = terminal_text::clean(headline);
    let mut details = Vec::new();
    for message in messages {
        let detail = terminal_text::cut(&terminal_text::clean(message), MAX_DETAIL);
        if !shown.contains(detail.trim_end_matches('…')) {
            shown.push_str(&format!("\n{detail}"));
            details.push(detail);
        }
    }
    details
}

/// Returns the library's message, except where that is worded for programmers.
pub(crate) fn of_error(error: &Error) -> String {
    match error.kind() {
        ErrorKind::InvalidQuery => "the request was not sent".to_owned(),
        ErrorKind::JobFailed => format!("{} ended as {}", job(error), state(error)),
        ErrorKind::WaitTimeout => wait_timeout(error),
        ErrorKind::InvalidResponse => invalid_response(error),
        _ => error.to_string(),
    }
}

fn wait_timeout(error: &Error) -> String {
    let waited = terminal_text::time(error.waited().unwrap_or_default());
    let reads = terminal_text::count(error.reads().unwrap_or_default() as usize, "read");
    let mut line = match error.final_state() {
        Some(state) => {
            let state = terminal_text::clean(state.as_str());
            let effort = format!("{waited} and {reads}");
            format!("{} ended as {state}, but its result was not read in {effort}", job(error))
        }
        None => {
            let state = state(error);
            format!(
                "{} is not done after {waited} and {reads}; its last state is {state}",
                job(error)
            )
        }
    };
    if let Some(pause) = error.retry_after() {
        line.push_str(&format!("; the API allows no read for {}", terminal_text::time(pause)));
    }
    if let Some(last) = error.source() {
        let last = last.to_string();
        // The headline already contains the job and the number of reads.
        let start = format!("read of {}: ", job(error));
        let last = last.strip_prefix(&start).unwrap_or(&last);
        let last = last.split_once(&format!(" ({reads} in ")).map_or(last, |(last, _)| last);
        line.push_str(&format!("; the last read failed: {last}"));
    }
    line
}

fn invalid_response(error: &Error) -> String {
    let was_read = error.reads().is_some() || !error.may_have_launched();
    let task = if was_read { format!("read of {}", job(error)) } else { "launch".to_owned() };
    let status = error.status().map(|status| status.to_string()).unwrap_or_default();
    match error.json_path() {
        Some("$") => {
            format!("{task}: the API responded {status} with a body that is not the API's JSON")
        }
        Some(path) => {
            format!(
                "{task}: the API responded {status} with a body that could not be decoded at {path}"
            )
        }
        None => error.to_string(),
    }
}

fn job(error: &Error) -> String {
    error.job_id().map_or_else(|| "the job".to_owned(), |id| format!("job {id}"))
}

fn state(error: &Error) -> &str {
    last_state(error).map_or("unknown", |state| state.as_str())
}
