//! [`Progress`]: the progress of a batch and its estimated end, without a clock or I/O.

use std::collections::VecDeque;
use std::time::Duration;

use crate::journal::Status;
use crate::row::RowState;

/// The period over which the rate is measured.
const WINDOW: Duration = Duration::from_secs(10 * 60);

/// The minimum period for a rate. A shorter one is not meaningful.
const SHORTEST: Duration = Duration::from_secs(5);

/// The progress of a batch with any number of workers.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Progress {
    /// Counts by state and outcome, workers, launches and costs.
    pub status: Status,
    /// The recent number of rows that ended per minute, if it is known.
    pub rows_per_minute: Option<f64>,
    /// The time until the batch is done at this rate.
    pub remaining: Option<Duration>,
}

/// Measures the rate at which rows end.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    samples: VecDeque<(Duration, u64)>,
}

impl Pace {
    /// Adds a status. Returns the updated progress.
    pub(crate) fn progress(&mut self, now: Duration, status: Status) -> Progress {
        self.samples.push_back((now, status.count(RowState::Done)));
        while self.samples.front().is_some_and(|(at, _)| now.saturating_sub(*at) > WINDOW) {
            self.samples.pop_front();
        }
        let rows_per_minute = self.rate();
        let open = status.open();
        let remaining = rows_per_minute
            .filter(|rate| *rate > 0.0)
            .and_then(|rate| Duration::try_from_secs_f64(open as f64 / rate * 60.0).ok());
        Progress { status, rows_per_minute, remaining }
    }

    fn rate(&self) -> Option<f64> {
        let (first, last) = (self.samples.front()?, self.samples.back()?);
        let passed = last.0.checked_sub(first.0).filter(|passed| *passed >= SHORTEST)?;
        Some(last.1.saturating_sub(first.1) as f64 / passed.as_secs_f64() * 60.0)
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::id::BatchId;
    use crate::journal::{BatchRecord, NewBatch};
    use crate::row::Outcome;
    use waterfall::Usd;

    fn status(done: u64, pending: u64) -> Status {
        let NewBatch { name, kind, input, settings } = NewBatch::new("a", "b");
        let batch = BatchRecord {
            id: BatchId::random(),
            name,
            kind,
            input,
            settings,
            created_at: Timestamp::UNIX_EPOCH,
            rows: done + pending,
            is_sealed: true,
            is_stopped: false,
            launches: done,
            confirmed: done,
            spent: Usd::ZERO,
            balance: None,
            counter: None,
        };
        Status {
            batch,
            counts: vec![
                (RowState::Pending, None, pending),
                (RowState::Done, Some(Outcome::Found), done),
            ],
            oldest_launched: None,
            oldest_doubt: None,
            workers: Vec::new(),
            recent_results: 0,
            recent_since: None,
            now: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_status_has_the_rate_of_all_workers() {
        let minute = jiff::SignedDuration::from_mins(1);
        let mut status = status(300, 100);
        assert_eq!((status.rows_per_minute(), status.remaining()), (None, None));
        status.recent_results = 50;
        status.recent_since = Some(status.now - minute * 5);
        let left = Duration::from_secs(10 * 60);
        assert_eq!((status.rows_per_minute(), status.remaining()), (Some(10.0), Some(left)));
        status.recent_since = Some(status.now);
        assert_eq!(status.rows_per_minute(), None, "the time is too short");
    }

    #[test]
    fn the_rate_is_that_of_the_last_minutes() {
        let (mut pace, minute) = (Pace::default(), Duration::from_secs(60));
        let first = pace.progress(minute, status(100, 300));
        assert_eq!((first.rows_per_minute, first.remaining), (None, None));
        let then = pace.progress(minute * 5, status(200, 200));
        assert_eq!((then.rows_per_minute, then.remaining), (Some(25.0), Some(minute * 8)));
        let then = pace.progress(minute * 15, status(300, 100));
        assert_eq!(then.rows_per_minute, Some(10.0), "the first sample is too old");
        let stuck = pace.progress(minute * 25, status(300, 100));
        assert_eq!((stuck.rows_per_minute, stuck.remaining), (Some(0.0), None));
    }
}
