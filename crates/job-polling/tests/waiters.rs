//! Measures the heap that a waiting request uses, counted by the allocator. This is the only test
//! of its program, because allocations of other tests would be counted as well.

use std::alloc::System;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use job_polling::limiter::{Priority, Purpose, RateLimiter};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const WAITERS: usize = 100_000;

/// The maximum heap that the queue takes for each waiter.
const MAX_BYTES: usize = 200;

#[tokio::test(start_paused = true)]
async fn a_hundred_thousand_waiters_cost_little() {
    let rate_limiter = RateLimiter::per_minute(1);
    let permit = |index| {
        let priority = [Priority::Interactive, Priority::Batch][index % 2];
        let purpose = [Purpose::Read, Purpose::Launch][index / 2 % 2];
        rate_limiter.permit(priority, purpose, Duration::MAX)
    };
    let mut waiting: Vec<_> = (0..=WAITERS).map(permit).collect();
    let mut context = Context::from_waker(Waker::noop());

    let region = Region::new(ALLOCATOR);
    let granted: Vec<_> = waiting
        .iter_mut()
        .filter_map(|permit| match Pin::new(permit).poll(&mut context) {
            Poll::Ready(granted) => granted.ok(),
            Poll::Pending => None,
        })
        .collect();
    let change = region.change();
    assert_eq!((granted.len(), rate_limiter.waiting()), (1, WAITERS));
    let each = (change.bytes_allocated - change.bytes_deallocated) / WAITERS;
    println!("{each} bytes a waiter");
    assert!(each > 0 && each <= MAX_BYTES, "{each} bytes a waiter");

    drop(waiting);
    assert_eq!(rate_limiter.waiting(), 0);
}
