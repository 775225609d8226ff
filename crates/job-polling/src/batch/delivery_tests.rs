//! Tests of the scheduler with delivered results, in virtual time.

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

struct Harness {
    planner: Planner,
    scheduler: Scheduler<u32>,
}

impl Harness {
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
    let mut harness = Harness::new();
    let first = harness.launched(at(0), 1);
    let second = harness.launched(at(1), 2);
    assert_eq!(harness.scheduler.next(at(1)), Step::Wait(at(5)));
    assert!(harness.delivered(at(2), first));
    assert!(!harness.delivered(at(2), first));
    assert_eq!(harness.scheduler.next(at(5)), Step::Wait(at(6)));
    // The slot belongs to another job now, so the first job's queued read is stale.
    let third = harness.launched(at(3), 3);
    assert_eq!(third, first);
    assert_eq!(harness.scheduler.next(at(6)), Step::Read(second));
    assert!(harness.delivered(at(6), second));
    assert_eq!(harness.scheduler.next(at(6)), Step::Wait(at(8)));
    harness.end_inputs(at(6));
    assert_eq!(harness.scheduler.next(at(8)), Step::Read(third));
    assert!(harness.delivered(at(8), third));
    assert_eq!((harness.scheduler.next(at(8)), harness.scheduler.pending()), (Step::Done, 0));
}

#[test]
fn the_response_to_a_read_after_a_delivery_is_dropped() {
    let mut harness = Harness::new();
    let slot = harness.launched(at(0), 1);
    assert_eq!(harness.scheduler.read(at(5), slot), Some(&1));
    assert!(harness.delivered(at(6), slot));
    // The slot is kept until the read has ended, even if other jobs are added in the meantime.
    let other = harness.launched(at(6), 2);
    assert_ne!(other, slot);
    assert_eq!(harness.over(at(7), slot), None);
    assert_eq!(harness.launched(at(8), 3), slot);
    assert!(harness.delivered(at(8), other) && harness.delivered(at(8), slot));
}

#[test]
fn a_read_that_is_not_awaited_delays_nothing() {
    let mut harness = Harness::new();
    let slot = harness.launched(at(0), 1);
    harness.scheduler.read(at(5), slot);
    harness.end_inputs(at(5));
    assert_eq!(harness.scheduler.next(at(6)), Step::Idle);
    assert!(harness.delivered(at(6), slot));
    assert_eq!(harness.scheduler.next(at(6)), Step::Done);
}

#[test]
fn neither_reads_nor_launches_are_starved() {
    let mut harness = Harness::new();
    let mut overdue: Vec<_> = (0..40).map(|job| harness.launched(at(0), job)).collect();
    let mut steps = String::new();
    for job in 40..60 {
        harness.scheduler.offer();
        while let Step::Read(slot) = harness.scheduler.next(at(100)) {
            harness.scheduler.read(at(100), slot);
            assert!(harness.over(at(100), slot).is_some());
            overdue.retain(|other| *other != slot);
            steps.push('r');
        }
        assert_eq!(harness.scheduler.next(at(100)), Step::Launch);
        harness.launched(at(100), job);
        steps.push('l');
    }
    assert!(overdue.is_empty());
    assert!(steps.starts_with("rrrlrrrlrrrl"), "{steps}");
}

#[test]
fn stale_reads_use_no_memory() {
    let mut harness = Harness::new();
    let waiting = harness.launched(at(0), 0);
    for job in 1..10_000 {
        let slot = harness.launched(at(0), job);
        assert!(harness.delivered(at(1), slot));
    }
    assert!(harness.scheduler.queue() <= 100, "{}", harness.scheduler.queue());
    assert_eq!(harness.scheduler.next(at(5)), Step::Read(waiting));
}
