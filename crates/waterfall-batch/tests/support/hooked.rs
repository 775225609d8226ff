//! A journal with a hook before and after each of its methods.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use job_polling::limiter::RequestOutcome;
use waterfall::BoxFuture;
use waterfall_batch::{
    AccountRecord, Added, BatchId, BatchRecord, Buried, Delivered, DeliveryRecord, DoubtRecord,
    EndedRow, Event, Fence, Heartbeat, IntentToken, Intention, Journal, JournalError, KeyHash,
    LaunchedRow, Limits, NewBatch, NewRow, NewWorker, PermitAnswer, PermitId, PermitRequest,
    Record, Recorded, Status, StoredRow, WorkerId, WorkerRecord,
};

type JournalFuture<'a, T> = BoxFuture<'a, Result<T, JournalError>>;

/// The hook around each method. A record is identified by its event.
pub(crate) trait Hook: Send + Sync + 'static {
    /// Called before the method; an error is returned instead of its result.
    fn before<'a>(&'a self, _: &'a dyn Journal, _: &'static str) -> JournalFuture<'a, ()> {
        Box::pin(async { Ok(()) })
    }

    /// Called after the method succeeded; an error replaces its result.
    fn after<'a>(&'a self, _: &'a dyn Journal, _: &'static str) -> JournalFuture<'a, ()> {
        Box::pin(async { Ok(()) })
    }
}

/// A journal with a hook.
pub(crate) struct Hooked<H> {
    inner: Arc<dyn Journal>,
    hook: Arc<H>,
}

impl<H> Hooked<H> {
    pub(crate) fn new(inner: Arc<dyn Journal>, hook: Arc<H>) -> Self {
        Self { inner, hook }
    }
}

impl<H> fmt::Debug for Hooked<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

fn name(event: &Event) -> &'static str {
    match event {
        Event::NotLaunched { .. } => "record not launched",
        Event::Refused { .. } => "record refused",
        Event::Launched { .. } => "record launched",
        Event::Doubt { .. } => "record doubt",
        Event::Finished { .. } => "record finished",
        _ => "record",
    }
}

impl<H: Hook> Hooked<H> {
    fn around<'a, T: Send + 'a>(
        &'a self,
        name: &'static str,
        work: impl FnOnce() -> JournalFuture<'a, T> + Send + 'a,
    ) -> JournalFuture<'a, T> {
        Box::pin(async move {
            self.hook.before(&*self.inner, name).await?;
            let done = work().await?;
            self.hook.after(&*self.inner, name).await?;
            Ok(done)
        })
    }
}

impl<H: Hook> Journal for Hooked<H> {
    fn open_batch(&self, batch: NewBatch) -> JournalFuture<'_, BatchRecord> {
        self.around("open_batch", move || self.inner.open_batch(batch))
    }

    fn batches(&self) -> JournalFuture<'_, Vec<BatchRecord>> {
        self.around("batches", move || self.inner.batches())
    }

    fn forget(&self, batch: BatchId) -> JournalFuture<'_, ()> {
        self.around("forget", move || self.inner.forget(batch))
    }

    fn add_rows(&self, batch: BatchId, first: u64, rows: Vec<NewRow>) -> JournalFuture<'_, Added> {
        self.around("add_rows", move || self.inner.add_rows(batch, first, rows))
    }

    fn seal(&self, batch: BatchId, complete: bool) -> JournalFuture<'_, ()> {
        self.around("seal", move || self.inner.seal(batch, complete))
    }

    fn set_stopped(&self, batch: BatchId, stopped: bool) -> JournalFuture<'_, ()> {
        self.around("set_stopped", move || self.inner.set_stopped(batch, stopped))
    }

    fn set_account(&self, batch: BatchId, account: AccountRecord) -> JournalFuture<'_, ()> {
        self.around("set_account", move || self.inner.set_account(batch, account))
    }

    fn register(&self, worker: NewWorker, lease: Duration) -> JournalFuture<'_, WorkerId> {
        self.around("register", move || self.inner.register(worker, lease))
    }

    fn heartbeat(&self, worker: WorkerId, lease: Duration) -> JournalFuture<'_, Heartbeat> {
        self.around("heartbeat", move || self.inner.heartbeat(worker, lease))
    }

    fn bury_dead(&self) -> JournalFuture<'_, Buried> {
        self.around("bury_dead", move || self.inner.bury_dead())
    }

    fn workers(&self) -> JournalFuture<'_, Vec<WorkerRecord>> {
        self.around("workers", || self.inner.workers())
    }

    fn leave(&self, worker: WorkerId) -> JournalFuture<'_, Buried> {
        self.around("leave", move || self.inner.leave(worker))
    }

    fn take_permit(&self, request: PermitRequest) -> JournalFuture<'_, PermitAnswer> {
        self.around("take_permit", move || self.inner.take_permit(request))
    }

    fn end_permit(
        &self,
        key: KeyHash,
        permit: PermitId,
        outcome: RequestOutcome,
    ) -> JournalFuture<'_, ()> {
        self.around("end_permit", move || self.inner.end_permit(key, permit, outcome))
    }

    fn intend(
        &self,
        batch: BatchId,
        worker: WorkerId,
        token: IntentToken,
        limits: Limits,
    ) -> JournalFuture<'_, Intention> {
        self.around("intend", move || self.inner.intend(batch, worker, token, limits))
    }

    fn intent(&self, token: IntentToken) -> JournalFuture<'_, Option<Fence>> {
        self.around("intent", move || self.inner.intent(token))
    }

    fn record(&self, record: Record) -> JournalFuture<'_, Recorded> {
        self.around(name(&record.event), move || self.inner.record(record))
    }

    fn deliver(&self, delivery: DeliveryRecord) -> JournalFuture<'_, Delivered> {
        self.around("deliver", move || self.inner.deliver(delivery))
    }

    fn claim(
        &self,
        batch: BatchId,
        worker: WorkerId,
        most: usize,
    ) -> JournalFuture<'_, Vec<LaunchedRow>> {
        self.around("claim", move || self.inner.claim(batch, worker, most))
    }

    fn ended_elsewhere(
        &self,
        batch: BatchId,
        worker: WorkerId,
    ) -> JournalFuture<'_, Vec<EndedRow>> {
        self.around("ended_elsewhere", move || self.inner.ended_elsewhere(batch, worker))
    }

    fn status(&self, batch: BatchId) -> JournalFuture<'_, Status> {
        self.around("status", move || self.inner.status(batch))
    }

    fn page(&self, batch: BatchId, from: u64, most: usize) -> JournalFuture<'_, Vec<StoredRow>> {
        self.around("page", move || self.inner.page(batch, from, most))
    }

    fn doubts(
        &self,
        batch: BatchId,
        from: u64,
        most: usize,
    ) -> JournalFuture<'_, Vec<DoubtRecord>> {
        self.around("doubts", move || self.inner.doubts(batch, from, most))
    }
}
