//! Tests of the scheduler within a budget, in virtual time.

use std::time::Duration;

use super::read_queue::JobSlot;
use super::scheduler::{MAX_IN_FLIGHT, MAX_PENDING, Scheduler};
use super::step::{Read, Step};
use crate::limiter::Supply;
use crate::policy::PollPolicy;
use crate::schedule::{DurationHistory, Observation, Planner, QuotaPressure};
use crate::wait_state::{JobOrigin, PollContext};

const LAUNCHED: JobOrigin = JobOrigin::Launched { age: Duration::ZERO, took: Duration::ZERO };
const INTERVAL: Duration = Duration::from_millis(1_200);

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

fn supply(requests: usize) -> Supply {
    Supply { requests, interval: INTERVAL }
}

struct Harness {
    planner: Planner,
    scheduler: Scheduler<usize>,
}

impl Harness {
    /// Creates a scheduler for jobs that are known to take 3 s.
    fn new(policy: PollPolicy) -> Self {
        let mut planner = Planner::new(DurationHistory::new());
        for _ in 0..50 {
            planner.record(None, Observation::over(seconds(2.0), seconds(3.0), Some(seconds(3.0))));
        }
        Self { planner, scheduler: Scheduler::new(policy.with_jitter(0.0), seconds(300.0)) }
    }

    /// Creates a scheduler without known durations.
    fn without_history(policy: PollPolicy) -> Self {
        Self { planner: Planner::new(DurationHistory::new()), ..Self::new(policy) }
    }

    fn launch(&mut self, now: Duration, delivery_expected: bool) -> JobSlot {
        self.scheduler.launch();
        let context = PollContext {
            planner: &mut self.planner,
            quota_pressure: QuotaPressure::NONE,
            unit: 0.5,
        };
        self.scheduler.launched(now, 0, LAUNCHED, delivery_expected, context).0
    }

    /// Launches as long as the scheduler allows it, with a budget of this many requests.
    fn launch_all(&mut self, now: Duration, budget: usize, delivery_expected: bool) -> usize {
        for launched in 0..budget {
            self.scheduler.offer();
            self.scheduler.supply(supply(budget - launched));
            if self.scheduler.next(now) != Step::Launch {
                return launched;
            }
            self.launch(now, delivery_expected);
        }
        budget
    }

    fn read(&mut self, now: Duration, slot: JobSlot, read: Read) {
        self.scheduler.read(now, slot).unwrap();
        let context = PollContext {
            planner: &mut self.planner,
            quota_pressure: QuotaPressure::NONE,
            unit: 0.5,
        };
        self.scheduler.answered(now, slot, Duration::ZERO, read, context);
    }
}

#[test]
fn launches_leave_as_many_slots_for_reads() {
    for (budget, launches) in [(50, 25), (10, 5), (3, 1), (2, 1), (1, 1)] {
        for policy in [PollPolicy::adaptive(), PollPolicy::fixed(seconds(4.0))] {
            let mut harness = Harness::new(policy.clone());
            let launched = harness.launch_all(Duration::ZERO, budget, false);
            assert_eq!(launched, launches, "{policy:?}, {budget} slots");
        }
    }
}

#[test]
fn the_remaining_slots_are_for_reads() {
    let mut harness = Harness::new(PollPolicy::adaptive());
    assert_eq!(harness.launch_all(Duration::ZERO, 50, false), 25);
    harness.scheduler.supply(supply(25));
    let Step::Wait(look) = harness.scheduler.next(Duration::ZERO) else { panic!() };
    assert!(look <= INTERVAL, "a slot may come back before a read is due");
    let mut reads = 0;
    let now = seconds(5.0);
    while let Step::Read(slot) = harness.scheduler.next(now) {
        reads += 1;
        harness.scheduler.supply(supply(25 - reads));
        harness.read(now, slot, Read::Over { lasted: Some(seconds(3.0)) });
    }
    assert_eq!((reads, harness.scheduler.next(now)), (25, Step::Launch));
}

/// Slots that return one by one are never saved, so that none is idle.
#[test]
fn a_launch_is_sent_if_a_slot_for_its_read_returns_in_time() {
    let mut harness = Harness::new(PollPolicy::adaptive());
    harness.scheduler.offer();
    let slot = harness.launch(Duration::ZERO, false);
    harness.scheduler.offer();
    harness.scheduler.supply(supply(3));
    assert_eq!(harness.scheduler.next(seconds(1.0)), Step::Launch);
    harness.scheduler.supply(supply(2));
    assert!(matches!(harness.scheduler.next(seconds(1.0)), Step::Wait(_)));
    assert_eq!(harness.scheduler.next(seconds(5.0)), Step::Read(slot));
    harness.read(seconds(5.0), slot, Read::Over { lasted: None });
    harness.scheduler.supply(supply(0));
    assert_eq!(
        harness.scheduler.next(seconds(5.0)),
        Step::Launch,
        "the job itself waits for a slot"
    );
}

#[test]
fn delivered_jobs_leave_all_slots_to_launches() {
    let mut harness = Harness::new(PollPolicy::adaptive());
    assert_eq!(harness.launch_all(Duration::ZERO, 50, true), 50);
}

/// The jobs are slow and the policy reads often: reads alone would leave no slot to launches.
#[test]
fn reads_that_find_running_jobs_leave_one_slot_of_four() {
    let mut harness = Harness::new(PollPolicy::fixed(seconds(1.0)));
    assert_eq!(harness.launch_all(Duration::ZERO, 20, false), 10);
    let (mut now, mut steps) = (seconds(10.0), String::new());
    for _ in 0..16 {
        harness.scheduler.offer();
        harness.scheduler.supply(supply(0));
        match harness.scheduler.next(now) {
            Step::Read(slot) => {
                harness.read(now, slot, Read::Running { age: None });
                steps.push('r');
            }
            Step::Launch => {
                harness.launch(now, false);
                steps.push('l');
            }
            step => panic!("{step:?}"),
        }
        now += seconds(1.0);
    }
    assert_eq!(steps, "rrrlrrrlrrrlrrrl");
}

/// With unknown durations, running jobs are read one after another, not all at once.
#[test]
fn one_job_is_probed_until_durations_are_known() {
    for policy in [PollPolicy::adaptive(), PollPolicy::recommended()] {
        let mut harness = Harness::without_history(policy);
        assert_eq!(harness.launch_all(Duration::ZERO, 50, false), 25);
        harness.scheduler.supply(supply(25));
        let context = PollContext {
            planner: &mut harness.planner,
            quota_pressure: QuotaPressure::NONE,
            unit: 0.5,
        };
        harness.scheduler.end_inputs(Duration::ZERO, context);
        let mut probes = Vec::new();
        for tenth in 0..200 {
            let now = seconds(f64::from(tenth) / 10.0);
            while let Step::Read(slot) = harness.scheduler.next(now) {
                probes.push(now.as_secs_f64());
                harness.read(now, slot, Read::Running { age: None });
            }
        }
        assert_eq!(probes, [4.0, 6.0, 8.0, 10.0, 12.5, 15.7, 19.6]);
        // The first observed end provides information about all jobs.
        let now = seconds(25.0);
        let mut over = 0;
        while let Step::Read(slot) = harness.scheduler.next(now) {
            harness.read(now, slot, Read::Over { lasted: Some(seconds(20.0)) });
            over += 1;
        }
        assert!(over >= 3, "{over}");
    }
}

/// The more results remain, the more of them a wasted read delays.
#[test]
fn the_price_of_a_read_grows_with_the_batch() {
    let mut harness = Harness::without_history(PollPolicy::adaptive());
    let mut first_reads = Vec::new();
    for _ in 0..200 {
        harness.scheduler.offer();
        harness.scheduler.supply(supply(1_000));
        harness.scheduler.launch();
        harness.scheduler.offer();
        let context = PollContext {
            planner: &mut harness.planner,
            quota_pressure: QuotaPressure::NONE,
            unit: 0.5,
        };
        let (_, at) = harness.scheduler.launched(Duration::ZERO, 0, LAUNCHED, false, context);
        first_reads.push(at);
    }
    assert!(first_reads.is_sorted(), "{first_reads:?}");
    assert!(first_reads[199] > first_reads[0] * 2, "{first_reads:?}");
}

#[test]
fn no_input_is_wanted_while_as_many_launches_are_in_flight_as_allowed() {
    let mut scheduler = Harness::new(PollPolicy::adaptive()).scheduler;
    for launched in 0..MAX_IN_FLIGHT {
        assert!(scheduler.wants_input(), "after {launched} launches");
        scheduler.offer();
        assert!(!scheduler.wants_input(), "one is offered");
        scheduler.launch();
    }
    assert!(!scheduler.wants_input());
    scheduler.launch_failed();
    assert!(scheduler.wants_input());
}

#[test]
fn no_input_is_wanted_while_as_many_jobs_are_pending_as_allowed() {
    let mut harness = Harness::new(PollPolicy::adaptive());
    for pending in 0..MAX_PENDING {
        assert!(harness.scheduler.wants_input(), "{pending} jobs are pending");
        let context = PollContext {
            planner: &mut harness.planner,
            quota_pressure: QuotaPressure::NONE,
            unit: 0.5,
        };
        harness.scheduler.add(Duration::ZERO, pending, LAUNCHED, false, context);
    }
    assert!(!harness.scheduler.wants_input());
}
