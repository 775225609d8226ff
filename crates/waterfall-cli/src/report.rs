//! What went wrong, for people: what was tried, what came back, what to do.

mod advice;
mod object;

use std::error::Error as _;
use std::io::{self, IsTerminal, stderr};

use waterfall::{Error, ErrorKind, JobId};

use crate::connection::Place;
use crate::exit::Exit;
use crate::output;
use crate::paint::Paint;
use crate::text::{self, COLUMNS};

pub(crate) use self::object::show_usage_as_json;

/// Longer texts of the API are cut.
const LONGEST_DETAIL: usize = 300;

/// Why a command has no result.
#[derive(Debug)]
pub(crate) enum Failure {
    /// There is no API key.
    NoKey,
    /// What the client says.
    Client(Error),
    /// The program was told to stop.
    Interrupted {
        /// The job that goes on, if its id is known.
        job_id: Option<JobId>,
        /// Whether this process has launched it, or may have.
        launched: bool,
    },
    /// There is a result, and stdout takes it not.
    NotWritten { error: io::Error, job_id: Option<JobId> },
    /// The machine does not play along.
    System { what: String, error: io::Error, hint: Option<&'static str> },
}

impl Failure {
    pub(crate) fn system(what: &str, error: io::Error) -> Self {
        Self::System { what: what.to_owned(), error, hint: None }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::NoKey | Self::System { .. } => Exit::Usage,
            Self::Client(error) => Exit::of_error(error),
            Self::Interrupted { .. } => Exit::Interrupted,
            Self::NotWritten { .. } => Exit::NotWritten,
        }
    }

    /// What came, where that is more than an error: of a job that failed, or an
    /// answer that is JSON of an unexpected kind. Both may have been paid for.
    pub(crate) fn answer(&self) -> Option<&[u8]> {
        let Self::Client(error) = self else { return None };
        match error.kind() {
            ErrorKind::JobFailed => error.snapshot().map(|job| &**job.raw()),
            ErrorKind::UnexpectedAnswer => error.body().filter(|body| is_json(body)),
            _ => None,
        }
    }

    fn headline(&self) -> String {
        match self {
            Self::NoKey => "there is no API key".to_owned(),
            Self::Client(error) => headline(error),
            Self::Interrupted { job_id: Some(id), .. } => format!("interrupted at job {id}"),
            Self::Interrupted { job_id: None, .. } => {
                "interrupted while the launch was on its way".to_owned()
            }
            Self::NotWritten { error, .. } => {
                format!("the result could not be written to stdout: {error}")
            }
            Self::System { what, error, .. } => format!("{what}: {error}"),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Client(error)
    }
}

/// The facade's line, but where that speaks to programmers.
fn headline(error: &Error) -> String {
    match error.kind() {
        ErrorKind::InvalidQuery => "the query was not sent".to_owned(),
        ErrorKind::JobFailed => format!("{} ended as {}", job(error), state(error)),
        ErrorKind::WaitTimeout => not_over(error),
        ErrorKind::UnexpectedAnswer => not_understood(error),
        _ => error.to_string(),
    }
}

fn not_over(error: &Error) -> String {
    let waited = text::time(error.waited().unwrap_or_default());
    let reads = text::count(error.reads().unwrap_or_default() as usize, "read");
    let mut line = format!("{} is not over after {waited} and {reads}", job(error));
    line.push_str(&format!(", its last state is {}", state(error)));
    if let Some(pause) = error.retry_after() {
        line.push_str(&format!("; the API wants no read for {}", text::time(pause)));
    }
    if let Some(last) = error.source() {
        line.push_str(&format!("; the last read failed: {last}"));
    }
    line
}

fn not_understood(error: &Error) -> String {
    let was_read = error.reads().is_some() || !error.may_have_launched();
    let task = if was_read { format!("read of {}", job(error)) } else { "launch".to_owned() };
    let status = error.status().map(|status| status.to_string()).unwrap_or_default();
    match error.json_path() {
        Some("$") => format!("{task}: the API answered {status} with what is not its JSON"),
        Some(path) => {
            format!(
                "{task}: the API answered {status} with a body that is not understood at {path}"
            )
        }
        None => error.to_string(),
    }
}

fn job(error: &Error) -> String {
    error.job_id().map_or_else(|| "the job".to_owned(), |id| format!("job {id}"))
}

fn state(error: &Error) -> &str {
    error.snapshot().map_or("unknown", |job| job.state().as_str())
}

fn is_json(body: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok()
}

/// A failure, and where it happened.
#[derive(Debug)]
pub(crate) struct Report<'a> {
    pub(crate) failure: &'a Failure,
    pub(crate) place: &'a Place,
}

/// One piece of advice.
enum Hint {
    Text(String),
    /// A command line to be pasted, on a line of its own.
    Command(String),
}

impl Report<'_> {
    /// For people, on stderr.
    pub(crate) fn show(&self) {
        let columns = if stderr().is_terminal() { COLUMNS } else { usize::MAX };
        output::stderr(&self.text(Paint::for_stream(&stderr()), columns));
    }

    pub(crate) fn exit(&self) -> Exit {
        self.failure.exit()
    }

    /// For programs, on stderr, in one line.
    pub(crate) fn show_as_json(&self) {
        output::stderr(&object::of(self.failure));
    }

    fn text(&self, paint: Paint, columns: usize) -> String {
        let mut text = String::new();
        let headline = self.failure.headline();
        let mut label = paint.alarm("error: ");
        add(&mut text, &mut label, &headline, columns);
        for detail in self.details(&headline) {
            add(&mut text, &mut label, &format!("- {detail}"), columns);
        }
        label = paint.strong("hint:  ");
        for hint in self.hints() {
            match hint {
                Hint::Text(line) => add(&mut text, &mut label, &line, columns),
                // Whole, as it is to be pasted.
                Hint::Command(line) => text.push_str(&format!("         {line}\n")),
            }
        }
        text
    }

    /// What the API, or the check of the query, says beside the headline.
    fn details(&self, headline: &str) -> Vec<String> {
        let Failure::Client(error) = self.failure else { return Vec::new() };
        let messages = error.messages().iter().map(|message| text::clean(message));
        messages
            .map(|message| text::cut(&message, LONGEST_DETAIL))
            .filter(|message| !message.is_empty() && !headline.contains(message.as_str()))
            .collect()
    }
}

/// Adds a text, wrapped, with its label before the first line.
fn add(text: &mut String, label: &mut String, line: &str, columns: usize) {
    for line in text::wrap(&text::clean(line), columns.saturating_sub(7)) {
        text.push_str(&format!("{label}{line}\n"));
        *label = " ".repeat(7);
    }
}
