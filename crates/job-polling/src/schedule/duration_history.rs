//! [`DurationHistory`]: the observed durations of jobs.

use std::fmt;
use std::time::Duration;

use super::change_detector::ChangeDetector;
use super::tick::Tick;

/// The maximum number of remembered jobs.
pub(super) const KEPT: usize = 384;

/// The minimum delay of the API. A shorter one counts as none.
const NO_DELAY: f64 = 0.1;

/// How far, in seconds, the clocks of server and client may differ in the duration of a job.
const CLOCKS_DIFFER: f64 = 1.0;

/// The factor by which a delay decreases with each job that does not show it.
const DELAY_FADES: f64 = 63.0 / 64.0;

/// The factor by which a delay may exceed the observed one.
const DELAY_MARGIN: f64 = 1.25;

/// An observation of one job. Ages are measured from its launch.
///
/// ```
/// use std::time::Duration;
/// use job_polling::schedule::Observation;
///
/// let seconds = Duration::from_secs;
/// let running = Observation::running(seconds(3));
/// // Found to have ended at an age of 8 s; the API reports a duration of 5 s.
/// let over = Observation::over(seconds(3), seconds(8), Some(seconds(5)));
/// # let _ = (running, over);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Observation {
    pub(super) running: Duration,
    pub(super) over: Option<Duration>,
    pub(super) lasted: Option<Duration>,
}

impl Observation {
    /// Creates the observation of a job that was running at this age, and has not been read since.
    pub fn running(age: Duration) -> Self {
        Self { running: age, over: None, lasted: None }
    }

    /// Creates the observation of a job that was running at one age (zero if it had not been read
    /// before) and had ended at the other. `lasted` is its duration, if the API reports it.
    pub fn over(running: Duration, over: Duration, lasted: Option<Duration>) -> Self {
        Self { running, over: Some(over), lasted }
    }
}

/// Identifies the job of an [`Observation`]; returned by
/// [`Planner::record`](super::Planner::record).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObservationId(u64);

/// When a read can first find that a job has ended: after `after`, and no later than `by`. Both are
/// equal if the time is known exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct End {
    pub(super) after: Tick,
    /// [`Tick::LAST`] for a job whose end was not observed.
    pub(super) by: Tick,
}

impl End {
    pub(super) fn is_exact(self) -> bool {
        self.after == self.by
    }

    pub(super) fn was_seen(self) -> bool {
        self.by != Tick::LAST
    }
}

/// The durations of the last 384 observed jobs.
///
/// A client learns it automatically; see [`PollPolicy::adaptive`](crate::PollPolicy::adaptive).
/// Store it with serde when a process ends (feature `serde`) and pass it to the planner of the next
/// one, which then does not start from the prior. It contains durations, and nothing about the
/// content of jobs.
///
/// Old jobs lose weight: 280 jobs later, a job counts for about a third. If durations change
/// suddenly, the jobs before the change are forgotten.
///
/// The stored form has a version and is validated when it is read: another version, a time that
/// is negative or not a number, an interval that ends before it begins, and more than 384 jobs
/// are errors.
///
/// ```
/// use job_polling::DurationHistory;
/// use job_polling::schedule::Planner;
///
/// let planner = Planner::new(DurationHistory::new());
/// let stored = serde_json::to_string(planner.times())?;
///
/// // In the next process:
/// let times: DurationHistory = serde_json::from_str(&stored)?;
/// let planner = Planner::new(times);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct DurationHistory {
    /// A ring buffer: job number `n` is at `n % KEPT`.
    ends: [End; KEPT],
    /// The number of jobs so far.
    total: u64,
    /// The first job that still counts.
    first: u64,
    /// The maximum delay until a read can find that a job has ended, in seconds.
    delay: f64,
    change_detector: ChangeDetector,
}

impl DurationHistory {
    /// Creates an empty history.
    pub const fn new() -> Self {
        let nothing = End { after: Tick::FIRST, by: Tick::FIRST };
        Self {
            ends: [nothing; KEPT],
            total: 0,
            first: 0,
            delay: 0.0,
            change_detector: ChangeDetector::NONE,
        }
    }

    /// Restores a stored history; the oldest job first.
    pub(super) fn restored(ends: impl Iterator<Item = End>, delay: f64) -> Self {
        let mut times = Self { delay, ..Self::new() };
        ends.for_each(|end| {
            times.append(end);
        });
        times
    }

    /// Returns the number of remembered jobs.
    pub fn len(&self) -> usize {
        (self.total - self.first).min(KEPT as u64) as usize
    }

    /// Returns whether no job is remembered.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the delay until a read can find that a job has ended: zero unless reads found jobs
    /// running after the time at which, as the API reported later, they had ended.
    pub fn delay(&self) -> Duration {
        Duration::try_from_secs_f64(self.delay).unwrap_or_default()
    }

    /// Returns the jobs, the newest first.
    pub(super) fn ends(&self) -> impl Iterator<Item = End> {
        let len = self.len() as u64;
        (1..=len).map(|back| self.ends[slot(self.total - back)])
    }

    /// Adds a job, or updates the one that is already recorded.
    pub(super) fn record(&mut self, observation: Option<ObservationId>, end: End) -> ObservationId {
        match observation {
            Some(ObservationId(number)) if self.remembers(number) => {
                self.ends[slot(number)] = end;
                ObservationId(number)
            }
            _ => self.append(end),
        }
    }

    /// Returns the recorded observation of a job.
    pub(super) fn known(&self, ObservationId(number): ObservationId) -> Option<End> {
        self.remembers(number).then(|| self.ends[slot(number)])
    }

    fn remembers(&self, number: u64) -> bool {
        (self.first..self.total).contains(&number) && self.total - number <= KEPT as u64
    }

    fn append(&mut self, end: End) -> ObservationId {
        let number = self.total;
        self.ends[slot(number)] = end;
        self.total += 1;
        ObservationId(number)
    }

    /// Returns when reads can find the end of the job, according to this observation.
    pub(super) fn end_of(&mut self, seen: Observation) -> End {
        let running = seen.running.as_secs_f64();
        let last = Tick::LAST.previous();
        let Some(over) = seen.over.map(|age| age.as_secs_f64().max(running)) else {
            return End { after: Tick::of(seen.running).min(last), by: Tick::LAST };
        };
        let (after, by) = match seen.lasted.map(|lasted| lasted.as_secs_f64()) {
            // A job whose duration exceeds its age is older than known.
            Some(lasted) if lasted <= over + CLOCKS_DIFFER => {
                let lasted = lasted.min(over);
                self.delay = (self.delay * DELAY_FADES).max(running - lasted);
                let possible = if self.delay < NO_DELAY { 0.0 } else { self.delay * DELAY_MARGIN };
                (lasted.max(running), over.min(lasted.max(running) + possible))
            }
            _ => (running, over),
        };
        let by = Tick::nearest(by).min(last);
        End { after: Tick::nearest(after).min(by), by }
    }

    /// Adds the rank of a job to the change detector: above `running`, then within `over`. Forgets
    /// older jobs if durations have changed. Returns whether they have changed.
    pub(super) fn compare(&mut self, running: f64, over: (f64, f64)) -> bool {
        let Some(first) = self.change_detector.compare(self.total, self.len(), running, over)
        else {
            return false;
        };
        self.first = first.max(self.first);
        true
    }
}

fn slot(number: u64) -> usize {
    (number % KEPT as u64) as usize
}

impl Default for DurationHistory {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for DurationHistory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DurationHistory")
            .field("jobs", &self.len())
            .field("delay", &self.delay())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_of_the_api_counts_from_the_smallest_one() {
        let (ended, over) = (Duration::ZERO, Duration::from_secs(5));
        for (delay, is_exact) in [(0.0, true), (NO_DELAY * 0.99, true), (NO_DELAY, false)] {
            let mut times = DurationHistory::new();
            let running = Duration::from_secs_f64(delay);
            let end = times.end_of(Observation::over(running, over, Some(ended)));
            assert_eq!(end.is_exact(), is_exact, "{delay} s");
        }
    }
}
