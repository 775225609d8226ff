//! [`Dispatcher`]: the queue before the window, and who is called when.
//!
//! Nobody is handed a slot: the first in line is called, and takes it when it
//! comes. So one that went away, or is not polled any more, holds nothing.

use std::time::Duration;

use super::queue::{Priority, Purpose, Queue, Ticket};
use super::window::{LimitUpdate, RequestOutcome, Reservation, SlidingWindow};

/// For so many windows after an interactive request, more of them are expected.
const EXPECTED: u32 = 10;

/// Who does not come within this time is passed over until it comes.
const CALL: Duration = Duration::from_millis(100);

/// What is to be done for the line to move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NextStep {
    /// Call this one.
    Call(Ticket),
    /// Ask again at this time.
    At(Duration),
    /// Ask again when something has happened.
    Idle,
}

/// A window, and all that wait before it.
#[derive(Debug)]
pub(crate) struct Dispatcher<T> {
    window: SlidingWindow,
    queue: Queue<T>,
    called: Option<(Ticket, Duration)>,
    /// Until then interactive requests are expected, so that slots are spread: what
    /// is spent in a burst comes back in one, and they would wait for it.
    even_until: Duration,
}

impl<T> Dispatcher<T> {
    pub(crate) fn new(window: SlidingWindow) -> Self {
        Self { window, queue: Queue::new(), called: None, even_until: Duration::ZERO }
    }

    pub(crate) fn window(&self) -> &SlidingWindow {
        &self.window
    }

    pub(crate) fn queue(&self) -> &Queue<T> {
        &self.queue
    }

    /// Somebody comes: it goes at once if nobody is before it and the window is
    /// open, or stands in line.
    pub(crate) fn enter(
        &mut self,
        now: Duration,
        class: Priority,
        purpose: Purpose,
        waiter: impl FnOnce() -> T,
    ) -> Result<Reservation, Ticket> {
        if class == Priority::Interactive {
            let window = self.window.limit().map_or(Duration::ZERO, |limit| limit.window);
            self.even_until = now.saturating_add(window * EXPECTED);
        }
        self.spread(now);
        let alone = self.queue.first().is_none();
        match alone.then(|| self.window.take(now, self.queue.len())).flatten() {
            Some(taken) => Ok(taken),
            None => Err(self.queue.join(class, purpose, waiter())),
        }
    }

    /// One that waits asks, called or not.
    pub(crate) fn ask(&mut self, now: Duration, ticket: Ticket) -> Option<Reservation> {
        self.queue.unpark(ticket);
        let called = self.called.map(|(ticket, _)| ticket);
        if called.or_else(|| self.queue.first()) != Some(ticket) {
            return None;
        }
        self.called = None;
        self.spread(now);
        let taken = self.window.take(now, self.queue.len())?;
        self.queue.serve(ticket);
        Some(taken)
    }

    /// One that waits goes away.
    pub(crate) fn leave(&mut self, ticket: Ticket) -> Option<T> {
        if self.called.is_some_and(|(called, _)| called == ticket) {
            self.called = None;
        }
        self.queue.leave(ticket)
    }

    /// Tells what became of a request.
    pub(crate) fn end(
        &mut self,
        now: Duration,
        taken: Reservation,
        end: RequestOutcome,
    ) -> LimitUpdate {
        self.window.end(now, taken, end)
    }

    /// What waits with this ticket.
    pub(crate) fn waiter(&mut self, ticket: Ticket) -> Option<&mut T> {
        self.queue.waiter(ticket)
    }

    fn spread(&mut self, now: Duration) {
        let even = now < self.even_until || self.queue.has(Priority::Interactive);
        self.window.allow_bursts(!even);
    }

    /// To be asked after all of the above.
    pub(crate) fn next(&mut self, now: Duration) -> NextStep {
        if let Some((ticket, until)) = self.called {
            if now < until {
                return NextStep::At(until);
            }
            self.called = None;
            self.queue.park(ticket);
        }
        let Some(first) = self.queue.first() else { return NextStep::Idle };
        self.spread(now);
        match self.window.opening(now, self.queue.len()) {
            None => NextStep::Idle,
            Some(at) if at > now => NextStep::At(at),
            Some(_) => {
                self.called = Some((first, now + CALL));
                NextStep::Call(first)
            }
        }
    }
}

#[cfg(test)]
mod tests;
