//! Stopping a batch: why, how long it takes, and what is left.

use std::io;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use waterfall::{Error, ErrorCategory, ErrorKind};

use super::inputs::Input;
use super::ledger::{Shared, lock};
use super::news::News;
use super::queries::Source;
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
    /// Inputs that were taken and not launched.
    pub(super) withdrawn: Vec<Input>,
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

    /// Reports what was not launched, and counts it.
    async fn not_launched(&mut self, news: &News) -> NotLaunched {
        let mut left = NotLaunched::default();
        self.withdrawn.sort_unstable_by_key(|input| input.index);
        for input in &self.withdrawn {
            news.not_launched(input);
            left.add(input.index, input.number());
        }
        if let Some(source) = self.source.as_ref().filter(|_| self.why.is_some()) {
            left.more = !source
                .drain(|input| {
                    news.not_launched(&input);
                    left.add(input.index, input.number());
                })
                .await;
        }
        left
    }

    /// How the batch ends.
    pub(super) async fn end(mut self, news: &News, ledger: &Shared) -> Result<Exit, Failure> {
        let left = news.left();
        let mut not_launched = self.not_launched(news).await;
        not_launched.launched = lock(ledger).counts.launched;
        let exit = match &self.why {
            Some(Why::Refused(error)) => Exit::of_error(error),
            _ => Exit::Usage,
        };
        lock(ledger).not_launched(not_launched.queries, exit);
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
            Some(Why::NotRead(error)) => {
                let exit = lock(ledger).exit();
                Err(Failure::NotRead { error, launched: not_launched.launched, exit })
            }
        }
    }
}

/// Whether the key, or the account, is refused, and not this query.
pub(super) fn refuses_all(error: &Error) -> bool {
    let status = error.status().map_or(0, |status| status.as_u16());
    error.kind() == ErrorKind::Api
        && matches!(status, 401..=403)
        && error.category() != Some(&ErrorCategory::Permission)
}
