//! Deduplication: records which deliveries were handled and which are being handled.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};
use sha2::{Digest, Sha256};
use tokio::sync::watch;
use uuid::Uuid;

use super::delivery::Delivery;

/// The key by which deliveries are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Identity {
    Job(Uuid),
    Body([u8; 32]),
}

impl Identity {
    /// Returns the job ID, if the delivery is signed and the job is finished; otherwise the body.
    /// An unsigned delivery with a job's ID must not suppress the genuine one, and an unfinished
    /// job has further deliveries.
    pub(super) fn of(delivery: &Delivery) -> Self {
        match delivery.job_id() {
            Some(id) if delivery.is_signed() && delivery.snapshot().is_final() => {
                Self::Job(id.uuid())
            }
            _ => Self::Body(Sha256::digest(delivery.verified().body()).into()),
        }
    }
}

/// Whether the handler succeeded; `None` while it runs.
pub(super) type Completion = watch::Receiver<Option<bool>>;

/// The state of an incoming delivery.
pub(super) enum Entry {
    /// The first one: handle it, and report the result with the guard.
    First(InProgress, Completion),
    /// Another request with the same delivery is being handled.
    Running(Completion),
    /// The delivery was already handled.
    Done,
}

/// A bounded record of deliveries; at a capacity of 0, none is recorded as handled.
#[derive(Debug)]
pub(super) struct Deduplicator(Mutex<Record>);

#[derive(Debug)]
struct Record {
    capacity: usize,
    running: HashMap<Identity, Completion>,
    done: HashSet<Identity>,
    order: VecDeque<Identity>,
}

impl Deduplicator {
    pub(super) fn new(capacity: usize) -> Self {
        let (running, done, order) = Default::default();
        Self(Mutex::new(Record { capacity, running, done, order }))
    }

    pub(super) fn enter(self: &Arc<Self>, identity: Identity) -> Entry {
        let mut record = self.lock();
        if record.done.contains(&identity) {
            return Entry::Done;
        }
        if let Some(completion) = record.running.get(&identity) {
            return Entry::Running(completion.clone());
        }
        let (sender, completion) = watch::channel(None);
        record.running.insert(identity, completion.clone());
        let dedup = self.clone();
        Entry::First(InProgress { dedup, identity, sender, succeeded: false }, completion)
    }

    fn lock(&self) -> MutexGuard<'_, Record> {
        self.0.lock()
    }
}

impl Record {
    fn leave(&mut self, identity: Identity, succeeded: bool) {
        self.running.remove(&identity);
        if !succeeded || self.capacity == 0 {
            return;
        }
        if self.order.len() >= self.capacity
            && let Some(oldest) = self.order.pop_front()
        {
            self.done.remove(&oldest);
        }
        if self.done.insert(identity) {
            self.order.push_back(identity);
        }
    }
}

/// A guard for a delivery that is being handled. If it is dropped without a result, for example
/// by a panic, the handler counts as failed.
pub(super) struct InProgress {
    dedup: Arc<Deduplicator>,
    identity: Identity,
    sender: watch::Sender<Option<bool>>,
    succeeded: bool,
}

impl InProgress {
    pub(super) fn end(mut self, succeeded: bool) {
        self.succeeded = succeeded;
    }
}

impl Drop for InProgress {
    fn drop(&mut self) {
        self.dedup.lock().leave(self.identity, self.succeeded);
        self.sender.send_replace(Some(self.succeeded));
    }
}
