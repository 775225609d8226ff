//! No wait reads more often than it may, whatever it is told.

use proptest::prelude::*;

use super::*;
use crate::schedule::DurationHistory;

/// The vendor's schedule makes eight reads in a minute; this is two more.
const MOST_IN_A_MINUTE: usize = 10;

const MINUTE: Duration = Duration::from_secs(60);

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

/// What the dates of the answers say of the job's age.
#[derive(Debug, Clone, Copy)]
enum Dates {
    None,
    /// As old as that when the wait began.
    Since(f64),
    /// The same age each time.
    Always(f64),
    /// Another age each time.
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
    prop_oneof![Just(JobOrigin::PickedUp), launched]
}

/// Policies that are asked for no more than the default is.
fn policy() -> impl Strategy<Value = PollPolicy> {
    prop_oneof![
        3 => Just(PollPolicy::adaptive()),
        2 => (2.0..1e5).prop_map(|cost| PollPolicy::adaptive_with_read_cost(seconds(cost))),
        1 => Just(PollPolicy::recommended().with_jitter(0.0)),
    ]
}

/// How long jobs have been taking.
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

/// What else happens.
#[derive(Debug, Clone, Copy)]
struct World {
    dates: Dates,
    /// How long a read takes, at most.
    took: f64,
    /// How many reads of a hundred fail, and how many get no slot.
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

/// When each read starts of a job that is not over within the wait.
fn reads(mut waiter: WaitState, planner: &mut Planner, world: World) -> Vec<Duration> {
    let mut random = fastrand::Rng::with_seed(world.seed);
    let scarcity = QuotaPressure::new(random.f64() * 1.2 - 0.1);
    waiter.expect_delivery(world.delivery_expected);
    let mut at = waiter.first(PollContext { planner, scarcity, unit: random.f64() });
    let mut starts = Vec::new();
    loop {
        // A read may be brought forward when it has become cheaper.
        let half = at / 2;
        let earlier =
            waiter.again(half, &mut PollContext { planner, scarcity, unit: random.f64() });
        if random.bool() && !starts.is_empty() && starts.last().is_some_and(|last| *last < half) {
            at = earlier.map_or(at, |earlier| earlier.max(half).min(at));
        }
        let took = seconds(world.took * random.f64()).min(waiter.read_limit(at));
        let (now, chance) = (at + took, random.u8(0..100));
        let outlook = PollContext { planner, scarcity, unit: random.f64() };
        let next = if chance < world.unsent {
            waiter.not_sent(now, None, outlook)
        } else {
            starts.push(at);
            if chance < world.unsent + world.failing {
                let retry_after = random.bool().then(|| seconds(random.f64() * 3.0));
                waiter.failed(now, took, retry_after, outlook)
            } else {
                waiter.still_running(now, took, world.dates.age(now, random.f64()), outlook)
            }
        };
        let Decision::ReadAt(next) = next else { return starts };
        at = next;
    }
}

/// The most reads that start within a minute.
fn most_in_a_minute(starts: &[Duration]) -> usize {
    let within = |first: &Duration| {
        starts.iter().filter(|start| (*first..*first + MINUTE).contains(start)).count()
    };
    starts.iter().map(within).max().unwrap_or_default()
}

proptest! {
    #[test]
    fn no_minute_has_more_reads_than_the_vendors_schedule_and_two(
        start in start(),
        policy in policy(),
        mut planner in known(),
        max_wait in prop_oneof![0.0..90.0, 0.0..1_500.0],
        world in world(),
    ) {
        let waiter = WaitState::new(policy, seconds(max_wait), start);
        let starts = reads(waiter, &mut planner, world);
        let most = most_in_a_minute(&starts);
        prop_assert!(most <= MOST_IN_A_MINUTE, "{most} reads in a minute: {starts:?}");
    }

    /// A policy of pauses makes the reads that it says, and one at the deadline.
    #[test]
    fn pauses_are_never_shortened(
        start in start(),
        pause in 1.0..30.0,
        mut planner in known(),
        world in world(),
    ) {
        let policy = PollPolicy::fixed(seconds(pause)).with_jitter(0.0);
        let waiter = WaitState::new(policy, seconds(300.0), start);
        let starts = reads(waiter, &mut planner, world);
        let most = (60.0 / pause).ceil() as usize + 1;
        prop_assert!(most_in_a_minute(&starts) <= most, "{starts:?}");
    }
}

/// A job that never ends, dated in all the ways that clocks and formats go wrong.
#[test]
fn half_a_minute_has_few_reads_however_a_job_is_dated() {
    let day = 86_400.0;
    let all = [0.0, 2.0, 240.0, 899.0, 900.0, 901.0, 960.0, 3_600.0, 5.0 * 3_600.0, 400.0 * day];
    let all = all.into_iter().flat_map(|age| [Dates::Since(age), Dates::Always(age)]);
    for dates in all.chain([Dates::None]) {
        let world =
            World { dates, took: 0.02, failing: 0, unsent: 0, delivery_expected: false, seed: 1 };
        let waiter = WaitState::new(PollPolicy::adaptive(), seconds(300.0), JobOrigin::PickedUp);
        let starts = reads(waiter, &mut Planner::new(DurationHistory::new()), world);
        let early = starts.iter().filter(|start| **start < seconds(30.0)).count();
        assert!((3..=7).contains(&early), "{dates:?}: {starts:?}");
    }
}
