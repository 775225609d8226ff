//! [`Dispatcher`]: the queue in front of the window, and which waiter is notified when.
//!
//! The first waiter is notified of a free slot and claims it when it is polled. A waiter that is
//! dropped or no longer polled therefore holds no slot.

use std::time::Duration;

use super::queue::{Priority, Purpose, Queue, Ticket};
use super::window::{LimitUpdate, RequestOutcome, Reservation, SlidingWindow};

/// For this many windows after an interactive request, more of them are expected.
const INTERACTIVE_WINDOWS: u32 = 10;

/// A waiter that does not claim its slot within this time is skipped until it is polled.
const CLAIM_TIMEOUT: Duration = Duration::from_millis(100);

/// What the driver does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NextStep {
    /// Notify this waiter.
    Notify(Ticket),
    /// Ask again at this time.
    At(Duration),
    /// Ask again after the next event.
    Idle,
}

/// A window and its waiting requests.
#[derive(Debug)]
pub(crate) struct Dispatcher<T> {
    window: SlidingWindow,
    queue: Queue<T>,
    notified: Option<(Ticket, Duration)>,
    /// Until then interactive requests are expected, so slots are spread: slots that are spent in
    /// a burst return in a burst, and interactive requests would wait for it.
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

    /// A request arrives. It gets a slot at once if no other request waits and the window is
    /// open; otherwise it joins the queue.
    pub(crate) fn enter(
        &mut self,
        now: Duration,
        priority: Priority,
        purpose: Purpose,
        waiter: impl FnOnce() -> T,
    ) -> Result<Reservation, Ticket> {
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

    /// A waiter asks for its slot, whether it was notified or not.
    pub(crate) fn ask(&mut self, now: Duration, ticket: Ticket) -> Option<Reservation> {
        self.queue.unpark(ticket);
        let notified = self.notified.map(|(ticket, _)| ticket);
        if notified.or_else(|| self.queue.first()) != Some(ticket) {
            return None;
        }
        self.notified = None;
        self.spread(now);
        let reservation = self.window.take(now, self.queue.len())?;
        self.queue.serve(ticket);
        Some(reservation)
    }

    /// A waiter leaves the queue.
    pub(crate) fn leave(&mut self, ticket: Ticket) -> Option<T> {
        if self.notified.is_some_and(|(notified, _)| notified == ticket) {
            self.notified = None;
        }
        self.queue.leave(ticket)
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

    /// The waiter that holds this ticket.
    pub(crate) fn waiter(&mut self, ticket: Ticket) -> Option<&mut T> {
        self.queue.waiter(ticket)
    }

    fn spread(&mut self, now: Duration) {
        let even = now < self.even_until || self.queue.has(Priority::Interactive);
        self.window.allow_bursts(!even);
    }

    /// Returns the next step; call it after each of the methods above.
    pub(crate) fn next(&mut self, now: Duration) -> NextStep {
        if let Some((ticket, until)) = self.notified {
            if now < until {
                return NextStep::At(until);
            }
            self.notified = None;
            self.queue.park(ticket);
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
