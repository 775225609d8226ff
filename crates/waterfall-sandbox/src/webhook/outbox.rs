//! What is to be sent when: a plain state machine that takes `now` and says what
//! to do next.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;
use uuid::Uuid;

use super::DeliveryFault;

/// A delivery that is to come behind a later one waits so long for one.
const LONGEST_HOLD: Duration = Duration::from_secs(30);

/// A delivery before it is signed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Errand {
    pub(crate) job_id: Uuid,
    pub(crate) url: String,
    pub(crate) body: Bytes,
    pub(crate) faults: Vec<DeliveryFault>,
}

/// One attempt that is to be made.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parcel {
    pub(crate) errand: Arc<Errand>,
    pub(crate) copy: u32,
    pub(crate) attempt: u32,
}

/// What is to be done now.
#[derive(Debug, PartialEq)]
pub(crate) enum Step {
    /// Send this, and call [`Outbox::over`] with the number after.
    Send(Parcel, u64),
    /// Ask again at this time.
    AskAt(Instant),
}

#[derive(Debug, Default)]
pub(crate) struct Outbox {
    /// By time, and of one time in the order in which they came.
    waiting: BTreeMap<(Instant, u64), Parcel>,
    held: Option<Held>,
    /// So many are on their way.
    sent: usize,
    /// Counts what comes in and what goes out.
    numbers: u64,
}

#[derive(Debug)]
struct Held {
    parcel: Parcel,
    /// Only what goes out with a higher number comes later.
    number: u64,
    until: Instant,
}

impl Outbox {
    /// Takes a delivery, due at `due` but for its faults. The first time to ask
    /// for it is returned.
    pub(crate) fn take_in(&mut self, errand: Errand, due: Instant) -> Instant {
        let (mut due, mut copies) = (due, 0);
        for fault in &errand.faults {
            match fault {
                DeliveryFault::Delay(time) => due = due.checked_add(*time).unwrap_or(due),
                DeliveryFault::Duplicate(more) => copies += more,
                _ => {}
            }
        }
        let errand = Arc::new(errand);
        for copy in 0..=copies {
            self.put(Parcel { errand: errand.clone(), copy, attempt: 1 }, due);
        }
        due
    }

    /// Puts one attempt in.
    pub(crate) fn put(&mut self, parcel: Parcel, due: Instant) {
        let number = self.next_number();
        self.waiting.insert((due, number), parcel);
    }

    /// What is to be done at `now`; to be asked until there is nothing.
    pub(crate) fn next(&mut self, now: Instant) -> Option<Step> {
        if let Some(held) = self.held.take_if(|held| held.until <= now) {
            return Some(Step::Send(held.parcel, self.next_number()));
        }
        let first = self.waiting.first_entry().filter(|entry| entry.key().0 <= now)?;
        let parcel = first.remove();
        let number = self.next_number();
        let waits = parcel.attempt == 1 && parcel.errand.faults.contains(&DeliveryFault::Reorder);
        if waits && self.held.is_none() {
            let until = now.checked_add(LONGEST_HOLD).unwrap_or(now);
            self.held = Some(Held { parcel, number, until });
            return Some(Step::AskAt(until));
        }
        Some(Step::Send(parcel, number))
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
