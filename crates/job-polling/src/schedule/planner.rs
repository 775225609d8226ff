//! [`Planner`]: when the next read of a job is worth it.

use std::fmt;
use std::time::Duration;

use super::completion_curve::CompletionCurve;
use super::delivery_stats::DeliveryStats;
use super::duration_history::{DurationHistory, KEPT, Observation, ObservationId};
use super::grid::FIXED;
use super::plan::{Deliveries, Plan, Workspace};
use super::tick::Tick;

/// The estimate is made anew when so much of what it is made of is new.
const STALE: f64 = 1.0 / 16.0;

/// No more than this many jobs are waited for.
const STALEST: f64 = 24.0;

/// How much more ages are spread than prices, at first, and after how many jobs
/// it begins to fall.
const MOST_CURIOUS: f64 = 2.0;
const SATISFYING: f64 = 10.0;

/// So many plans are kept, each for another price.
const PLANS: usize = 8;

/// Prices are rounded to a fourth of an octave, from 1/64 s to 2^16 s.
const LEVELS_PER_OCTAVE: f64 = 4.0;
const CHEAPEST: f64 = 1.0 / 64.0;
const DEAREST: f64 = 65_536.0;

/// The shares of lost deliveries, and the seconds that they are late, that are told
/// apart.
const ROUNDED_LEAST: f64 = 1.0 / 1024.0;
const ROUNDED_MOST: f64 = 64.0;

/// Learns how long jobs take and says when to read them.
///
/// It has no clock: all ages are counted from a job's launch, and given. A
/// decision takes constant time but for a search in a table, and allocates
/// nothing; a new plan, due after some newly seen jobs and for a new price, takes
/// time in proportion to the number of jobs that are remembered.
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
/// // At 4.5 s about half of them are over, for a quarter of a second on average.
/// let chance = planner.chance_over(Duration::ZERO, seconds(4.5));
/// assert!((0.4..0.6).contains(&chance), "{chance}");
/// let lag = planner.expected_lag(Duration::ZERO, seconds(4.5));
/// assert!((0.08..0.2).contains(&lag.as_secs_f64()), "{lag:?}");
/// ```
pub struct Planner {
    times: DurationHistory,
    arrivals: DeliveryStats,
    curve: CompletionCurve,
    fresh: bool,
    unseen: f64,
    plans: [(Option<Terms>, Plan); PLANS],
    replaced: usize,
    space: Workspace,
}

/// A rounded price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Level(i8);

impl Level {
    fn of(price: Duration) -> Self {
        let octaves = price.as_secs_f64().clamp(CHEAPEST, DEAREST).log2();
        Self((octaves * LEVELS_PER_OCTAVE).round() as i8)
    }

    fn price(self) -> f64 {
        (f64::from(self.0) / LEVELS_PER_OCTAVE).exp2()
    }
}

/// What a plan is made for: all of it rounded.
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
    /// A planner that knows what was learnt before, or nothing.
    pub fn new(times: DurationHistory) -> Self {
        let points = 1 + FIXED + 2 * KEPT;
        let plans = std::array::from_fn(|_| (None, Plan::new(points)));
        let (arrivals, curve) = (DeliveryStats::new(), CompletionCurve::new());
        let space = Workspace::new(points);
        Self { times, arrivals, curve, fresh: false, unseen: 0.0, plans, replaced: 0, space }
    }

    /// What was learnt.
    pub fn times(&self) -> &DurationHistory {
        &self.times
    }

    /// Learns from a job. To say more of the same job later, give the ticket
    /// that came back: a job that was seen running and then over is one job.
    ///
    /// Running jobs count: of many jobs that were launched together the short
    /// ones are over first, which says nothing of the others.
    pub fn record(&mut self, ticket: Option<ObservationId>, seen: Observation) -> ObservationId {
        self.refresh();
        let end = self.times.end_of(seen);
        let known = ticket.and_then(|ticket| self.times.known(ticket));
        let before = known.map_or(0.0, |known| self.share(known.after));
        let by = self.share(end.by);
        let after = self.share(end.after);
        let ticket = self.times.record(ticket, end);
        let shifted = self.times.compare(before, (after, by));
        self.unseen += 1.0;
        let remembered = self.times.len() as f64;
        self.fresh = !shifted && self.unseen < (remembered * STALE).clamp(1.0, STALEST);
        ticket
    }

    /// How old the job will be when its next read is due, if it was seen running
    /// at one age (zero if it was not read yet) and is `age` old now. Never
    /// before `age`, and never within 100 ms of the last read.
    ///
    /// It is the read that makes the expected lag, with the price added for
    /// each read, least. The price is rounded to a fourth of an octave.
    pub fn next_read(&mut self, running: Duration, age: Duration, price: Duration) -> Duration {
        self.planned(running, age, Terms::new(price, Deliveries::NONE))
    }

    /// The same for a job whose end is delivered by a webhook as well, unless that is
    /// lost: the read is due when the delivery is overdue, going by how many were
    /// lost and how late the others were. Where none comes any more it is
    /// [`next_read`](Self::next_read).
    pub fn next_read_beside_deliveries(
        &mut self,
        running: Duration,
        age: Duration,
        price: Duration,
    ) -> Duration {
        let lost = rounded(self.arrivals.lost()).min(1.0);
        let beside = Deliveries { lost, late: rounded(self.arrivals.latest()) };
        self.planned(running, age, Terms::new(price, beside))
    }

    /// Learns that a delivery came; `lag` is how long after the end of its job, if
    /// the API said when that was.
    pub fn delivery_came(&mut self, lag: Option<Duration>) {
        self.arrivals.came(lag);
    }

    /// Learns that a read found a job over of which no delivery had come, and for
    /// how long, if the API said that. One that may be on its way does not count
    /// as lost.
    pub fn delivery_missing(&mut self, over_for: Option<Duration>) {
        self.arrivals.missing(over_for);
    }

    /// The share of jobs whose delivery never comes.
    pub(crate) fn share_lost(&self) -> f64 {
        self.arrivals.lost()
    }

    fn planned(&mut self, running: Duration, age: Duration, terms: Terms) -> Duration {
        self.refresh();
        let plan = self.plan(terms);
        let next = self.plans[plan].1.next(&self.curve, running.as_secs_f64());
        Duration::try_from_secs_f64(next).unwrap_or(Duration::MAX).max(age)
    }

    /// How likely a job that was seen running at one age (zero if it was not
    /// read yet) is over at another.
    pub fn chance_over(&mut self, running: Duration, age: Duration) -> f64 {
        self.refresh();
        let (before, over) = (self.curve_at(running).0, self.curve_at(age).0);
        if before < 1.0 { ((over - before) / (1.0 - before)).clamp(0.0, 1.0) } else { 0.0 }
    }

    /// How long a job that was seen running at one age is going to have been over
    /// at another, on average; a job that is still running counts as 0.
    pub fn expected_lag(&mut self, running: Duration, age: Duration) -> Duration {
        self.refresh();
        let (before, now) = (self.curve_at(running), self.curve_at(age));
        let lag = age.as_secs_f64() * (now.0 - before.0) - (now.1 - before.1);
        let lag = if before.0 < 1.0 { lag / (1.0 - before.0) } else { 0.0 };
        Duration::try_from_secs_f64(lag.max(0.0)).unwrap_or_default()
    }

    /// How much more than prices the ages of reads are to be spread, to learn
    /// when jobs end between two reads. Zero if the API says how long jobs took.
    pub(crate) fn exploration(&mut self) -> f64 {
        self.refresh();
        let jobs = self.times.len() as f64;
        MOST_CURIOUS * self.curve.inexact() / (1.0 + jobs / SATISFYING).sqrt()
    }

    fn curve_at(&self, age: Duration) -> (f64, f64) {
        self.curve.at(age.as_secs_f64())
    }

    /// The share of jobs that are over by then.
    fn share(&self, tick: Tick) -> f64 {
        if tick == Tick::FIRST { 0.0 } else { self.curve.at(tick.seconds()).0 }
    }

    fn refresh(&mut self) {
        if !self.fresh {
            self.curve.fit(&self.times);
            self.plans.iter_mut().for_each(|(terms, _)| *terms = None);
            (self.fresh, self.unseen) = (true, 0.0);
        }
    }

    /// The plan for these terms, which is made if it is not there.
    fn plan(&mut self, terms: Terms) -> usize {
        if let Some(plan) = self.plans.iter().position(|(of, _)| *of == Some(terms)) {
            return plan;
        }
        self.replaced = (self.replaced + 1) % PLANS;
        let (of, plan) = &mut self.plans[self.replaced];
        plan.make(&self.curve, terms.price.price(), terms.beside, &mut self.space);
        *of = Some(terms);
        self.replaced
    }
}

/// To half an octave, within what matters.
fn rounded(number: f64) -> f64 {
    ((number.clamp(ROUNDED_LEAST, ROUNDED_MOST).log2() * 2.0).round() / 2.0).exp2()
}

impl fmt::Debug for Planner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Planner").field("times", &self.times).finish_non_exhaustive()
    }
}
