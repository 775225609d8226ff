//! Stopping a batch: why, how long it takes, and what is left.

use std::io;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use waterfall::{Error, ErrorCategory, ErrorKind};

use super::inputs::Prepared;
use super::ledger::{Late, Shared, lock};
use super::news::News;
use super::queries::Source;
use super::rows;
use crate::exit::Exit;
use crate::failure::{Failure, NotLaunched};

/// A launch that is still in flight after this time is worth a note.
const UNNOTICED: Duration = Duration::from_millis(50);

/// Why nothing more is launched though there may be more inputs.
#[derive(Debug)]
pub(super) enum Why {
    Interrupted,
    /// Every launch would be refused like this.
    Refused(Error),
    NotWritten(io::Error),
    NotRead(io::Error),
}

/// How a batch is stopped, and how far that is.
#[derive(Default)]
pub(super) struct Stopping {
    /// Where queries come from, if any are launched.
    source: Option<Source>,
    /// How long the ids of launches in flight are waited for.
    grace: Duration,
    why: Option<Why>,
    since: Option<Instant>,
    is_noted: bool,
}

/// What comes next after an interrupt.
pub(super) enum Due {
    /// Launches are still in flight.
    Note,
    /// They are no longer waited for.
    GiveUp,
}

impl Stopping {
    /// For queries that are launched; without them, for jobs, there is a default.
    pub(super) fn of(source: Source, grace: Duration) -> Self {
        Self { source: Some(source), grace, ..Self::default() }
    }

    pub(super) fn is_interrupted(&self) -> bool {
        matches!(self.why, Some(Why::Interrupted))
    }

    /// Whether results are no longer waited for; ids are.
    pub(super) fn wants_ids_only(&self) -> bool {
        matches!(self.why, Some(Why::NotWritten(_) | Why::Interrupted))
    }

    /// The first reason counts, but an interrupt goes before all others.
    pub(super) fn because(&mut self, why: Why) {
        if matches!(why, Why::Interrupted) {
            self.since.get_or_insert_with(Instant::now);
        }
        if self.why.is_none() || matches!(why, Why::Interrupted) {
            self.why = Some(why);
        }
    }

    /// Waits for what comes next; for ever without an interrupt.
    pub(super) async fn due(&mut self) -> Due {
        let Some(since) = self.since else { return std::future::pending().await };
        if !self.is_noted && UNNOTICED < self.grace {
            sleep_until(since + UNNOTICED).await;
            self.is_noted = true;
            return Due::Note;
        }
        // What waits for a retry ends at once, but not before it is asked.
        sleep_until(since + self.grace.max(UNNOTICED)).await;
        Due::GiveUp
    }

    /// Reports what was not launched, and counts it. Inputs that ask for the same as one
    /// that was launched are none of these: they have its result, or its job.
    async fn not_launched(&self, news: &News, ledger: &Shared) -> NotLaunched {
        let mut left = NotLaunched::default();
        let Some(source) = &self.source else { return left };
        let withdrawn = lock(ledger).withdrawn();
        for input in withdrawn {
            report(source.prepare(input), news, ledger, &mut left);
        }
        if self.why.is_some() {
            left.more = !source.drain(|input| report(input, news, ledger, &mut left)).await;
        }
        left
    }

    /// How the batch ends.
    pub(super) async fn end(self, news: &News, ledger: &Shared) -> Result<Exit, Failure> {
        let left = news.left();
        let mut not_launched = self.not_launched(news, ledger).await;
        not_launched.launched = lock(ledger).counts.launched;
        let exit = match &self.why {
            Some(Why::Refused(error)) => Exit::of_error(error),
            _ => Exit::Usage,
        };
        // What could not be read may have been queries.
        let has_failed = not_launched.queries > 0 || matches!(self.why, Some(Why::NotRead(_)));
        lock(ledger).not_launched(not_launched.queries, has_failed.then_some(exit));
        news.end();
        match self.why {
            None => Ok(lock(ledger).exit()),
            Some(Why::Interrupted) => {
                let launched = self.source.is_some();
                Err(Failure::Stopped { left, launched, not_launched })
            }
            Some(Why::Refused(error)) => {
                let exit = lock(ledger).exit();
                Err(Failure::Refused { error, not_launched, exit })
            }
            Some(Why::NotWritten(error)) => Err(Failure::NotWritten { error, job_id: None }),
            Some(Why::NotRead(error)) if lock(ledger).counts.inputs == 0 => {
                Err(rows::failure(error))
            }
            Some(Why::NotRead(error)) => {
                let (hint, launched) = (rows::hint(&error), not_launched.launched);
                let exit = lock(ledger).exit();
                Err(Failure::NotRead { error, hint, launched, exit })
            }
        }
    }
}

/// Reports an input that comes after the last launch.
fn report(prepared: Prepared, news: &News, ledger: &Shared, left: &mut NotLaunched) {
    let late = lock(ledger).take_late(prepared);
    match late {
        Late::NotLaunched(input) => {
            news.not_launched(&input);
            left.add(input.index, input.number());
        }
        Late::Left(input, job_id) => news.is_left(&input, job_id),
        Late::Duplicate(input, first, outcome) => {
            if news.duplicate(&input, first, outcome.as_deref()).is_err() {
                let result = outcome.as_deref().map(|outcome| outcome.as_ref());
                let job_id = result.and_then(|result| match result {
                    Ok(found) => Some(found.job_id()),
                    Err(error) => error.job_id(),
                });
                news.not_written(&input, job_id);
            }
        }
    }
}

/// Whether the key, the account or the connection is refused, and not this query.
pub(super) fn refuses_all(error: &Error) -> bool {
    if error.connect_failure().is_some() {
        return true;
    }
    let status = error.status().map_or(0, |status| status.as_u16());
    error.kind() == ErrorKind::Api
        && matches!(status, 401..=403)
        && error.category() != Some(&ErrorCategory::Permission)
}
