//! What is to be sent when: a plain state machine that takes `now` and says what
//! to do next.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;
use uuid::Uuid;

use super::fault::DeliveryFault;

/// A delivery that is to come behind a later one waits so long for one.
const LONGEST_HOLD: Duration = Duration::from_secs(30);

/// A delivery before it is signed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PendingDelivery {
    pub(crate) job_id: Uuid,
    pub(crate) url: String,
    pub(crate) body: Bytes,
    pub(crate) faults: Vec<DeliveryFault>,
}

/// One attempt that is to be made.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Attempt {
    pub(crate) delivery: Arc<PendingDelivery>,
    pub(crate) copy: u32,
    pub(crate) nth: u32,
}

/// What is to be done now.
#[derive(Debug, PartialEq)]
pub(crate) enum Action {
    /// Send this, and call [`Outbox::over`] with the number after.
    Send(Attempt, u64),
    /// Ask again at this time.
    AskAt(Instant),
}

#[derive(Debug, Default)]
pub(crate) struct Outbox {
    /// By time, and of one time in the order in which they came.
    waiting: BTreeMap<(Instant, u64), Attempt>,
    held: Option<Held>,
    /// So many are on their way.
    sent: usize,
    /// Counts what comes in and what goes out.
    numbers: u64,
}

#[derive(Debug)]
struct Held {
    attempt: Attempt,
    /// Only what goes out with a higher number comes later.
    number: u64,
    until: Instant,
}

impl Outbox {
    /// Takes a delivery, due at `due` but for its faults. The first time to ask
    /// for it is returned.
    pub(crate) fn take_in(&mut self, delivery: PendingDelivery, due: Instant) -> Instant {
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

    /// Puts one attempt in.
    pub(crate) fn put(&mut self, attempt: Attempt, due: Instant) {
        let number = self.next_number();
        self.waiting.insert((due, number), attempt);
    }

    /// What is to be done at `now`; to be asked until there is nothing.
    pub(crate) fn next(&mut self, now: Instant) -> Option<Action> {
        if let Some(held) = self.held.take_if(|held| held.until <= now) {
            return Some(Action::Send(held.attempt, self.next_number()));
        }
        let first = self.waiting.first_entry().filter(|entry| entry.key().0 <= now)?;
        let attempt = first.remove();
        let number = self.next_number();
        let waits = attempt.nth == 1 && attempt.delivery.faults.contains(&DeliveryFault::Reorder);
        if waits && self.held.is_none() {
            let until = now.checked_add(LONGEST_HOLD).unwrap_or(now);
            self.held = Some(Held { attempt, number, until });
            return Some(Action::AskAt(until));
        }
        Some(Action::Send(attempt, number))
    }

    /// An attempt has gone out.
    pub(crate) fn sent(&mut self) {
        self.sent += 1;
    }

    /// Whether nothing is waiting, and nothing on its way.
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.held.is_none() && self.sent == 0
    }

    /// An attempt that went out with this number is over, whatever came of it:
    /// what it was to overtake is due.
    pub(crate) fn over(&mut self, number: u64, now: Instant) {
        self.sent = self.sent.saturating_sub(1);
        if let Some(held) = self.held.as_mut().filter(|held| held.number < number) {
            held.until = held.until.min(now);
        }
    }

    fn next_number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }
}
