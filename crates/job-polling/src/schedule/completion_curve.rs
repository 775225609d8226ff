//! [`CompletionCurve`]: the share of jobs that are over by an age.
//!
//! Each job whose time is known exactly is spread evenly over a box around it, as
//! wide as its neighbours are far: wide in a tail, narrow where times fall into
//! narrow bands. Jobs of which only an interval is known, those that are still
//! running among them, are shared out within it as all others are
//! (expectation and maximisation). All that costs time in proportion to the
//! number of jobs.

use super::duration_history::{DurationHistory, End, KEPT};
use super::grid::{FIXED, Grid, fixed};
use super::prior::{Fit, Prior};
use super::tick::Tick;

/// What a job counts for, after one more was seen.
const FADE: f64 = 1.0 - 1.0 / 280.0;

/// A box reaches to the k-th neighbour, k being this much of the number of jobs
/// to the power of 2/3, and has a half width within these shares of the job's time.
const NEIGHBOURS: f64 = 0.44;
const NARROWEST: f64 = 0.0002;
const WIDEST: f64 = 0.35;

/// Edges of a box are rounded to its width by this, and further down to a power of
/// two.
const EDGES: usize = 4;

/// With more jobs than these it does not matter how well the prior fits.
const FITTED: usize = 200;

/// More rounds follow the intervals closer, and chance with them.
const ROUNDS: usize = 5;

/// For the fit of the prior, all as logarithms: an interval is no longer than a
/// factor of 4. A job that is not over takes 1.35 times longer, but no more
/// than 30 s (it may be stuck), and counts half.
const LONGEST: f64 = 1.386;
const STILL_RUNNING: f64 = 0.3;
const STUCK: f64 = 3.4;

pub(super) struct CompletionCurve {
    grid: Grid,
    /// At each point: the share of jobs that are over, and the sum of the times
    /// of those, in seconds a job.
    over: Vec<f64>,
    moment: Vec<f64>,
    /// The logarithms of the fixed points.
    fixed_ln: Vec<f64>,
    /// What the newest job counts for, the next one, and so on.
    weights: Vec<f64>,
    exact: Vec<Exact>,
    boxes: Vec<Weighted>,
    intervals: Vec<Weighted>,
    steps: Vec<f64>,
    known: Vec<f64>,
    mass: Vec<f64>,
}

/// A job whose time is known, and how many jobs are newer. Packed, so that many
/// are sorted fast.
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
    /// The points where it begins and ends.
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
            weights: (0..KEPT).map(|newer| FADE.powi(newer as i32)).collect(),
            exact: Vec::with_capacity(KEPT),
            boxes: Vec::with_capacity(KEPT),
            intervals: Vec::with_capacity(KEPT),
            steps: numbers(),
            known: numbers(),
            mass: numbers(),
        }
    }

    /// Makes the estimate anew.
    pub(super) fn fit(&mut self, times: &DurationHistory) {
        let mut fit = self.sort(times);
        fit.misfit = self.draw_boxes() + fit.log_width();
        self.lay_grid();
        self.add_known(fit.prior());
        self.share_out();
        self.sum_up();
    }

    /// The points between which all is linear.
    pub(super) fn grid(&self) -> &Grid {
        &self.grid
    }

    /// At each point, the share of jobs that are over.
    pub(super) fn overs(&self) -> &[f64] {
        &self.over
    }

    /// At each point, the sum of the times of the jobs that are over, a job.
    pub(super) fn moments(&self) -> &[f64] {
        &self.moment
    }

    /// The share of jobs that are over by an age, and the sum of their times.
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

    /// The share of jobs, among those that fit the estimate, of which only an
    /// interval is known though they ended.
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

    /// Tells the mean logarithm of the jobs' density, as shares of them and of
    /// their times.
    fn draw_boxes(&mut self) -> f64 {
        self.boxes.clear();
        let count = self.exact.len();
        let near = (NEIGHBOURS * (count as f64).cbrt().powi(2)).ceil() as usize;
        let few = near as f64 / (2 * count.max(1)) as f64;
        let mut density = 0.0;
        for (index, job) in self.exact.iter().enumerate() {
            let time = job.seconds();
            let distance = |other: &Exact| (time - other.seconds()).abs();
            let left = index.checked_sub(near).map_or(f64::MAX, |i| distance(&self.exact[i]));
            let right = self.exact.get(index + near).map_or(f64::MAX, distance);
            let half = left.min(right).clamp(NARROWEST * time, WIDEST * time);
            density += if count <= FITTED { (few * time / half).ln() } else { 0.0 };
            let (from, to) = (Tick::nearest(time - half), Tick::nearest(time + half));
            // Edges that are close together become one: fewer points to plan with.
            let step = ((to.index() - from.index()) / EDGES).max(1);
            let after = from.rounded_to(step);
            let end = End { after, by: to.rounded_to(step).max(after.next()) };
            self.boxes.push(Weighted::new(end, self.weights[job.newer()]));
        }
        density / count.max(1) as f64
    }

    fn lay_grid(&mut self) {
        self.grid.clear();
        for job in self.boxes.iter().chain(&self.intervals) {
            self.grid.mark(job.end.after);
            self.grid.mark(job.end.by);
        }
        self.grid.lay();
        for job in self.boxes.iter_mut().chain(&mut self.intervals) {
            // What can't be told from no age begins with it.
            let begins = job.end.after != Tick::FIRST;
            let from = if begins { self.grid.index_of(job.end.after) } else { 0 };
            job.points = (from, self.grid.index_of(job.end.by));
        }
    }

    /// The mass between each point and the next, of the prior and the boxes.
    fn add_known(&mut self, prior: Prior) {
        let points = self.grid.ages().len();
        self.steps.clear();
        self.steps.resize(points, 0.0);
        for job in &self.boxes {
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

    /// Shares the jobs of which an interval is known out.
    fn share_out(&mut self) {
        self.mass.clone_from(&self.known);
        if self.intervals.is_empty() {
            return;
        }
        for _ in 0..ROUNDS {
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

    /// The mass before each point.
    fn accumulate(&mut self) {
        let mut sum = 0.0;
        self.over.clear();
        self.over.push(sum);
        self.over.extend(self.mass.iter().map(|mass| {
            sum += mass;
            sum
        }));
    }

    fn sum_up(&mut self) {
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
