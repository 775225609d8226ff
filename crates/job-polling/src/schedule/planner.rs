//! [`Planner`]: when the next read of a job is worth its price.

use std::fmt;
use std::time::Duration;

use super::completion_curve::CompletionCurve;
use super::delivery_stats::DeliveryStats;
use super::duration_history::{DurationHistory, KEPT, Observation, ObservationId};
use super::grid::FIXED;
use super::plan::{Deliveries, Plan, Workspace};
use super::tick::Tick;

/// The share of new jobs after which the estimate is recomputed,
const MAX_UNFITTED_SHARE: f64 = 1.0 / 16.0;

/// or the number of new jobs.
const MAX_UNFITTED: f64 = 24.0;

/// The initial factor by which ages are spread more than prices, and the number of jobs after which
/// it decreases.
const MAX_EXPLORATION: f64 = 2.0;
const EXPLORATION_JOBS: f64 = 10.0;

/// The number of cached plans, one for each price.
const CACHED_PLANS: usize = 8;

/// Prices are rounded to a quarter of an octave, from 1/64 s to 2^16 s.
const LEVELS_PER_OCTAVE: f64 = 4.0;
const MIN_PRICE: f64 = 1.0 / 64.0;
const MAX_PRICE: f64 = 65_536.0;

/// The range of rounded shares of lost deliveries, and of their lag in seconds.
const MIN_ROUNDED: f64 = 1.0 / 1024.0;
const MAX_ROUNDED: f64 = 64.0;

/// Learns job durations and plans when to read jobs.
///
/// It has no clock: all ages are arguments, measured from the launch of a job. A decision takes a
/// binary search in a table and allocates nothing. A new plan is needed after some new jobs and for
/// a new price, and takes time linear in the number of remembered jobs.
///
/// ```
/// use std::time::Duration;
/// use job_polling::schedule::{Planner, Observation};
/// use job_polling::DurationHistory;
///
/// let mut planner = Planner::new(DurationHistory::new());
/// let seconds = Duration::from_secs_f64;
/// for job in 0..100 {
///     let took = seconds(4.0 + f64::from(job * 37 % 100) / 100.0);
///     planner.record(None, Observation::over(Duration::ZERO, seconds(6.0), Some(took)));
/// }
/// // Jobs take 4 to 5 s, so the first read is due after 5 s.
/// let first = planner.next_read(Duration::ZERO, Duration::ZERO, seconds(2.0));
/// assert!((4.9..5.2).contains(&first.as_secs_f64()), "{first:?}");
/// // At 4.5 s about half of them have ended, a quarter of a second earlier on average.
/// let chance = planner.chance_over(Duration::ZERO, seconds(4.5));
/// assert!((0.4..0.6).contains(&chance), "{chance}");
/// let lag = planner.expected_lag(Duration::ZERO, seconds(4.5));
/// assert!((0.08..0.2).contains(&lag.as_secs_f64()), "{lag:?}");
/// ```
pub struct Planner {
    times: DurationHistory,
    deliveries: DeliveryStats,
    curve: CompletionCurve,
    is_current: bool,
    unfitted: f64,
    plans: [(Option<Terms>, Plan); CACHED_PLANS],
    last_replaced: usize,
    space: Workspace,
}

/// A rounded price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Level(i8);

impl Level {
    fn of(price: Duration) -> Self {
        let octaves = price.as_secs_f64().clamp(MIN_PRICE, MAX_PRICE).log2();
        Self((octaves * LEVELS_PER_OCTAVE).round() as i8)
    }

    fn price(self) -> f64 {
        (f64::from(self.0) / LEVELS_PER_OCTAVE).exp2()
    }
}

/// The rounded parameters of a plan.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Terms {
    price: Level,
    beside: Deliveries,
}

impl Terms {
    fn new(price: Duration, beside: Deliveries) -> Self {
        Self { price: Level::of(price), beside }
    }
}

impl Planner {
    /// Creates a planner with a learned history, or an empty one.
    pub fn new(times: DurationHistory) -> Self {
        let points = 1 + FIXED + 2 * KEPT;
        let plans = std::array::from_fn(|_| (None, Plan::new(points)));
        let (deliveries, curve) = (DeliveryStats::new(), CompletionCurve::new());
        let space = Workspace::new(points);
        Self {
            times,
            deliveries,
            curve,
            is_current: false,
            unfitted: 0.0,
            plans,
            last_replaced: 0,
            space,
        }
    }

    /// Returns the learned durations.
    pub fn times(&self) -> &DurationHistory {
        &self.times
    }

    /// Learns from a job. To update the same job later, pass the returned ID: a job that was found
    /// running and later ended is one job.
    ///
    /// Running jobs count: of jobs that were launched together, the short ones end first, and
    /// learning only from them would be biased.
    pub fn record(
        &mut self,
        observation: Option<ObservationId>,
        seen: Observation,
    ) -> ObservationId {
        self.refresh();
        let end = self.times.end_of(seen);
        let known = observation.and_then(|observation| self.times.known(observation));
        let before = known.map_or(0.0, |known| self.share(known.after));
        let by = self.share(end.by);
        let after = self.share(end.after);
        let observation = self.times.record(observation, end);
        let shifted = self.times.compare(before, (after, by));
        self.unfitted += 1.0;
        let remembered = self.times.len() as f64;
        self.is_current =
            !shifted && self.unfitted < (remembered * MAX_UNFITTED_SHARE).clamp(1.0, MAX_UNFITTED);
        observation
    }

    /// Returns the age at which the next read is due of a job that was found running at one age
    /// (zero if it has not been read) and is `age` old now. It is never before `age`, and never
    /// within 100 ms of the last read.
    ///
    /// The result minimizes the sum of the expected lag and the price of each read. The price is
    /// rounded to a quarter of an octave.
    pub fn next_read(&mut self, running: Duration, age: Duration, price: Duration) -> Duration {
        self.planned(running, age, Terms::new(price, Deliveries::NONE))
    }

    /// Like [`next_read`](Self::next_read), for a job whose result a webhook delivers as well: the
    /// read is due when the delivery is overdue, based on the share of lost deliveries and the lag
    /// of the others. If no delivery arrives any longer, the results of both methods are equal.
    pub fn next_read_beside_deliveries(
        &mut self,
        running: Duration,
        age: Duration,
        price: Duration,
    ) -> Duration {
        let lost = rounded(self.deliveries.lost()).min(1.0);
        let beside = Deliveries { lost, late: rounded(self.deliveries.latest()) };
        self.planned(running, age, Terms::new(price, beside))
    }

    /// Learns that a delivery arrived. `lag` is the time since the end of its job, if the API
    /// reports it.
    pub fn delivery_came(&mut self, lag: Option<Duration>) {
        self.deliveries.came(lag);
    }

    /// Learns that a read found an ended job without a delivery, and the time since its end, if the
    /// API reports it. A delivery that may be on its way does not count as lost.
    pub fn delivery_missing(&mut self, over_for: Option<Duration>) {
        self.deliveries.missing(over_for);
    }

    /// Returns the share of jobs whose delivery never arrives.
    pub(crate) fn share_lost(&self) -> f64 {
        self.deliveries.lost()
    }

    fn planned(&mut self, running: Duration, age: Duration, terms: Terms) -> Duration {
        self.refresh();
        let plan = self.plan(terms);
        let next = self.plans[plan].1.next(&self.curve, running.as_secs_f64());
        Duration::try_from_secs_f64(next).unwrap_or(Duration::MAX).max(age)
    }

    /// Returns the probability that a job that was found running at one age (zero if it has not
    /// been read) has ended at another.
    pub fn chance_over(&mut self, running: Duration, age: Duration) -> f64 {
        self.refresh();
        let (before, over) = (self.curve_at(running).0, self.curve_at(age).0);
        if before < 1.0 { ((over - before) / (1.0 - before)).clamp(0.0, 1.0) } else { 0.0 }
    }

    /// Returns the expected time since the end of a job at age `age`, if it was found running at
    /// age `running`. A job that is still running counts as 0.
    pub fn expected_lag(&mut self, running: Duration, age: Duration) -> Duration {
        self.refresh();
        let (before, now) = (self.curve_at(running), self.curve_at(age));
        let lag = age.as_secs_f64() * (now.0 - before.0) - (now.1 - before.1);
        let lag = if before.0 < 1.0 { lag / (1.0 - before.0) } else { 0.0 };
        Duration::try_from_secs_f64(lag.max(0.0)).unwrap_or_default()
    }

    /// Returns the factor by which the ages of reads are spread more than prices, to learn when
    /// jobs end between two reads. Zero if the API reports job durations.
    pub(crate) fn exploration(&mut self) -> f64 {
        self.refresh();
        let jobs = self.times.len() as f64;
        MAX_EXPLORATION * self.curve.inexact() / (1.0 + jobs / EXPLORATION_JOBS).sqrt()
    }

    fn curve_at(&self, age: Duration) -> (f64, f64) {
        self.curve.at(age.as_secs_f64())
    }

    /// Returns the share of jobs that have ended by this age.
    fn share(&self, tick: Tick) -> f64 {
        if tick == Tick::FIRST { 0.0 } else { self.curve.at(tick.seconds()).0 }
    }

    fn refresh(&mut self) {
        if !self.is_current {
            self.curve.fit(&self.times);
            self.plans.iter_mut().for_each(|(terms, _)| *terms = None);
            (self.is_current, self.unfitted) = (true, 0.0);
        }
    }

    /// Returns the index of the plan for these terms. The plan is computed if it is not cached.
    fn plan(&mut self, terms: Terms) -> usize {
        if let Some(plan) = self.plans.iter().position(|(of, _)| *of == Some(terms)) {
            return plan;
        }
        self.last_replaced = (self.last_replaced + 1) % CACHED_PLANS;
        let (of, plan) = &mut self.plans[self.last_replaced];
        plan.make(&self.curve, terms.price.price(), terms.beside, &mut self.space);
        *of = Some(terms);
        self.last_replaced
    }
}

/// Rounds to half an octave, within the range.
fn rounded(number: f64) -> f64 {
    ((number.clamp(MIN_ROUNDED, MAX_ROUNDED).log2() * 2.0).round() / 2.0).exp2()
}

impl fmt::Debug for Planner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Planner").field("times", &self.times).finish_non_exhaustive()
    }
}
