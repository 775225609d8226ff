//! [`Registry`]: the waits for each job, and the delivery of the job. It has no clock and no I/O;
//! times are measured from the creation of the inbox.
//!
//! A delivery is consumed only when its subscriber asks for the next one; until then it can be
//! returned to the buffer.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

use uuid::Uuid;

use super::buffer::{Buffer, Limits, StoredDelivery};
use super::outcome::InboxOutcome;
use crate::job_id::JobId;

/// The number of jobs with a returned result that are remembered, to detect duplicates.
const REMEMBERED: usize = 10_000;

/// Identifies a wait, or a batch of waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct SubscriberId(u64);

/// A wait: the job, and the subscriber's own number for it.
type Wait = (Uuid, u32);

/// A job with at least one wait.
#[derive(Debug)]
struct Awaited<T> {
    /// The ID with its kind.
    job_id: JobId,
    by: Vec<(SubscriberId, u32)>,
    stored: Option<StoredDelivery<T>>,
    consumed: bool,
}

#[derive(Debug, Default)]
struct Subscriber {
    waits: HashSet<Wait>,
    ready: VecDeque<Wait>,
}

#[derive(Debug)]
pub(super) struct Registry<T> {
    pub(super) limits: Limits,
    buffer: Buffer<T>,
    awaited: HashMap<Uuid, Awaited<T>>,
    subscribers: HashMap<SubscriberId, Subscriber>,
    opened: u64,
    finished_jobs: HashSet<Uuid>,
    finished_order: VecDeque<Uuid>,
}

impl<T: Clone> Registry<T> {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            buffer: Buffer::new(),
            awaited: HashMap::new(),
            subscribers: HashMap::new(),
            opened: 0,
            finished_jobs: HashSet::new(),
            finished_order: VecDeque::new(),
        }
    }

    /// Returns the number of buffered deliveries, and of jobs with a wait.
    pub(super) fn counts(&mut self, now: Duration) -> (usize, usize) {
        self.buffer.evict_expired(now, self.limits);
        (self.buffer.len(), self.awaited.len())
    }

    pub(super) fn awaited_job(&self, job: Uuid) -> Option<JobId> {
        self.awaited.get(&job).map(|awaited| awaited.job_id)
    }

    /// Adds a delivery. Returns the subscribers to wake.
    pub(super) fn put(
        &mut self,
        now: Duration,
        job: JobId,
        content: T,
        bytes: usize,
    ) -> (InboxOutcome, Vec<SubscriberId>) {
        let job = job.uuid();
        self.buffer.evict_expired(now, self.limits);
        let stored = StoredDelivery { content, bytes, arrived_at: now };
        if let Some(awaited) = self.awaited.get_mut(&job) {
            if awaited.stored.is_some() {
                return (InboxOutcome::Duplicate, Vec::new());
            }
            awaited.stored = Some(stored);
            for (id, slot) in &awaited.by {
                if let Some(subscriber) = self.subscribers.get_mut(id) {
                    subscriber.ready.push_back((job, *slot));
                }
            }
            return (InboxOutcome::Awaited, awaited.by.iter().map(|(id, _)| *id).collect());
        }
        if self.finished_jobs.contains(&job) || self.buffer.has(job) {
            return (InboxOutcome::Duplicate, Vec::new());
        }
        let kept = self.buffer.add(job, stored, self.limits);
        (if kept { InboxOutcome::Kept } else { InboxOutcome::NotKept }, Vec::new())
    }

    pub(super) fn open(&mut self) -> SubscriberId {
        self.opened += 1;
        let id = SubscriberId(self.opened);
        self.subscribers.insert(id, Subscriber::default());
        id
    }

    /// Starts the wait of a subscriber for a job, which it identifies by `slot`.
    pub(super) fn expect(&mut self, now: Duration, id: SubscriberId, job_id: JobId, slot: u32) {
        let job = job_id.uuid();
        self.buffer.evict_expired(now, self.limits);
        let Some(subscriber) = self.subscribers.get_mut(&id) else { return };
        let buffer = &mut self.buffer;
        let awaited = self.awaited.entry(job).or_insert_with(|| Awaited {
            job_id,
            by: Vec::with_capacity(1),
            stored: buffer.take(job),
            consumed: false,
        });
        awaited.by.push((id, slot));
        subscriber.waits.insert((job, slot));
        if awaited.stored.is_some() {
            subscriber.ready.push_back((job, slot));
        }
    }

    /// Returns the next delivery for the subscriber, and ends its wait for that job.
    pub(super) fn next(&mut self, now: Duration, id: SubscriberId) -> Option<(u32, T)> {
        loop {
            let subscriber = self.subscribers.get_mut(&id)?;
            let (job, slot) = subscriber.ready.pop_front()?;
            if !subscriber.waits.contains(&(job, slot)) {
                continue;
            }
            let Some(awaited) = self.awaited.get_mut(&job) else { continue };
            let Some(stored) = &awaited.stored else { continue };
            let content = stored.content.clone();
            awaited.consumed = true;
            self.end_wait(now, id, job, slot, true);
            return Some((slot, content));
        }
    }

    /// Ends the wait of a subscriber for a job, because it has the result (`finished`) or gave up.
    /// A delivery that was not consumed remains for other waits.
    pub(super) fn leave(
        &mut self,
        now: Duration,
        id: SubscriberId,
        job: JobId,
        slot: u32,
        finished: bool,
    ) {
        self.end_wait(now, id, job.uuid(), slot, finished);
    }

    fn end_wait(&mut self, now: Duration, id: SubscriberId, job: Uuid, slot: u32, finished: bool) {
        if finished {
            self.remember(job);
        }
        let subscriber = self.subscribers.get_mut(&id);
        if subscriber.is_some_and(|subscriber| subscriber.waits.remove(&(job, slot))) {
            self.remove_wait(now, id, (job, slot));
        }
    }

    /// Removes a subscriber.
    pub(super) fn close(&mut self, now: Duration, id: SubscriberId) {
        let Some(subscriber) = self.subscribers.remove(&id) else { return };
        subscriber.waits.into_iter().for_each(|wait| self.remove_wait(now, id, wait));
    }

    fn remove_wait(&mut self, now: Duration, id: SubscriberId, (job, slot): Wait) {
        let Some(awaited) = self.awaited.get_mut(&job) else { return };
        if let Some(index) = awaited.by.iter().position(|&by| by == (id, slot)) {
            awaited.by.swap_remove(index);
        }
        if !awaited.by.is_empty() {
            return;
        }
        let left = self.awaited.remove(&job).filter(|left| !left.consumed);
        if let Some(stored) = left.and_then(|left| left.stored)
            && !self.finished_jobs.contains(&job)
        {
            self.buffer.add(job, stored, self.limits);
        }
        self.buffer.evict_expired(now, self.limits);
    }

    fn remember(&mut self, job: Uuid) {
        if !self.finished_jobs.insert(job) {
            return;
        }
        self.finished_order.push_back(job);
        if self.finished_order.len() > REMEMBERED
            && let Some(oldest) = self.finished_order.pop_front()
        {
            self.finished_jobs.remove(&oldest);
        }
    }
}
