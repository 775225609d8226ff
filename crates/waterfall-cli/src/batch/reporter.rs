//! [`Reporter`]: writes the records of a batch to stdout, and all other reports to stderr.

use std::io;

use waterfall::{AnySnapshot, JobId, RateLimiter};

use crate::batch::input::Input;
use crate::batch::inputs::Total;
use crate::batch::progress_bar::Progress;
use crate::batch::progress_state::{Counts, Pending, SharedState};
use crate::batch::record::{Record, given};
use crate::batch::seen::{FirstInput, Outcome};
use crate::batch::task::Task;
use crate::deviations;
use crate::event::Event;
use crate::session::Session;
use crate::{output, terminal_text};

/// Reports to people, or to programs.
#[derive(Clone)]
pub(crate) struct Reporter {
    pub(crate) task: Task,
    pub(crate) json: bool,
    /// Whether launches are reported to people as well.
    pub(crate) verbose: bool,
    pub(crate) progress: Progress,
    pub(crate) state: SharedState,
}

impl Reporter {
    /// Creates a reporter for a batch whose launches and reads wait for `limiter`.
    pub(crate) fn new(
        session: &Session,
        task: Task,
        state: &SharedState,
        total: Total,
        limiter: &RateLimiter,
    ) -> Self {
        let progress = Progress::start(session, state, total, limiter);
        let verbose = session.verbose.is_some();
        Self { task, json: session.json, verbose, progress, state: state.clone() }
    }

    /// Writes a record to stdout. A closed pipe is an error.
    pub(crate) fn show(&self, input: &Input, done: &Record<'_>) -> io::Result<()> {
        let line = if self.json { done.json(input) } else { done.text(input, self.task) };
        self.progress.suspend(|| output::stdout_or_broken_pipe(line.as_bytes()))
    }

    /// Reports that a result has values of unexpected types.
    pub(crate) fn deviations(&self, input: &Input, found: &AnySnapshot) {
        let Some(note) = deviations::note(found.deviations(), "--json") else { return };
        let event = Event::Deviations {
            index: input.index,
            line: input.line,
            job_id: found.job_id(),
            deviations: deviations::entries(found.deviations()),
        };
        self.report(&event, || format!("{}: {note}", input.label()));
    }

    /// Reports that a launch is about to be sent: from now on there may be a job.
    pub(crate) fn launching(&self, position: usize) {
        let input = self.state.lock().input(position).cloned();
        let Some(input) = input.filter(|_| self.json || self.verbose) else { return };
        let (index, line) = (input.index, input.line);
        let event = Event::Launching { index, line, input: Some(given(&input.text)) };
        self.report(&event, || format!("{}: launching", input.label()));
    }

    /// Reports that a launch failed. For people, the record reports it.
    pub(crate) fn launch_failed(&self, input: &Input, may_have_launched: bool) {
        if self.json {
            let (index, line) = (input.index, input.line);
            self.report(&Event::Failed { index, line, may_have_launched }, String::new);
        }
    }

    /// Reports that a job has an ID, before the wait for the job, so that no paid result is lost
    /// with this process.
    pub(crate) fn launched(&self, position: usize, job_id: JobId) {
        let input = self.state.lock().launched(position, job_id).cloned();
        let Some(input) = input.filter(|_| self.json || self.verbose) else { return };
        let event = Event::Launched { index: input.index, line: input.line, job_id };
        self.report(&event, || format!("{}: job {job_id} launched", input.label()));
    }

    /// Reports that launching has stopped, and that the ids of launches in flight are awaited.
    pub(crate) fn stopping(&self, launching: usize) {
        let (word, ids) = if launching == 1 { ("launch", "id") } else { ("launches", "ids") };
        self.report(&Event::Stopping { launching }, || {
            format!(
                "stopping; waiting for the {ids} of {launching} {word} in flight; ctrl-c again to \
                 stop at once"
            )
        });
    }

    /// Reports that a query is not launched. For people, the summary has the number of such
    /// queries.
    pub(crate) fn not_launched(&self, input: &Input) {
        if self.json {
            let (index, line) = (input.index, input.line);
            let event = Event::NotLaunched { index, line, input: given(&input.text) };
            self.report(&event, String::new);
        }
    }

    /// Reports that a job is done but its result could not be written.
    pub(crate) fn not_written(&self, input: &Input, job_id: Option<JobId>) {
        let Some(id) = job_id else { return };
        let event = Event::Left { index: input.index, line: input.line, job_id };
        self.report(&event, || {
            format!("{}: the result of job {id} was not written", input.label())
        });
    }

    /// Reports the jobs that are left running. Returns their number.
    pub(crate) fn left(&self) -> usize {
        let left = self.state.lock().left();
        for Pending { input, job_id, followers, .. } in &left {
            for input in std::iter::once(input).chain(followers) {
                self.is_left(input, *job_id);
            }
        }
        left.len()
    }

    /// An input whose job is left running, or that may have been launched.
    pub(crate) fn is_left(&self, input: &Input, job_id: Option<JobId>) {
        let event = Event::Left { index: input.index, line: input.line, job_id };
        self.report(&event, || match job_id {
            Some(job_id) => format!("{}: job {job_id} continues to run", input.label()),
            None => format!("{}: a job may have been launched", input.label()),
        });
    }

    /// Writes the record of an input that shares the launch of another one. A closed pipe is an
    /// error.
    pub(crate) fn duplicate(
        &self,
        input: &Input,
        first: FirstInput,
        outcome: Option<&Outcome>,
    ) -> io::Result<()> {
        let done = match outcome {
            Some(outcome) => Record::Job(outcome.as_ref(), Some(first)),
            None => Record::Duplicate(first),
        };
        self.show(input, &done)
    }

    /// Reports the counts of the batch.
    pub(crate) fn end(&self) {
        let counts = self.state.lock().counts;
        self.progress.clear();
        self.report(&Event::Ended(counts), || summary(&counts, self.task));
    }

    fn report(&self, event: &Event, text: impl FnOnce() -> String) {
        let line = if self.json { event.line() } else { text() };
        self.progress.suspend(|| output::stderr(&line));
    }
}

pub(crate) fn summary(counts: &Counts, task: Task) -> String {
    let Counts { inputs, found, nobody, failed, duplicates, launched, reads, not_launched } =
        *counts;
    let repeated =
        if duplicates > 0 { format!(", duplicates {duplicates}") } else { String::new() };
    let (jobs, reads) =
        (terminal_text::count(launched, "job"), terminal_text::count(reads, "read"));
    let (of, cost) = match task {
        Task::Launch if inputs == 1 => ("1 query".to_owned(), format!("{jobs}, {reads}")),
        Task::Launch => (format!("{inputs} queries"), format!("{jobs}, {reads}")),
        Task::Wait => (terminal_text::count(inputs, "job"), reads),
    };
    let left =
        if not_launched > 0 { format!("; {not_launched} not launched") } else { String::new() };
    format!("{of}: found {found}, not found {nobody}, failed {failed}{repeated}; {cost}{left}")
}
