//! One simulation: what is played for each seed, and the means of all.

use crate::args::Args;
use crate::optimum::{self, Cost};
use crate::play::Player;
use crate::times::Times;

/// So many times stand for a distribution.
const POINTS: usize = 20_000;

/// The schedule held so many jobs after a shift is looked at.
pub(crate) const AFTER_SHIFT: usize = 50;

/// What is the mean of all seeds.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) cost: Cost,
    pub(crate) p95_lag: f64,
    pub(crate) optimum: Cost,
    pub(crate) optimum_p95_lag: f64,
    /// What a held schedule is expected to cost over the optimum, as a share of it.
    pub(crate) held_excess: Option<f64>,
    pub(crate) shift_excess: Option<f64>,
}

/// Times that stand for a distribution, and the best schedule for them.
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
    let reports: Vec<_> = seeds.map(|seed| play(args, seed, &before, after.as_ref())).collect();
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
        }
    }
}
