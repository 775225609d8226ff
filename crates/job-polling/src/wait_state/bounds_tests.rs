//! Tests that no wait exceeds the limit on reads, for any responses.

use proptest::prelude::*;

use super::*;
use crate::schedule::DurationHistory;

/// The maximum number of reads per minute: two more than the eight of the recommended schedule.
const MOST_IN_A_MINUTE: usize = 10;

const MINUTE: Duration = Duration::from_secs(60);

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

/// The age of the job by the dates of responses.
#[derive(Debug, Clone, Copy)]
enum Dates {
    None,
    /// This age at the start of the wait.
    Since(f64),
    /// The same age each time.
    Always(f64),
    /// A random age each time.
    UpTo(f64),
}

impl Dates {
    fn age(self, now: Duration, unit: f64) -> Option<Duration> {
        match self {
            Self::None => None,
            Self::Since(age) => Some(seconds(age) + now),
            Self::Always(age) => Some(seconds(age)),
            Self::UpTo(age) => Some(seconds(age * unit)),
        }
    }
}

fn dates() -> impl Strategy<Value = Dates> {
    let age = || prop_oneof![0.0..30.0, 0.0..1_200.0, 0.0..1e9];
    prop_oneof![
        Just(Dates::None),
        age().prop_map(Dates::Since),
        age().prop_map(Dates::Always),
        age().prop_map(Dates::UpTo),
    ]
}

fn start() -> impl Strategy<Value = JobOrigin> {
    let launched = (prop_oneof![0.0..20.0, 0.0..1e6], 0.0..20.0)
        .prop_map(|(age, took)| JobOrigin::Launched { age: seconds(age), took: seconds(took) });
    prop_oneof![Just(JobOrigin::FromId), launched]
}

/// Policies whose reads cost at least the default.
fn policy() -> impl Strategy<Value = PollPolicy> {
    prop_oneof![
        3 => Just(PollPolicy::adaptive()),
        2 => (2.0..1e5).prop_map(|cost| PollPolicy::adaptive_with_read_cost(seconds(cost))),
        1 => Just(PollPolicy::recommended().with_jitter(0.0)),
    ]
}

/// Random durations.
fn known() -> impl Strategy<Value = Planner> {
    let times = prop::collection::vec(prop_oneof![0.0..0.3, 0.0..10.0, 0.0..600.0], 0..40);
    (times, any::<bool>()).prop_map(|(times, stop_dates)| {
        let mut planner = Planner::new(DurationHistory::new());
        for time in times.into_iter().map(seconds) {
            planner.record(None, Observation::over(time / 2, time, stop_dates.then_some(time)));
        }
        planner
    })
}

/// Other random conditions.
#[derive(Debug, Clone, Copy)]
struct World {
    dates: Dates,
    /// The maximum duration of a read.
    took: f64,
    /// The percentages of reads that fail and that get no slot.
    failing: u8,
    unsent: u8,
    delivery_expected: bool,
    seed: u64,
}

fn world() -> impl Strategy<Value = World> {
    let took = prop_oneof![Just(0.0), 0.0..0.5, 0.0..20.0];
    (dates(), took, 0_u8..60, 0_u8..30, any::<bool>(), any::<u64>()).prop_map(
        |(dates, took, failing, unsent, delivery_expected, seed)| World {
            dates,
            took,
            failing,
            unsent,
            delivery_expected,
            seed,
        },
    )
}

/// Returns when each read of a job starts that does not end within the wait.
fn reads(mut wait: WaitState, planner: &mut Planner, world: World) -> Vec<Duration> {
    let mut random = fastrand::Rng::with_seed(world.seed);
    let quota_pressure = QuotaPressure::new(random.f64() * 1.2 - 0.1);
    wait.expect_delivery(world.delivery_expected);
    let mut at = wait.first(PollContext { planner, quota_pressure, unit: random.f64() });
    let mut starts = Vec::new();
    loop {
        // A read may be brought forward when it has become cheaper.
        let half = at / 2;
        let earlier =
            wait.replanned(half, &mut PollContext { planner, quota_pressure, unit: random.f64() });
        if random.bool() && !starts.is_empty() && starts.last().is_some_and(|last| *last < half) {
            at = earlier.map_or(at, |earlier| earlier.max(half).min(at));
        }
        let took = seconds(world.took * random.f64()).min(wait.read_limit(at));
        let (now, chance) = (at + took, random.u8(0..100));
        let context = PollContext { planner, quota_pressure, unit: random.f64() };
        let next = if chance < world.unsent {
            wait.not_sent(now, None, context)
        } else {
            starts.push(at);
            if chance < world.unsent + world.failing {
                let retry_after = random.bool().then(|| seconds(random.f64() * 3.0));
                wait.failed(now, took, retry_after, context)
            } else {
                wait.still_running(now, took, world.dates.age(now, random.f64()), context)
            }
        };
        let Decision::ReadAt(next) = next else { return starts };
        at = next;
    }
}

/// Returns the maximum number of reads that start within a minute.
fn most_in_a_minute(starts: &[Duration]) -> usize {
    let within = |first: &Duration| {
        starts.iter().filter(|start| (*first..*first + MINUTE).contains(start)).count()
    };
    starts.iter().map(within).max().unwrap_or_default()
}

proptest! {
    #[test]
    fn no_minute_has_more_reads_than_the_recommended_schedule_and_two(
        start in start(),
        policy in policy(),
        mut planner in known(),
        max_wait in prop_oneof![0.0..90.0, 0.0..1_500.0],
        world in world(),
    ) {
        let wait = WaitState::new(policy, seconds(max_wait), start);
        let starts = reads(wait, &mut planner, world);
        let most = most_in_a_minute(&starts);
        prop_assert!(most <= MOST_IN_A_MINUTE, "{most} reads in a minute: {starts:?}");
    }

    /// A policy of fixed pauses makes one read per pause, and one at the deadline.
    #[test]
    fn pauses_are_never_shortened(
        start in start(),
        pause in 1.0..30.0,
        mut planner in known(),
        world in world(),
    ) {
        let policy = PollPolicy::fixed(seconds(pause)).with_jitter(0.0);
        let wait = WaitState::new(policy, seconds(300.0), start);
        let starts = reads(wait, &mut planner, world);
        let most = (60.0 / pause).ceil() as usize + 1;
        prop_assert!(most_in_a_minute(&starts) <= most, "{starts:?}");
    }
}

/// A job that never ends, with dates from wrong clocks and time zones.
#[test]
fn half_a_minute_has_few_reads_however_a_job_is_dated() {
    let day = 86_400.0;
    let all = [0.0, 2.0, 240.0, 899.0, 900.0, 901.0, 960.0, 3_600.0, 5.0 * 3_600.0, 400.0 * day];
    let all = all.into_iter().flat_map(|age| [Dates::Since(age), Dates::Always(age)]);
    for dates in all.chain([Dates::None]) {
        let world =
            World { dates, took: 0.02, failing: 0, unsent: 0, delivery_expected: false, seed: 1 };
        let wait = WaitState::new(PollPolicy::adaptive(), seconds(300.0), JobOrigin::FromId);
        let starts = reads(wait, &mut Planner::new(DurationHistory::new()), world);
        let early = starts.iter().filter(|start| **start < seconds(30.0)).count();
        assert!((3..=7).contains(&early), "{dates:?}: {starts:?}");
    }
}
