//! One simulation: a run for each seed, and the means of all runs.

use crate::args::Args;
use crate::batch;
use crate::optimum::{self, Cost};
use crate::play::Player;
use crate::times::Times;

/// The number of samples that represent a distribution.
const POINTS: usize = 20_000;

/// The schedule is examined this many jobs after a shift.
pub(crate) const AFTER_SHIFT: usize = 50;

/// Means over all seeds.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) cost: Cost,
    pub(crate) p95_lag: f64,
    pub(crate) optimum: Cost,
    pub(crate) optimum_p95_lag: f64,
    /// The excess of a schedule's expected cost over the optimum, as a share of the optimum.
    pub(crate) held_excess: Option<f64>,
    pub(crate) shift_excess: Option<f64>,
    pub(crate) batch: Option<Together>,
}

/// Further results of a batch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Together {
    pub(crate) jobs_per_minute: f64,
    /// When the first result arrived, and the mean time to a result.
    pub(crate) first_result: f64,
    pub(crate) mean_result: f64,
    /// The mean if launches and reads share each window evenly.
    pub(crate) even_split_mean: f64,
    /// When the last result arrived.
    pub(crate) total: f64,
    /// Over all seeds.
    pub(crate) refused: usize,
    pub(crate) most_pending: usize,
}

/// Samples of a distribution, and the optimal schedule for them.
struct Known {
    points: Vec<f64>,
    schedule: Vec<f64>,
    least: f64,
}

pub(crate) fn run(args: &Args) -> Report {
    let read_cost = args.read_cost;
    let known = |times: &Times| {
        let points = times.points(POINTS);
        let schedule = optimum::schedule(&points, read_cost);
        let least = optimum::cost(&points, &schedule).seconds(read_cost);
        Known { points, schedule, least }
    };
    let (before, after) = (known(&args.times), args.shift_to.as_ref().map(known));
    let seeds = (0..args.seeds).map(|index| args.seed.wrapping_add(index));
    let one = |seed| match args.batch {
        true => play_together(args, seed, &before),
        false => play(args, seed, &before, after.as_ref()),
    };
    let reports: Vec<_> = seeds.map(one).collect();
    Report::mean(&reports)
}

fn play(args: &Args, seed: u64, before: &Known, after: Option<&Known>) -> Report {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut player = Player::new(args.policy(), seed, !args.no_stop_date);
    let excess = |player: &mut Player, known: &Known| {
        let held = player.held(args.read_cost_duration());
        let cost = optimum::cost(&known.points, &held).seconds(args.read_cost);
        cost / known.least - 1.0
    };
    let mut report = Report::default();
    let (mut draws, mut lags) = (Vec::new(), Vec::new());
    for played in 0..=args.jobs {
        if args.held_after == Some(played) {
            report.held_excess = Some(excess(&mut player, before));
        }
        if played < args.jobs {
            let time = args.times.draw(&mut random);
            let cost = player.wait(time);
            report.cost.reads += cost.reads / args.jobs as f64;
            report.cost.lag += cost.lag / args.jobs as f64;
            draws.push(time);
            lags.push(cost.lag);
        }
    }
    draws.sort_by(f64::total_cmp);
    report.p95_lag = p95(&mut lags);
    report.optimum = optimum::cost(&draws, &before.schedule);
    report.optimum_p95_lag = p95(&mut optimum_lags(&draws, &before.schedule));
    if let (Some(times), Some(after)) = (&args.shift_to, after) {
        (0..AFTER_SHIFT).for_each(|_| {
            player.wait(times.draw(&mut random));
        });
        report.shift_excess = Some(excess(&mut player, after));
    }
    report
}

fn play_together(args: &Args, seed: u64, known: &Known) -> Report {
    let jobs = args.jobs as usize;
    let mut played = batch::play(&batch::Setup {
        times: &args.times,
        jobs,
        limit: args.limit,
        policy: args.policy(),
        stop_dates: !args.no_stop_date,
        failing: 0.0,
        seed,
    });
    assert!(played.is_whole(), "a job was lost, or is there twice");
    let even_split_mean = batch::even_split(args.limit, &played.draws);
    played.draws.sort_by(f64::total_cmp);
    let lag = played.lags.iter().sum::<f64>() / jobs as f64;
    Report {
        cost: Cost { reads: played.reads as f64 / jobs as f64, lag },
        p95_lag: p95(&mut played.lags),
        optimum: optimum::cost(&played.draws, &known.schedule),
        optimum_p95_lag: p95(&mut optimum_lags(&played.draws, &known.schedule)),
        batch: Some(Together {
            jobs_per_minute: jobs as f64 / played.took.as_secs_f64() * 60.0,
            first_result: played.results.first().copied().unwrap_or_default(),
            mean_result: played.results.iter().sum::<f64>() / jobs as f64,
            even_split_mean,
            total: played.took.as_secs_f64(),
            refused: played.refused,
            most_pending: played.most_pending,
        }),
        ..Report::default()
    }
}

fn optimum_lags(draws: &[f64], schedule: &[f64]) -> Vec<f64> {
    draws.iter().map(|time| optimum::cost(&[*time], schedule).lag).collect()
}

fn p95(lags: &mut [f64]) -> f64 {
    lags.sort_by(f64::total_cmp);
    lags.get(lags.len() * 95 / 100).copied().unwrap_or_default()
}

impl Report {
    fn mean(reports: &[Self]) -> Self {
        let mean =
            |of: fn(&Self) -> f64| reports.iter().map(of).sum::<f64>() / reports.len() as f64;
        let mean_of_some = |of: fn(&Self) -> Option<f64>| {
            let sum: Option<f64> = reports.iter().map(of).sum();
            sum.map(|sum| sum / reports.len() as f64)
        };
        Self {
            cost: Cost { reads: mean(|one| one.cost.reads), lag: mean(|one| one.cost.lag) },
            p95_lag: mean(|one| one.p95_lag),
            optimum: Cost {
                reads: mean(|one| one.optimum.reads),
                lag: mean(|one| one.optimum.lag),
            },
            optimum_p95_lag: mean(|one| one.optimum_p95_lag),
            held_excess: mean_of_some(|one| one.held_excess),
            shift_excess: mean_of_some(|one| one.shift_excess),
            batch: Together::mean(reports),
        }
    }
}

impl Together {
    fn mean(reports: &[Report]) -> Option<Self> {
        let all: Vec<Self> = reports.iter().filter_map(|one| one.batch).collect();
        let mean = |of: fn(&Self) -> f64| all.iter().map(of).sum::<f64>() / all.len() as f64;
        (!all.is_empty()).then(|| Self {
            jobs_per_minute: mean(|one| one.jobs_per_minute),
            first_result: mean(|one| one.first_result),
            mean_result: mean(|one| one.mean_result),
            even_split_mean: mean(|one| one.even_split_mean),
            total: mean(|one| one.total),
            refused: all.iter().map(|one| one.refused).sum(),
            most_pending: all.iter().map(|one| one.most_pending).max().unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    fn report(arguments: &str) -> Report {
        let arguments = std::iter::once("simulate").chain(arguments.split(' '));
        run(&Args::try_parse_from(arguments).unwrap())
    }

    /// The targets are means over many more seeds; they also hold for these few.
    #[test]
    fn the_held_schedule_is_near_the_optimum() {
        let rows = [
            ("lognormal:5,0.6*0.97+lognormal:45,0.5*0.03", 0.05, 0.02),
            ("exponential:5", 0.05, 0.02),
            ("constant:5", 0.05, 0.04),
            ("uniform:2,2.5*0.5+uniform:20,21*0.5", 0.05, 0.04),
        ];
        for (times, fifty, five_hundred) in rows {
            for (jobs, seeds, most) in [(50, 20, fifty), (500, 6, five_hundred)] {
                let found = report(&format!(
                    "--times {times} --jobs {jobs} --held-after {jobs} --seeds {seeds}"
                ));
                let excess = found.held_excess.unwrap();
                assert!(excess <= most, "{times} after {jobs}: {excess}");
            }
        }
    }

    #[test]
    fn after_a_shift_it_learns_the_new_durations() {
        for to in ["lognormal:15,0.6", "lognormal:1.667,0.6"] {
            let arguments = format!("--times lognormal:5,0.6 --jobs 300 --shift-to {to} --seeds 8");
            let excess = report(&arguments).shift_excess.unwrap();
            assert!(excess <= 0.1, "{to}: {excess}");
        }
    }

    #[test]
    fn it_is_cheaper_than_the_recommended_policy_from_the_first_job() {
        let learned = report("--jobs 1 --seeds 300").cost.seconds(2.0);
        let vendor = report("--jobs 1 --seeds 300 --policy vendor").cost.seconds(2.0);
        assert!(learned < vendor * 0.9, "{learned} and {vendor}");
    }

    #[test]
    fn a_batch_spends_the_budget_on_jobs() {
        let found = report("--batch --jobs 5000");
        let batch = found.batch.unwrap();
        assert_eq!(batch.refused, 0);
        assert!(batch.jobs_per_minute >= 24.0, "{found:?}");
        assert!(found.cost.reads <= 1.04, "{found:?}");
        // Spending the window in bursts brings about 58 s.
        assert!(found.p95_lag < 55.0, "{found:?}");
    }

    /// Compares a batch that starts without durations with one that knows all of them.
    #[test]
    fn results_arrive_about_as_early_as_with_an_even_split() {
        let rows = [
            ("constant:3", 100, "50/60"),
            ("constant:5", 100, "50/60"),
            ("constant:8", 100, "50/60"),
            ("uniform:2,4", 100, "50/60"),
            ("constant:3", 100, "120/60"),
            ("constant:3", 100, "10/60"),
            ("constant:3", 20, "3/60"),
            ("constant:3", 1000, "50/60"),
            ("constant:60", 200, "50/60"),
        ];
        for (times, jobs, limit) in rows {
            let row = format!("--batch --times {times} --jobs {jobs} --limit {limit} --seeds 3");
            let batch = report(&row).batch.unwrap();
            assert_eq!(batch.refused, 0);
            assert!(batch.mean_result <= 1.05 * batch.even_split_mean, "{row}: {batch:?}");
            assert!(batch.first_result <= batch.total, "{row}: {batch:?}");
        }
        let batch = report("--batch --times constant:3 --jobs 100 --seeds 3").batch.unwrap();
        assert!(batch.first_result <= 5.0, "{batch:?}");
        // With reads after all launches it is 220 s.
        assert!(batch.total <= 190.0, "{batch:?}");
        assert!((93.0..94.0).contains(&batch.even_split_mean), "{batch:?}");
    }

    #[test]
    fn a_fixed_policy_returns_its_pause() {
        let found = report("--times constant:4 --jobs 20 --policy fixed:3 --held-after 20");
        assert!((found.cost.reads - 2.0).abs() < 1e-9, "{found:?}");
        assert!((1.4..=2.6).contains(&found.cost.lag), "{found:?}");
        assert_eq!((found.optimum.reads, found.optimum.lag), (1.0, 0.0));
        assert!((found.held_excess.unwrap() - 2.0).abs() < 1e-6, "{found:?}");
    }
}
