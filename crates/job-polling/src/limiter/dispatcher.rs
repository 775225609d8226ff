//! [`Dispatcher`]: the queue of requests that wait for the window. It determines which waiter is
//! notified, and when.
//!
//! The first waiter is notified of a free slot and claims it when it is polled. A waiter that is
//! dropped or no longer polled therefore holds no slot.

use std::time::Duration;

use super::queue::{Priority, Purpose, Queue, WaiterId};
use super::window::{LimitUpdate, RequestOutcome, Reservation, SlidingWindow};

/// The number of windows after an interactive request during which more of them are expected.
const INTERACTIVE_WINDOWS: u32 = 10;

/// The time within which a waiter must claim its slot. Otherwise it is skipped until it is polled.
const CLAIM_TIMEOUT: Duration = Duration::from_millis(100);

/// The next step of the driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NextStep {
    /// Notify this waiter.
    Notify(WaiterId),
    /// Call again at this time.
    At(Duration),
    /// Call again after the next event.
    Idle,
}

/// A window and its waiting requests.
#[derive(Debug)]
pub(crate) struct Dispatcher<T> {
    window: SlidingWindow,
    queue: Queue<T>,
    notified: Option<(WaiterId, Duration)>,
    /// Until this time, interactive requests are expected, so slots are spread. Slots that are
    /// spent in a burst return in a burst, and interactive requests would wait for it.
    even_until: Duration,
}

impl<T> Dispatcher<T> {
    pub(crate) fn new(window: SlidingWindow) -> Self {
        Self { window, queue: Queue::new(), notified: None, even_until: Duration::ZERO }
    }

    pub(crate) fn window(&self) -> &SlidingWindow {
        &self.window
    }

    pub(crate) fn queue(&self) -> &Queue<T> {
        &self.queue
    }

    /// Adds a request. It gets a slot at once if no other request waits and the window is open;
    /// otherwise it joins the queue.
    pub(crate) fn enter(
        &mut self,
        now: Duration,
        priority: Priority,
        purpose: Purpose,
        waiter: impl FnOnce() -> T,
    ) -> Result<Reservation, WaiterId> {
        if priority == Priority::Interactive {
            let window = self.window.limit().map_or(Duration::ZERO, |limit| limit.window);
            self.even_until = now.saturating_add(window * INTERACTIVE_WINDOWS);
        }
        self.spread(now);
        let alone = self.queue.first().is_none();
        match alone.then(|| self.window.take(now, self.queue.len())).flatten() {
            Some(reservation) => Ok(reservation),
            None => Err(self.queue.join(priority, purpose, waiter())),
        }
    }

    /// Requests the slot of a waiter, whether or not the waiter was notified.
    pub(crate) fn ask(&mut self, now: Duration, waiter_id: WaiterId) -> Option<Reservation> {
        self.queue.unpark(waiter_id);
        let notified = self.notified.map(|(waiter_id, _)| waiter_id);
        if notified.or_else(|| self.queue.first()) != Some(waiter_id) {
            return None;
        }
        self.notified = None;
        self.spread(now);
        let reservation = self.window.take(now, self.queue.len())?;
        self.queue.serve(waiter_id);
        Some(reservation)
    }

    /// Removes a waiter from the queue.
    pub(crate) fn leave(&mut self, waiter_id: WaiterId) -> Option<T> {
        if self.notified.is_some_and(|(notified, _)| notified == waiter_id) {
            self.notified = None;
        }
        self.queue.leave(waiter_id)
    }

    /// Reports the outcome of a request.
    pub(crate) fn end(
        &mut self,
        now: Duration,
        reservation: Reservation,
        outcome: RequestOutcome,
    ) -> LimitUpdate {
        self.window.end(now, reservation, outcome)
    }

    /// Returns the waiter with this ID.
    pub(crate) fn waiter(&mut self, waiter_id: WaiterId) -> Option<&mut T> {
        self.queue.waiter(waiter_id)
    }

    fn spread(&mut self, now: Duration) {
        let even = now < self.even_until || self.queue.has(Priority::Interactive);
        self.window.allow_bursts(!even);
    }

    /// Returns the next step. Call it after each of the methods above.
    pub(crate) fn next(&mut self, now: Duration) -> NextStep {
        if let Some((waiter_id, until)) = self.notified {
            if now < until {
                return NextStep::At(until);
            }
            self.notified = None;
            self.queue.park(waiter_id);
        }
        let Some(first) = self.queue.first() else { return NextStep::Idle };
        self.spread(now);
        match self.window.opening(now, self.queue.len()) {
            None => NextStep::Idle,
            Some(at) if at > now => NextStep::At(at),
            Some(_) => {
                self.notified = Some((first, now + CLAIM_TIMEOUT));
                NextStep::Notify(first)
            }
        }
    }
}

#[cfg(test)]
mod tests;
