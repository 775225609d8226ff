//! What came of an input, on one line.

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use waterfall::{Error, JobId, Snapshot};

use super::inputs::{Input, Task};
use super::ledger::First;
use crate::failure::Failure;
use crate::report::{details, headline, object};
use crate::{card, deviations, text};

/// An input that is done.
#[derive(Debug)]
pub(super) enum Done<'a> {
    /// With the input that the job was launched for, if that is a different row.
    Job(Result<&'a Snapshot, &'a Error>, Option<First>),
    /// What came of that one is no longer known.
    Duplicate(First),
    Invalid(&'a str),
}

impl Done<'_> {
    /// For people.
    pub(super) fn text(&self, input: &Input, task: Task) -> String {
        let what = match self {
            Self::Job(result, first) => {
                let what = match result {
                    Ok(found) => match found.person() {
                        Some(person) => card::line(person),
                        None if deviations::hide_person(found) => {
                            "error: the person has an unexpected type".to_owned()
                        }
                        None => "nobody found".to_owned(),
                    },
                    Err(error) => format!("error: {}", text::clean(&told(error, input))),
                };
                let same = first.map(|first| format!(" (the same as {})", first.number));
                what + &same.unwrap_or_default()
            }
            Self::Duplicate(First { number, .. }) => match task {
                Task::Launch => format!("the same as {number}, not launched again"),
                Task::Wait => format!("the same as {number}"),
            },
            Self::Invalid(problem) => match task {
                Task::Launch => format!("error: not launched: {}", text::clean(problem)),
                Task::Wait => format!("error: {}", text::clean(problem)),
            },
        };
        format!("{}: {what}\n", input.label())
    }

    /// For programs.
    pub(super) fn json(&self, input: &Input) -> String {
        let mut object = Object::of(input);
        match self {
            Self::Job(result, first) => {
                object.of_job(*result);
                if let Some(first) = first {
                    object.duplicate_of = Some(first.index);
                    // Nothing was sent for this one.
                    (object.reads, object.launch_attempts) = (Some(0), Some(0));
                }
            }
            Self::Duplicate(first) => {
                object.outcome = "duplicate";
                object.duplicate_of = Some(first.index);
            }
            Self::Invalid(problem) => object.error = raw(object::of_query(problem).as_bytes()),
        }
        // Texts, numbers and JSON: there is nothing that could fail.
        let line = serde_json::to_string(&object).unwrap_or_default();
        format!("{line}\n")
    }
}

/// What went wrong, with what the API says of it. A job that the line begins with is
/// not named again.
fn told(error: &Error, input: &Input) -> String {
    let mut told = headline(error);
    if let Some(id) = error.job_id().filter(|id| input.text == id.to_string()) {
        let starts = [format!("read of job {id}: "), format!("job {id} ")];
        let rest = starts.iter().find_map(|start| told.strip_prefix(start));
        told = rest.unwrap_or(&told).to_owned();
    }
    for detail in details(error.messages(), &told) {
        told.push_str(&format!(", {}", text::cut(&detail, 120)));
    }
    told
}

/// The keys don't change, and all of them are always there.
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

    fn of_job(&mut self, result: Result<&Snapshot, &Error>) {
        match result {
            Ok(found) => {
                self.outcome = match found.person() {
                    Some(_) => "found",
                    None if deviations::hide_person(found) => "failed",
                    None => "nobody",
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
                self.job = failure.answer().and_then(raw);
                self.error = raw(object::of(&failure).as_bytes());
            }
        }
    }
}

/// An object as it was given, or a text.
pub(crate) fn given(text: &str) -> Box<RawValue> {
    let object = raw(text.as_bytes()).filter(|_| text.starts_with('{'));
    let as_text = || RawValue::from_string(Value::from(text).to_string());
    object.or_else(|| as_text().ok()).unwrap_or_default()
}

/// An answer as it came, but on one line: between its tokens, the end of a line
/// is a space as well, and within them there is none.
fn raw(answer: &[u8]) -> Option<Box<RawValue>> {
    let text = std::str::from_utf8(answer).ok()?;
    RawValue::from_string(text.trim().replace(['\n', '\r'], " ")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_stays_as_it_is_but_on_one_line() {
        let answer = "{\r\n \"a\" : 1.0,\n\"b\":\"\\n \\u00e9\" }\n";
        let expected = "{   \"a\" : 1.0, \"b\":\"\\n \\u00e9\" }";
        assert_eq!(raw(answer.as_bytes()).unwrap().get(), expected);
        assert!(raw(b"{").is_none());
    }
}
