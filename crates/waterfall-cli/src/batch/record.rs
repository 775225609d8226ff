//! [`Record`]: the outcome of an input, on one line.

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use waterfall::{AnySnapshot, Error, JobId};

use crate::batch::input::Input;
use crate::batch::seen::FirstInput;
use crate::batch::task::Task;
use crate::failure::Failure;
use crate::finding::Finding;
use crate::report::headline::{self, details};
use crate::report::json::{ErrorObject, of_query};
use crate::{card, terminal_text};

/// The outcome of an input that is done.
#[derive(Debug)]
pub(crate) enum Record<'a> {
    /// The result of a job, and the input for which it was launched if that is a different one.
    Job(Result<&'a AnySnapshot, &'a Error>, Option<FirstInput>),
    /// The input equals this one, whose result is no longer kept.
    Duplicate(FirstInput),
    Invalid(&'a str),
}

impl Record<'_> {
    /// Formats the record for people.
    pub(crate) fn text(&self, input: &Input, task: Task) -> String {
        let what = match self {
            Self::Job(result, first) => {
                let what = match result {
                    Ok(found) => card::line(found),
                    Err(error) => {
                        format!("error: {}", terminal_text::clean(&error_text(error, input)))
                    }
                };
                let same = first.map(|first| format!(" (the same as {})", first.number));
                what + &same.unwrap_or_default()
            }
            Self::Duplicate(FirstInput { number, .. }) => match task {
                Task::Launch => format!("the same as {number}, not launched again"),
                Task::Wait => format!("the same as {number}"),
            },
            Self::Invalid(problem) => match task {
                Task::Launch => format!("error: not launched: {}", terminal_text::clean(problem)),
                Task::Wait => format!("error: {}", terminal_text::clean(problem)),
            },
        };
        format!("{}: {what}\n", input.label())
    }

    /// Formats the record for programs.
    pub(crate) fn json(&self, input: &Input) -> String {
        let mut object = Object::of(input);
        match self {
            Self::Job(result, first) => {
                object.of_job(*result);
                if let Some(first) = first {
                    object.duplicate_of = Some(first.index);
                    // Nothing was sent for this input.
                    (object.reads, object.launch_attempts) = (Some(0), Some(0));
                }
            }
            Self::Duplicate(first) => {
                object.outcome = "duplicate";
                object.duplicate_of = Some(first.index);
            }
            Self::Invalid(problem) => object.error = raw(of_query(problem).as_bytes()),
        }
        // Serializing strings, numbers and raw JSON can't fail.
        let line = serde_json::to_string(&object).unwrap_or_default();
        format!("{line}\n")
    }
}

/// Returns the error with the messages of the API. Omits a job ID at the beginning of the line.
fn error_text(error: &Error, input: &Input) -> String {
    let mut text = headline::of_error(error);
    if let Some(id) = error.job_id().filter(|id| input.text == id.to_string()) {
        let starts = [format!("read of job {id}: "), format!("job {id} ")];
        let rest = starts.iter().find_map(|start| text.strip_prefix(start));
        text = rest.unwrap_or(&text).to_owned();
    }
    for detail in details(error.messages(), &text) {
        text.push_str(&format!(", {}", terminal_text::cut(&detail, 120)));
    }
    text
}

/// A record as JSON. The keys are stable and always present.
#[derive(Debug, Serialize)]
struct Object {
    index: usize,
    line: Option<u64>,
    input: Box<RawValue>,
    outcome: &'static str,
    job_id: Option<JobId>,
    reads: Option<u32>,
    launch_attempts: Option<u32>,
    job: Option<Box<RawValue>>,
    error: Option<Box<RawValue>>,
    duplicate_of: Option<usize>,
}

impl Object {
    fn of(input: &Input) -> Self {
        Self {
            index: input.index,
            line: input.line,
            input: given(&input.text),
            outcome: "failed",
            job_id: None,
            reads: None,
            launch_attempts: None,
            job: None,
            error: None,
            duplicate_of: None,
        }
    }

    fn of_job(&mut self, result: Result<&AnySnapshot, &Error>) {
        match result {
            Ok(found) => {
                self.outcome = match Finding::of(found) {
                    Finding::Found => "found",
                    Finding::Nothing => "nobody",
                    Finding::Hidden(_) => "failed",
                };
                self.job_id = Some(found.job_id());
                self.reads = Some(found.reads());
                self.launch_attempts = found.launch_attempts();
                self.job = raw(found.raw());
            }
            Err(error) => {
                let failure = Failure::Client(error.clone());
                self.job_id = error.job_id();
                self.reads = error.reads();
                self.launch_attempts = error.launch_attempts();
                self.job = failure.response().and_then(raw);
                self.error = raw(ErrorObject::of_error(error).line().as_bytes());
            }
        }
    }
}

/// Returns an object as given, or a string.
pub(crate) fn given(text: &str) -> Box<RawValue> {
    let object = raw(text.as_bytes()).filter(|_| text.starts_with('{'));
    let as_text = || RawValue::from_string(Value::from(text).to_string());
    object.or_else(|| as_text().ok()).unwrap_or_default()
}

/// Writes a response as it was received, but on one line: line ends occur only between tokens,
/// where spaces are equivalent.
fn raw(response: &[u8]) -> Option<Box<RawValue>> {
    let text = std::str::from_utf8(response).ok()?;
    RawValue::from_string(text.trim().replace(['\n', '\r'], " ")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_is_unchanged_but_on_one_line() {
        let answer = "{\r\n \"a\" : 1.0,\n\"b\":\"\\n \\u00e9\" }\n";
        let expected = "{   \"a\" : 1.0, \"b\":\"\\n \\u00e9\" }";
        assert_eq!(raw(answer.as_bytes()).unwrap().get(), expected);
        assert!(raw(b"{").is_none());
    }
}
