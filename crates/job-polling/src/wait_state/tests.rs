//! Tests of a wait, step by step.

use super::*;
use crate::schedule::DurationHistory;

/// The middle of the range: no spread.
const MIDDLE: f64 = 0.5;

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

fn launched(age: f64) -> JobOrigin {
    JobOrigin::Launched { age: seconds(age), took: Duration::ZERO }
}

/// The result of a read.
#[derive(Debug, Clone, Copy)]
enum Read {
    Running { age: Option<f64> },
    Failed { retry_after: Option<f64> },
}

const RUNNING: Read = Read::Running { age: None };
const FAILED: Read = Read::Failed { retry_after: None };

fn planner() -> Planner {
    Planner::new(DurationHistory::new())
}

fn context(planner: &mut Planner) -> PollContext<'_> {
    PollContext { planner, quota_pressure: QuotaPressure::NONE, unit: MIDDLE }
}

fn any_outlook<'a>(planner: &'a mut Planner, random: &mut fastrand::Rng) -> PollContext<'a> {
    PollContext { planner, quota_pressure: QuotaPressure::new(random.f64()), unit: random.f64() }
}

/// Makes the reads, each of which takes `took`. Returns when each was started, and how the wait was
/// given up if it was.
fn play(
    mut wait: WaitState,
    took: Duration,
    reads: &[Read],
) -> (Vec<Duration>, Option<StopReason>) {
    let mut planner = planner();
    let mut at = wait.first(context(&mut planner));
    let mut times = vec![at];
    for read in reads {
        let now = at + took;
        let context = context(&mut planner);
        let next = match *read {
            Read::Running { age } => wait.still_running(now, took, age.map(seconds), context),
            Read::Failed { retry_after } => {
                wait.failed(now, took, retry_after.map(seconds), context)
            }
        };
        match next {
            Decision::ReadAt(next) => at = next,
            Decision::Stop(why) => return (times, Some(why)),
        }
        times.push(at);
    }
    (times, None)
}

#[test]
fn reads_are_made_when_they_are_due() {
    let old = Read::Running { age: Some(60.0) };
    let young = Read::Running { age: Some(0.5) };
    let middling = Read::Running { age: Some(3.0) };
    let retry_after_of = |after| Read::Failed { retry_after: Some(after) };
    type Row<'a> = (&'a str, JobOrigin, &'a [Read], &'a [f64]);
    let rows: &[Row<'_>] = &[
        ("after a launch", launched(0.0), &[RUNNING; 4], &[2.0, 6.0, 14.0, 22.0, 30.0]),
        ("after a launch, clocks differ", launched(0.0), &[old; 3], &[2.0, 6.0, 14.0, 22.0]),
        ("launched a second ago", launched(1.0), &[RUNNING; 2], &[1.0, 5.0, 13.0]),
        ("launched a minute ago", launched(60.0), &[RUNNING; 2], &[0.0, 8.0, 16.0]),
        ("by id, old", JobOrigin::FromId, &[old; 2], &[0.0, 8.0, 16.0]),
        ("by id, young", JobOrigin::FromId, &[young; 2], &[0.0, 2.0, 6.0]),
        ("by id, in between", JobOrigin::FromId, &[middling; 2], &[0.0, 4.0, 12.0]),
        ("by id, age unknown", JobOrigin::FromId, &[RUNNING; 3], &[0.0, 2.0, 6.0, 14.0]),
        ("by id, first read failed", JobOrigin::FromId, &[FAILED, old], &[0.0, 2.0, 10.0]),
        ("failures keep the intervals", launched(0.0), &[FAILED; 3], &[2.0, 6.0, 14.0, 22.0]),
        ("asked to wait longer", launched(0.0), &[retry_after_of(30.0)], &[2.0, 32.0]),
        ("asked to wait less", launched(0.0), &[retry_after_of(1.0)], &[2.0, 6.0]),
        ("asked to wait 0", launched(0.0), &[retry_after_of(0.0)], &[2.0, 6.0]),
    ];
    for (name, start, reads, expected) in rows {
        let wait = WaitState::new(PollPolicy::recommended(), seconds(300.0), *start);
        let (times, stopped) = play(wait, Duration::ZERO, reads);
        let expected: Vec<_> = expected.iter().copied().map(seconds).collect();
        assert_eq!((times, stopped), (expected, None), "{name}");
    }
}

#[test]
fn the_deadline_is_kept() {
    use StopReason::{Deadline, RetryAfterBeyondDeadline};

    let retry_after_of = |after| Read::Failed { retry_after: Some(after) };
    type Row<'a> = (&'a str, f64, u64, JobOrigin, &'a [Read], &'a [u64], StopReason);
    let rows: &[Row<'_>] = &[
        ("last read", 10.0, 0, launched(0.0), &[RUNNING; 9], &[2000, 6000, 10_000], Deadline),
        ("at once", 6.0, 0, launched(0.0), &[RUNNING; 9], &[2000, 6000], Deadline),
        ("before the first", 1.0, 0, launched(0.0), &[RUNNING; 9], &[750, 1000], Deadline),
        ("no time", 0.0, 0, launched(0.0), &[RUNNING; 9], &[0], Deadline),
        ("no time, by id", 0.0, 0, JobOrigin::FromId, &[RUNNING; 9], &[0], Deadline),
        ("slow reads", 10.0, 500, launched(0.0), &[RUNNING; 9], &[2000, 6500, 9000], Deadline),
        ("failures", 10.0, 0, launched(0.0), &[FAILED; 9], &[2000, 6000, 10_000], Deadline),
        (
            "Retry-After, in time",
            10.0,
            0,
            launched(0.0),
            &[retry_after_of(5.0); 1],
            &[2000, 7000],
            Deadline,
        ),
        (
            "Retry-After, late",
            10.0,
            0,
            launched(0.0),
            &[retry_after_of(7.9); 2],
            &[2000, 9900],
            RetryAfterBeyondDeadline(ms(7900)),
        ),
        (
            "Retry-After, too late",
            10.0,
            0,
            launched(0.0),
            &[retry_after_of(8.1)],
            &[2000],
            RetryAfterBeyondDeadline(ms(8100)),
        ),
    ];
    for (name, max_wait, took, start, reads, expected, why) in rows {
        let wait = WaitState::new(PollPolicy::recommended(), seconds(*max_wait), *start);
        let (times, stopped) = play(wait, ms(*took), reads);
        let expected: Vec<_> = expected.iter().copied().map(ms).collect();
        assert_eq!(times, expected, "{name}");
        if times.len() <= reads.len() {
            assert_eq!(stopped, Some(*why), "{name}");
        }
    }
}

#[test]
fn no_read_outlives_the_deadline() {
    let wait = WaitState::new(PollPolicy::recommended(), seconds(10.0), JobOrigin::FromId);
    assert_eq!(wait.read_limit(Duration::ZERO), seconds(10.0));
    assert_eq!(wait.read_limit(seconds(9.5)), seconds(0.5));
    assert_eq!(wait.read_limit(seconds(10.0)), SHORTEST_READ);
    assert_eq!(wait.read_limit(seconds(99.0)), SHORTEST_READ);
}

/// A read that is planned right before the deadline would be canceled there. Its duration is not
/// known before the first read.
#[test]
fn the_first_read_has_time_to_end() {
    let taught: DurationHistory = {
        let jobs = ["[40,40]"; 100].join(",");
        serde_json::from_str(&format!(r#"{{"version":1,"delay":0.0,"jobs":[{jobs}]}}"#)).unwrap()
    };
    let rows =
        [(30.0, 0.0, 25.0), (30.0, 4.0, 22.0), (8.0, 0.1, 6.0), (8.0, 7.0, 4.0), (0.0, 1.0, 0.0)];
    for (max_wait, launch, latest) in rows {
        for policy in [PollPolicy::adaptive(), PollPolicy::fixed(seconds(60.0))] {
            let start = JobOrigin::Launched { age: Duration::ZERO, took: seconds(launch) };
            let mut wait = WaitState::new(policy.clone(), seconds(max_wait), start);
            let first = wait.first(context(&mut Planner::new(taught.clone())));
            assert_eq!(first, seconds(latest), "{policy:?}, {max_wait} s, launched in {launch} s");
        }
    }
}

/// A job of another process, whose age only the server knows.
#[test]
fn a_job_of_implausible_age_is_read_like_one_of_unknown_age() {
    let next = |age: Option<f64>| {
        let policy = PollPolicy::adaptive().with_jitter(0.0);
        let mut wait = WaitState::new(policy, seconds(300.0), JobOrigin::FromId);
        let (age, mut planner) = (age.map(seconds), planner());
        let next = wait.still_running(ms(10), ms(10), age, context(&mut planner));
        let Decision::ReadAt(at) = next else { panic!("{next:?}") };
        // Its duration by the same clock provides no information either.
        let lasted = age.map(|age| age + seconds(5.0));
        wait.over(at + ms(10), ms(10), lasted, &mut planner);
        (at, planner.times().clone())
    };
    let unknown = next(None);
    assert!(unknown.0 < seconds(10.0), "{unknown:?}");
    for hours in [1.0, 2.0, 12.0, 24.0 * 365.0] {
        assert_eq!(next(Some(hours * 3600.0)), unknown, "{hours} h");
    }
    // The dates delay no read either.
    for age in [1.0, 60.0, 600.0] {
        assert!(next(Some(age)).0 <= unknown.0, "{age} s");
    }
}

#[test]
fn reads_are_counted() {
    let mut wait = WaitState::new(PollPolicy::recommended(), seconds(10.0), JobOrigin::FromId);
    let mut planner = planner();
    wait.still_running(ms(1), ms(1), None, context(&mut planner));
    wait.failed(ms(2), ms(1), None, context(&mut planner));
    wait.ended(ms(1));
    wait.over(ms(3), ms(1), None, &mut planner);
    assert_eq!(wait.reads(), 4);
}

/// Every wait ends, never reads after its deadline or before a read is allowed, and never continues
/// without a pause.
#[test]
fn every_wait_ends() {
    let mut random = fastrand::Rng::with_seed(7);
    let mut planner = planner();
    for _ in 0..2_000 {
        let max_wait = seconds(random.f64() * 100.0);
        let start = if random.bool() { JobOrigin::FromId } else { launched(random.f64() * 20.0) };
        let policy = match random.u8(0..4) {
            0 => PollPolicy::recommended(),
            1 => PollPolicy::adaptive_with_read_cost(seconds(random.f64() * 5.0)),
            2 => PollPolicy::fixed(seconds(random.f64() * 5.0)),
            _ => PollPolicy::exponential(seconds(random.f64()), 2.0, seconds(9.0)),
        };
        let mut wait = WaitState::new(policy, max_wait, start);
        let mut at = wait.first(any_outlook(&mut planner, &mut random));
        loop {
            assert!(at <= max_wait, "read at {at:?} of {max_wait:?}");
            let took = seconds(random.f64() * 3.0).min(wait.read_limit(at));
            let now = at + took;
            let retry_after = random.bool().then(|| seconds(random.f64() * 20.0));
            let next = if random.bool() {
                wait.failed(now, took, retry_after, any_outlook(&mut planner, &mut random))
            } else {
                let age = random.bool().then(|| seconds(random.f64() * 50.0));
                wait.still_running(now, took, age, any_outlook(&mut planner, &mut random))
            };
            let Decision::ReadAt(next) = next else { break };
            assert!(next > now, "no pause after {now:?}");
            at = next;
        }
        assert!(wait.reads() < 2_000);
    }
}

/// Only the API knows the duration of a job that was launched elsewhere.
#[test]
fn the_duration_of_a_job_that_was_found_running_is_learned() {
    let mut planner = planner();
    for _ in 0..50 {
        let mut wait = WaitState::new(PollPolicy::adaptive(), seconds(300.0), JobOrigin::FromId);
        wait.still_running(ms(10), ms(10), Some(seconds(5.0)), context(&mut planner));
        wait.over(seconds(96.0), ms(10), Some(seconds(100.0)), &mut planner);
    }
    let first = planner.next_read(Duration::ZERO, Duration::ZERO, seconds(1.0));
    assert!((90.0..110.0).contains(&first.as_secs_f64()), "{first:?}");
}

#[test]
fn reads_without_spread_are_due_when_they_are_planned() {
    let mut planner = planner();
    for _ in 0..20 {
        planner.record(None, Observation::over(seconds(4.0), seconds(9.0), None));
    }
    assert!(planner.exploration() > 0.0, "durations are only known as intervals");
    let policy = PollPolicy::adaptive().with_jitter(0.0);
    let price = QuotaPressure::NONE.price(policy.read_cost().unwrap());
    let planned = planner.next_read(Duration::ZERO, Duration::ZERO, price);
    let mut wait = WaitState::new(policy, seconds(300.0), launched(0.0));
    let first = wait.first(context(&mut planner));
    assert!(first.abs_diff(planned) < ms(1), "{first:?}, planned {planned:?}");
}
