//! [`Shelf`]: deliveries that nobody waits for yet, bounded in every way.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use crate::JobId;

/// What is kept at most.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) deliveries: usize,
    pub(super) bytes: usize,
    pub(super) age: Duration,
}

/// What a delivery brought.
#[derive(Debug, Clone)]
pub(super) struct Letter<T> {
    pub(super) content: T,
    pub(super) bytes: usize,
    pub(super) came_at: Duration,
}

/// Where a letter is: when it came, and a number of its own.
type Key = (Duration, u64);

#[derive(Debug)]
pub(super) struct Shelf<T> {
    by_age: BTreeMap<Key, (JobId, Letter<T>)>,
    keys: HashMap<JobId, Key>,
    bytes: usize,
    placed: u64,
}

impl<T> Shelf<T> {
    pub(super) fn new() -> Self {
        Self { by_age: BTreeMap::new(), keys: HashMap::new(), bytes: 0, placed: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(super) fn has(&self, job: JobId) -> bool {
        self.keys.contains_key(&job)
    }

    /// Keeps a letter; the oldest go for it. `false` if the limits have no room for
    /// it, however old the others are.
    pub(super) fn keep(&mut self, job: JobId, letter: Letter<T>, limits: Limits) -> bool {
        self.take(job);
        self.placed += 1;
        let key = (letter.came_at, self.placed);
        self.bytes += letter.bytes;
        self.by_age.insert(key, (job, letter));
        self.keys.insert(job, key);
        while self.len() > limits.deliveries || self.bytes > limits.bytes {
            self.drop_oldest();
        }
        self.has(job)
    }

    pub(super) fn take(&mut self, job: JobId) -> Option<Letter<T>> {
        let key = self.keys.remove(&job)?;
        let (_, letter) = self.by_age.remove(&key)?;
        self.bytes -= letter.bytes;
        Some(letter)
    }

    /// Drops what is too old.
    pub(super) fn tidy(&mut self, now: Duration, limits: Limits) {
        while let Some((&(came_at, _), _)) = self.by_age.first_key_value()
            && now.saturating_sub(came_at) > limits.age
        {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) {
        if let Some((_, (job, letter))) = self.by_age.pop_first() {
            self.keys.remove(&job);
            self.bytes -= letter.bytes;
        }
    }
}
