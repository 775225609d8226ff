//! What is told while many jobs run: results on stdout, all else on stderr.

use std::io;

use waterfall::{JobId, Snapshot};

use super::inputs::{Input, Task};
use super::ledger::{Counts, First, Outcome, Pending, Shared, lock};
use super::line::{Done, given};
use crate::deviations;
use crate::event::Event;
use crate::progress::Progress;
use crate::{output, text};

/// Tells people, or programs.
#[derive(Clone)]
pub(super) struct News {
    pub(super) task: Task,
    pub(super) json: bool,
    /// Launches are reported to people as well.
    pub(super) verbose: bool,
    pub(super) progress: Progress,
    pub(super) ledger: Shared,
}

impl News {
    /// A result, on stdout. The error says that nobody reads there.
    pub(super) fn show(&self, input: &Input, done: &Done<'_>) -> io::Result<()> {
        let line = if self.json { done.json(input) } else { done.text(input, self.task) };
        self.progress.aside(|| output::whole(line.as_bytes()))
    }

    /// A result has values of unexpected types.
    pub(super) fn deviations(&self, input: &Input, found: &Snapshot) {
        let Some(note) = deviations::note(found.deviations()) else { return };
        let event = Event::Deviations {
            index: input.index,
            line: input.line,
            job_id: found.job_id(),
            deviations: deviations::entries(found.deviations()),
        };
        self.say(&event, || format!("{}: {note}", input.label()));
    }

    /// A launch is about to be sent: from now on there may be a job.
    pub(super) fn launching(&self, place: usize) {
        let input = lock(&self.ledger).input(place).cloned();
        let Some(input) = input.filter(|_| self.json || self.verbose) else { return };
        let (index, line) = (input.index, input.line);
        let event = Event::Launching { index, line, input: Some(given(&input.text)) };
        self.say(&event, || format!("{}: launching", input.label()));
    }

    /// A launch failed. People see that in its result.
    pub(super) fn launch_failed(&self, input: &Input, may_have_launched: bool) {
        if self.json {
            let (index, line) = (input.index, input.line);
            self.say(&Event::Failed { index, line, may_have_launched }, String::new);
        }
    }

    /// A job has an id. It is told before anything waits for it, so that nothing
    /// that is paid for is lost with this process.
    pub(super) fn launched(&self, place: usize, job_id: JobId) {
        let input = lock(&self.ledger).launched(place, job_id).cloned();
        let Some(input) = input.filter(|_| self.json || self.verbose) else { return };
        let event = Event::Launched { index: input.index, line: input.line, job_id };
        self.say(&event, || format!("{}: job {job_id} launched", input.label()));
    }

    /// Nothing more is launched, and the ids of launches in flight are waited for.
    pub(super) fn stopping(&self, launching: usize) {
        let (word, ids) = if launching == 1 { ("launch", "id") } else { ("launches", "ids") };
        self.say(&Event::Stopping { launching }, || {
            format!(
                "stopping; waiting for the {ids} of {launching} {word} in flight; ctrl-c again to \
                 stop at once"
            )
        });
    }

    /// A query is not launched. People are told how many.
    pub(super) fn not_launched(&self, input: &Input) {
        if self.json {
            let (index, line) = (input.index, input.line);
            let event = Event::NotLaunched { index, line, input: given(&input.text) };
            self.say(&event, String::new);
        }
    }

    /// A job is over, and its result went nowhere.
    pub(super) fn not_written(&self, input: &Input, job_id: Option<JobId>) {
        let Some(id) = job_id else { return };
        let event = Event::Left { index: input.index, line: input.line, job_id };
        self.say(&event, || format!("{}: job {id} was not written", input.label()));
    }

    /// Says which jobs are left running, and how many there are.
    pub(super) fn left(&self) -> usize {
        let left = lock(&self.ledger).left();
        for Pending { input, job_id, followers, .. } in &left {
            for input in std::iter::once(input).chain(followers) {
                self.is_left(input, *job_id);
            }
        }
        left.len()
    }

    /// An input whose job is left running, or one that may have been launched.
    pub(super) fn is_left(&self, input: &Input, job_id: Option<JobId>) {
        let event = Event::Left { index: input.index, line: input.line, job_id };
        self.say(&event, || match job_id {
            Some(job_id) => format!("{}: job {job_id} goes on", input.label()),
            None => format!("{}: a job may have been launched", input.label()),
        });
    }

    /// The result of an input that another one was launched for. The error says that
    /// nobody reads it.
    pub(super) fn duplicate(
        &self,
        input: &Input,
        first: First,
        outcome: Option<&Outcome>,
    ) -> io::Result<()> {
        let done = match outcome {
            Some(outcome) => Done::Job(outcome.as_ref(), Some(first)),
            None => Done::Duplicate(first),
        };
        self.show(input, &done)
    }

    /// How it went, in numbers.
    pub(super) fn end(&self) {
        let counts = lock(&self.ledger).counts;
        self.progress.clear();
        self.say(&Event::Ended(counts), || summary(&counts, self.task));
    }

    fn say(&self, event: &Event, words: impl FnOnce() -> String) {
        let line = if self.json { event.line() } else { words() };
        self.progress.aside(|| output::stderr(&line));
    }
}

fn summary(counts: &Counts, task: Task) -> String {
    let Counts { inputs, found, nobody, failed, duplicates, launched, reads, not_launched } =
        *counts;
    let twice = if duplicates > 0 { format!(", given twice {duplicates}") } else { String::new() };
    let (jobs, reads) = (text::count(launched, "job"), text::count(reads, "read"));
    let (of, cost) = match task {
        Task::Launch if inputs == 1 => ("1 query".to_owned(), format!("{jobs}, {reads}")),
        Task::Launch => (format!("{inputs} queries"), format!("{jobs}, {reads}")),
        Task::Wait => (text::count(inputs, "job"), reads),
    };
    let left =
        if not_launched > 0 { format!("; {not_launched} not launched") } else { String::new() };
    format!("{of}: found {found}, nobody {nobody}, failed {failed}{twice}; {cost}{left}")
}
