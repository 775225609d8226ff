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

type Reply<'a, T> = BoxFuture<'a, Result<T, JournalError>>;

/// What is called around each method. A record is named by its event.
pub(crate) trait Hook: Send + Sync + 'static {
    /// Before the method; an error is its result.
    fn before<'a>(&'a self, _: &'a dyn Journal, _: &'static str) -> Reply<'a, ()> {
        Box::pin(async { Ok(()) })
    }

    /// After the method succeeded; an error replaces its result.
    fn after<'a>(&'a self, _: &'a dyn Journal, _: &'static str) -> Reply<'a, ()> {
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
        work: impl FnOnce() -> Reply<'a, T> + Send + 'a,
    ) -> Reply<'a, T> {
        Box::pin(async move {
            self.hook.before(&*self.inner, name).await?;
            let done = work().await?;
            self.hook.after(&*self.inner, name).await?;
            Ok(done)
        })
    }
}

impl<H: Hook> Journal for Hooked<H> {
    fn open_batch(&self, batch: NewBatch) -> Reply<'_, BatchRecord> {
        self.around("open_batch", move || self.inner.open_batch(batch))
    }

    fn batches(&self) -> Reply<'_, Vec<BatchRecord>> {
        self.around("batches", move || self.inner.batches())
    }

    fn forget(&self, batch: BatchId) -> Reply<'_, ()> {
        self.around("forget", move || self.inner.forget(batch))
    }

    fn add_rows(&self, batch: BatchId, first: u64, rows: Vec<NewRow>) -> Reply<'_, Added> {
        self.around("add_rows", move || self.inner.add_rows(batch, first, rows))
    }

    fn seal(&self, batch: BatchId, complete: bool) -> Reply<'_, ()> {
        self.around("seal", move || self.inner.seal(batch, complete))
    }

    fn set_stopped(&self, batch: BatchId, stopped: bool) -> Reply<'_, ()> {
        self.around("set_stopped", move || self.inner.set_stopped(batch, stopped))
    }

    fn set_account(&self, batch: BatchId, account: AccountRecord) -> Reply<'_, ()> {
        self.around("set_account", move || self.inner.set_account(batch, account))
    }

    fn register(&self, worker: NewWorker, lease: Duration) -> Reply<'_, WorkerId> {
        self.around("register", move || self.inner.register(worker, lease))
    }

    fn heartbeat(&self, worker: WorkerId, lease: Duration) -> Reply<'_, Heartbeat> {
        self.around("heartbeat", move || self.inner.heartbeat(worker, lease))
    }

    fn bury_dead(&self) -> Reply<'_, Buried> {
        self.around("bury_dead", move || self.inner.bury_dead())
    }

    fn workers(&self) -> Reply<'_, Vec<WorkerRecord>> {
        self.around("workers", || self.inner.workers())
    }

    fn leave(&self, worker: WorkerId) -> Reply<'_, Buried> {
        self.around("leave", move || self.inner.leave(worker))
    }

    fn take_permit(&self, request: PermitRequest) -> Reply<'_, PermitAnswer> {
        self.around("take_permit", move || self.inner.take_permit(request))
    }

    fn end_permit(&self, key: KeyHash, permit: PermitId, outcome: RequestOutcome) -> Reply<'_, ()> {
        self.around("end_permit", move || self.inner.end_permit(key, permit, outcome))
    }

    fn intend(
        &self,
        batch: BatchId,
        worker: WorkerId,
        token: IntentToken,
        limits: Limits,
    ) -> Reply<'_, Intention> {
        self.around("intend", move || self.inner.intend(batch, worker, token, limits))
    }

    fn intent(&self, token: IntentToken) -> Reply<'_, Option<Fence>> {
        self.around("intent", move || self.inner.intent(token))
    }

    fn record(&self, record: Record) -> Reply<'_, Recorded> {
        self.around(name(&record.event), move || self.inner.record(record))
    }

    fn deliver(&self, delivery: DeliveryRecord) -> Reply<'_, Delivered> {
        self.around("deliver", move || self.inner.deliver(delivery))
    }

    fn claim(&self, batch: BatchId, worker: WorkerId, most: usize) -> Reply<'_, Vec<LaunchedRow>> {
        self.around("claim", move || self.inner.claim(batch, worker, most))
    }

    fn ended_elsewhere(&self, batch: BatchId, worker: WorkerId) -> Reply<'_, Vec<EndedRow>> {
        self.around("ended_elsewhere", move || self.inner.ended_elsewhere(batch, worker))
    }

    fn status(&self, batch: BatchId) -> Reply<'_, Status> {
        self.around("status", move || self.inner.status(batch))
    }

    fn page(&self, batch: BatchId, from: u64, most: usize) -> Reply<'_, Vec<StoredRow>> {
        self.around("page", move || self.inner.page(batch, from, most))
    }

    fn doubts(&self, batch: BatchId, from: u64, most: usize) -> Reply<'_, Vec<DoubtRecord>> {
        self.around("doubts", move || self.inner.doubts(batch, from, most))
    }
}
