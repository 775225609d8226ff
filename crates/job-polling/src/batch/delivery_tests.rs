//! The scheduler where ends are delivered, in virtual time.

use std::time::Duration;

use super::read_queue::JobSlot;
use super::scheduler::Scheduler;
use super::step::{Read, ReadOutcome, Step};
use crate::policy::PollPolicy;
use crate::schedule::DurationHistory;
use crate::schedule::{Planner, QuotaPressure};
use crate::wait_state::{JobOrigin, PollContext};

const LAUNCHED: JobOrigin = JobOrigin::Launched { age: Duration::ZERO, took: Duration::ZERO };

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

struct House {
    planner: Planner,
    scheduler: Scheduler<u32>,
}

impl House {
    fn new() -> Self {
        let policy = PollPolicy::fixed(at(5)).with_jitter(0.0);
        let scheduler = Scheduler::new(policy, at(300));
        Self { planner: Planner::new(DurationHistory::new()), scheduler }
    }

    fn launched(&mut self, now: Duration, job: u32) -> JobSlot {
        let context = PollContext {
            planner: &mut self.planner,
            quota_pressure: QuotaPressure::NONE,
            unit: 0.5,
        };
        self.scheduler.offer();
        self.scheduler.launch();
        self.scheduler.launched(now, job, LAUNCHED, true, context).0
    }

    fn delivered(&mut self, now: Duration, slot: JobSlot) -> bool {
        self.scheduler.delivered(now, slot, None, &mut self.planner).is_some()
    }

    fn over(&mut self, now: Duration, slot: JobSlot) -> Option<ReadOutcome> {
        let context = PollContext {
            planner: &mut self.planner,
            quota_pressure: QuotaPressure::NONE,
            unit: 0.5,
        };
        let read = Read::Over { lasted: None };
        self.scheduler.answered(now, slot, Duration::ZERO, read, context)
    }

    fn end_inputs(&mut self, now: Duration) {
        let context = PollContext {
            planner: &mut self.planner,
            quota_pressure: QuotaPressure::NONE,
            unit: 0.5,
        };
        self.scheduler.end_inputs(now, context);
    }
}

#[test]
fn a_delivered_job_is_not_read() {
    let mut house = House::new();
    let first = house.launched(at(0), 1);
    let second = house.launched(at(1), 2);
    assert_eq!(house.scheduler.next(at(1)), Step::Wait(at(5)));
    assert!(house.delivered(at(2), first));
    assert!(!house.delivered(at(2), first));
    assert_eq!(house.scheduler.next(at(5)), Step::Wait(at(6)));
    // The place is another job's now, which the first one's turn is not for.
    let third = house.launched(at(3), 3);
    assert_eq!(third, first);
    assert_eq!(house.scheduler.next(at(6)), Step::Read(second));
    assert!(house.delivered(at(6), second));
    assert_eq!(house.scheduler.next(at(6)), Step::Wait(at(8)));
    house.end_inputs(at(6));
    assert_eq!(house.scheduler.next(at(8)), Step::Read(third));
    assert!(house.delivered(at(8), third));
    assert_eq!((house.scheduler.next(at(8)), house.scheduler.pending()), (Step::Done, 0));
}

#[test]
fn the_response_to_a_read_after_a_delivery_is_dropped() {
    let mut house = House::new();
    let slot = house.launched(at(0), 1);
    assert_eq!(house.scheduler.read(at(5), slot), Some(&1));
    assert!(house.delivered(at(6), slot));
    // The slot is kept until the read has ended, even if other jobs are added meanwhile.
    let other = house.launched(at(6), 2);
    assert_ne!(other, slot);
    assert_eq!(house.over(at(7), slot), None);
    assert_eq!(house.launched(at(8), 3), slot);
    assert!(house.delivered(at(8), other) && house.delivered(at(8), slot));
}

#[test]
fn a_read_that_is_not_awaited_delays_nothing() {
    let mut house = House::new();
    let slot = house.launched(at(0), 1);
    house.scheduler.read(at(5), slot);
    house.end_inputs(at(5));
    assert_eq!(house.scheduler.next(at(6)), Step::Idle);
    assert!(house.delivered(at(6), slot));
    assert_eq!(house.scheduler.next(at(6)), Step::Done);
}

#[test]
fn neither_reads_nor_launches_are_starved() {
    let mut house = House::new();
    let mut overdue: Vec<_> = (0..40).map(|job| house.launched(at(0), job)).collect();
    let mut steps = String::new();
    for job in 40..60 {
        house.scheduler.offer();
        while let Step::Read(slot) = house.scheduler.next(at(100)) {
            house.scheduler.read(at(100), slot);
            assert!(house.over(at(100), slot).is_some());
            overdue.retain(|other| *other != slot);
            steps.push('r');
        }
        assert_eq!(house.scheduler.next(at(100)), Step::Launch);
        house.launched(at(100), job);
        steps.push('l');
    }
    assert!(overdue.is_empty());
    assert!(steps.starts_with("rrrlrrrlrrrl"), "{steps}");
}

#[test]
fn stale_reads_use_no_memory() {
    let mut house = House::new();
    let waiting = house.launched(at(0), 0);
    for job in 1..10_000 {
        let slot = house.launched(at(0), job);
        assert!(house.delivered(at(1), slot));
    }
    assert!(house.scheduler.queue() <= 100, "{}", house.scheduler.queue());
    assert_eq!(house.scheduler.next(at(5)), Step::Read(waiting));
}
