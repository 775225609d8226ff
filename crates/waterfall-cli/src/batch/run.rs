//! [`BatchRun`]: drives a batch to completion.

use std::future::poll_fn;
use std::sync::Arc;
use std::{io, iter};

use std::time::Duration;
use tokio::sync::{Notify, mpsc};
use waterfall::{Batch, ErrorKind, JobKind, PollPolicy};

use crate::batch::input::Input;
use crate::batch::jobs::{Done, Jobs};
use crate::batch::progress_state::{Settled, SharedState};
use crate::batch::query_stream::SideEvent;
use crate::batch::record::Record;
use crate::batch::reporter::Reporter;
use crate::batch::seen::FirstInput;
use crate::batch::stop::{StopReason, StopStep, Stopping, refuses_all};
use crate::batch::task::Task;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt::Interrupts;

/// A running batch.
pub(crate) struct BatchRun<J> {
    pub(crate) jobs: J,
    pub(crate) side_events: mpsc::UnboundedReceiver<SideEvent>,
    pub(crate) interrupts: Interrupts,
    pub(crate) reporter: Reporter,
    pub(crate) state: SharedState,
    /// Notified when a job has an ID: after an interrupt, only the IDs are awaited.
    pub(crate) changed: Arc<Notify>,
    pub(crate) stopping: Stopping,
}

impl<J: Jobs> BatchRun<J> {
    pub(crate) async fn finish(mut self) -> Result<Exit, Failure> {
        while !self.is_abandoned() {
            tokio::select! {
                Some(event) = self.side_events.recv() => self.take(event),
                done = poll_fn(|cx| self.jobs.poll_next(cx)) => match done {
                    Some(done) => self.settle(done),
                    None => break,
                },
                () = self.interrupts.next() => {
                    let is_second = self.stopping.is_interrupted();
                    self.stop(StopReason::Interrupted);
                    if is_second || self.reporter.task == Task::Wait {
                        break;
                    }
                }
                () = self.changed.notified() => {}
                step = self.stopping.next_step() => match step {
                    StopStep::Note => {
                        // The lock is released before the note is written: the progress line
                        // acquires the two locks in the opposite order.
                        let launching = self.state.lock().launching();
                        self.reporter.stopping(launching);
                    }
                    StopStep::GiveUp => break,
                }
            }
        }
        while let Ok(event) = self.side_events.try_recv() {
            self.take(event);
        }
        self.stopping.end(&self.reporter, &self.state).await
    }

    /// Returns whether to stop without the remaining results.
    fn is_abandoned(&self) -> bool {
        self.stopping.wants_ids_only() && self.state.lock().launching() == 0
    }

    fn take(&mut self, event: SideEvent) {
        match event {
            SideEvent::Duplicate(input, first, outcome) => {
                let written = self.reporter.duplicate(&input, first, outcome.as_deref());
                self.check(written);
            }
            SideEvent::Invalid(input, problem) => {
                self.show(&input, &Record::Invalid(&problem));
            }
            SideEvent::NotRead(error) => self.stop(StopReason::NotRead(error)),
        }
    }

    fn settle(&mut self, done: Done) {
        let result = Arc::new(done.result);
        let error = result.as_ref().as_ref().err();
        if error.is_some_and(|error| error.kind() == ErrorKind::Stopped) {
            self.state.lock().withdraw(done.position);
            return;
        }
        let was_launched = self.state.lock().is_launched(done.position);
        let settled = self.state.lock().done(done.position, &result);
        if let Some(Settled { input, followers }) = settled {
            if let Some(error) = error.filter(|_| !was_launched) {
                self.reporter.launch_failed(&input, error.may_have_launched());
            }
            let first = FirstInput { index: input.index, number: input.number() };
            let all = iter::once((input, None))
                .chain(followers.into_iter().zip(iter::repeat(Some(first))));
            for (input, first) in all {
                if !self.show(&input, &Record::Job((*result).as_ref(), first)) {
                    self.reporter.not_written(&input, done.job_id);
                } else if let (Ok(found), None) = (&*result, first) {
                    self.reporter.deviations(&input, found);
                }
            }
        }
        if let Some(error) = error.filter(|error| refuses_all(error)) {
            self.stop(StopReason::Refused(error.clone()));
        }
    }

    /// Returns whether the record could be written.
    fn show(&mut self, input: &Input, done: &Record<'_>) -> bool {
        let written = self.reporter.show(input, done);
        self.check(written)
    }

    /// Stops launching after a write error. Returns whether writing succeeded.
    fn check(&mut self, written: io::Result<()>) -> bool {
        written.map_err(|error| self.stop(StopReason::NotWritten(error))).is_ok()
    }

    /// Stops launching.
    fn stop(&mut self, why: StopReason) {
        if let Some(position) = self.jobs.stop_launching() {
            self.state.lock().withdraw(position);
        }
        self.stopping.because(why);
    }
}

/// Applies the options of the command to the batch, if they are given.
pub(crate) fn with_options<K: JobKind>(
    mut batch: Batch<(), K>,
    deadline: Option<Duration>,
    policy: Option<&PollPolicy>,
) -> Batch<(), K> {
    if let Some(deadline) = deadline {
        batch = batch.max_wait(deadline);
    }
    if let Some(policy) = policy {
        batch = batch.policy(policy.clone());
    }
    batch
}
