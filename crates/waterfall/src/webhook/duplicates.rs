//! Which deliveries were handled, and which are being handled.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};
use tokio::sync::watch;

use super::delivery::Delivery;
use crate::JobId;

/// What makes two deliveries the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Identity {
    Job(JobId),
    Body([u8; 32]),
}

impl Identity {
    /// The job, if a signer says so and it is over. Anybody can put a job's id into
    /// an unsigned delivery, to have the genuine one taken for a duplicate; and a job
    /// that is not over has another delivery before it.
    pub(super) fn of(delivery: &Delivery) -> Self {
        match delivery.job_id() {
            Some(id) if delivery.is_signed() && delivery.snapshot().is_final() => Self::Job(id),
            _ => Self::Body(Sha256::digest(delivery.verified().body()).into()),
        }
    }
}

/// How a handler ended; `None` while it runs.
pub(super) type Ending = watch::Receiver<Option<bool>>;

/// What is known of a delivery that comes in.
pub(super) enum Entry {
    /// It is the first: handle it, and say by the ticket how that ended.
    First(Ticket, Ending),
    /// It is being handled.
    Running(Ending),
    /// It was handled.
    Done,
}

/// A bounded memory of deliveries; none is noted as handled at a capacity of 0.
#[derive(Debug)]
pub(super) struct Duplicates(Mutex<Memory>);

#[derive(Debug)]
struct Memory {
    capacity: usize,
    running: HashMap<Identity, Ending>,
    done: HashSet<Identity>,
    order: VecDeque<Identity>,
}

impl Duplicates {
    pub(super) fn new(capacity: usize) -> Self {
        let (running, done, order) = Default::default();
        Self(Mutex::new(Memory { capacity, running, done, order }))
    }

    pub(super) fn enter(self: &Arc<Self>, identity: Identity) -> Entry {
        let mut memory = self.lock();
        if memory.done.contains(&identity) {
            return Entry::Done;
        }
        if let Some(ending) = memory.running.get(&identity) {
            return Entry::Running(ending.clone());
        }
        let (teller, ending) = watch::channel(None);
        memory.running.insert(identity, ending.clone());
        let duplicates = self.clone();
        Entry::First(Ticket { duplicates, identity, teller, succeeded: false }, ending)
    }

    fn lock(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
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

/// Held while a delivery is handled. Dropped without a word, as by a panic, it
/// counts as failed.
pub(super) struct Ticket {
    duplicates: Arc<Duplicates>,
    identity: Identity,
    teller: watch::Sender<Option<bool>>,
    succeeded: bool,
}

impl Ticket {
    pub(super) fn end(mut self, succeeded: bool) {
        self.succeeded = succeeded;
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.duplicates.lock().leave(self.identity, self.succeeded);
        self.teller.send_replace(Some(self.succeeded));
    }
}
