//! [`ReadQueue`]: when which job is read next.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

/// So many void turns are kept in any case.
const VOID: usize = 64;

/// Where a pending job is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct JobSlot(pub u32);

/// A job's turn to be read. A job has the last one that it was given; those before
/// are void.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct QueuedRead {
    pub(super) at: Duration,
    /// Of equals, the first goes first.
    pub(super) number: u64,
    pub(super) place: JobSlot,
}

#[derive(Debug, Default)]
pub(super) struct ReadQueue {
    heap: BinaryHeap<Reverse<QueuedRead>>,
    given: u64,
}

impl ReadQueue {
    /// Gives a turn to a job. Its number is the job's to keep.
    pub(super) fn give(&mut self, at: Duration, place: JobSlot) -> u64 {
        self.given += 1;
        self.heap.push(Reverse(QueuedRead { at, number: self.given, place }));
        self.given
    }

    /// The first turn. It is not void if what was void has been
    /// [dropped](Self::drop_void) since.
    pub(super) fn first(&self) -> Option<QueuedRead> {
        self.heap.peek().map(|first| first.0)
    }

    pub(super) fn take_first(&mut self) -> Option<QueuedRead> {
        self.heap.pop().map(|first| first.0)
    }

    /// How many there are, the void ones included.
    pub(super) fn len(&self) -> usize {
        self.heap.len()
    }

    /// Drops void turns: those before the first that is not, and all if they are many
    /// more than so many jobs.
    pub(super) fn drop_void(&mut self, jobs: usize, is_valid: impl Fn(&QueuedRead) -> bool) {
        while self.heap.peek().is_some_and(|first| !is_valid(&first.0)) {
            self.heap.pop();
        }
        if self.len() > 2 * jobs + VOID {
            self.heap.retain(|turn| is_valid(&turn.0));
        }
    }

    /// Moves turns to other times, and drops those that are given none.
    pub(super) fn move_all(&mut self, mut new_time: impl FnMut(&QueuedRead) -> Option<Duration>) {
        let mut turns = std::mem::take(&mut self.heap).into_vec();
        turns.retain_mut(|turn| {
            let at = new_time(&turn.0);
            turn.0.at = at.unwrap_or_default();
            at.is_some()
        });
        self.heap = turns.into();
    }
}
