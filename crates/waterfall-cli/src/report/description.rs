//! The table of failures: the exit code, the headline, the hints and the JSON of each.

use std::io;

use waterfall::{Error, ErrorKind, JobId};

use crate::api_target::ApiTarget;
use crate::exit::Exit;
use crate::failure::{Failure, NotLaunched};
use crate::report::headline;
use crate::report::hints::{self, Hint};
use crate::report::json::ErrorObject;
use crate::terminal_text::count;
use crate::verdict::Verdict;

/// The complete report of a failure.
pub(super) struct Description<'a> {
    pub(super) exit: Exit,
    pub(super) headline: String,
    /// Messages that are listed below the headline.
    pub(super) messages: &'a [String],
    pub(super) hints: Vec<Hint>,
    pub(super) json: ErrorObject,
}

impl Description<'_> {
    /// Describes a failure whose JSON has a program-specific kind and the headline as its message.
    fn new(exit: Exit, kind: &str, headline: impl Into<String>) -> Self {
        let headline = headline.into();
        let json = ErrorObject::new(kind, headline.clone());
        Self { exit, headline, messages: &[], hints: Vec::new(), json }
    }

    fn with_hint(self, hint: &str) -> Self {
        self.with_hints(vec![hints::text(hint)])
    }

    fn with_hints(self, hints: Vec<Hint>) -> Self {
        Self { hints, ..self }
    }
}

pub(super) fn describe<'a>(failure: &'a Failure, target: &ApiTarget) -> Description<'a> {
    match failure {
        Failure::NoKey => Description::new(Exit::Usage, "config", "there is no API key")
            .with_hints(hints::without_key()),
        Failure::Config { what, hint } => {
            Description::new(Exit::Usage, "config", what).with_hint(hint)
        }
        Failure::System { what, error, hint } => {
            Description::new(Exit::Usage, "system", format!("{what}: {error}"))
                .with_hints(hint.iter().copied().map(hints::text).collect())
        }
        Failure::Journal(what) => Description::new(Exit::Journal, "journal", what),
        Failure::Batch { what, hint } => {
            Description::new(Exit::Usage, "config", what).with_hint(hint)
        }
        Failure::Queries { problems, of, command } => queries(problems, *of, command),
        Failure::Client(error) => Description {
            exit: Exit::of_error(error),
            headline: headline::of_error(error),
            messages: error.messages(),
            hints: hints::of_error(error, target),
            json: ErrorObject::of_error(error),
        },
        Failure::Operation { error, command, .. } => Description {
            exit: Exit::of_error(error),
            headline: match error.kind() {
                ErrorKind::InvalidQuery => headline::of_error(error),
                _ => error.to_string(),
            },
            messages: error.messages(),
            hints: hints::of_operation(error, command, target),
            json: ErrorObject::of_error(error),
        },
        Failure::Refused { error, not_launched, exit } => {
            refused(error, not_launched, *exit, target)
        }
        Failure::Interrupted { job_id, launched } => interrupted(*job_id, *launched, target),
        Failure::Stopped { left, launched, not_launched } => {
            stopped(*left, *launched, not_launched, target)
        }
        Failure::NotRead { error, hint, launched, exit } => {
            not_read(error, hint.as_deref(), *launched, *exit)
        }
        Failure::NotWritten { error, job_id } => not_written(error, *job_id, target),
        Failure::Delivery { verdict, what, hint } => {
            let description = Description::new(Exit::of_verdict(*verdict), verdict.as_str(), what)
                .with_hint(hint);
            let retryable = *verdict == Verdict::Unknown;
            Description { json: ErrorObject { retryable, ..description.json }, ..description }
        }
    }
}

fn queries<'a>(problems: &'a [String], of: usize, command: &str) -> Description<'a> {
    let headline = match of {
        1 => "the query can't be launched; nothing was sent".to_owned(),
        _ => format!("{} of {of} queries can't be launched; nothing was sent", problems.len()),
    };
    Description {
        messages: problems,
        json: ErrorObject::new("invalid_query", problems.join("; ")),
        ..Description::new(Exit::Usage, "invalid_query", headline)
    }
    .with_hint(&format!("`waterfall {command} --help` describes a QUERY."))
}

fn refused<'a>(
    error: &'a Error,
    not_launched: &NotLaunched,
    exit: Exit,
    target: &ApiTarget,
) -> Description<'a> {
    let rest = not_launched.summary().map(|rest| format!("; {rest}")).unwrap_or_default();
    Description {
        exit,
        headline: headline::of_error(error) + &rest,
        messages: error.messages(),
        hints: hints::after_refusal(error, not_launched, target),
        json: ErrorObject { message: format!("{error}{rest}"), ..ErrorObject::of_error(error) },
    }
}

fn interrupted<'a>(job_id: Option<JobId>, launched: bool, target: &ApiTarget) -> Description<'a> {
    let (headline, hints) = match job_id {
        Some(id) => (format!("interrupted at job {id}"), hints::wait_for(id, target)),
        None if launched => {
            ("interrupted while the launch was in flight".to_owned(), hints::launch_in_doubt())
        }
        None => ("interrupted; nothing was launched".to_owned(), Vec::new()),
    };
    let description = Description::new(Exit::Interrupted, "interrupted", headline);
    let json = ErrorObject {
        job_id,
        retryable: !launched,
        may_have_launched: launched,
        ..description.json
    };
    Description { json, hints, ..description }
}

fn stopped<'a>(
    left: usize,
    launched: bool,
    not_launched: &NotLaunched,
    target: &ApiTarget,
) -> Description<'a> {
    let jobs = (left > 0).then(|| format!("{} left", count(left, "job")));
    let parts = [Some("interrupted".to_owned()), jobs, not_launched.summary()];
    let headline = match parts.into_iter().flatten().collect::<Vec<_>>() {
        parts if parts.len() == 1 => "interrupted; nothing was left".to_owned(),
        parts => parts.join("; "),
    };
    let description = Description::new(Exit::Interrupted, "interrupted", headline);
    let json = ErrorObject {
        retryable: !launched,
        may_have_launched: launched && left > 0,
        ..description.json
    };
    let hints = hints::after_stop(left, not_launched, target);
    Description { json, hints, ..description }
}

fn not_read<'a>(
    error: &io::Error,
    hint: Option<&str>,
    launched: usize,
    exit: Exit,
) -> Description<'a> {
    let headline = match launched {
        0 => format!("stdin could not be read: {error}"),
        _ => {
            let jobs = count(launched, "job");
            format!("stdin could not be read to its end: {error}; {jobs} launched before")
        }
    };
    let kind = if hint.is_some() { "config" } else { "system" };
    Description::new(exit, kind, headline).with_hints(hints::after_read_error(hint, launched))
}

fn not_written<'a>(
    error: &io::Error,
    job_id: Option<JobId>,
    target: &ApiTarget,
) -> Description<'a> {
    let headline = format!("the result could not be written to stdout: {error}");
    let description = Description::new(Exit::NotWritten, "not_written", headline);
    let hints = job_id.map(|id| hints::read_again(id, target)).unwrap_or_default();
    Description { json: ErrorObject { job_id, ..description.json }, hints, ..description }
}
