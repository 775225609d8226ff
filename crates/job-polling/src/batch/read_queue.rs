//! [`ReadQueue`]: determines which job is read next, and when.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

/// The number of stale reads that are always kept.
const STALE_ALLOWANCE: usize = 64;

/// Identifies a pending job of a [`Scheduler`](super::Scheduler).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct JobSlot(pub(super) u32);

impl JobSlot {
    /// Returns the slot with this index, for callers that store only the index.
    pub const fn from_index(index: u32) -> Self {
        Self(index)
    }

    /// Returns the index of the slot. It is reused after the job has ended.
    pub const fn index(self) -> u32 {
        self.0
    }
}

/// A queued read of a job. Only the last one of a job is current; earlier ones are stale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct QueuedRead {
    pub(super) at: Duration,
    /// Orders reads that are due at the same time.
    pub(super) number: u64,
    pub(super) slot: JobSlot,
}

#[derive(Debug, Default)]
pub(super) struct ReadQueue {
    heap: BinaryHeap<Reverse<QueuedRead>>,
    pushed: u64,
}

impl ReadQueue {
    /// Queues a read of a job. Returns its number.
    pub(super) fn push(&mut self, at: Duration, slot: JobSlot) -> u64 {
        self.pushed += 1;
        self.heap.push(Reverse(QueuedRead { at, number: self.pushed, slot }));
        self.pushed
    }

    /// Returns the first read. It is current if stale ones have just been
    /// [dropped](Self::drop_stale).
    pub(super) fn first(&self) -> Option<QueuedRead> {
        self.heap.peek().map(|first| first.0)
    }

    pub(super) fn pop(&mut self) -> Option<QueuedRead> {
        self.heap.pop().map(|first| first.0)
    }

    /// Returns the number of queued reads, including stale ones.
    pub(super) fn len(&self) -> usize {
        self.heap.len()
    }

    /// Drops the stale reads before the first current one, and all stale ones if there are many
    /// more reads than `jobs`.
    pub(super) fn drop_stale(&mut self, jobs: usize, is_valid: impl Fn(&QueuedRead) -> bool) {
        while self.heap.peek().is_some_and(|first| !is_valid(&first.0)) {
            self.heap.pop();
        }
        if self.len() > 2 * jobs + STALE_ALLOWANCE {
            self.heap.retain(|queued| is_valid(&queued.0));
        }
    }

    /// Moves reads to new times, and drops those without one.
    pub(super) fn move_all(&mut self, mut new_time: impl FnMut(&QueuedRead) -> Option<Duration>) {
        let mut queue = std::mem::take(&mut self.heap).into_vec();
        queue.retain_mut(|queued| {
            let at = new_time(&queued.0);
            queued.0.at = at.unwrap_or_default();
            at.is_some()
        });
        self.heap = queue.into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: JobSlot = JobSlot::from_index(0);

    /// Creates a queue with a current first read and this many stale ones after it.
    fn with_stale(count: u64) -> ReadQueue {
        let mut queue = ReadQueue::default();
        queue.push(Duration::ZERO, FIRST);
        for second in 1..=count {
            queue.push(Duration::from_secs(second), JobSlot::from_index(1));
        }
        queue
    }

    #[test]
    fn stale_reads_are_kept_up_to_a_limit() {
        let kept = 2 + STALE_ALLOWANCE;
        let rows = [(0, 1), (kept - 1, kept), (kept, 1), (10 * kept, 1)];
        for (stale, left) in rows {
            let mut queue = with_stale(stale as u64);
            queue.drop_stale(1, |read| read.slot == FIRST);
            assert_eq!(queue.len(), left, "of one current read and {stale} stale ones");
            assert_eq!(queue.first().map(|read| read.slot), Some(FIRST));
        }
    }

    #[test]
    fn stale_reads_before_the_first_current_one_are_dropped() {
        let mut queue = with_stale(3);
        queue.drop_stale(100, |read| read.slot != FIRST);
        assert_eq!(queue.len(), 3);
    }
}
