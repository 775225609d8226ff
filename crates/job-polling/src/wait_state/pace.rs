//! [`Pace`]: the limit on the reads of one wait, for any plan.
//!
//! The limit is a token bucket. In any 60 s it allows nine reads, and the deadline may add one: two
//! more than the eight of the recommended schedule (2 s, 4 s, then every 8 s).

use std::time::Duration;

use crate::policy::DEFAULT_READ_COST;

/// The capacity of the bucket.
const MOST: f64 = 4.0;

/// The interval between two tokens, in seconds.
const INTERVAL: f64 = 10.0;

#[derive(Debug, Clone)]
pub(super) struct Pace {
    /// The interval between two tokens, in seconds.
    interval: f64,
    most: f64,
    /// The number of tokens left after the last read.
    left: f64,
    last: Duration,
}

impl Pace {
    /// Creates a limit for reads of this cost. Reads that cost less than the default may be closer
    /// together, by the square root, like those of the optimal schedule.
    pub(super) fn new(read_cost: Duration) -> Self {
        let cost = read_cost.as_secs_f64() / DEFAULT_READ_COST.as_secs_f64();
        let closer = cost.min(1.0).sqrt();
        let most = MOST / closer;
        let interval = INTERVAL * closer;
        Self { interval, most, left: most, last: Duration::ZERO }
    }

    /// Records a read.
    pub(super) fn spend(&mut self, at: Duration) {
        let since = at.saturating_sub(self.last).as_secs_f64();
        self.left = ((self.left + since / self.interval).min(self.most) - 1.0).max(0.0);
        self.last = self.last.max(at);
    }

    /// Returns when the next read is allowed.
    pub(super) fn next(&self) -> Duration {
        let missing = (1.0 - self.left).max(0.0) * self.interval;
        self.last.saturating_add(Duration::try_from_secs_f64(missing).unwrap_or(Duration::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    /// Returns when reads are made if all are requested at once.
    fn greedy(read_cost: f64, until: f64) -> Vec<f64> {
        let mut pace = Pace::new(seconds(read_cost));
        let mut times = Vec::new();
        while pace.next() < seconds(until) {
            times.push(pace.next().as_secs_f64());
            pace.spend(pace.next());
        }
        times
    }

    #[test]
    fn a_minute_has_at_most_nine_reads() {
        let expected = [0.0, 0.0, 0.0, 0.0, 10.0, 20.0, 30.0, 40.0, 50.0];
        assert_eq!(greedy(DEFAULT_READ_COST.as_secs_f64(), 60.0), expected);
        assert_eq!(greedy(1e6, 60.0), expected);
        let cheap = greedy(0.5, 60.0).len();
        assert!((18..=20).contains(&cheap), "{cheap} reads at a quarter of the cost");
    }

    #[test]
    fn reads_that_were_not_made_are_saved_up_to_a_limit() {
        let mut pace = Pace::new(DEFAULT_READ_COST);
        (0..4).for_each(|_| pace.spend(Duration::ZERO));
        assert_eq!(pace.next(), seconds(10.0));
        (0..4).for_each(|_| pace.spend(seconds(1_000.0)));
        assert_eq!(pace.next(), seconds(1_010.0));
    }
}
