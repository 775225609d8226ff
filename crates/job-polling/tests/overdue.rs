//! Tests when a job is read whose result a webhook delivers as well, in virtual time.

use std::time::Duration;

use job_polling::schedule::{Observation, Planner, QuotaPressure};
use job_polling::wait_state::{Decision, JobOrigin, PollContext, WaitState};
use job_polling::{DurationHistory, PollPolicy};

const READ_COST: Duration = Duration::from_secs(2);
const LAG: f64 = 0.2;

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

/// Approximately log-normal.
fn drawn(random: &mut fastrand::Rng) -> f64 {
    let normal = (0..12).map(|_| random.f64()).sum::<f64>() - 6.0;
    5.0 * (0.6 * normal).exp()
}

/// Waits for a job that is delivered with some lag, or not. Returns the reads and the lag. If an
/// age is given, the first read is made at that age.
fn wait(planner: &mut Planner, time: f64, lost: bool, first: Option<f64>) -> (u32, f64) {
    let end = seconds(time);
    let comes = if lost { Duration::MAX } else { seconds(time + LAG) };
    let (mut running, mut observation) = (Duration::ZERO, None);
    for reads in 0.. {
        let planned = planner.next_read_beside_deliveries(running, running, READ_COST);
        let at = first.filter(|_| reads == 0).map_or(planned, seconds);
        if comes <= at {
            planner.record(observation, Observation::over(running, comes, Some(end)));
            planner.delivery_came(Some(comes - end));
            return (reads, LAG);
        }
        if end <= at {
            planner.record(observation, Observation::over(running, at, Some(end)));
            planner.delivery_missing(Some(at - end));
            return (reads + 1, (at - end).as_secs_f64());
        }
        running = at;
        observation = Some(planner.record(observation, Observation::running(at)));
    }
    unreachable!()
}

/// Returns the means of reads and seconds per job, with the first read at a given age or at that of
/// the planner.
fn costs(lost: f64, jobs: u32, first: Option<f64>) -> (f64, f64) {
    let mut random = fastrand::Rng::with_seed(1);
    let mut planner = Planner::new(DurationHistory::new());
    let (mut reads, mut lags) = (0, 0.0);
    for _ in 0..jobs {
        let (time, lost) = (drawn(&mut random), random.f64() < lost);
        let (more, lag) = wait(&mut planner, time, lost, first);
        reads += more;
        lags += lag;
    }
    let reads = f64::from(reads) / f64::from(jobs);
    (reads, lags / f64::from(jobs) + reads * READ_COST.as_secs_f64())
}

/// Returns a planner that has recorded this many deliveries that arrived and that did not.
fn planner(came: u32, missing: u32) -> Planner {
    let mut random = fastrand::Rng::with_seed(2);
    let mut planner = Planner::new(DurationHistory::new());
    for _ in 0..300 {
        let time = seconds(drawn(&mut random));
        planner.record(None, Observation::over(Duration::ZERO, time, Some(time)));
    }
    (0..came).for_each(|_| planner.delivery_came(Some(seconds(LAG))));
    (0..missing).for_each(|_| planner.delivery_missing(None));
    planner
}

fn first(planner: &mut Planner, price: Duration) -> f64 {
    planner.next_read_beside_deliveries(Duration::ZERO, Duration::ZERO, price).as_secs_f64()
}

#[test]
fn reads_are_few_and_a_lost_delivery_is_not_awaited_for_long() {
    let (reads, cost) = costs(0.01, 3_000, None);
    assert!(reads < 0.06, "{reads}");
    assert!(cost < 0.6, "{cost}");
    let (reads, cost) = costs(0.0, 3_000, None);
    assert!(reads < 0.03 && cost < 0.3, "{reads}, {cost}");
}

/// No other age for the first read is cheaper, within sampling error.
#[test]
fn the_read_is_due_when_it_is_worth_it() {
    for lost in [0.01, 0.1, 0.5, 1.0] {
        let (_, planned) = costs(lost, 2_000, None);
        let ages = (1..15).map(|step| 2.0 * f64::from(step));
        let best = ages.map(|age| costs(lost, 2_000, Some(age)).1).fold(f64::MAX, f64::min);
        assert!(planned < best * 1.12, "{lost}: {planned} where {best} is possible");
    }
}

#[test]
fn the_more_deliveries_are_lost_the_earlier_the_read() {
    let mut before = f64::MAX;
    for missing in [0, 1, 3, 10, 60, 300] {
        let age = first(&mut planner(200, missing), READ_COST);
        assert!(age <= before, "{missing}: {age} after {before}");
        before = age;
    }
    let mut down = planner(200, 300);
    let polling = down.next_read(Duration::ZERO, Duration::ZERO, READ_COST).as_secs_f64();
    assert!((before / polling - 1.0).abs() < 0.15, "{before}, {polling}");
    (0..200).for_each(|_| down.delivery_came(None));
    assert!(first(&mut down, READ_COST) > 2.0 * polling, "deliveries arrive again");
}

#[test]
fn an_expensive_read_is_delayed_and_a_late_delivery_is_awaited() {
    let mut planner = planner(200, 0);
    let (cheap, expensive) = (first(&mut planner, READ_COST), first(&mut planner, READ_COST * 300));
    assert!(expensive > 1.5 * cheap, "{cheap}, {expensive}");
    (0..50).for_each(|_| planner.delivery_came(Some(seconds(10.0))));
    let late = first(&mut planner, READ_COST);
    assert!((cheap + 4.0..cheap + 20.0).contains(&late), "{cheap}, {late}");
}

fn context(planner: &mut Planner) -> PollContext<'_> {
    PollContext::new(planner, QuotaPressure::NONE, 0.5)
}

fn wait_state(policy: PollPolicy, delivery_expected: bool) -> WaitState {
    let start = JobOrigin::Launched { age: Duration::ZERO, took: Duration::ZERO };
    let mut wait = WaitState::new(policy, seconds(300.0), start);
    wait.expect_delivery(delivery_expected);
    wait
}

#[test]
fn a_waiter_goes_by_deliveries_if_it_expects_one() {
    let mut planner = planner(200, 0);
    let mut first = |policy, delivery_expected| {
        wait_state(policy, delivery_expected).first(context(&mut planner)).as_secs_f64()
    };
    let (delivery_expected, alone) =
        (first(PollPolicy::adaptive(), true), first(PollPolicy::adaptive(), false));
    assert!(delivery_expected > alone + 3.0, "{delivery_expected}, {alone}");
    let fixed = || PollPolicy::fixed(seconds(3.0)).with_jitter(0.0);
    assert_eq!((first(fixed(), true), first(fixed(), false)), (3.0, 3.0));
}

#[test]
fn a_waiter_never_waits_for_a_delivery_beyond_its_deadline() {
    let mut planner = planner(200, 0);
    let start = JobOrigin::Launched { age: Duration::ZERO, took: Duration::ZERO };
    let mut wait = WaitState::new(PollPolicy::adaptive(), seconds(8.0), start);
    wait.expect_delivery(true);
    assert_eq!(wait.first(context(&mut planner)), seconds(6.0));
    let mut wait = wait_state(PollPolicy::adaptive(), true);
    let read = wait.first(context(&mut planner));
    let next = wait.still_running(read, Duration::ZERO, None, context(&mut planner));
    assert!(matches!(next, Decision::ReadAt(at) if at > read), "{next:?}");
}

#[test]
fn waits_record_deliveries_that_arrived_and_that_did_not() {
    let mut planner = planner(200, 0);
    let before = first(&mut planner, READ_COST);
    for _ in 0..5 {
        let mut wait = wait_state(PollPolicy::adaptive(), true);
        wait.over(seconds(30.0), Duration::ZERO, Some(seconds(4.0)), &mut planner);
        assert_eq!(wait.reads(), 1);
    }
    let after = first(&mut planner, READ_COST);
    assert!(after < before - 3.0, "{before}, {after}");
    let mut wait = wait_state(PollPolicy::adaptive(), true);
    wait.delivered(seconds(4.2), Some(seconds(4.0)), &mut planner);
    assert_eq!(wait.reads(), 0);
    assert!(first(&mut planner, READ_COST) > after, "deliveries arrive again");
    // A delivery that is not expected, or was made before the wait, is not missing.
    let before = first(&mut planner, READ_COST);
    let start = JobOrigin::Launched { age: seconds(60.0), took: Duration::ZERO };
    let mut late = WaitState::new(PollPolicy::adaptive(), seconds(300.0), start);
    late.expect_delivery(true);
    for mut wait in [wait_state(PollPolicy::adaptive(), false), late] {
        (0..5).for_each(|_| {
            wait.over(seconds(30.0), Duration::ZERO, Some(seconds(4.0)), &mut planner);
        });
    }
    let after = first(&mut planner, READ_COST);
    assert!((after - before).abs() < 2.0, "{before}, {after}");
}
