//! [`CompletionCurve`]: the share of jobs that have ended by an age.
//!
//! An exactly known duration becomes a uniform kernel, as wide as the distance to its k-th
//! nearest neighbor: wide in a tail, narrow where durations fall into narrow bands. A duration
//! that is only known as an interval, or right-censored because the job still runs, is
//! distributed over its interval in proportion to the current estimate (expectation–maximization,
//! Turnbull's estimator). The cost is linear in the number of jobs.

use super::duration_history::{DurationHistory, End, KEPT};
use super::grid::{FIXED, Grid, fixed};
use super::prior::{Fit, Prior};
use super::tick::Tick;

/// The weight of a job decreases by this factor with each further job.
const FORGETTING: f64 = 1.0 - 1.0 / 280.0;

/// The reach of a kernel, to the k-th neighbor, where k is this factor times the number of jobs to
/// the power of 2/3. Its half width is limited to these shares of the duration.
const NEIGHBORS: f64 = 0.44;
const MIN_HALF_WIDTH: f64 = 0.0002;
const MAX_HALF_WIDTH: f64 = 0.35;

/// The edges of a kernel are rounded to its width divided by this, and further down to a power of
/// two.
const EDGES: usize = 4;

/// The number of jobs beyond which the fit of the prior does not matter.
const FITTED: usize = 200;

/// The number of EM iterations. More iterations follow the intervals more closely, but overfit.
const EM_ROUNDS: usize = 5;

/// Parameters of the fit of the prior, as logarithms: an interval counts as at most a factor of 4.
/// A running job is expected to take 1.35 times its age, at most 30 s (it may be stuck), and has
/// half the weight.
const LONGEST: f64 = 1.386;
const STILL_RUNNING: f64 = 0.3;
const STUCK: f64 = 3.4;

pub(super) struct CompletionCurve {
    grid: Grid,
    /// At each point: the share of jobs that have ended, and the sum of their durations, in
    /// seconds per job.
    over: Vec<f64>,
    moment: Vec<f64>,
    /// The logarithms of the fixed points.
    fixed_ln: Vec<f64>,
    /// The weights of the jobs, the newest first.
    weights: Vec<f64>,
    exact: Vec<Exact>,
    kernels: Vec<Weighted>,
    intervals: Vec<Weighted>,
    steps: Vec<f64>,
    known: Vec<f64>,
    mass: Vec<f64>,
}

/// An exactly known duration and the number of newer jobs, packed for fast sorting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Exact(u32);

impl Exact {
    fn new(at: Tick, newer: usize) -> Self {
        Self((at.index() as u32) << 16 | newer as u32)
    }

    fn seconds(self) -> f64 {
        Tick::from_index((self.0 >> 16) as usize).seconds()
    }

    fn newer(self) -> usize {
        (self.0 & 0xffff) as usize
    }
}

#[derive(Debug, Clone, Copy)]
struct Weighted {
    end: End,
    weight: f64,
    /// The grid points where it begins and ends.
    points: (usize, usize),
}

impl Weighted {
    fn new(end: End, weight: f64) -> Self {
        Self { end, weight, points: (0, 0) }
    }
}

impl CompletionCurve {
    pub(super) fn new() -> Self {
        let points = 1 + FIXED + 2 * KEPT;
        let numbers = || Vec::with_capacity(points);
        Self {
            grid: Grid::new(2 * KEPT),
            over: numbers(),
            moment: numbers(),
            fixed_ln: fixed().map(|tick| tick.seconds().ln()).collect(),
            weights: (0..KEPT).map(|newer| FORGETTING.powi(newer as i32)).collect(),
            exact: Vec::with_capacity(KEPT),
            kernels: Vec::with_capacity(KEPT),
            intervals: Vec::with_capacity(KEPT),
            steps: numbers(),
            known: numbers(),
            mass: numbers(),
        }
    }

    /// Recomputes the estimate.
    pub(super) fn fit(&mut self, times: &DurationHistory) {
        let mut fit = self.sort(times);
        fit.misfit = self.add_kernels() + fit.log_width();
        self.lay_grid();
        self.add_known(fit.prior());
        self.distribute_intervals();
        self.normalize();
    }

    /// Returns the points between which the estimate is linear.
    pub(super) fn grid(&self) -> &Grid {
        &self.grid
    }

    /// Returns the share of jobs that have ended, at each point.
    pub(super) fn overs(&self) -> &[f64] {
        &self.over
    }

    /// Returns the sum of the durations of ended jobs per job, at each point.
    pub(super) fn moments(&self) -> &[f64] {
        &self.moment
    }

    /// Returns the share of jobs that have ended by an age, and the sum of their durations.
    pub(super) fn at(&self, age: f64) -> (f64, f64) {
        let ages = self.grid.ages();
        let point = self.grid.at_or_before(age);
        let (over, moment) = (self.over[point], self.moment[point]);
        if point + 1 == ages.len() {
            return (over, moment);
        }
        let share = (age - ages[point]).max(0.0) / (ages[point + 1] - ages[point]);
        let more = (self.over[point + 1] - over) * share;
        (over + more, moment + more * (ages[point] + age) / 2.0)
    }

    /// Returns the share of ended jobs whose durations are known only as intervals.
    pub(super) fn inexact(&self) -> f64 {
        let ended = self.intervals.iter().filter(|job| job.end.was_seen()).count();
        ended as f64 / (ended + self.exact.len()).max(1) as f64
    }

    fn sort(&mut self, times: &DurationHistory) -> Fit {
        self.exact.clear();
        self.intervals.clear();
        let mut fit = Fit::default();
        for ((newer, end), &weight) in times.ends().enumerate().zip(&self.weights) {
            let (after, by) = (end.after.rough_ln(), end.by.rough_ln());
            if end.is_exact() {
                self.exact.push(Exact::new(end.after, newer));
            } else {
                self.intervals.push(Weighted::new(end, weight));
            }
            if end.was_seen() {
                fit.add((after.max(by - LONGEST) + by) / 2.0, weight);
            } else {
                fit.add((after + STILL_RUNNING).min(STUCK), weight / 2.0);
            }
        }
        self.exact.sort_unstable();
        fit
    }

    /// Returns the mean logarithm of the density at each job, relative to the number of jobs and
    /// to the duration.
    fn add_kernels(&mut self) -> f64 {
        self.kernels.clear();
        let count = self.exact.len();
        let near = (NEIGHBORS * (count as f64).cbrt().powi(2)).ceil() as usize;
        let few = near as f64 / (2 * count.max(1)) as f64;
        let mut density = 0.0;
        for (index, job) in self.exact.iter().enumerate() {
            let time = job.seconds();
            let distance = |other: &Exact| (time - other.seconds()).abs();
            let left = index.checked_sub(near).map_or(f64::MAX, |i| distance(&self.exact[i]));
            let right = self.exact.get(index + near).map_or(f64::MAX, distance);
            let half = left.min(right).clamp(MIN_HALF_WIDTH * time, MAX_HALF_WIDTH * time);
            density += if count <= FITTED { (few * time / half).ln() } else { 0.0 };
            let (from, to) = (Tick::nearest(time - half), Tick::nearest(time + half));
            // Edges that are close together are merged: fewer points to plan with.
            let step = ((to.index() - from.index()) / EDGES).max(1);
            let after = from.rounded_to(step);
            let end = End { after, by: to.rounded_to(step).max(after.next()) };
            self.kernels.push(Weighted::new(end, self.weights[job.newer()]));
        }
        density / count.max(1) as f64
    }

    fn lay_grid(&mut self) {
        self.grid.clear();
        for job in self.kernels.iter().chain(&self.intervals) {
            self.grid.mark(job.end.after);
            self.grid.mark(job.end.by);
        }
        self.grid.lay();
        for job in self.kernels.iter_mut().chain(&mut self.intervals) {
            // The first tick is indistinguishable from age 0.
            let begins = job.end.after != Tick::FIRST;
            let from = if begins { self.grid.index_of(job.end.after) } else { 0 };
            job.points = (from, self.grid.index_of(job.end.by));
        }
    }

    /// Returns the mass between each point and the next, of the prior and the kernels.
    fn add_known(&mut self, prior: Prior) {
        let points = self.grid.ages().len();
        self.steps.clear();
        self.steps.resize(points, 0.0);
        for job in &self.kernels {
            spread(&mut self.steps, self.grid.ages(), job.points, job.weight);
        }
        let (mut from, mut before) = (0, 0.0);
        for (tick, &ln) in fixed().zip(&self.fixed_ln) {
            let (to, over) = (self.grid.index_of(tick), prior.over(ln));
            spread(&mut self.steps, self.grid.ages(), (from, to), prior.weight * (over - before));
            (from, before) = (to, over);
        }
        self.known.clear();
        let mut density = 0.0;
        for (pair, step) in self.grid.ages().windows(2).zip(&self.steps) {
            density += step;
            self.known.push((density * (pair[1] - pair[0])).max(0.0));
        }
    }

    /// Distributes the jobs with intervals by expectation–maximization.
    fn distribute_intervals(&mut self) {
        self.mass.clone_from(&self.known);
        if self.intervals.is_empty() {
            return;
        }
        for _ in 0..EM_ROUNDS {
            self.accumulate();
            self.steps.fill(0.0);
            for job in &self.intervals {
                let (from, to) = job.points;
                let inside = (self.over[to] - self.over[from]).max(f64::MIN_POSITIVE);
                self.steps[from] += job.weight / inside;
                self.steps[to] -= job.weight / inside;
            }
            let mut factor = 0.0;
            for ((mass, known), step) in self.mass.iter_mut().zip(&self.known).zip(&self.steps) {
                factor += step;
                *mass = known + *mass * factor.max(0.0);
            }
        }
    }

    /// Returns the mass before each point.
    fn accumulate(&mut self) {
        let mut sum = 0.0;
        self.over.clear();
        self.over.push(sum);
        self.over.extend(self.mass.iter().map(|mass| {
            sum += mass;
            sum
        }));
    }

    fn normalize(&mut self) {
        self.accumulate();
        let all = self.over[self.over.len() - 1];
        self.over.iter_mut().for_each(|over| *over = (*over / all).min(1.0));
        self.moment.clear();
        self.moment.push(0.0);
        let mut sum = 0.0;
        for (pair, mass) in self.grid.ages().windows(2).zip(&self.mass) {
            sum += mass / all * (pair[0] + pair[1]) / 2.0;
            self.moment.push(sum);
        }
    }
}

/// Spreads a mass evenly between two points: the steps of the density.
fn spread(steps: &mut [f64], ages: &[f64], (from, to): (usize, usize), mass: f64) {
    let density = mass / (ages[to] - ages[from]);
    steps[from] += density;
    steps[to] -= density;
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::schedule::Observation;

    #[test]
    fn between_two_points_the_curve_is_a_line() {
        let mut times = DurationHistory::new();
        for (running, over) in [(2, 5), (3, 4), (10, 30)] {
            let (running, over) = (Duration::from_secs(running), Duration::from_secs(over));
            let end = times.end_of(Observation::over(running, over, None));
            times.record(None, end);
        }
        let mut curve = CompletionCurve::new();
        curve.fit(&times);
        let ages = curve.grid().ages();
        assert!(ages.len() > 10);
        for (point, pair) in ages.windows(2).enumerate() {
            let (from, to) = (curve.overs()[point], curve.overs()[point + 1]);
            for share in [0.0, 0.25, 0.5, 0.75] {
                let (over, _) = curve.at(pair[0] + (pair[1] - pair[0]) * share);
                let expected = from + (to - from) * share;
                assert!((over - expected).abs() < 1e-9, "{over}, not {expected} at {pair:?}");
            }
        }
    }
}
