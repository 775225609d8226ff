//! The driver, on a paused clock.

use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll, Wake};

use tokio::time::{Instant, sleep, timeout};

use super::super::driver::{Frozen, Permit};
use super::super::headers::Told;
use super::*;

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

fn refused(pause: f64) -> Told {
    Told { refused: Some(Some(seconds(pause))), ..Told::default() }
}

fn answered(permit: Permit) {
    permit.answered(Told::default());
}

async fn send(meter: Meter, class: Class, takes: f64) {
    let mut permit = meter.permit(class, Purpose::Read, Duration::MAX).await.unwrap();
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
async fn everybody_is_served_in_turn() {
    let meter = Meter::new(3, seconds(10.0));
    let order = Arc::new(Mutex::new(Vec::new()));
    let start = Instant::now();
    let tasks: Vec<_> = (0..10)
        .map(|number| {
            let (meter, order) = (meter.clone(), order.clone());
            tokio::spawn(async move {
                send(meter, Class::Interactive, 0.0).await;
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
    assert_eq!((meter.available(), meter.waiting()), (3, 0));
    assert_eq!(meter.next_slot(), Some(Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn what_can_be_seen() {
    let meter = Meter::per_minute(1);
    assert_eq!(meter.limit(), Some((1, seconds(60.0))));
    assert_eq!((meter.available(), meter.next_slot()), (1, Some(Duration::ZERO)));
    let mut permit = meter.permit(Class::Interactive, Purpose::Read, Duration::MAX).await.unwrap();
    permit.sending();
    assert_eq!((meter.available(), meter.next_slot()), (0, None));
    assert_eq!(meter.scarcity(), 1.0);
    let mut waiting = Box::pin(meter.permit(Class::Interactive, Purpose::Read, Duration::MAX));
    assert!(poll_once(&mut waiting).await.is_none());
    assert_eq!(meter.waiting(), 1);
    answered(permit);
    sleep(seconds(20.0)).await;
    assert_eq!(meter.next_slot(), Some(seconds(40.0)));
    let expected = "Meter { limit: Some((1, 60s)), available: 0, waiting: 1, .. }";
    assert_eq!(format!("{meter:?}"), expected);
    drop(waiting);
    assert_eq!(meter.waiting(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_permit_that_was_not_used_comes_back_at_once() {
    let meter = Meter::per_minute(1);
    drop(meter.permit(Class::Interactive, Purpose::Read, Duration::MAX).await.unwrap());
    assert_eq!(meter.available(), 1);
    let mut permit = meter.permit(Class::Interactive, Purpose::Read, Duration::MAX).await.unwrap();
    permit.sending();
    permit.not_sent();
    assert_eq!(meter.available(), 1);
    let mut permit = meter.permit(Class::Interactive, Purpose::Read, Duration::MAX).await.unwrap();
    permit.sending();
    drop(permit);
    assert_eq!((meter.available(), meter.next_slot()), (0, Some(seconds(60.0))));
}

#[tokio::test(start_paused = true)]
async fn a_429_stops_everybody() {
    let meter = Meter::per_minute(50);
    let start = Instant::now();
    let mut permit = meter.permit(Class::Interactive, Purpose::Read, Duration::MAX).await.unwrap();
    permit.sending();
    permit.answered(refused(7.0));
    assert_eq!((meter.available(), meter.next_slot()), (0, Some(seconds(7.0))));
    send(meter.clone(), Class::Interactive, 0.0).await;
    assert_eq!(start.elapsed(), seconds(7.0));
    send(meter.clone(), Class::Interactive, 0.0).await;
    assert_eq!(start.elapsed(), seconds(8.2));
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_out_a_429_that_is_longer_than_its_patience() {
    let meter = Meter::per_minute(1);
    let mut permit = meter.permit(Class::Interactive, Purpose::Read, Duration::MAX).await.unwrap();
    permit.sending();
    let wait = |patience| {
        let meter = meter.clone();
        tokio::spawn(async move {
            meter.permit(Class::Batch, Purpose::Read, seconds(patience)).await.is_ok()
        })
    };
    let (impatient, patient) = (wait(299.0), wait(300.0));
    tokio::task::yield_now().await;
    assert_eq!(meter.waiting(), 2);
    let start = Instant::now();
    permit.answered(refused(300.0));
    assert!(!impatient.await.unwrap());
    assert_eq!((start.elapsed(), meter.waiting()), (Duration::ZERO, 1));
    let Err(Frozen(pause)) = meter.permit(Class::Batch, Purpose::Read, seconds(10.0)).await else {
        panic!()
    };
    assert_eq!(pause, seconds(300.0));
    assert!(patient.await.unwrap());
    assert_eq!(start.elapsed(), seconds(300.0));
}

#[tokio::test(start_paused = true)]
async fn one_that_is_not_polled_holds_nobody_up() {
    let meter = Meter::new(1, seconds(10.0));
    send(meter.clone(), Class::Interactive, 0.0).await;
    let mut forgotten = Box::pin(meter.permit(Class::Interactive, Purpose::Read, Duration::MAX));
    assert!(poll_once(&mut forgotten).await.is_none());
    let start = Instant::now();
    drop(meter.permit(Class::Interactive, Purpose::Read, Duration::MAX).await.unwrap());
    assert_eq!(start.elapsed(), seconds(10.1));
    assert!(poll_once(&mut forgotten).await.is_some());
}

#[tokio::test(start_paused = true)]
async fn one_that_goes_wakes_the_next() {
    let meter = Meter::new(1, seconds(10.0));
    let permit = meter.permit(Class::Interactive, Purpose::Read, Duration::MAX).await.unwrap();
    let mut first = Box::pin(meter.permit(Class::Interactive, Purpose::Read, Duration::MAX));
    assert!(poll_once(&mut first).await.is_none());
    let second = meter.permit(Class::Interactive, Purpose::Read, Duration::MAX);
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
async fn one_that_goes_when_it_is_called_wakes_the_next() {
    let meter = Meter::new(1, seconds(10.0));
    send(meter.clone(), Class::Interactive, 0.0).await;
    let mut called = Box::pin(meter.permit(Class::Interactive, Purpose::Read, Duration::MAX));
    assert!(poll_once(&mut called).await.is_none());
    let next = tokio::spawn(send(meter.clone(), Class::Interactive, 0.0));
    let start = Instant::now();
    sleep(seconds(10.05)).await;
    drop(called);
    next.await.unwrap();
    assert_eq!(start.elapsed(), seconds(10.05));
}

/// Dropped at any moment, with others behind: nobody is stuck, and no slot is
/// lost.
#[tokio::test(start_paused = true)]
async fn waiters_can_be_dropped_at_any_moment() {
    let mut random = fastrand::Rng::with_seed(5);
    for _ in 0..20 {
        let meter = Meter::new(4, seconds(2.0));
        let tasks: Vec<_> = (0..60)
            .map(|_| {
                let class = if random.bool() { Class::Interactive } else { Class::Batch };
                let (limit, takes) = (random.f64() * 30.0, random.f64());
                let send = send(meter.clone(), class, takes);
                tokio::spawn(async move { timeout(seconds(limit), send).await.is_ok() })
            })
            .collect();
        let patient = tokio::spawn(send(meter.clone(), Class::Batch, 0.0));
        for task in tasks {
            task.await.unwrap();
        }
        timeout(seconds(120.0), patient).await.unwrap().unwrap();
        sleep(seconds(2.0)).await;
        assert_eq!((meter.available(), meter.waiting()), (4, 0));
    }
}

/// The task that drives the line dies with its runtime; those who wait in
/// another one go on.
#[test]
fn the_end_of_a_runtime_stops_nobody_else() {
    let build = || tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let (dying, living) = (build(), build());
    let meter = Meter::new(1, Duration::from_millis(300));
    let mut first = Box::pin(meter.permit(Class::Interactive, Purpose::Read, Duration::MAX));
    dying.block_on(async {
        send(meter.clone(), Class::Interactive, 0.0).await;
        assert!(poll_once(&mut first).await.is_none());
    });
    let waiting = living.spawn(send(meter.clone(), Class::Interactive, 0.0));
    living.block_on(tokio::task::yield_now());
    drop(dying);
    drop(first);
    living.block_on(async { timeout(seconds(30.0), waiting).await.unwrap().unwrap() });
}

/// A runtime that is being shut down takes no task that drives the line. Who waits in it
/// neither blocks nor spins, and others go on.
#[test]
fn a_runtime_that_takes_no_tasks_stops_nobody_else() {
    let build = || tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let (dying, living) = (build(), build());
    let meter = Meter::new(1, Duration::from_millis(300));
    living.block_on(send(meter.clone(), Class::Interactive, 0.0));
    let dead = dying.handle().clone();
    drop(dying);
    let (polled, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let _inside = dead.enter();
        let woken = Arc::new(Woken::default());
        let waker = woken.clone().into();
        let mut first = Box::pin(meter.permit(Class::Interactive, Purpose::Read, Duration::MAX));
        let mut cx = Context::from_waker(&waker);
        assert!(first.as_mut().poll(&mut cx).is_pending());
        polled.send((meter, woken.0.load(Relaxed))).unwrap();
        std::thread::park();
        drop(first);
    });
    let (meter, woken) = told.recv_timeout(seconds(30.0)).expect("it blocks");
    assert_eq!(woken, 0, "it would spin");
    let second = send(meter, Class::Interactive, 0.0);
    living.block_on(async { timeout(seconds(30.0), second).await.unwrap() });
}

/// Counts how often it was woken.
#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Relaxed);
    }
}

/// Many threads at once: as a server would count, on a real clock.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn it_holds_on_many_threads() {
    let (requests, window) = (20, Duration::from_millis(200));
    let meter = Meter::new(requests, window);
    let arrivals = Arc::new(Mutex::new(Vec::new()));
    let tasks: Vec<_> = (0..100)
        .map(|_| {
            let (meter, arrivals) = (meter.clone(), arrivals.clone());
            tokio::spawn(async move {
                let mut permit =
                    meter.permit(Class::Batch, Purpose::Read, Duration::MAX).await.unwrap();
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
fn clones_are_the_same_meter() {
    let meter = Meter::default();
    let counts: HashMap<_, _> = [("it", meter.clone()), ("clone", meter)].into();
    assert!(Arc::ptr_eq(&counts["it"].shared, &counts["clone"].shared));
}
