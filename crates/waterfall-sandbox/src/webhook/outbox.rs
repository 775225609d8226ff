//! Schedules deliveries: a state machine without I/O that takes `now` and returns the
//! next action.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;
use uuid::Uuid;

use super::fault::DeliveryFault;

/// The maximum time for which a delivery is held back for a later one.
const MAX_HOLD: Duration = Duration::from_secs(30);

/// A delivery that is not signed yet.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PendingDelivery {
    pub(crate) job_id: Uuid,
    pub(crate) url: String,
    pub(crate) body: Bytes,
    pub(crate) faults: Vec<DeliveryFault>,
}

/// An attempt at a delivery.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Attempt {
    pub(crate) delivery: Arc<PendingDelivery>,
    pub(crate) copy: u32,
    pub(crate) nth: u32,
}

/// The next action of the caller.
#[derive(Debug, PartialEq)]
pub(crate) enum Action {
    /// Make this attempt, then call [`Outbox::over`] with the number.
    Send(Attempt, u64),
    /// Call [`Outbox::next`] again at this time.
    CallAt(Instant),
}

#[derive(Debug, Default)]
pub(crate) struct Outbox {
    /// Ordered by due time, then by insertion.
    waiting: BTreeMap<(Instant, u64), Attempt>,
    held: Option<Held>,
    /// The number of attempts in progress.
    in_progress: usize,
    /// The last sequence number, of insertions and attempts.
    numbers: u64,
}

#[derive(Debug)]
struct Held {
    attempt: Attempt,
    /// Attempts with a higher number are later ones.
    number: u64,
    until: Instant,
}

impl Outbox {
    /// Adds a delivery that is due at `due`, before its faults are applied. Returns the time at
    /// which to call [`next`](Self::next).
    pub(crate) fn add(&mut self, delivery: PendingDelivery, due: Instant) -> Instant {
        let (mut due, mut copies) = (due, 0);
        for fault in &delivery.faults {
            match fault {
                DeliveryFault::Delay(time) => due = due.checked_add(*time).unwrap_or(due),
                DeliveryFault::Duplicate(more) => copies += more,
                _ => {}
            }
        }
        let delivery = Arc::new(delivery);
        for copy in 0..=copies {
            self.put(Attempt { delivery: delivery.clone(), copy, nth: 1 }, due);
        }
        due
    }

    /// Adds one attempt.
    pub(crate) fn put(&mut self, attempt: Attempt, due: Instant) {
        let number = self.next_number();
        self.waiting.insert((due, number), attempt);
    }

    /// Returns the next action at `now`. Call it until it returns `None`.
    pub(crate) fn next(&mut self, now: Instant) -> Option<Action> {
        if let Some(held) = self.held.take_if(|held| held.until <= now) {
            return Some(Action::Send(held.attempt, self.next_number()));
        }
        let first = self.waiting.first_entry().filter(|entry| entry.key().0 <= now)?;
        let attempt = first.remove();
        let number = self.next_number();
        let waits = attempt.nth == 1 && attempt.delivery.faults.contains(&DeliveryFault::Reorder);
        if waits && self.held.is_none() {
            let until = now.checked_add(MAX_HOLD).unwrap_or(now);
            self.held = Some(Held { attempt, number, until });
            return Some(Action::CallAt(until));
        }
        Some(Action::Send(attempt, number))
    }

    /// Counts an attempt that has started.
    pub(crate) fn started(&mut self) {
        self.in_progress += 1;
    }

    /// Returns whether nothing is scheduled and nothing is in progress.
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.held.is_none() && self.in_progress == 0
    }

    /// Reports that the attempt with this number has ended, with any outcome. A delivery that was
    /// held back for it becomes due.
    pub(crate) fn over(&mut self, number: u64, now: Instant) {
        self.in_progress = self.in_progress.saturating_sub(1);
        if let Some(held) = self.held.as_mut().filter(|held| held.number < number) {
            held.until = held.until.min(now);
        }
    }

    fn next_number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }
}
