//! [`Buffer`]: deliveries that no wait has claimed yet, bounded by number, size and age.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use uuid::Uuid;

/// The limits of the buffer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) deliveries: usize,
    pub(super) bytes: usize,
    pub(super) age: Duration,
}

/// The content of a delivery.
#[derive(Debug, Clone)]
pub(super) struct StoredDelivery<T> {
    pub(super) content: T,
    pub(super) bytes: usize,
    pub(super) arrived_at: Duration,
}

/// Orders deliveries by the time of arrival. The number makes the key unique.
type Key = (Duration, u64);

#[derive(Debug)]
pub(super) struct Buffer<T> {
    by_age: BTreeMap<Key, (Uuid, StoredDelivery<T>)>,
    keys: HashMap<Uuid, Key>,
    bytes: usize,
    added: u64,
}

impl<T> Buffer<T> {
    pub(super) fn new() -> Self {
        Self { by_age: BTreeMap::new(), keys: HashMap::new(), bytes: 0, added: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(super) fn has(&self, job: Uuid) -> bool {
        self.keys.contains_key(&job)
    }

    /// Adds a delivery and evicts the oldest ones. Returns `false` if the limits leave no room
    /// for it.
    pub(super) fn add(&mut self, job: Uuid, stored: StoredDelivery<T>, limits: Limits) -> bool {
        self.take(job);
        self.added += 1;
        let key = (stored.arrived_at, self.added);
        self.bytes += stored.bytes;
        self.by_age.insert(key, (job, stored));
        self.keys.insert(job, key);
        while self.len() > limits.deliveries || self.bytes > limits.bytes {
            self.evict_oldest();
        }
        self.has(job)
    }

    pub(super) fn take(&mut self, job: Uuid) -> Option<StoredDelivery<T>> {
        let key = self.keys.remove(&job)?;
        let (_, stored) = self.by_age.remove(&key)?;
        self.bytes -= stored.bytes;
        Some(stored)
    }

    pub(super) fn evict_expired(&mut self, now: Duration, limits: Limits) {
        while let Some((&(arrived_at, _), _)) = self.by_age.first_key_value()
            && now.saturating_sub(arrived_at) > limits.age
        {
            self.evict_oldest();
        }
    }

    fn evict_oldest(&mut self) {
        if let Some((_, (job, stored))) = self.by_age.pop_first() {
            self.keys.remove(&job);
            self.bytes -= stored.bytes;
        }
    }
}
