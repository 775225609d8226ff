//! [`Worker`]: the representation of this process in the journal: its identity, its lease, and its
//! heartbeat.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use waterfall::Clock;

use crate::error::JournalError;
use crate::id::WorkerId;
use crate::journal::{Buried, Heartbeat, Journal, NewWorker};
use crate::lease::{Lease, Moment};

/// The first and the last of the doubling pauses between attempts to reach a journal.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// This process in a journal.
pub(crate) struct Worker {
    journal: Arc<dyn Journal>,
    clock: Clock,
    epoch: Instant,
    length: Duration,
    state: Mutex<(WorkerId, Lease)>,
    /// The number of workers with a lease.
    workers: AtomicU32,
    /// The error because of which the journal can't be used at present.
    trouble: watch::Sender<Option<String>>,
    /// Notified when jobs of dead workers can be taken over.
    released: Notify,
}

impl Worker {
    pub(crate) async fn register(
        journal: Arc<dyn Journal>,
        length: Duration,
        clock: Clock,
    ) -> Result<Self, JournalError> {
        let epoch = Instant::now();
        let began = Moment::new(Duration::ZERO, clock.now());
        let id = journal.register(NewWorker::here(), length).await?;
        let mut lease = Lease::new(length);
        lease.renew(began);
        let (state, workers) = (Mutex::new((id, lease)), AtomicU32::new(1));
        let trouble = watch::Sender::new(None);
        let released = Notify::new();
        Ok(Self { journal, clock, epoch, length, state, workers, trouble, released })
    }

    pub(crate) fn id(&self) -> WorkerId {
        self.state().0
    }

    /// Returns the number of workers with a lease, including this one.
    pub(crate) fn workers(&self) -> u32 {
        self.workers.load(Ordering::Relaxed).max(1)
    }

    /// Returns whether the worker with this ID may send a request that takes at most this long.
    pub(crate) fn may_send(&self, worker: WorkerId, longest: Duration) -> bool {
        let (id, lease) = *self.state();
        id == worker && lease.may_send(self.now(), longest)
    }

    /// Notifies of changes of the error because of which the journal can't be used.
    pub(crate) fn trouble(&self) -> watch::Receiver<Option<String>> {
        self.trouble.subscribe()
    }

    /// Waits until jobs of dead workers can be taken over.
    pub(crate) async fn released(&self) {
        self.released.notified().await;
    }

    /// Renews the lease, or takes a new identity if the lease has ended. Buries dead workers.
    pub(crate) async fn beat(&self) -> Result<(), JournalError> {
        let began = self.now();
        let id = self.id();
        match self.journal.heartbeat(id, self.length).await? {
            Heartbeat::Renewed { workers } => {
                self.state().1.renew(began);
                self.workers.store(workers, Ordering::Relaxed);
            }
            Heartbeat::Ended => {
                self.state().1.end();
                tracing::warn!(worker = %id, "the lease has ended; the worker gets a new identity");
                let began = self.now();
                let id = self.journal.register(NewWorker::here(), self.length).await?;
                let mut lease = Lease::new(self.length);
                lease.renew(began);
                *self.state() = (id, lease);
            }
        }
        let buried = self.bury_dead().await?;
        if buried.workers > 0 {
            self.released.notify_one();
        }
        Ok(())
    }

    /// Buries all workers whose leases have ended, and those on this machine whose processes have
    /// ended.
    pub(crate) async fn bury_dead(&self) -> Result<Buried, JournalError> {
        let mut buried = self.journal.bury_dead().await?;
        for worker in self.journal.workers().await? {
            if worker.has_ended() {
                buried += self.journal.leave(worker.id).await?;
            }
        }
        if buried.workers > 0 {
            let Buried { workers, doubts, released } = buried;
            tracing::warn!(workers, doubts, released, "dead workers were retired");
        }
        Ok(buried)
    }

    /// Renews the lease at this interval until the worker is stopped.
    pub(crate) async fn keep_alive(self: Arc<Self>, interval: Duration, stop: CancellationToken) {
        let beats = async {
            loop {
                sleep(interval).await;
                self.persist("renew the lease", || self.beat()).await.ok();
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = beats => {}
        }
    }

    /// Repeats a call until it succeeds or fails permanently. The data to store waits here in the
    /// meantime.
    pub(crate) async fn persist<T, F>(
        &self,
        what: &'static str,
        mut call: impl FnMut() -> F,
    ) -> Result<T, JournalError>
    where
        F: Future<Output = Result<T, JournalError>>,
    {
        let mut pause = FIRST_PAUSE;
        loop {
            let error = match call().await {
                Ok(done) => {
                    self.trouble.send_if_modified(|trouble| trouble.take().is_some());
                    return Ok(done);
                }
                Err(error) => error,
            };
            tracing::warn!(what, kind = ?error.kind(), "{error}");
            self.report(&error);
            if !error.is_transient() {
                return Err(error);
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Publishes why the journal can't be used, until a call succeeds.
    pub(crate) fn report(&self, error: &JournalError) {
        let text = error.to_string();
        self.trouble.send_if_modified(|trouble| {
            let is_new = trouble.as_ref() != Some(&text);
            *trouble = Some(text);
            is_new
        });
    }

    pub(crate) async fn leave(&self) -> Result<(), JournalError> {
        self.journal.leave(self.id()).await.map(|_| ())
    }

    fn now(&self) -> Moment {
        Moment::new(self.epoch.elapsed(), self.clock.now())
    }

    fn state(&self) -> MutexGuard<'_, (WorkerId, Lease)> {
        self.state.lock()
    }
}
