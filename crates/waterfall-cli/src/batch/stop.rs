//! Stops a batch: the reason, the grace period, and the remaining inputs.

use std::io;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use waterfall::{Error, ErrorCategory, ErrorKind};

use crate::batch::prepared::Prepared;
use crate::batch::progress_state::{LateInput, SharedState};
use crate::batch::query_stream::{Rest, drain};
use crate::batch::reporter::Reporter;
use crate::batch::rows;
use crate::exit::Exit;
use crate::failure::{Failure, NotLaunched};

/// How long a launch may be in flight after an interrupt before a note is printed.
const NOTE_DELAY: Duration = Duration::from_millis(50);

/// Why launching stops before the end of the inputs.
#[derive(Debug)]
pub(crate) enum StopReason {
    Interrupted,
    /// All launches would fail with this error.
    Refused(Error),
    NotWritten(io::Error),
    NotRead(io::Error),
}

/// The state of stopping a batch.
#[derive(Default)]
pub(crate) struct Stopping {
    /// The source of the queries, if any are launched.
    source: Option<Box<dyn Rest>>,
    /// The time limit for the IDs of launches in flight.
    grace: Duration,
    reason: Option<StopReason>,
    since: Option<Instant>,
    is_noted: bool,
}

/// The next step after an interrupt.
pub(crate) enum StopStep {
    /// Launches are still in flight.
    Note,
    /// The launches are no longer awaited.
    GiveUp,
}

impl Stopping {
    /// For a batch that launches. The default is for a batch that only waits.
    pub(crate) fn of(source: impl Rest + 'static, grace: Duration) -> Self {
        Self { source: Some(Box::new(source)), grace, ..Self::default() }
    }

    pub(crate) fn is_interrupted(&self) -> bool {
        matches!(self.reason, Some(StopReason::Interrupted))
    }

    /// Returns whether only IDs are still awaited, and not results.
    pub(crate) fn wants_ids_only(&self) -> bool {
        matches!(self.reason, Some(StopReason::NotWritten(_) | StopReason::Interrupted))
    }

    /// Sets the reason. The first reason is kept, except that an interrupt overrides it.
    pub(crate) fn because(&mut self, reason: StopReason) {
        if matches!(reason, StopReason::Interrupted) {
            self.since.get_or_insert_with(Instant::now);
        }
        if self.reason.is_none() || matches!(reason, StopReason::Interrupted) {
            self.reason = Some(reason);
        }
    }

    /// Waits for the next step. Waits forever without an interrupt.
    pub(crate) async fn next_step(&mut self) -> StopStep {
        let Some(since) = self.since else { return std::future::pending().await };
        if !self.is_noted && NOTE_DELAY < self.grace {
            sleep_until(since + NOTE_DELAY).await;
            self.is_noted = true;
            return StopStep::Note;
        }
        // A launch that waits for a retry ends at once, but only when it is polled.
        sleep_until(since + self.grace.max(NOTE_DELAY)).await;
        StopStep::GiveUp
    }

    /// Reports and counts the queries that were not launched. Inputs that equal a launched query
    /// are not included: they have its result, or its job.
    async fn not_launched(&self, reporter: &Reporter, state: &SharedState) -> NotLaunched {
        let mut left = NotLaunched::default();
        let Some(source) = &self.source else { return left };
        let withdrawn = state.lock().withdrawn();
        for input in withdrawn {
            report(source.prepare(input), reporter, state, &mut left);
        }
        if self.reason.is_some() {
            left.more = !drain(&**source, |input| report(input, reporter, state, &mut left)).await;
        }
        left
    }

    /// Reports the remaining inputs. Returns the outcome of the batch.
    pub(crate) async fn end(
        self,
        reporter: &Reporter,
        state: &SharedState,
    ) -> Result<Exit, Failure> {
        let left = reporter.left();
        let mut not_launched = self.not_launched(reporter, state).await;
        not_launched.launched = state.lock().counts.launched;
        let exit = match &self.reason {
            Some(StopReason::Refused(error)) => Exit::of_error(error),
            _ => Exit::Usage,
        };
        // The unread rest may contain queries.
        let has_failed =
            not_launched.queries > 0 || matches!(self.reason, Some(StopReason::NotRead(_)));
        state.lock().not_launched(not_launched.queries, has_failed.then_some(exit));
        reporter.end();
        match self.reason {
            None => Ok(state.lock().exit()),
            Some(StopReason::Interrupted) => {
                let launched = self.source.is_some();
                Err(Failure::Stopped { left, launched, not_launched })
            }
            Some(StopReason::Refused(error)) => {
                let exit = state.lock().exit();
                Err(Failure::Refused { error, not_launched, exit })
            }
            Some(StopReason::NotWritten(error)) => Err(Failure::NotWritten { error, job_id: None }),
            Some(StopReason::NotRead(error)) if state.lock().counts.inputs == 0 => {
                Err(rows::failure(error))
            }
            Some(StopReason::NotRead(error)) => {
                let hint = rows::hint(&error).map(str::to_owned);
                let launched = not_launched.launched;
                let exit = state.lock().exit();
                Err(Failure::NotRead { error, hint, launched, exit })
            }
        }
    }
}

/// Reports an input that comes after the last launch.
fn report(
    prepared: Prepared<()>,
    reporter: &Reporter,
    state: &SharedState,
    left: &mut NotLaunched,
) {
    let late = state.lock().admit_late(prepared);
    match late {
        LateInput::NotLaunched(input) => {
            reporter.not_launched(&input);
            left.add(input.index, input.number());
        }
        LateInput::Left(input, job_id) => reporter.is_left(&input, job_id),
        LateInput::Duplicate(input, first, outcome) => {
            if reporter.duplicate(&input, first, outcome.as_deref()).is_err() {
                let result = outcome.as_deref().map(|outcome| outcome.as_ref());
                let job_id = result.and_then(|result| match result {
                    Ok(found) => Some(found.job_id()),
                    Err(error) => error.job_id(),
                });
                reporter.not_written(&input, job_id);
            }
        }
    }
}

/// Returns whether the key, the account or the connection is rejected, rather than this query.
pub(crate) fn refuses_all(error: &Error) -> bool {
    if error.connect_failure().is_some() {
        return true;
    }
    let status = error.status().map_or(0, |status| status.as_u16());
    error.kind() == ErrorKind::Api
        && matches!(status, 401..=403)
        && error.category() != Some(&ErrorCategory::Permission)
}
