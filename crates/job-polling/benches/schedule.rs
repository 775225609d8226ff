//! Measures the cost of planning a read.
//!
//! `cargo bench -p job-polling --bench schedule` simulates waits after 10,000 jobs. It prints the
//! time per decision, including learning and planning, and the time of a decision alone.

use std::f64::consts::TAU;
use std::hint::black_box;
use std::time::{Duration, Instant};

use job_polling::DurationHistory;
use job_polling::schedule::{Observation, Planner, QuotaPressure};

const BEHIND: usize = 10_000;
const JOBS: usize = 1_000;
const ROUNDS: usize = 200;

/// The maximum cost of a decision, in nanoseconds.
const MOST: f64 = 2_000.0;

const READ_COST: Duration = Duration::from_secs(2);

struct Case {
    name: &'static str,
    stop_dates: bool,
    /// The budget is used up and refilled.
    scarce: bool,
}

fn main() {
    let rows = [
        Case { name: "one price", stop_dates: true, scarce: false },
        Case { name: "prices that change", stop_dates: true, scarce: true },
        Case { name: "no stop dates", stop_dates: false, scarce: false },
    ];
    let size = size_of::<DurationHistory>();
    println!("the estimate: {size} bytes, 4096 at most");
    println!("a decision, {BEHIND} jobs seen before, learning and planning included:");
    for case in rows {
        let best = played(&case);
        println!("  {:<20} {best:>6.0} ns, {MOST} at most", case.name);
        assert!(best <= MOST, "a decision costs too much");
    }
    println!("a decision alone:      {:>6.0} ns", alone());
}

/// Returns the nanoseconds per decision in the best of all rounds: a busy machine disturbs most of
/// them.
fn played(case: &Case) -> f64 {
    let mut random = fastrand::Rng::with_seed(1);
    let mut planner = Planner::new(DurationHistory::new());
    for job in 0..BEHIND {
        wait(&mut planner, &mut random, case, job);
    }
    let rounds = (0..ROUNDS).map(|_| {
        let start = Instant::now();
        let decisions: u32 = (0..JOBS).map(|job| wait(&mut planner, &mut random, case, job)).sum();
        start.elapsed().as_nanos() as f64 / f64::from(decisions)
    });
    rounds.fold(f64::MAX, f64::min)
}

/// Waits for a job. Returns the number of reads.
fn wait(planner: &mut Planner, random: &mut fastrand::Rng, case: &Case, job: usize) -> u32 {
    let share = (job as f64 / JOBS as f64 * TAU).sin().abs();
    let scarcity = if case.scarce { QuotaPressure::new(share) } else { QuotaPressure::NONE };
    let time = Duration::from_secs_f64(5.0 * (1.2 * (random.f64() + random.f64() - 1.0)).exp());
    let (mut running, mut observation) = (Duration::ZERO, None);
    for reads in 1.. {
        let price = scarcity.price(READ_COST.mul_f64(0.8 + 0.4 * random.f64()));
        let at = black_box(planner.next_read(running, running, price));
        if at >= time {
            let lasted = case.stop_dates.then_some(time);
            planner.record(observation, Observation::over(running, at, lasted));
            return reads;
        }
        running = at;
        observation = Some(planner.record(observation, Observation::running(at)));
    }
    0
}

fn alone() -> f64 {
    let case = Case { name: "", stop_dates: true, scarce: false };
    let mut random = fastrand::Rng::with_seed(1);
    let mut planner = Planner::new(DurationHistory::new());
    for job in 0..BEHIND {
        wait(&mut planner, &mut random, &case, job);
    }
    let start = Instant::now();
    for _ in 0..1_000_000 {
        let running = Duration::from_secs_f64(10.0 * random.f64());
        black_box(planner.next_read(running, running, READ_COST));
    }
    start.elapsed().as_nanos() as f64 / 1e6
}
