//! The async driver of a [`Dispatcher`]: tokio's clock, wakers, and one task that sleeps until
//! the next waiter is due. The task runs while requests wait.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::dispatcher::{Dispatcher, NextStep};
use super::headers::RateLimitHeaders;
use super::queue::{Priority, Purpose, WaiterId};
use super::window::{LimitUpdate, RequestOutcome, Reservation, SlidingWindow};

/// A dispatcher that is shared by all clones of a rate limiter.
pub(crate) struct Shared {
    epoch: Instant,
    state: Mutex<State>,
    /// Notifies the task that the alarm was moved forward, or that no request waits.
    notify: Notify,
}

pub(crate) struct State {
    pub(crate) dispatcher: Dispatcher<Waker>,
    /// When the task wakes up without a notification.
    alarm: Option<Duration>,
    driven: bool,
}

impl Shared {
    pub(crate) fn new(window: SlidingWindow) -> Self {
        let state = State { dispatcher: Dispatcher::new(window), alarm: None, driven: false };
        Self { epoch: Instant::now(), state: Mutex::new(state), notify: Notify::new() }
    }

    pub(crate) fn now(&self) -> Duration {
        Instant::now().saturating_duration_since(self.epoch)
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    /// Notifies the next waiter after an event.
    fn dispatch(&self, mut state: MutexGuard<'_, State>, now: Duration) {
        let wakeup = state.dispatch(now);
        let notify_driver = wakeup.notify_driver;
        drop(state);
        if notify_driver {
            self.notify.notify_one();
        }
        if let Some(waker) = wakeup.waker {
            waker.wake();
        }
    }
}

#[derive(Default)]
struct Wakeup {
    waker: Option<Waker>,
    notify_driver: bool,
}

impl State {
    fn wakers(&self) -> Vec<Waker> {
        self.dispatcher.queue().waiters().cloned().collect()
    }

    fn dispatch(&mut self, now: Duration) -> Wakeup {
        if self.dispatcher.queue().is_empty() {
            return Wakeup { waker: None, notify_driver: self.driven };
        }
        let mut wakeup = Wakeup::default();
        let mut next = self.dispatcher.next(now);
        if let NextStep::Notify(waiter_id) = next {
            wakeup.waker = self.dispatcher.waiter(waiter_id).cloned();
            next = self.dispatcher.next(now);
        }
        if let NextStep::At(at) = next
            && self.alarm.is_none_or(|alarm| at < alarm)
        {
            self.alarm = Some(at);
            wakeup.notify_driver = true;
        }
        wakeup.notify_driver &= self.driven;
        wakeup
    }
}

/// Waits for a slot. If the future is dropped, it leaves the queue.
#[must_use = "futures do nothing unless polled"]
pub struct Acquire {
    shared: Arc<Shared>,
    priority: Priority,
    purpose: Purpose,
    patience: Duration,
    waiter_id: Option<WaiterId>,
    on_wait: Option<fn(usize)>,
}

/// A 429 pauses the rate limiter for longer than the request is willing to wait.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct RateLimited {
    /// The remaining duration of the pause.
    pub pause: Duration,
}

impl Acquire {
    pub(crate) fn new(
        shared: Arc<Shared>,
        priority: Priority,
        purpose: Purpose,
        patience: Duration,
    ) -> Self {
        Self { shared, priority, purpose, patience, waiter_id: None, on_wait: None }
    }

    /// Calls `hook` with the number of waiting requests if this one must wait.
    pub fn on_wait(mut self, hook: fn(usize)) -> Self {
        self.on_wait = Some(hook);
        self
    }

    fn rate_limited(&self, state: &State, now: Duration) -> Option<RateLimited> {
        let pause = state.dispatcher.window().paused_for(now);
        (pause > self.patience).then_some(RateLimited { pause })
    }

    /// Returns the slot if one is free, and a waker that is no longer used.
    fn ask(
        &mut self,
        state: &mut State,
        now: Duration,
        waker: &Waker,
    ) -> (Option<Reservation>, Option<Waker>) {
        let Some(waiter_id) = self.waiter_id else {
            let entered =
                state.dispatcher.enter(now, self.priority, self.purpose, || waker.clone());
            self.waiter_id = entered.as_ref().err().copied();
            return (entered.ok(), None);
        };
        let reservation = state.dispatcher.ask(now, waiter_id);
        let stale = match state.dispatcher.waiter(waiter_id) {
            Some(old) if old.will_wake(waker) => None,
            Some(old) => Some(std::mem::replace(old, waker.clone())),
            None => self.waiter_id.take().and(None),
        };
        (reservation, stale)
    }
}

impl Future for Acquire {
    type Output = Result<Permit, RateLimited>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let shared = self.shared.clone();
        let (mut state, now) = (shared.state(), shared.now());
        if let Some(rate_limited) = self.rate_limited(&state, now) {
            return Poll::Ready(Err(rate_limited));
        }
        let was_waiting = self.waiter_id.is_some();
        // Dropping a waker may run arbitrary code, so none is dropped under the lock.
        let (reservation, _stale) = self.ask(&mut state, now, cx.waker());
        let joined =
            (reservation.is_none() && !was_waiting).then(|| state.dispatcher.queue().len());
        let driver_is_missing =
            reservation.is_none() && !std::mem::replace(&mut state.driven, true);
        if was_waiting || reservation.is_none() {
            shared.dispatch(state, now);
        } else {
            drop(state);
        }
        // Outside the lock: both may run code that acquires it.
        if let (Some(hook), Some(waiting)) = (self.on_wait, joined) {
            hook(waiting);
        }
        if driver_is_missing {
            let starter = Some(cx.waker().clone());
            tokio::spawn(drive(Driving { shared: shared.clone(), starter }));
        }
        match reservation {
            Some(reservation) => {
                let slot = Some(Slot::Here(shared.clone(), reservation));
                Poll::Ready(Ok(Permit { slot, sent: false }))
            }
            None => Poll::Pending,
        }
    }
}

impl Drop for Acquire {
    fn drop(&mut self) {
        if let Some(waiter_id) = self.waiter_id.take() {
            let mut state = self.shared.state();
            let _stale = state.dispatcher.leave(waiter_id);
            self.shared.dispatch(state, self.shared.now());
        }
    }
}

/// The permission to send one request.
///
/// If the permit is dropped before [`sending`](Self::sending), its slot returns at once. Otherwise,
/// the slot returns one window after the outcome of the request is reported or the permit is
/// dropped.
///
/// [`external`](Self::external) creates the permit of a budget that is stored elsewhere, such as in
/// a database.
#[must_use = "a dropped permit returns its slot"]
pub struct Permit {
    slot: Option<Slot>,
    sent: bool,
}

/// The destination of a returned slot.
enum Slot {
    Here(Arc<Shared>, Reservation),
    Elsewhere(Box<dyn FnOnce(RequestOutcome) + Send>),
}

impl Permit {
    /// Creates a permit of a budget that is stored elsewhere. `on_end` is called once with the
    /// outcome of the request: when the outcome is reported, or when the permit is dropped, which
    /// may be outside of any runtime. It must not block.
    ///
    /// ```
    /// use std::sync::mpsc;
    /// use job_polling::limiter::{Permit, RequestOutcome};
    ///
    /// let (ended, outcomes) = mpsc::channel();
    /// let mut permit = Permit::external(move |outcome| {
    ///     let _ = ended.send(outcome);
    /// });
    /// permit.sending();
    /// drop(permit);
    /// assert_eq!(outcomes.recv(), Ok(RequestOutcome::GivenUp));
    /// ```
    pub fn external(on_end: impl FnOnce(RequestOutcome) + Send + 'static) -> Self {
        Self { slot: Some(Slot::Elsewhere(Box::new(on_end))), sent: false }
    }

    /// Records that the request is being sent.
    pub fn sending(&mut self) {
        self.sent = true;
    }

    /// Reports that the head of a response was received. Returns the resulting changes; none for an
    /// [external](Self::external) permit.
    pub fn answered(mut self, headers: RateLimitHeaders) -> LimitUpdate {
        self.end(RequestOutcome::Answered(headers))
    }

    /// Reports that no part of the request was sent.
    pub fn not_sent(mut self) {
        self.end(RequestOutcome::NotSent);
    }

    fn end(&mut self, outcome: RequestOutcome) -> LimitUpdate {
        let (shared, reservation) = match self.slot.take() {
            Some(Slot::Here(shared, reservation)) => (shared, reservation),
            Some(Slot::Elsewhere(on_end)) => {
                on_end(outcome);
                return LimitUpdate::default();
            }
            None => return LimitUpdate::default(),
        };
        let (mut state, now) = (shared.state(), shared.now());
        let change = state.dispatcher.end(now, reservation, outcome);
        // Some waiters may not be willing to wait that long.
        let headers = if change.paused_for.is_some() { state.wakers() } else { Vec::new() };
        shared.dispatch(state, now);
        headers.into_iter().for_each(Waker::wake);
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

/// The task that wakes waiters. If it is dropped early, for example at the end of its runtime, the
/// remaining waiters start another one.
struct Driving {
    shared: Arc<Shared>,
    /// The waker of the waiter that started the task, until the first run of the task. If the
    /// runtime refuses the task, that waiter can't start another one.
    starter: Option<Waker>,
}

impl Driving {
    /// Returns when to wake up, or `None` if no request waits.
    fn next_alarm(&self) -> Option<Option<Duration>> {
        let mut state = self.shared.state();
        state.alarm = None;
        if state.dispatcher.queue().is_empty() {
            state.driven = false;
            return None;
        }
        let wakeup = state.dispatch(self.shared.now());
        let alarm = state.alarm;
        drop(state);
        if let Some(waker) = wakeup.waker {
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

#[cfg(test)]
mod tests;
