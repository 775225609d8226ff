//! Tests of the driver's alarm: when its task wakes up, and what notifies it.

use std::future::poll_fn;

use tokio::runtime::Handle;

use super::super::rate_limiter::RateLimiter;
use super::super::window::{Limit, LimitPolicy};
use super::*;

const WINDOW: Duration = Duration::from_secs(10);

/// Creates a waiter behind a limit of one request per window. Its slot opens at the returned time.
fn with_a_waiter(driven: bool) -> (State, WaiterId, Duration) {
    let window = SlidingWindow::new(LimitPolicy::Reported(Limit::new(1, WINDOW)));
    let mut state = State { dispatcher: Dispatcher::new(window), alarm: None, driven };
    let enter = |state: &mut State| {
        let waker = || Waker::noop().clone();
        state.dispatcher.enter(Duration::ZERO, Priority::Interactive, Purpose::Read, waker)
    };
    let reservation = enter(&mut state).expect("the budget is free");
    let waiter_id = enter(&mut state).expect_err("the budget is used");
    let answered = RequestOutcome::Answered(RateLimitHeaders::default());
    state.dispatcher.end(Duration::ZERO, reservation, answered);
    let NextStep::At(opening) = state.dispatcher.next(Duration::ZERO) else { panic!("it is open") };
    assert!(opening >= WINDOW);
    (state, waiter_id, opening)
}

#[test]
fn the_alarm_is_set_to_the_next_slot() {
    let (mut state, _, opening) = with_a_waiter(true);
    let wakeup = state.dispatch(Duration::ZERO);
    assert_eq!(state.alarm, Some(opening));
    assert!(wakeup.notify_driver && wakeup.waker.is_none());
}

#[test]
fn the_alarm_moves_forward_only() {
    let second = Duration::from_secs(1);
    let (mut state, _, opening) = with_a_waiter(true);
    for (alarm, expected, notified) in [
        (opening + second, opening, true),
        (opening, opening, false),
        (opening - second, opening - second, false),
    ] {
        state.alarm = Some(alarm);
        let wakeup = state.dispatch(Duration::ZERO);
        assert_eq!((state.alarm, wakeup.notify_driver), (Some(expected), notified), "{alarm:?}");
    }
}

#[test]
fn a_task_that_does_not_run_is_not_notified() {
    let (mut state, waiter_id, opening) = with_a_waiter(false);
    assert!(!state.dispatch(Duration::ZERO).notify_driver);
    assert_eq!(state.alarm, Some(opening));
    state.dispatcher.leave(waiter_id);
    assert!(!state.dispatch(Duration::ZERO).notify_driver);
}

#[test]
fn the_task_is_notified_when_no_request_waits() {
    let (mut state, waiter_id, _) = with_a_waiter(true);
    state.dispatcher.leave(waiter_id);
    let wakeup = state.dispatch(Duration::ZERO);
    assert!(wakeup.notify_driver && wakeup.waker.is_none());
    assert_eq!(state.alarm, None);
}

#[test]
fn an_open_slot_wakes_the_waiter_and_watches_over_it() {
    let (mut state, _, opening) = with_a_waiter(true);
    let wakeup = state.dispatch(opening);
    assert!(wakeup.waker.is_some() && wakeup.notify_driver);
    // If the waiter does not claim its slot in time, the next one gets it.
    let alarm = state.alarm.expect("the slot is monitored");
    assert!(alarm > opening && alarm < opening + Duration::from_secs(1), "{alarm:?}");
    assert!(state.dispatch(opening).waker.is_none(), "it was woken twice");
}

/// Polls a permit once.
async fn poll_once(permit: &mut Acquire) -> Option<Result<Permit, RateLimited>> {
    poll_fn(|cx| match Pin::new(&mut *permit).poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn one_task_runs_while_requests_wait() {
    let tasks = || Handle::current().metrics().num_alive_tasks();
    let rate_limiter = RateLimiter::new(1, WINDOW);
    let permit = || rate_limiter.permit(Priority::Interactive, Purpose::Read, Duration::MAX);
    let mut first = permit().await.unwrap();
    first.sending();
    assert_eq!(tasks(), 0, "no request waits");

    let mut waiting = [permit(), permit()];
    for waiter in &mut waiting {
        assert!(poll_once(waiter).await.is_none());
        assert_eq!(tasks(), 1);
    }
    drop(waiting);
    // Less time than the slot takes to return: the task is notified, and ends.
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert_eq!(tasks(), 0);

    first.answered(RateLimitHeaders::default());
    let start = Instant::now();
    drop(permit().await.unwrap());
    assert!(start.elapsed() >= WINDOW);
}

#[tokio::test(start_paused = true)]
async fn a_pause_as_long_as_the_patience_is_waited_out() {
    let rate_limiter = RateLimiter::new(5, WINDOW);
    let permit = |patience| rate_limiter.permit(Priority::Interactive, Purpose::Read, patience);
    let mut sent = permit(Duration::ZERO).await.unwrap();
    sent.sending();
    let refused = Some(Some(Duration::from_secs(30)));
    sent.answered(RateLimitHeaders { rate_limited: refused, ..RateLimitHeaders::default() });

    let Err(RateLimited { pause }) = permit(Duration::ZERO).await else { panic!("no pause") };
    assert!(pause >= Duration::from_secs(30));
    assert!(permit(pause - Duration::from_nanos(1)).await.is_err());
    let start = Instant::now();
    drop(permit(pause).await.unwrap());
    assert!(start.elapsed() >= pause);
}
