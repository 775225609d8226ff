//! Waits for jobs, one after the other, in virtual time.

use std::time::Duration;

use job_polling::schedule::{Planner, QuotaPressure};
use job_polling::wait_state::{Decision, JobOrigin, PollContext, WaitState};
use job_polling::{DurationHistory, PollPolicy};

use crate::optimum::Cost;

/// The maximum wait. Jobs that take longer are abandoned.
const MAX_WAIT: Duration = Duration::from_secs(48 * 60 * 60);

/// The number of reads of a schedule that are examined.
const MOST_READS: usize = 500;

/// A client that waits for jobs and learns.
pub(crate) struct Player {
    policy: PollPolicy,
    planner: Planner,
    random: fastrand::Rng,
    stop_dates: bool,
}

impl Player {
    pub(crate) fn new(policy: PollPolicy, seed: u64, stop_dates: bool) -> Self {
        let planner = Planner::new(DurationHistory::new());
        // A sequence that differs from that of the durations.
        let random = fastrand::Rng::with_seed(!seed);
        Self { policy, planner, random, stop_dates }
    }

    /// Waits for a job that takes this many seconds.
    pub(crate) fn wait(&mut self, time: f64) -> Cost {
        let time = seconds(time);
        let mut wait = self.wait_state();
        let unit = self.random.f64();
        let mut at = wait.first(self.context(unit));
        while at < time {
            let unit = self.random.f64();
            let next = wait.still_running(at, Duration::ZERO, None, self.context(unit));
            let Decision::ReadAt(next) = next else { break };
            at = next;
        }
        let lasted = self.stop_dates.then_some(time);
        wait.over(at, Duration::ZERO, lasted, &mut self.planner);
        let lag = at.saturating_sub(time).as_secs_f64();
        Cost { reads: f64::from(wait.reads()), lag }
    }

    /// Returns when a job would be read by the current schedule, without further learning.
    pub(crate) fn held(&mut self, read_cost: Duration) -> Vec<f64> {
        let reads: Vec<_> = if self.policy == PollPolicy::adaptive_with_read_cost(read_cost) {
            let mut next = |age| self.planner.next_read(age, age, read_cost);
            let first = next(Duration::ZERO);
            std::iter::successors(Some(first), |&age| Some(next(age))).take(MOST_READS).collect()
        } else {
            self.paced()
        };
        reads.iter().map(Duration::as_secs_f64).collect()
    }

    /// Returns the reads of a policy that does not learn.
    fn paced(&self) -> Vec<Duration> {
        let mut player = Self::new(self.policy.clone(), 0, self.stop_dates);
        let mut wait = self.wait_state();
        let mut reads = vec![wait.first(player.context(0.5))];
        while reads.len() < MOST_READS {
            let at = reads[reads.len() - 1];
            let next = wait.still_running(at, Duration::ZERO, None, player.context(0.5));
            let Decision::ReadAt(next) = next else { break };
            reads.push(next);
        }
        reads
    }

    fn wait_state(&self) -> WaitState {
        let launched = JobOrigin::Launched { age: Duration::ZERO, took: Duration::ZERO };
        WaitState::new(self.policy.clone(), MAX_WAIT, launched)
    }

    fn context(&mut self, unit: f64) -> PollContext<'_> {
        PollContext::new(&mut self.planner, QuotaPressure::NONE, unit)
    }
}

fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}
