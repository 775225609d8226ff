//! Tests of the driver on a paused clock.

use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll, Wake};

use tokio::time::{Instant, sleep, timeout};

use super::super::driver::{Permit, RateLimited};
use super::super::headers::RateLimitHeaders;
use super::*;

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

fn refused(pause: f64) -> RateLimitHeaders {
    RateLimitHeaders { rate_limited: Some(Some(seconds(pause))), ..RateLimitHeaders::default() }
}

fn answered(permit: Permit) {
    permit.answered(RateLimitHeaders::default());
}

async fn send(rate_limiter: RateLimiter, priority: Priority, takes: f64) {
    let mut permit = rate_limiter.permit(priority, Purpose::Read, Duration::MAX).await.unwrap();
    permit.sending();
    sleep(seconds(takes)).await;
    answered(permit);
}

/// Polls a future once.
async fn poll_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    poll_fn(|cx| match Pin::new(&mut *future).poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn all_waiters_are_served_in_turn() {
    let rate_limiter = RateLimiter::new(3, seconds(10.0));
    let order = Arc::new(Mutex::new(Vec::new()));
    let start = Instant::now();
    let tasks: Vec<_> = (0..10)
        .map(|number| {
            let (rate_limiter, order) = (rate_limiter.clone(), order.clone());
            tokio::spawn(async move {
                send(rate_limiter, Priority::Interactive, 0.0).await;
                order.lock().unwrap().push(number);
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(*order.lock().unwrap(), (0..10).collect::<Vec<_>>());
    assert!((30.0..34.0).contains(&start.elapsed().as_secs_f64()), "{:?}", start.elapsed());
    sleep(seconds(10.0)).await;
    assert_eq!((rate_limiter.available(), rate_limiter.waiting()), (3, 0));
    assert_eq!(rate_limiter.next_slot(), Some(Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn the_state_can_be_queried() {
    let rate_limiter = RateLimiter::per_minute(1);
    assert_eq!(rate_limiter.limit(), Some((1, seconds(60.0))));
    assert_eq!((rate_limiter.available(), rate_limiter.next_slot()), (1, Some(Duration::ZERO)));
    let mut permit =
        rate_limiter.permit(Priority::Interactive, Purpose::Read, Duration::MAX).await.unwrap();
    permit.sending();
    assert_eq!((rate_limiter.available(), rate_limiter.next_slot()), (0, None));
    assert_eq!(rate_limiter.quota_pressure(), 1.0);
    let mut waiting =
        Box::pin(rate_limiter.permit(Priority::Interactive, Purpose::Read, Duration::MAX));
    assert!(poll_once(&mut waiting).await.is_none());
    assert_eq!(rate_limiter.waiting(), 1);
    answered(permit);
    sleep(seconds(20.0)).await;
    assert_eq!(rate_limiter.next_slot(), Some(seconds(40.0)));
    let expected = "RateLimiter { limit: Some((1, 60s)), available: 0, waiting: 1, .. }";
    assert_eq!(format!("{rate_limiter:?}"), expected);
    drop(waiting);
    assert_eq!(rate_limiter.waiting(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_unused_permit_returns_at_once() {
    let rate_limiter = RateLimiter::per_minute(1);
    drop(rate_limiter.permit(Priority::Interactive, Purpose::Read, Duration::MAX).await.unwrap());
    assert_eq!(rate_limiter.available(), 1);
    let mut permit =
        rate_limiter.permit(Priority::Interactive, Purpose::Read, Duration::MAX).await.unwrap();
    permit.sending();
    permit.not_sent();
    assert_eq!(rate_limiter.available(), 1);
    let mut permit =
        rate_limiter.permit(Priority::Interactive, Purpose::Read, Duration::MAX).await.unwrap();
    permit.sending();
    drop(permit);
    assert_eq!((rate_limiter.available(), rate_limiter.next_slot()), (0, Some(seconds(60.0))));
}

#[tokio::test(start_paused = true)]
async fn a_429_pauses_all_requests() {
    let rate_limiter = RateLimiter::per_minute(50);
    let start = Instant::now();
    let mut permit =
        rate_limiter.permit(Priority::Interactive, Purpose::Read, Duration::MAX).await.unwrap();
    permit.sending();
    permit.answered(refused(7.0));
    assert_eq!((rate_limiter.available(), rate_limiter.next_slot()), (0, Some(seconds(7.0))));
    send(rate_limiter.clone(), Priority::Interactive, 0.0).await;
    assert_eq!(start.elapsed(), seconds(7.0));
    send(rate_limiter.clone(), Priority::Interactive, 0.0).await;
    assert_eq!(start.elapsed(), seconds(8.2));
}

#[tokio::test(start_paused = true)]
async fn no_request_waits_out_a_429_that_exceeds_its_patience() {
    let rate_limiter = RateLimiter::per_minute(1);
    let mut permit =
        rate_limiter.permit(Priority::Interactive, Purpose::Read, Duration::MAX).await.unwrap();
    permit.sending();
    let wait = |patience| {
        let rate_limiter = rate_limiter.clone();
        tokio::spawn(async move {
            rate_limiter.permit(Priority::Batch, Purpose::Read, seconds(patience)).await.is_ok()
        })
    };
    let (impatient, patient) = (wait(299.0), wait(300.0));
    tokio::task::yield_now().await;
    assert_eq!(rate_limiter.waiting(), 2);
    let start = Instant::now();
    permit.answered(refused(300.0));
    assert!(!impatient.await.unwrap());
    assert_eq!((start.elapsed(), rate_limiter.waiting()), (Duration::ZERO, 1));
    let Err(RateLimited { pause }) =
        rate_limiter.permit(Priority::Batch, Purpose::Read, seconds(10.0)).await
    else {
        panic!()
    };
    assert_eq!(pause, seconds(300.0));
    assert!(patient.await.unwrap());
    assert_eq!(start.elapsed(), seconds(300.0));
}

#[tokio::test(start_paused = true)]
async fn a_waiter_that_is_not_polled_delays_no_other() {
    let rate_limiter = RateLimiter::new(1, seconds(10.0));
    send(rate_limiter.clone(), Priority::Interactive, 0.0).await;
    let mut forgotten =
        Box::pin(rate_limiter.permit(Priority::Interactive, Purpose::Read, Duration::MAX));
    assert!(poll_once(&mut forgotten).await.is_none());
    let start = Instant::now();
    drop(rate_limiter.permit(Priority::Interactive, Purpose::Read, Duration::MAX).await.unwrap());
    assert_eq!(start.elapsed(), seconds(10.1));
    assert!(poll_once(&mut forgotten).await.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_dropped_waiter_wakes_the_next() {
    let rate_limiter = RateLimiter::new(1, seconds(10.0));
    let permit =
        rate_limiter.permit(Priority::Interactive, Purpose::Read, Duration::MAX).await.unwrap();
    let mut first =
        Box::pin(rate_limiter.permit(Priority::Interactive, Purpose::Read, Duration::MAX));
    assert!(poll_once(&mut first).await.is_none());
    let second = rate_limiter.permit(Priority::Interactive, Purpose::Read, Duration::MAX);
    let start = Instant::now();
    let going = async {
        tokio::task::yield_now().await;
        drop(permit);
        drop(first);
    };
    let mut second = pin!(second);
    let both = async {
        assert!(poll_once(&mut second).await.is_none());
        going.await;
        drop(second.await.unwrap());
    };
    timeout(seconds(1.0), both).await.unwrap();
    assert!(start.elapsed() < seconds(0.05));
}

#[tokio::test(start_paused = true)]
async fn a_waiter_that_is_dropped_when_woken_wakes_the_next() {
    let rate_limiter = RateLimiter::new(1, seconds(10.0));
    send(rate_limiter.clone(), Priority::Interactive, 0.0).await;
    let mut wakeup =
        Box::pin(rate_limiter.permit(Priority::Interactive, Purpose::Read, Duration::MAX));
    assert!(poll_once(&mut wakeup).await.is_none());
    let next = tokio::spawn(send(rate_limiter.clone(), Priority::Interactive, 0.0));
    let start = Instant::now();
    sleep(seconds(10.05)).await;
    drop(wakeup);
    next.await.unwrap();
    assert_eq!(start.elapsed(), seconds(10.05));
}

/// A waiter is dropped at any moment while others wait. None of them is stuck, and no slot is lost.
#[tokio::test(start_paused = true)]
async fn waiters_can_be_dropped_at_any_moment() {
    let mut random = fastrand::Rng::with_seed(5);
    for _ in 0..20 {
        let rate_limiter = RateLimiter::new(4, seconds(2.0));
        let tasks: Vec<_> = (0..60)
            .map(|_| {
                let priority = if random.bool() { Priority::Interactive } else { Priority::Batch };
                let (limit, takes) = (random.f64() * 30.0, random.f64());
                let send = send(rate_limiter.clone(), priority, takes);
                tokio::spawn(async move { timeout(seconds(limit), send).await.is_ok() })
            })
            .collect();
        let patient = tokio::spawn(send(rate_limiter.clone(), Priority::Batch, 0.0));
        for task in tasks {
            task.await.unwrap();
        }
        timeout(seconds(120.0), patient).await.unwrap().unwrap();
        sleep(seconds(2.0)).await;
        assert_eq!((rate_limiter.available(), rate_limiter.waiting()), (4, 0));
    }
}

/// The task that drives the queue ends with its runtime; waiters in another runtime continue.
#[test]
fn the_end_of_a_runtime_stops_no_other_waiter() {
    let build = || tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let (dying, living) = (build(), build());
    let rate_limiter = RateLimiter::new(1, Duration::from_millis(300));
    let mut first =
        Box::pin(rate_limiter.permit(Priority::Interactive, Purpose::Read, Duration::MAX));
    dying.block_on(async {
        send(rate_limiter.clone(), Priority::Interactive, 0.0).await;
        assert!(poll_once(&mut first).await.is_none());
    });
    let waiting = living.spawn(send(rate_limiter.clone(), Priority::Interactive, 0.0));
    living.block_on(tokio::task::yield_now());
    drop(dying);
    drop(first);
    living.block_on(async { timeout(seconds(30.0), waiting).await.unwrap().unwrap() });
}

/// A runtime that is shutting down does not accept the task that drives the queue. A waiter in it
/// neither blocks nor spins, and others continue.
#[test]
fn a_runtime_that_accepts_no_tasks_stops_no_other_waiter() {
    let build = || tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let (dying, living) = (build(), build());
    let rate_limiter = RateLimiter::new(1, Duration::from_millis(300));
    living.block_on(send(rate_limiter.clone(), Priority::Interactive, 0.0));
    let dead = dying.handle().clone();
    drop(dying);
    let (polled, reports) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let _inside = dead.enter();
        let woken = Arc::new(Woken::default());
        let waker = woken.clone().into();
        let mut first =
            Box::pin(rate_limiter.permit(Priority::Interactive, Purpose::Read, Duration::MAX));
        let mut cx = Context::from_waker(&waker);
        assert!(first.as_mut().poll(&mut cx).is_pending());
        polled.send((rate_limiter, woken.0.load(Relaxed))).unwrap();
        std::thread::park();
        drop(first);
    });
    let (rate_limiter, woken) = reports.recv_timeout(seconds(30.0)).expect("it blocks");
    assert_eq!(woken, 0, "it would spin");
    let second = send(rate_limiter, Priority::Interactive, 0.0);
    living.block_on(async { timeout(seconds(30.0), second).await.unwrap() });
}

/// Counts wake-ups.
#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Relaxed);
    }
}

/// Many threads at once, counted like a server would, on a real clock.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn it_holds_on_many_threads() {
    let (requests, window) = (20, Duration::from_millis(200));
    let rate_limiter = RateLimiter::new(requests, window);
    let arrivals = Arc::new(Mutex::new(Vec::new()));
    let tasks: Vec<_> = (0..100)
        .map(|_| {
            let (rate_limiter, arrivals) = (rate_limiter.clone(), arrivals.clone());
            tokio::spawn(async move {
                let mut permit = rate_limiter
                    .permit(Priority::Batch, Purpose::Read, Duration::MAX)
                    .await
                    .unwrap();
                permit.sending();
                arrivals.lock().unwrap().push(Instant::now());
                tokio::task::yield_now().await;
                answered(permit);
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let arrivals = arrivals.lock().unwrap();
    assert_eq!(arrivals.len(), 100);
    for pair in arrivals.windows(requests as usize + 1) {
        assert!(pair[requests as usize] - pair[0] >= window);
    }
}

#[test]
fn clones_share_one_budget() {
    let rate_limiter = RateLimiter::default();
    let counts: HashMap<_, _> = [("it", rate_limiter.clone()), ("clone", rate_limiter)].into();
    assert!(Arc::ptr_eq(&counts["it"].shared, &counts["clone"].shared));
}
