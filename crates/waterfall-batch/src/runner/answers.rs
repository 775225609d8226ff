//! Processes the outcomes of the tasks of a run.

use std::time::Duration;

use job_polling::batch::{JobSlot, Read as JobRead, ReadOutcome};
use job_polling::wait_state::JobOrigin;
use tokio::time::Instant;
use waterfall::{Error, JobId};

use super::{Entry, ROUND, Runner, TaskOutcome};
use crate::error::JournalError;
use crate::event::{BatchEvent, RunEnd};
use crate::id::{Fence, JobKey};
use crate::input::BatchKind;
use crate::journal::{EndedRow, LaunchedRow};
use crate::limits::Halt;
use crate::requests::{Launch, Read};
use crate::rounds::Found;
use crate::row::{Row, RowState};
use waterfall::Usd;

impl<K: BatchKind> Runner<K> {
    pub(super) async fn done(&mut self, done: TaskOutcome) {
        match done {
            TaskOutcome::Permit(key, at, answer) => self.permitted(key, at, answer),
            TaskOutcome::Launch(launch) => self.launched(launch).await,
            TaskOutcome::Read { slot, took, read } => self.read(slot, took, read).await,
            TaskOutcome::Round(found) => {
                self.rounding = false;
                self.round_at = Instant::now() + ROUND;
                self.found(*found).await;
            }
        }
    }

    async fn launched(&mut self, launch: Launch) {
        self.launching = self.launching.saturating_sub(1);
        if !matches!(launch, Launch::Halted(_) | Launch::NothingPending) {
            self.changes += 1;
        }
        if !matches!(launch, Launch::Launched { .. }) {
            self.scheduler.launch_failed();
        }
        match launch {
            Launch::Launched { fence, job, took } => {
                self.pauses.succeeded();
                self.halted = None;
                self.add(fence, job, Some(took));
                self.send(BatchEvent::Launched { row: fence.row, job }).await;
            }
            Launch::Ended { row, state, result } => {
                self.pauses.succeeded();
                self.ended(row, state, result.and_then(|result| result.cost)).await;
            }
            Launch::NotLaunched(error) => {
                self.has_pending = true;
                let retry_after = error.as_ref().and_then(Error::retry_after);
                self.pauses.failed(self.now(), retry_after);
            }
            Launch::InDoubt { fence, error } => {
                let many = self.pauses.in_doubt(self.now());
                if many && self.ending.is_none() {
                    self.ending = Some(RunEnd::TooManyDoubts(error.clone()));
                }
                self.send(BatchEvent::InDoubt { row: fence.row, error }).await;
            }
            Launch::Refused(error) => self.finish(RunEnd::Refused(error)),
            Launch::NothingPending => {
                self.has_pending = false;
                let now = self.now();
                let mut context = Self::context(&mut self.planner, self.outlook);
                context.unit = 0.5;
                self.scheduler.end_inputs(now, context);
            }
            Launch::Halted(Halt::Stopped) => self.begin_stop(),
            Launch::Halted(halt) => {
                self.halted = Some(halt);
                // Launches in flight may turn out not to count.
                self.pauses.hold(self.now() + ROUND);
            }
            Launch::Journal(error) => self.finish(RunEnd::Journal(error)),
        }
    }

    /// Adds a job to read. A job that was launched here already has an age.
    fn add(&mut self, fence: Fence, job: JobId, took: Option<Duration>) {
        let (now, here) = (self.now(), took.is_some());
        let launched_at = here.then(Instant::now);
        let entry = Entry { fence, job, launched_at };
        let is_delivered = here && self.options.expects_deliveries;
        let context = Self::context(&mut self.planner, self.outlook);
        let (slot, _) = match took {
            Some(took) => {
                let origin = JobOrigin::Launched { age: Duration::ZERO, took };
                self.scheduler.launched(now, entry, origin, is_delivered, context)
            }
            None => {
                self.unread.insert(fence.row);
                self.scheduler.add(now, entry, JobOrigin::FromId, false, context)
            }
        };
        self.rows.insert(fence.row, slot);
    }

    async fn read(&mut self, slot: JobSlot, took: Duration, read: Read) {
        self.changes += 1;
        let Some(entry) = self.scheduler.job(slot).copied() else { return };
        let row = entry.fence.row;
        self.unread.remove(&row);
        let seen = match &read {
            Read::Ended { lasted, .. } => JobRead::Over { lasted: *lasted },
            Read::Running { age } => JobRead::Running { age: *age },
            Read::Failed { retry_after } => JobRead::Failed { retry_after: *retry_after },
            Read::Refused(_) | Read::Journal(_) => JobRead::Fatal,
        };
        let now = self.now();
        let context = Self::context(&mut self.planner, self.outlook);
        let after = self.scheduler.answered(now, slot, took, seen, context);
        // `None` if a delivery arrived first and was reported.
        let is_over = matches!(after, Some(ReadOutcome::Ended { .. }));
        if is_over {
            self.rows.remove(&row);
        }
        match read {
            Read::Ended { row, state, result, .. } if is_over => {
                self.ended(row, state, result.and_then(|result| result.cost)).await;
            }
            Read::Running { .. } | Read::Failed { .. } if is_over => {
                self.stuck.insert(row);
            }
            Read::Ended { .. } | Read::Running { .. } | Read::Failed { .. } => {}
            Read::Refused(error) => {
                self.reads_nothing_more = true;
                self.finish(RunEnd::Refused(error));
            }
            Read::Journal(error) => self.finish(RunEnd::Journal(error)),
        }
    }

    /// Reports the end of a row.
    async fn ended(&mut self, row: u64, state: Row, cost: Option<Usd>) {
        self.unread.remove(&row);
        let (RowState::Done, Some(outcome)) = (state.state, state.outcome) else { return };
        let job = state.job.map(JobKey::id_of::<K>);
        self.send(BatchEvent::Ended { row, outcome, job, cost }).await;
    }

    /// Processes the results of a round.
    pub(super) async fn found(&mut self, found: Result<Found, JournalError>) {
        let Found { claimed, ended, status } = match found {
            Ok(found) => found,
            Err(error) => {
                self.changes += 1;
                self.sender.worker.report(&error);
                if !error.is_transient() {
                    self.finish(RunEnd::Journal(error));
                }
                return;
            }
        };
        for LaunchedRow { fence, job } in claimed {
            self.changes += 1;
            if !self.rows.contains_key(&fence.row) && !self.stuck.contains(&fence.row) {
                self.add(fence, job.id_of::<K>(), None);
            }
        }
        for EndedRow { row, state, cost } in ended {
            self.changes += 1;
            if let Some(slot) = self.rows.remove(&row) {
                let now = self.now();
                self.scheduler.delivered(now, slot, None, &mut self.planner);
                self.ended(row, state, cost).await;
            }
        }
        if let Some(status) = status {
            self.has_pending = status.count(RowState::Pending) > 0;
            let mine = (self.rows.len() + self.stuck.len()) as u64;
            self.open_elsewhere = status.open() > mine;
            self.counted = Some(self.changes_at_round);
            let now = self.now();
            let is_stopped = status.batch.is_stopped;
            let progress = Box::new(self.pace.progress(now, status));
            self.send(BatchEvent::Progress(progress)).await;
            if is_stopped && !self.is_stopping() {
                self.begin_stop();
            }
        }
    }
}
