//! A batch at work.

use std::sync::Arc;
use std::{io, iter};

use tokio::sync::{Notify, mpsc};
use waterfall::{Batch, BatchItem, ErrorKind};

use super::inputs::{Input, Task};
use super::ledger::{First, Settled, Shared, lock};
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
            Aside::Duplicate(input, first, outcome) => {
                let written = self.news.duplicate(&input, first, outcome.as_deref());
                self.check(written);
            }
            Aside::Invalid(input, problem) => {
                self.show(&input, &Done::Invalid(&problem));
            }
            Aside::NotRead(error) => self.stop(Why::NotRead(error)),
        }
    }

    fn settle(&mut self, done: BatchItem) {
        let result = Arc::new(done.result);
        let error = result.as_ref().as_ref().err();
        if error.is_some_and(|error| error.kind() == ErrorKind::Stopped) {
            lock(&self.ledger).withdraw(done.index);
            return;
        }
        let was_launched = lock(&self.ledger).is_launched(done.index);
        let settled = lock(&self.ledger).done(done.index, &result);
        if let Some(Settled { input, followers }) = settled {
            if let Some(error) = error.filter(|_| !was_launched) {
                self.news.launch_failed(&input, error.may_have_launched());
            }
            let first = First { index: input.index, number: input.number() };
            let all = iter::once((input, None))
                .chain(followers.into_iter().zip(iter::repeat(Some(first))));
            for (input, first) in all {
                if !self.show(&input, &Done::Job((*result).as_ref(), first)) {
                    self.news.not_written(&input, done.job_id);
                } else if let (Ok(found), None) = (&*result, first) {
                    self.news.deviations(&input, found);
                }
            }
        }
        if let Some(error) = error.filter(|error| refuses_all(error)) {
            self.stop(Why::Refused(error.clone()));
        }
    }

    /// Whether it could be written.
    fn show(&mut self, input: &Input, done: &Done<'_>) -> bool {
        let written = self.news.show(input, done);
        self.check(written)
    }

    /// Whether there was no error, after which nothing more is launched.
    fn check(&mut self, written: io::Result<()>) -> bool {
        written.map_err(|error| self.stop(Why::NotWritten(error))).is_ok()
    }

    /// Launches nothing more.
    fn stop(&mut self, why: Why) {
        if let Some(place) = self.batch.stop_launching() {
            lock(&self.ledger).withdraw(place);
        }
        self.stopping.because(why);
    }
}
