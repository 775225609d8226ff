//! [`JobTable`]: the pending jobs of a batch, by slot.

use std::time::Duration;

use super::read_queue::{JobSlot, QueuedRead};
use super::step::Read;
use crate::wait_state::{Decision, PollContext, WaitState};

/// A launched job that has not ended.
#[derive(Debug)]
pub(super) struct Pending<T> {
    pub(super) job: T,
    pub(super) wait: WaitState,
    /// When the wait began. If the job was not launched here, the wait begins with its first read,
    /// so that the time in a long queue does not count.
    pub(super) started: Option<Duration>,
    /// The number of its queued read, if it has one.
    pub(super) queued: Option<u64>,
    pub(super) reading: bool,
    /// Whether the job still needs its first read.
    unread: bool,
    pub(super) failed: bool,
    /// The result was delivered during a read, so the result of the read is ignored.
    pub(super) over: bool,
}

impl<T> Pending<T> {
    /// Creates a job that is not being read. It commits a read unless its result is delivered.
    pub(super) fn new(job: T, wait: WaitState, started: Option<Duration>) -> Self {
        let unread = !wait.expects_delivery();
        let (reading, failed, over) = (false, false, false);
        Self { job, wait, started, queued: None, reading, unread, failed, over }
    }

    /// Reports the result of a read to the wait. Returns `None` if the job has ended or the read
    /// failed permanently.
    pub(super) fn observe(
        &mut self,
        now: Duration,
        took: Duration,
        read: Read,
        context: PollContext<'_>,
    ) -> Option<Decision> {
        match read {
            Read::Running { age } => Some(self.wait.still_running(now, took, age, context)),
            Read::Failed { retry_after } => Some(self.wait.failed(now, took, retry_after, context)),
            Read::Over { lasted } => {
                self.wait.over(now, took, lasted, context.planner);
                None
            }
            Read::Fatal => {
                self.wait.ended(took);
                None
            }
        }
    }
}

/// Returns the memory that a pending job takes, including `T`, in bytes.
pub const fn bytes_per_job<T>() -> usize {
    size_of::<Option<Pending<T>>>() + size_of::<QueuedRead>() + size_of::<u32>()
}

/// The pending jobs. The slot of a job that has ended is reused.
#[derive(Debug)]
pub(super) struct JobTable<T> {
    slots: Vec<Option<Pending<T>>>,
    free: Vec<u32>,
    unread: usize,
}

impl<T> JobTable<T> {
    pub(super) fn new() -> Self {
        Self { slots: Vec::new(), free: Vec::new(), unread: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Returns how many jobs still need their first read.
    pub(super) fn unread(&self) -> usize {
        self.unread
    }

    pub(super) fn insert(&mut self, pending: Pending<T>) -> JobSlot {
        self.unread += usize::from(pending.unread);
        match self.free.pop() {
            Some(free) => {
                self.slots[free as usize] = Some(pending);
                JobSlot(free)
            }
            None => {
                self.slots.push(Some(pending));
                JobSlot((self.slots.len() - 1) as u32)
            }
        }
    }

    pub(super) fn get(&self, slot: JobSlot) -> Option<&Pending<T>> {
        self.slots.get(slot.0 as usize)?.as_ref()
    }

    pub(super) fn get_mut(&mut self, slot: JobSlot) -> Option<&mut Pending<T>> {
        self.slots.get_mut(slot.0 as usize)?.as_mut()
    }

    /// Returns the job of a queued read, unless the read is stale.
    pub(super) fn current(&self, queued: &QueuedRead) -> Option<&Pending<T>> {
        let pending = self.get(queued.slot)?;
        (pending.queued == Some(queued.number)).then_some(pending)
    }

    /// Records that the job commits no read: it has been read, or its result is delivered.
    pub(super) fn settle(&mut self, slot: JobSlot) {
        if let Some(Some(pending)) = self.slots.get_mut(slot.0 as usize) {
            self.unread -= usize::from(std::mem::take(&mut pending.unread));
        }
    }

    /// Removes a job that has ended.
    pub(super) fn remove(&mut self, slot: JobSlot) {
        self.settle(slot);
        if self.slots.get_mut(slot.0 as usize).is_some_and(|entry| entry.take().is_some()) {
            self.free.push(slot.0);
        }
    }
}
