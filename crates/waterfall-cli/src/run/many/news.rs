//! What is told while many jobs run: results on stdout, all else on stderr.

use std::io;

use serde::Serialize;
use waterfall::{JobId, Snapshot};

use super::inputs::{Input, Task};
use super::ledger::{Counts, Pending, Shared, lock};
use super::line::Done;
use crate::deviations::{self, Entry};
use crate::progress::Progress;
use crate::{output, text};

/// Tells people, or programs.
#[derive(Clone)]
pub(super) struct News {
    pub(super) task: Task,
    pub(super) json: bool,
    pub(super) progress: Progress,
    pub(super) ledger: Shared,
}

/// What is told to programs, each on a line of stderr.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Event {
    Launched { index: usize, line: Option<u64>, job_id: JobId },
    Stopping { pending: usize },
    Left { index: usize, line: Option<u64>, job_id: Option<JobId> },
    Deviations { index: usize, line: Option<u64>, job_id: JobId, deviations: Vec<Entry> },
    Ended(Counts),
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

    /// A job has an id. It is told before anything waits for it, so that nothing
    /// that is paid for is lost with this process.
    pub(super) fn launched(&self, place: usize, job_id: JobId) {
        let input = lock(&self.ledger).launched(place, job_id).cloned();
        let Some(input) = input else { return };
        let event = Event::Launched { index: input.index, line: input.line, job_id };
        self.say(&event, || format!("{}: job {job_id} launched", input.label()));
    }

    /// Nothing more is launched.
    pub(super) fn stopping(&self) {
        let pending = lock(&self.ledger).pending().count();
        let jobs = text::count(pending, "job");
        self.say(&Event::Stopping { pending }, || {
            format!("launching nothing more, waiting for {jobs}; ctrl-c again to leave them")
        });
    }

    /// A job is over, and its result went nowhere.
    pub(super) fn not_written(&self, input: &Input, job_id: Option<JobId>) {
        let Some(id) = job_id else { return };
        let event = Event::Left { index: input.index, line: input.line, job_id };
        self.say(&event, || format!("{}: job {id} was not written", input.label()));
    }

    /// Says which jobs are left running, and how many there are.
    pub(super) fn left(&self) -> usize {
        let left = lock(&self.ledger).leave();
        for Pending { input, job_id, followers, .. } in &left {
            for input in std::iter::once(input).chain(followers) {
                let event = Event::Left { index: input.index, line: input.line, job_id: *job_id };
                self.say(&event, || match job_id {
                    Some(job_id) => format!("{}: job {job_id} goes on", input.label()),
                    None => format!("{}: a job may have been launched", input.label()),
                });
            }
        }
        left.len()
    }

    /// How it went, in numbers.
    pub(super) fn end(&self) {
        let counts = lock(&self.ledger).counts;
        self.progress.clear();
        self.say(&Event::Ended(counts), || summary(&counts, self.task));
    }

    fn say(&self, event: &Event, words: impl FnOnce() -> String) {
        let line = if self.json { serde_json::to_string(event).ok() } else { Some(words()) };
        self.progress.aside(|| output::stderr(&line.unwrap_or_default()));
    }
}

fn summary(counts: &Counts, task: Task) -> String {
    let Counts { inputs, found, nobody, failed, duplicates, launched, reads } = *counts;
    let twice = if duplicates > 0 { format!(", given twice {duplicates}") } else { String::new() };
    let (jobs, reads) = (text::count(launched, "job"), text::count(reads, "read"));
    let (of, cost) = match task {
        Task::Launch if inputs == 1 => ("1 query".to_owned(), format!("{jobs}, {reads}")),
        Task::Launch => (format!("{inputs} queries"), format!("{jobs}, {reads}")),
        Task::Wait => (text::count(inputs, "job"), reads),
    };
    format!("{of}: found {found}, nobody {nobody}, failed {failed}{twice}; {cost}")
}
