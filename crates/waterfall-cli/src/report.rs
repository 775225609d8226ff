//! What went wrong, for people: what was tried, what came back, what to do.

mod advice;
pub(crate) mod object;

use std::env;
use std::error::Error as _;
use std::io::{IsTerminal, stderr};

use waterfall::{Error, ErrorKind};

use crate::connection::Place;
use crate::exit::Exit;
use crate::failure::{Failure, NotLaunched};
use crate::output;
use crate::paint::Paint;
use crate::text::{self, COLUMNS};

/// Longer texts of the API are cut.
const LONGEST_DETAIL: usize = 300;

impl Failure {
    fn headline(&self) -> String {
        match self {
            Self::NoKey => "there is no API key".to_owned(),
            Self::Config { what, .. } | Self::Delivery { what, .. } => what.clone(),
            Self::Client(error) => headline(error),
            Self::Interrupted { job_id: Some(id), .. } => format!("interrupted at job {id}"),
            Self::Interrupted { job_id: None, launched: true } => {
                "interrupted while the launch was in flight".to_owned()
            }
            Self::Interrupted { .. } => "interrupted; nothing was launched".to_owned(),
            Self::Queries { problems, of } => {
                format!("{} of {of} queries can't be launched; nothing was sent", problems.len())
            }
            Self::Stopped { left, not_launched, .. } => stopped(*left, not_launched),
            Self::Refused { error, not_launched, .. } => match not_launched.told() {
                Some(told) => format!("{}; {told}", headline(error)),
                None => headline(error),
            },
            Self::NotRead { error, launched: 0, .. } => format!("stdin could not be read: {error}"),
            Self::NotRead { error, launched, .. } => {
                let jobs = text::count(*launched, "job");
                format!("stdin could not be read to its end: {error}; {jobs} launched before")
            }
            Self::NotWritten { error, .. } => {
                format!("the result could not be written to stdout: {error}")
            }
            Self::System { what, error, .. } => format!("{what}: {error}"),
        }
    }
}

fn stopped(left: usize, not_launched: &NotLaunched) -> String {
    let left = (left > 0).then(|| format!("{} left", text::count(left, "job")));
    let parts = [Some("interrupted".to_owned()), left, not_launched.told()];
    match parts.into_iter().flatten().collect::<Vec<_>>() {
        parts if parts.len() == 1 => "interrupted; nothing was left".to_owned(),
        parts => parts.join("; "),
    }
}

/// What the API, or the check of a query, says beside a headline: each text once.
pub(crate) fn details(messages: &[String], headline: &str) -> Vec<String> {
    let mut told = text::clean(headline);
    let mut details = Vec::new();
    for message in messages {
        let detail = text::cut(&text::clean(message), LONGEST_DETAIL);
        if !told.contains(detail.trim_end_matches('…')) {
            told.push_str(&format!("\n{detail}"));
            details.push(detail);
        }
    }
    details
}

/// The facade's line, but where that speaks to programmers.
pub(crate) fn headline(error: &Error) -> String {
    match error.kind() {
        ErrorKind::InvalidQuery => "the query was not sent".to_owned(),
        ErrorKind::JobFailed => format!("{} ended as {}", job(error), state(error)),
        ErrorKind::WaitTimeout => not_over(error),
        ErrorKind::InvalidResponse => not_understood(error),
        _ => error.to_string(),
    }
}

fn not_over(error: &Error) -> String {
    let waited = text::time(error.waited().unwrap_or_default());
    let reads = text::count(error.reads().unwrap_or_default() as usize, "read");
    let mut line = match error.final_state() {
        Some(state) => {
            let state = text::clean(state.as_str());
            let tries = format!("{waited} and {reads}");
            format!("{} ended as {state}, but its result was not read in {tries}", job(error))
        }
        None => {
            let state = state(error);
            format!(
                "{} is not over after {waited} and {reads}, its last state is {state}",
                job(error)
            )
        }
    };
    if let Some(pause) = error.retry_after() {
        line.push_str(&format!("; the API wants no read for {}", text::time(pause)));
    }
    if let Some(last) = error.source() {
        let last = last.to_string();
        // The job is named already.
        let start = format!("read of {}: ", job(error));
        let last = last.strip_prefix(&start).unwrap_or(&last);
        // As is how far the wait came.
        let last = last.split_once(&format!(" ({reads} in ")).map_or(last, |(last, _)| last);
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

/// Says what is wrong with the command line, or prints the help that it asks
/// for.
pub(crate) fn show_usage(error: &clap::Error) -> Exit {
    let wants_json = env::args_os().take_while(|arg| arg != "--").any(|arg| arg == "--json");
    if !error.use_stderr() {
        if let Err(error) = output::check_stdout().and_then(|()| error.print()) {
            let failure = Failure::NotWritten { error, job_id: None };
            output::stderr(&format!("error: {}", failure.headline()));
            return failure.exit();
        }
        return Exit::Found;
    }
    if wants_json {
        output::stderr(&object::of_usage(&error.render().to_string()));
    } else {
        let _ = error.print();
    }
    Exit::Usage
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
        for detail in details(self.messages(), &headline) {
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

    fn messages(&self) -> &[String] {
        match self.failure {
            Failure::Client(error) | Failure::Refused { error, .. } => error.messages(),
            Failure::Queries { problems, .. } => problems,
            _ => &[],
        }
    }
}

/// Adds a text, wrapped, with its label before the first line.
fn add(text: &mut String, label: &mut String, line: &str, columns: usize) {
    for line in text::wrap(&text::clean(line), columns.saturating_sub(7)) {
        text.push_str(&format!("{label}{line}\n"));
        *label = " ".repeat(7);
    }
}
