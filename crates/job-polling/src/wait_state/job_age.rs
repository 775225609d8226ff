//! [`JobAge`]: the age of a job, based on the known facts about its start.

use std::time::Duration;

/// The maximum plausible age of a job at its first read. An older date comes from clocks that
/// disagree, or from another time zone.
pub(super) const OLDEST: Duration = Duration::from_secs(15 * 60);

/// The reference point of a job's age: its launch, or the first read that found it running. A job
/// that was launched elsewhere is older than that by an unknown amount, because its dates are
/// those of another clock.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin {
    pub(super) at: Duration,
    /// The age at that time.
    pub(super) age: Duration,
}

impl Origin {
    pub(super) fn age_at(self, now: Duration) -> Duration {
        self.age.saturating_add(now.saturating_sub(self.at))
    }
}

/// The age of a job during a wait. Times are measured from the start of the wait.
#[derive(Debug, Clone, Copy)]
pub(super) struct JobAge {
    /// The reference point of the age, if it is known.
    pub(super) origin: Option<Origin>,
    /// The age of the job at the start of the wait by its dates.
    dated: Option<Duration>,
    /// When it was last found running.
    pub(super) last_running: Option<Duration>,
}

impl JobAge {
    /// Returns the age of a job that has not been read.
    pub(super) fn new(origin: Option<Origin>) -> Self {
        Self { origin, dated: None, last_running: None }
    }

    /// Records that a read found the job running at this time, with this age by its dates. Without
    /// another reference point, its age is measured from the first of these reads.
    pub(super) fn found_running(&mut self, seen: Duration, dated: Option<Duration>) {
        self.last_running = self.last_running.max(Some(seen));
        if self.origin.is_none() {
            self.origin = Some(Origin { at: seen, age: Duration::ZERO });
            self.dated = dated.filter(|age| *age <= OLDEST).map(|age| age.saturating_sub(seen));
        }
    }

    /// Returns the minimum age of the job.
    pub(super) fn at(&self, now: Duration) -> Option<Duration> {
        Some(self.origin?.age_at(now))
    }

    /// Returns the age of the job by its dates.
    pub(super) fn dated_at(&self, now: Duration) -> Option<Duration> {
        Some(self.dated?.saturating_add(now))
    }

    /// Returns the age at which the job was last found running.
    pub(super) fn running(&self) -> Option<Duration> {
        self.at(self.last_running?)
    }

    /// Returns the age at which the job was last found running, by its dates.
    pub(super) fn dated_running(&self) -> Option<Duration> {
        self.dated_at(self.last_running?)
    }
}
