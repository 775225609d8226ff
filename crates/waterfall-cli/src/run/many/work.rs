//! A batch at work.

use std::sync::Arc;

use tokio::sync::{Notify, mpsc};
use waterfall::{Batch, ErrorKind, Finished};

use super::inputs::{Input, Task};
use super::ledger::{Shared, lock};
use super::line::Done;
use super::news::News;
use super::queries::Aside;
use super::stop::{Due, Stopping, Why, refuses_all};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt::Interrupts;

pub(super) struct Run {
    pub(super) batch: Batch,
    pub(super) aside: mpsc::UnboundedReceiver<Aside>,
    pub(super) interrupts: Interrupts,
    pub(super) news: News,
    pub(super) ledger: Shared,
    /// A job has an id, which may be all that is waited for.
    pub(super) changed: Arc<Notify>,
    pub(super) stopping: Stopping,
}

impl Run {
    pub(super) async fn finish(mut self) -> Result<Exit, Failure> {
        while !self.is_given_up() {
            tokio::select! {
                Some(aside) = self.aside.recv() => self.take_aside(aside),
                done = self.batch.next() => match done {
                    Some(done) => self.settle(done),
                    None => break,
                },
                () = self.interrupts.next() => {
                    let is_second = self.stopping.is_interrupted();
                    self.stop(Why::Interrupted);
                    if is_second || self.news.task == Task::Wait {
                        break;
                    }
                }
                () = self.changed.notified() => {}
                due = self.stopping.due() => match due {
                    Due::Note => {
                        // The lock is not held while something is written: the progress
                        // line takes both the other way round.
                        let launching = lock(&self.ledger).launching();
                        self.news.stopping(launching);
                    }
                    Due::GiveUp => break,
                }
            }
        }
        while let Ok(aside) = self.aside.try_recv() {
            self.take_aside(aside);
        }
        self.stopping.end(&self.news, &self.ledger).await
    }

    /// Whether what is still to come is not waited for.
    fn is_given_up(&self) -> bool {
        self.stopping.wants_ids_only() && lock(&self.ledger).launching() == 0
    }

    fn take_aside(&mut self, aside: Aside) {
        match aside {
            Aside::Duplicate(input, first) => {
                self.show(&input, &Done::Duplicate(first));
            }
            Aside::Invalid(input, problem) => {
                self.show(&input, &Done::Invalid(&problem));
            }
            Aside::NotRead(error) => self.stop(Why::NotRead(error)),
        }
    }

    fn settle(&mut self, done: Finished) {
        let error = done.result.as_ref().err();
        if error.is_some_and(|error| error.kind() == ErrorKind::Stopped) {
            self.stopping.withdrawn.extend(lock(&self.ledger).withdraw(done.index));
            return;
        }
        let was_launched = lock(&self.ledger).is_launched(done.index);
        let input = lock(&self.ledger).done(done.index, &done.result);
        if let Some(input) = input {
            if let Some(error) = error.filter(|_| !was_launched) {
                self.news.launch_failed(&input, error.may_have_launched());
            }
            if !self.show(&input, &Done::Job(done.result.as_ref())) {
                self.news.not_written(&input, done.job_id);
            }
        }
        if let Err(error) = done.result
            && refuses_all(&error)
        {
            self.stop(Why::Refused(error));
        }
    }

    /// Whether it could be written.
    fn show(&mut self, input: &Input, done: &Done<'_>) -> bool {
        let written = self.news.show(input, done);
        written.map_err(|error| self.stop(Why::NotWritten(error))).is_ok()
    }

    /// Launches nothing more.
    fn stop(&mut self, why: Why) {
        if let Some(place) = self.batch.stop_launching() {
            self.stopping.withdrawn.extend(lock(&self.ledger).withdraw(place));
        }
        self.stopping.because(why);
    }
}
