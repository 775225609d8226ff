//! What is read from a journal: counts, rows and doubts.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::attempts::{AttemptEnd, JobResult};
use super::batch::BatchRecord;
use super::workers::WorkerRecord;
use crate::id::{Fence, JobKey};
use crate::money::Usd;
use crate::row::{Outcome, Row, RowState};

/// A job that is to be read.
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
    /// What it cost.
    pub cost: Option<Usd>,
}

/// Counts of a batch.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Status {
    /// The batch.
    pub batch: BatchRecord,
    /// How many rows there are by state and outcome.
    pub counts: Vec<(RowState, Option<Outcome>, u64)>,
    /// Since when the oldest launched row has been waiting for its result.
    pub oldest_launched: Option<Timestamp>,
    /// Since when the oldest doubt has been one.
    pub oldest_doubt: Option<Timestamp>,
    /// The workers whose leases last, and the latest that ended.
    pub workers: Vec<WorkerRecord>,
    /// How many results were stored in the last ten minutes, by any worker.
    pub recent_results: u64,
    /// When the first of them was stored.
    pub recent_since: Option<Timestamp>,
    /// The journal's clock.
    pub now: Timestamp,
}

/// The rate of a status is that of this time.
pub(crate) const RECENT: SignedDuration = SignedDuration::from_mins(10);

/// A rate of a shorter time says nothing.
const SHORTEST: SignedDuration = SignedDuration::from_secs(5);

impl Status {
    /// How many rows are in a state.
    pub fn count(&self, state: RowState) -> u64 {
        self.counts.iter().filter(|count| count.0 == state).map(|count| count.2).sum()
    }

    /// How many rows have an outcome.
    pub fn outcome(&self, outcome: Outcome) -> u64 {
        self.counts.iter().filter(|count| count.1 == Some(outcome)).map(|count| count.2).sum()
    }

    /// How many results were stored per minute lately; `None` if there were none, or too few to
    /// say.
    pub fn rows_per_minute(&self) -> Option<f64> {
        let passed = self.now.duration_since(self.recent_since?);
        let minutes = passed.as_secs_f64() / 60.0;
        (passed >= SHORTEST).then(|| self.recent_results as f64 / minutes)
    }

    /// When no row is open at this rate, from now.
    pub fn remaining(&self) -> Option<Duration> {
        let rate = self.rows_per_minute().filter(|rate| *rate > 0.0)?;
        Duration::try_from_secs_f64(self.open() as f64 / rate * 60.0).ok()
    }

    /// How many rows can still change without a decision of the operator.
    pub fn open(&self) -> u64 {
        [RowState::Pending, RowState::Launching, RowState::Launched]
            .into_iter()
            .map(|state| self.count(state))
            .sum()
    }
}

/// All that is stored about a row.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct StoredRow {
    /// Its position, from 0.
    pub row: u64,
    /// The input.
    pub raw: Vec<u8>,
    /// The body of its launch as JSON; empty for a row that was skipped.
    pub request: Vec<u8>,
    /// Its state.
    pub state: Row,
    /// The row that it is a duplicate of.
    pub duplicate_of: Option<u64>,
    /// Why it was skipped, for people to read.
    pub detail: Option<String>,
    /// The result of its attempt.
    pub result: Option<JobResult>,
    /// When that was stored.
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
    /// How the attempt ended as far as that is known.
    pub end: Option<AttemptEnd>,
    /// What is known of the launch, for people to read.
    pub detail: Option<String>,
    /// The input.
    pub raw: Vec<u8>,
}
