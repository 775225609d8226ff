//! Tests of properties of the planner, in virtual time.

use std::time::Duration;

use job_polling::DurationHistory;
use job_polling::schedule::{Observation, ObservationId, Planner, QuotaPressure};

const READ_COST: Duration = Duration::from_secs(2);

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

fn planner() -> Planner {
    Planner::new(DurationHistory::new())
}

/// Approximately log-normal: the logarithm is a sum of uniform variables.
fn drawn(random: &mut fastrand::Rng, median: f64, sigma: f64) -> f64 {
    let normal = (0..12).map(|_| random.f64()).sum::<f64>() - 6.0;
    median * (sigma * normal).exp()
}

/// Returns a planner that has observed exactly these durations.
fn taught(times: impl IntoIterator<Item = f64>) -> Planner {
    let mut planner = planner();
    for time in times {
        wait(&mut planner, time, 0.0, true);
    }
    planner
}

/// Waits for a job whose end becomes visible after `delay`. Returns the reads and the lag after
/// that.
fn wait(planner: &mut Planner, time: f64, delay: f64, stop_dates: bool) -> (u32, f64) {
    let (time, visible) = (seconds(time), seconds(time + delay));
    let (mut running, mut observation) = (Duration::ZERO, None);
    for reads in 1.. {
        let at = planner.next_read(running, running, READ_COST);
        if at >= visible {
            planner.record(observation, Observation::over(running, at, stop_dates.then_some(time)));
            return (reads, (at - visible).as_secs_f64());
        }
        running = at;
        observation = Some(planner.record(observation, Observation::running(at)));
    }
    unreachable!()
}

/// Returns the reads of a job that never ends, up to an hour.
fn reads(planner: &mut Planner, price: Duration) -> Vec<Duration> {
    let mut reads = vec![planner.next_read(Duration::ZERO, Duration::ZERO, price)];
    while let Some(&last) = reads.last()
        && last < seconds(3_600.0)
    {
        let next = planner.next_read(last, last, price);
        assert!(next >= last + seconds(0.0999), "{last:?} and then {next:?}");
        reads.push(next);
    }
    reads
}

/// Returns the expected number of reads of a job.
fn expected_reads(planner: &mut Planner, price: Duration) -> f64 {
    let reads = reads(planner, price);
    let still = |at: &Duration| 1.0 - planner.chance_over(Duration::ZERO, *at);
    1.0 + reads.iter().map(still).sum::<f64>()
}

#[test]
fn without_observations_the_prior_is_the_vendors_statement() {
    let mut planner = planner();
    let ten = planner.chance_over(Duration::ZERO, seconds(10.0));
    assert!((0.6..0.9).contains(&ten), "{ten}");
    let first = planner.next_read(Duration::ZERO, Duration::ZERO, READ_COST);
    assert!((4.0..12.0).contains(&first.as_secs_f64()), "{first:?}");
}

#[test]
fn reads_never_pile_up_and_never_stop() {
    let mut random = fastrand::Rng::with_seed(1);
    for _ in 0..10 {
        let (median, sigma) = (drawn(&mut random, 5.0, 1.5), random.f64());
        let jobs = random.usize(0..120);
        let mut planner = taught((0..jobs).map(|_| drawn(&mut random, median, sigma)));
        for price in [0.001, 0.02, 2.0, 200.0, 1e9] {
            let reads = reads(&mut planner, seconds(price));
            assert!(reads.len() < 40_000, "{} reads at {price}", reads.len());
        }
    }
}

#[test]
fn the_higher_the_price_the_fewer_reads() {
    let mut random = fastrand::Rng::with_seed(2);
    for _ in 0..4 {
        let (median, sigma) = (drawn(&mut random, 5.0, 1.0), random.f64());
        let mut planner = taught((0..200).map(|_| drawn(&mut random, median, sigma)));
        let mut before = f64::MAX;
        for doublings in -2..10 {
            let reads =
                expected_reads(&mut planner, READ_COST.mul_f64(f64::from(doublings).exp2()));
            assert!(reads <= before + 1e-6, "{before} reads, and then {reads}");
            before = reads;
        }
    }
}

#[test]
fn with_a_scarce_budget_each_job_is_read_once() {
    let mut random = fastrand::Rng::with_seed(3);
    let mut planner = taught((0..300).map(|_| drawn(&mut random, 5.0, 0.6)));
    let reads = |planner: &mut Planner, quota_pressure: QuotaPressure| {
        expected_reads(planner, quota_pressure.price(READ_COST))
    };
    let (free, gone) =
        (reads(&mut planner, QuotaPressure::NONE), reads(&mut planner, QuotaPressure::new(1.0)));
    assert!(free > 1.3, "{free}");
    assert!(gone < 1.05, "{gone}");
}

#[test]
fn a_job_that_is_overdue_is_read_now() {
    let mut planner = taught([5.0; 60]);
    let minute = seconds(60.0);
    assert_eq!(planner.next_read(Duration::ZERO, minute, READ_COST), minute);
    assert!(planner.next_read(minute, minute, READ_COST) > minute);
}

#[test]
fn chance_and_lag_are_those_of_the_observed_jobs() {
    let times = (0..240).map(|job| 4.0 + f64::from(job * 37 % 240) / 60.0);
    let mut planner = taught(times);
    let rows =
        [(0.0, 4.0, 0.0, 0.0), (0.0, 6.0, 0.5, 0.5), (6.0, 7.0, 0.5, 0.25), (6.0, 6.0, 0.0, 0.0)];
    for (running, age, chance, lag) in rows {
        let (running, age) = (seconds(running), seconds(age));
        let found = planner.chance_over(running, age);
        assert!((found - chance).abs() < 0.05, "{running:?}, {age:?}: {found}");
        let found = planner.expected_lag(running, age).as_secs_f64();
        assert!((found - lag).abs() < 0.06, "{running:?}, {age:?}: {found} s");
    }
    assert_eq!(planner.chance_over(Duration::MAX, Duration::MAX), 0.0);
}

#[test]
fn outliers_have_no_lasting_effect() {
    let year = seconds(365.0 * 86_400.0);
    let absurd = [
        Observation::over(Duration::ZERO, Duration::ZERO, Some(Duration::ZERO)),
        Observation::over(Duration::ZERO, seconds(4.0), Some(Duration::ZERO)),
        Observation::over(Duration::ZERO, seconds(4.0), Some(year)),
        Observation::over(seconds(9.0), seconds(4.0), Some(seconds(1.0))),
        Observation::over(year, year, None),
        Observation::over(Duration::MAX, Duration::MAX, Some(Duration::MAX)),
        Observation::running(Duration::ZERO),
        Observation::running(year),
    ];
    for seen in absurd {
        for count in [1, 40] {
            let mut planner = planner();
            for _ in 0..count {
                planner.record(None, seen);
                reads(&mut planner, READ_COST);
            }
            let mut random = fastrand::Rng::with_seed(4);
            (0..150).for_each(|_| {
                wait(&mut planner, drawn(&mut random, 5.0, 0.3), 0.0, true);
            });
            let first = planner.next_read(Duration::ZERO, Duration::ZERO, READ_COST);
            assert!(
                (3.5..9.0).contains(&first.as_secs_f64()),
                "{seen:?}, {count} times: {first:?}"
            );
        }
    }
}

#[test]
fn a_delay_of_the_api_is_learned() {
    let mut random = fastrand::Rng::with_seed(5);
    let mut planner = planner();
    let late = |planner: &mut Planner, random: &mut fastrand::Rng| {
        let (reads, lag) = wait(planner, drawn(random, 5.0, 0.2), 3.0, true);
        f64::from(reads) * 2.0 + lag
    };
    (0..200).for_each(|_| {
        late(&mut planner, &mut random);
    });
    assert!((1.5..4.5).contains(&planner.times().delay().as_secs_f64()), "{:?}", planner.times());
    let cost = (0..200).map(|_| late(&mut planner, &mut random)).sum::<f64>() / 200.0;
    // Reading as if there were no delay costs two reads, and 5.4 s or more.
    assert!(cost < 4.6, "{cost}");

    (0..400).for_each(|_| {
        wait(&mut planner, drawn(&mut random, 5.0, 0.2), 0.0, true);
    });
    assert!(planner.times().delay() < seconds(0.1), "{:?}", planner.times());
}

#[test]
fn only_a_change_of_all_durations_is_detected() {
    for factor in [3.0, 1.0 / 3.0] {
        for stop_dates in [true, false] {
            let mut random = fastrand::Rng::with_seed(6);
            let mut planner = planner();
            for job in 1..=300 {
                wait(&mut planner, drawn(&mut random, 6.0, 0.5), 0.0, stop_dates);
                assert_eq!(planner.times().len(), job);
            }
            for _ in 0..60 {
                wait(&mut planner, drawn(&mut random, 6.0 * factor, 0.5), 0.0, stop_dates);
            }
            let left = planner.times().len();
            assert!((15..=70).contains(&left), "x {factor}, {stop_dates}: {left}");
        }
    }
}

/// Of jobs that run concurrently, the short ones end first.
#[test]
fn jobs_launched_together_are_no_change() {
    let mut random = fastrand::Rng::with_seed(7);
    let mut planner = planner();
    for round in 0..6 {
        let mut jobs: Vec<(f64, Duration, Option<ObservationId>)> =
            (0..60).map(|_| (drawn(&mut random, 6.0, 0.6), Duration::ZERO, None)).collect();
        while !jobs.is_empty() {
            let at = planner.next_read(jobs[0].1, jobs[0].1, READ_COST);
            jobs.retain_mut(|(time, running, observation)| {
                let over = seconds(*time) <= at;
                let seen = if over {
                    Observation::over(*running, at, Some(seconds(*time)))
                } else {
                    Observation::running(at)
                };
                *observation = Some(planner.record(*observation, seen));
                *running = at;
                !over
            });
        }
        assert_eq!(planner.times().len(), 60 * (round + 1));
        let median = planner.chance_over(Duration::ZERO, seconds(6.0));
        assert!((0.38..0.62).contains(&median), "{median}");
    }
}

#[test]
fn the_estimate_stays_small() {
    assert!(size_of::<DurationHistory>() <= 4096);
    let planner = taught((0..1_000).map(|job| 4.0 + f64::from(job * 37 % 100) / 50.0));
    assert!(planner.times().len() <= 384);
    let text = serde_json::to_string(planner.times()).unwrap();
    assert!(text.len() < 16_384, "{}", text.len());
}

#[test]
fn learned_durations_can_be_stored() {
    let mut random = fastrand::Rng::with_seed(8);
    for (jobs, delay, stop_dates) in
        [(0, 0.0, true), (3, 0.0, true), (50, 0.0, false), (50, 2.5, true), (700, 0.0, true)]
    {
        let mut planner = planner();
        for _ in 0..jobs {
            wait(&mut planner, drawn(&mut random, 6.0, 0.8), delay, stop_dates);
        }
        assert_eq!(planner.times().delay().is_zero(), delay == 0.0);
        planner.record(None, Observation::running(seconds(30.0)));
        let text = serde_json::to_string(planner.times()).unwrap();
        let restored: DurationHistory = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&restored).unwrap(), text);
        assert_eq!(restored.len(), planner.times().len());
        assert_eq!(restored.delay(), planner.times().delay());
        // From here on, both make the same plans.
        let mut fresh = Planner::new(planner.times().clone());
        let mut restored = Planner::new(restored);
        assert_eq!(reads(&mut restored, READ_COST), reads(&mut fresh, READ_COST));
    }
}

#[test]
fn damaged_data_is_rejected() {
    let many = format!(r#"{{"version":1,"delay":0.0,"jobs":[{}[1,2]]}}"#, "[1,2],".repeat(384));
    let rows = [
        (r#"{"version":2,"delay":0.0,"jobs":[]}"#, "unsupported version 2, expected 1"),
        (r#"{"version":1,"delay":-1.0,"jobs":[]}"#, "invalid delay of -1 s, expected 0 to 3600"),
        (r#"{"version":1,"delay":1e9,"jobs":[]}"#, "invalid delay of 1000000000 s"),
        (
            r#"{"version":1,"delay":0.0,"jobs":[[1,2],[3,2]]}"#,
            "invalid interval of job 1: after 3 s, by",
        ),
        (
            r#"{"version":1,"delay":0.0,"jobs":[[-1,2]]}"#,
            "invalid interval of job 0: after -1 s, by",
        ),
        (r#"{"version":1,"delay":0.0,"jobs":[[1,2]],"more":1}"#, "unknown field `more`"),
        (r#"{"version":1,"delay":0.0,"jobs":[[null,2]]}"#, "invalid type: null"),
        (r#"{"version":1,"jobs":[]}"#, "missing field `delay`"),
        (&many, "385 jobs, expected at most 384"),
        ("[]", "invalid length 0"),
    ];
    for (text, expected) in rows {
        let error = serde_json::from_str::<DurationHistory>(text).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
    let longest = r#"{"version":1,"delay":3600.0,"jobs":[[0,0],[1e300,1e308],[1e300,null],[5,5]]}"#;
    let times: DurationHistory = serde_json::from_str(longest).unwrap();
    assert_eq!(times.len(), 4);
    reads(&mut Planner::new(times), READ_COST);
}
