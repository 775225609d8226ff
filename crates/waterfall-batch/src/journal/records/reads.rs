//! Data that is read from a journal: counts, rows and doubts.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::attempts::{AttemptEnd, JobResult};
use super::batch::BatchRecord;
use super::workers::WorkerRecord;
use crate::id::{Fence, JobKey};
use crate::row::{Outcome, Row, RowState};
use waterfall::Usd;

/// A job to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LaunchedRow {
    /// The attempt.
    pub fence: Fence,
    /// The job.
    pub job: JobKey,
}

/// A row that ended elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct EndedRow {
    /// The position of the row.
    pub row: u64,
    /// The row.
    pub state: Row,
    /// The cost.
    pub cost: Option<Usd>,
}

/// The counts of a batch.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Status {
    /// The batch.
    pub batch: BatchRecord,
    /// The numbers of rows by state and outcome.
    pub counts: Vec<(RowState, Option<Outcome>, u64)>,
    /// The time since which the oldest launched row has been waiting for its result.
    pub oldest_launched: Option<Timestamp>,
    /// The time since which the oldest doubt has existed.
    pub oldest_doubt: Option<Timestamp>,
    /// The workers with a current lease, and the latest ones without.
    pub workers: Vec<WorkerRecord>,
    /// The number of results that any worker stored in the last ten minutes.
    pub recent_results: u64,
    /// When the first of them was stored.
    pub recent_since: Option<Timestamp>,
    /// The current time of the journal's clock.
    pub now: Timestamp,
}

/// The period over which the rate of a status is measured.
pub(crate) const RECENT: SignedDuration = SignedDuration::from_mins(10);

/// The minimum period for a rate. A shorter one is not meaningful.
const SHORTEST: SignedDuration = SignedDuration::from_secs(5);

impl Status {
    /// Returns the number of rows in a state.
    pub fn count(&self, state: RowState) -> u64 {
        self.counts.iter().filter(|count| count.0 == state).map(|count| count.2).sum()
    }

    /// Returns the number of rows with an outcome.
    pub fn outcome(&self, outcome: Outcome) -> u64 {
        self.counts.iter().filter(|count| count.1 == Some(outcome)).map(|count| count.2).sum()
    }

    /// Returns the recent number of stored results per minute; `None` if there are none, or too few
    /// for a rate.
    pub fn rows_per_minute(&self) -> Option<f64> {
        let passed = self.now.duration_since(self.recent_since?);
        let minutes = passed.as_secs_f64() / 60.0;
        (passed >= SHORTEST).then(|| self.recent_results as f64 / minutes)
    }

    /// Returns the time until no row is open at this rate.
    pub fn remaining(&self) -> Option<Duration> {
        let rate = self.rows_per_minute().filter(|rate| *rate > 0.0)?;
        Duration::try_from_secs_f64(self.open() as f64 / rate * 60.0).ok()
    }

    /// Returns the number of rows that can still change without a decision of the operator.
    pub fn open(&self) -> u64 {
        [RowState::Pending, RowState::Launching, RowState::Launched]
            .into_iter()
            .map(|state| self.count(state))
            .sum()
    }
}

/// All stored data of a row.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct StoredRow {
    /// The position of the row, counted from 0.
    pub row: u64,
    /// The input.
    pub raw: Vec<u8>,
    /// The body of the launch as JSON; empty for a skipped row.
    pub request: Vec<u8>,
    /// The state of the row.
    pub state: Row,
    /// The position of the row of which this one is a duplicate.
    pub duplicate_of: Option<u64>,
    /// The reason why it was skipped, for people.
    pub detail: Option<String>,
    /// The result of its attempt.
    pub result: Option<JobResult>,
    /// When the result was stored.
    pub ended_at: Option<Timestamp>,
}

/// A row in doubt.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct DoubtRecord {
    /// The attempt.
    pub fence: Fence,
    /// When the intent was stored.
    pub since: Timestamp,
    /// The worker.
    pub worker: Option<WorkerRecord>,
    /// How the attempt ended, if that is known.
    pub end: Option<AttemptEnd>,
    /// The known facts about the launch, for people.
    pub detail: Option<String>,
    /// The input.
    pub raw: Vec<u8>,
}
