//! The async driver of a [`Dispatcher`]: tokio's clock, wakers, and one task that
//! sleeps until the line moves. The task lives while somebody waits.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::dispatcher::{Dispatcher, NextStep};
use super::headers::RateLimitHeaders;
use super::queue::{Priority, Purpose, Ticket};
use super::window::{LimitUpdate, RequestOutcome, Reservation, SlidingWindow};

/// A line that is shared.
pub(crate) struct Shared {
    epoch: Instant,
    state: Mutex<State>,
    /// Rung when the alarm was set earlier, or nobody waits any more.
    notify: Notify,
}

pub(crate) struct State {
    pub(crate) line: Dispatcher<Waker>,
    /// When the task wakes by itself.
    alarm: Option<Duration>,
    driven: bool,
}

impl Shared {
    pub(crate) fn new(window: SlidingWindow) -> Self {
        let state = State { line: Dispatcher::new(window), alarm: None, driven: false };
        Self { epoch: Instant::now(), state: Mutex::new(state), notify: Notify::new() }
    }

    pub(crate) fn now(&self) -> Duration {
        Instant::now().saturating_duration_since(self.epoch)
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves the line after something has happened.
    fn settle(&self, mut state: MutexGuard<'_, State>, now: Duration) {
        let called = state.settle(now);
        let ring = called.ring;
        drop(state);
        if ring {
            self.notify.notify_one();
        }
        if let Some(waker) = called.waker {
            waker.wake();
        }
    }
}

#[derive(Default)]
struct Called {
    waker: Option<Waker>,
    ring: bool,
}

impl State {
    fn wakers(&self) -> Vec<Waker> {
        self.line.queue().waiters().cloned().collect()
    }

    fn settle(&mut self, now: Duration) -> Called {
        if self.line.queue().is_empty() {
            return Called { waker: None, ring: self.driven };
        }
        let mut called = Called::default();
        let mut next = self.line.next(now);
        if let NextStep::Call(ticket) = next {
            called.waker = self.line.waiter(ticket).cloned();
            next = self.line.next(now);
        }
        if let NextStep::At(at) = next
            && self.alarm.is_none_or(|alarm| at < alarm)
        {
            self.alarm = Some(at);
            called.ring = true;
        }
        called.ring &= self.driven;
        called
    }
}

/// Waits for a slot. Dropped, it gives its place back.
#[must_use = "nothing is waited for until it is polled"]
pub struct Acquire {
    shared: Arc<Shared>,
    class: Priority,
    purpose: Purpose,
    patience: Duration,
    ticket: Option<Ticket>,
    on_wait: Option<fn(usize)>,
}

/// No slot is free for this long, because of a 429.
#[derive(Debug, Clone, Copy)]
pub struct RateLimited(pub Duration);

impl Acquire {
    pub(crate) fn new(
        shared: Arc<Shared>,
        class: Priority,
        purpose: Purpose,
        patience: Duration,
    ) -> Self {
        Self { shared, class, purpose, patience, ticket: None, on_wait: None }
    }

    /// Calls `hook` if the request has to wait, with the number of requests that wait.
    pub fn on_wait(mut self, hook: fn(usize)) -> Self {
        self.on_wait = Some(hook);
        self
    }

    fn frozen(&self, state: &State, now: Duration) -> Option<RateLimited> {
        let pause = state.line.window().frozen_for(now);
        (pause > self.patience).then_some(RateLimited(pause))
    }

    /// The slot if it is there, and a waker that is of no use any more.
    fn ask(
        &mut self,
        state: &mut State,
        now: Duration,
        waker: &Waker,
    ) -> (Option<Reservation>, Option<Waker>) {
        let Some(ticket) = self.ticket else {
            let entered = state.line.enter(now, self.class, self.purpose, || waker.clone());
            self.ticket = entered.as_ref().err().copied();
            return (entered.ok(), None);
        };
        let taken = state.line.ask(now, ticket);
        let stale = match state.line.waiter(ticket) {
            Some(old) if old.will_wake(waker) => None,
            Some(old) => Some(std::mem::replace(old, waker.clone())),
            None => self.ticket.take().and(None),
        };
        (taken, stale)
    }
}

impl Future for Acquire {
    type Output = Result<Permit, RateLimited>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let shared = self.shared.clone();
        let (mut state, now) = (shared.state(), shared.now());
        if let Some(frozen) = self.frozen(&state, now) {
            return Poll::Ready(Err(frozen));
        }
        let was_waiting = self.ticket.is_some();
        // What dropping a waker runs is not known, so none is dropped under the lock.
        let (taken, _stale) = self.ask(&mut state, now, cx.waker());
        let joined = (taken.is_none() && !was_waiting).then(|| state.line.queue().len());
        let driver_is_missing = taken.is_none() && !std::mem::replace(&mut state.driven, true);
        if was_waiting || taken.is_none() {
            shared.settle(state, now);
        } else {
            drop(state);
        }
        // Not under the lock: both may run code that asks for it.
        if let (Some(hook), Some(waiting)) = (self.on_wait, joined) {
            hook(waiting);
        }
        if driver_is_missing {
            let starter = Some(cx.waker().clone());
            tokio::spawn(drive(Driving { shared: shared.clone(), starter }));
        }
        match taken {
            Some(taken) => {
                let permit = Permit { shared: shared.clone(), taken: Some(taken), sent: false };
                Poll::Ready(Ok(permit))
            }
            None => Poll::Pending,
        }
    }
}

impl Drop for Acquire {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            let mut state = self.shared.state();
            let _stale = state.line.leave(ticket);
            self.shared.settle(state, self.shared.now());
        }
    }
}

/// The right to send one request.
///
/// Its slot comes back at once if it is dropped unused, else one window after
/// it is told what became of the request, or is dropped without.
#[must_use = "a permit that is dropped is given back"]
pub struct Permit {
    shared: Arc<Shared>,
    taken: Option<Reservation>,
    sent: bool,
}

impl Permit {
    /// The request leaves.
    pub fn sending(&mut self) {
        self.sent = true;
    }

    /// The head of an answer came.
    /// Returns what it changed.
    pub fn answered(mut self, told: RateLimitHeaders) -> LimitUpdate {
        self.end(RequestOutcome::Answered(told))
    }

    /// Nothing of the request left.
    pub fn not_sent(mut self) {
        self.end(RequestOutcome::NotSent);
    }

    fn end(&mut self, end: RequestOutcome) -> LimitUpdate {
        let Some(taken) = self.taken.take() else { return LimitUpdate::default() };
        let (mut state, now) = (self.shared.state(), self.shared.now());
        let change = state.line.end(now, taken, end);
        // Some may not want to wait for so long.
        let told = if change.frozen_for.is_some() { state.wakers() } else { Vec::new() };
        self.shared.settle(state, now);
        told.into_iter().for_each(Waker::wake);
        change
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.end(if self.sent { RequestOutcome::GivenUp } else { RequestOutcome::NotSent });
    }
}

async fn drive(mut driving: Driving) {
    driving.starter = None;
    let shared = &driving.shared;
    while let Some(alarm) = driving.next_alarm() {
        let notify = shared.notify.notified();
        match alarm {
            Some(alarm) => {
                let _ = timeout_at(shared.epoch + alarm, notify).await;
            }
            None => notify.await,
        }
    }
}

/// The task that drives. If it is killed before its time, as at the end of its
/// runtime, those who wait start another one.
struct Driving {
    shared: Arc<Shared>,
    /// Who has started it, as long as it has not run. If its runtime doesn't take it,
    /// that one can't do better.
    starter: Option<Waker>,
}

impl Driving {
    /// When to wake up, or `None` if there is nobody left to wake up for.
    fn next_alarm(&self) -> Option<Option<Duration>> {
        let mut state = self.shared.state();
        state.alarm = None;
        if state.line.queue().is_empty() {
            state.driven = false;
            return None;
        }
        let called = state.settle(self.shared.now());
        let alarm = state.alarm;
        drop(state);
        if let Some(waker) = called.waker {
            waker.wake();
        }
        Some(alarm)
    }
}

impl Drop for Driving {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        if !std::mem::take(&mut state.driven) {
            return;
        }
        state.alarm = None;
        let wakers = state.wakers();
        drop(state);
        let others = |waker: &Waker| !self.starter.as_ref().is_some_and(|it| it.will_wake(waker));
        wakers.into_iter().filter(others).for_each(Waker::wake);
    }
}
