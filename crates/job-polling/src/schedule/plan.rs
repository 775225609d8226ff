//! [`Plan`]: the next read that is worth its price, from each age at which a job was found running.
//!
//! The cost of a wait is its lag (the time between the end of the job and the read that finds it)
//! and a price for each read. With F(t) the share of jobs that have ended by t, and M(t) the sum
//! of their durations, dynamic programming gives the minimal remaining cost from age r on, over
//! all jobs, ended ones included:
//!
//! V(r) = p (1 − F(r)) + M(r) + min over s > r of ( s F(s) − M(s) + V(s) − s F(r) )
//!
//! For a fixed s this is a line in F(r). Going down from the last age, both the slopes of new
//! lines and the query points are monotonic, so the lowest line is found in amortized constant
//! time (the convex hull trick), and a plan in linear time.
//!
//! If webhooks deliver results too, and a share q of deliveries is lost, an ended job has a lag
//! only if its delivery is lost, and a read is paid for unless a delivery arrived before it. With
//! L the time that a delivery takes,
//!
//! V(r) = p (1 − q F(r)) + q M(r) + min over s > r of
//!        ( q (s F(s) − M(s)) − p (1 − q) F(s − L) + V(s) − q s F(r) )
//!
//! which are lines again, and with q = 1 the same as above: if no delivery ever arrives, reads
//! are planned as without deliveries.

use super::completion_curve::CompletionCurve;

/// The minimum pause between two reads, in seconds: a read costs quota.
pub(super) const SHORTEST_PAUSE: f64 = 0.1;

#[derive(Debug, Clone, Copy)]
struct Line {
    slope: f64,
    offset: f64,
    to: u16,
}

impl Line {
    fn at(&self, x: f64) -> f64 {
        self.slope * x + self.offset
    }
}

/// Webhook deliveries in addition to reads.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Deliveries {
    /// The share of lost deliveries; above 0.
    pub(super) lost: f64,
    /// The time after the end of its job at which a delivery arrives, in seconds.
    pub(super) late: f64,
}

impl Deliveries {
    pub(super) const NONE: Self = Self { lost: 1.0, late: 0.0 };

    /// Returns the share of jobs that ended early enough to be delivered by an age.
    fn due(self, curve: &CompletionCurve, age: f64) -> f64 {
        if self.lost < 1.0 { (1.0 - self.lost) * curve.at(age - self.late).0 } else { 0.0 }
    }
}

/// Buffers for planning.
pub(super) struct Workspace {
    lines: Vec<Line>,
    values: Vec<f64>,
}

impl Workspace {
    pub(super) fn new(points: usize) -> Self {
        Self { lines: Vec::with_capacity(points), values: Vec::with_capacity(points) }
    }
}

/// The next read from each point of a curve, as the index of a point.
pub(super) struct Plan {
    next: Vec<u16>,
}

impl Plan {
    pub(super) fn new(points: usize) -> Self {
        Self { next: Vec::with_capacity(points) }
    }

    /// Recomputes the plan for a price in seconds.
    pub(super) fn make(
        &mut self,
        curve: &CompletionCurve,
        price: f64,
        beside: Deliveries,
        space: &mut Workspace,
    ) {
        let lost = beside.lost;
        let (ages, overs, moments) = (curve.grid().ages(), curve.overs(), curve.moments());
        let last = ages.len() - 1;
        self.next.clear();
        self.next.resize(ages.len(), last as u16);
        space.values.clear();
        space.values.resize(ages.len(), 0.0);
        space.lines.clear();
        let (mut lowest, mut unread) = (0, ages.len());
        for from in (0..last).rev() {
            while ages[unread - 1] >= ages[from] + SHORTEST_PAUSE {
                unread -= 1;
                let age = ages[unread];
                let lag = lost * (age * overs[unread] - moments[unread]);
                let offset = lag - price * beside.due(curve, age) + space.values[unread];
                let line = Line { slope: -lost * age, offset, to: unread as u16 };
                push(&mut space.lines, lowest, line);
            }
            let over = overs[from];
            while let [line, next, ..] = space.lines[lowest..]
                && next.at(over) <= line.at(over)
            {
                lowest += 1;
            }
            if let Some(line) = space.lines.get(lowest) {
                self.next[from] = line.to;
                let read = price * (1.0 - lost * over);
                space.values[from] = read + lost * moments[from] + line.at(over);
            }
        }
    }

    /// Returns the next read of a job that was found running at this age, in seconds.
    pub(super) fn next(&self, curve: &CompletionCurve, age: f64) -> f64 {
        let ages = curve.grid().ages();
        let point = curve.grid().at_or_before(age);
        let planned = [point, (point + 1).min(ages.len() - 1)]
            .map(|from| ages[usize::from(self.next[from])])
            .into_iter()
            .find(|next| *next > age);
        // Beyond all observed durations, the pause is a quarter of the age.
        planned.unwrap_or(age * 1.25).max(age + SHORTEST_PAUSE)
    }
}

/// Adds a line with the greatest slope so far, and drops lines that are no longer lowest
/// anywhere.
fn push(lines: &mut Vec<Line>, lowest: usize, line: Line) {
    while let [.., first, second] = lines[lowest..]
        && (line.offset - second.offset) * (second.slope - first.slope)
            <= (second.offset - first.offset) * (line.slope - second.slope)
    {
        lines.pop();
    }
    lines.push(line);
}
