//! [`Doubt`]: a launch that may or may not have started a job, and the known facts about it.

use std::fmt;

use jiff::Timestamp;

use crate::account::AccountReport;
use crate::id::Fence;
use crate::journal::{AttemptEnd, BatchRecord, DoubtRecord, WorkerRecord};

/// A row whose launch may or may not have started a job.
///
/// A late delivery or a late job ID settles the doubt automatically. Otherwise it remains until
/// [`Batch::consent`](crate::Batch::consent) launches the row again, which may be paid for twice,
/// or [`Batch::give_up`](crate::Batch::give_up) ends the row. `Display` explains the doubt in one
/// line.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Doubt {
    /// The number of the attempt.
    pub fence: Fence,
    /// When the intent to launch the row was stored, by the journal's clock.
    pub since: Timestamp,
    /// The worker that launched the row, if it is known.
    pub worker: Option<WorkerRecord>,
    /// The reason for the doubt.
    pub reason: DoubtReason,
    /// The error of the launch, if there was one.
    pub detail: Option<String>,
    /// The input of the row.
    pub raw: Vec<u8>,
}

/// Why a row is in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DoubtReason {
    /// The worker ended, or lost the journal, after storing the intent and before storing the
    /// response.
    WorkerLost,
    /// The response was lost or could not be decoded.
    NoResponse,
    /// The worker reported later that the API did not act on the launch. A second launch is
    /// certainly not paid for twice.
    NotLaunched,
}

impl Doubt {
    /// Returns whether a second launch of the row is certainly not paid for twice.
    pub fn is_harmless(&self) -> bool {
        self.reason == DoubtReason::NotLaunched
    }
}

impl From<DoubtRecord> for Doubt {
    fn from(record: DoubtRecord) -> Self {
        let DoubtRecord { fence, since, worker, end, detail, raw } = record;
        let reason = match end {
            Some(AttemptEnd::NotLaunched | AttemptEnd::Refused) => DoubtReason::NotLaunched,
            Some(AttemptEnd::Doubt) => DoubtReason::NoResponse,
            Some(AttemptEnd::Launched | AttemptEnd::Buried) | None => DoubtReason::WorkerLost,
        };
        Self { fence, since, worker, reason, detail, raw }
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (row, since) = (self.fence.row, self.since);
        write!(f, "row {row}, attempt {}, at {since:.0}: ", self.fence.attempt)?;
        match self.reason {
            DoubtReason::NotLaunched => f.write_str("certainly not launched")?,
            DoubtReason::NoResponse => {
                f.write_str("the launch was sent, but its response is lost")?
            }
            DoubtReason::WorkerLost => match &self.worker {
                Some(WorkerRecord { host, pid, .. }) => write!(
                    f,
                    "process {pid} on {host} ended before the response to its launch was stored"
                )?,
                None => f.write_str("its process ended before the response was stored")?,
            },
        }
        match &self.detail {
            Some(detail) => write!(f, " ({detail})"),
            None => Ok(()),
        }
    }
}

/// The evidence of the account's counter about all doubts of a batch together, from
/// [`Batch::count_doubts`](crate::Batch::count_doubts). It is reliable only if nothing else
/// launches with this key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DoubtCount {
    /// None of them was launched: launching them again is not paid for twice.
    NoneLaunched,
    /// At most this many of them were launched, and would be paid for twice. The number includes
    /// doubts that were settled earlier and any other launches with this key.
    Launched(u64),
    /// The account does not report the required values, or another billing period has begun.
    Unknown,
}

impl DoubtCount {
    /// Compares the account's current counter with that at the start of the batch, minus the
    /// launches that have a job.
    pub(crate) fn new(batch: &BatchRecord, report: &AccountReport) -> Self {
        let (Some(before), Some(period), Some(counted)) =
            (&batch.counter, &report.period, report.launches)
        else {
            return Self::Unknown;
        };
        if before.period != *period {
            return Self::Unknown;
        }
        let certain = batch.confirmed.saturating_sub(before.confirmed);
        match counted.saturating_sub(before.counted).saturating_sub(certain) {
            0 => Self::NoneLaunched,
            launched => Self::Launched(launched),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::BatchId;
    use crate::journal::Counter;
    use waterfall::Usd;

    #[test]
    fn the_counter_shows_how_many_doubts_were_launched() {
        let batch = |confirmed, counter| BatchRecord {
            id: BatchId::random(),
            name: String::new(),
            kind: String::new(),
            input: None,
            settings: String::new(),
            created_at: Timestamp::UNIX_EPOCH,
            rows: 100,
            is_sealed: true,
            is_stopped: false,
            launches: confirmed + 5,
            confirmed,
            spent: Usd::ZERO,
            balance: None,
            counter,
        };
        let report = |counted: u64, period: &str| AccountReport {
            launches: Some(counted),
            period: Some(period.to_owned()),
            ..AccountReport::default()
        };
        let counter = Some(Counter::new("2026-03", 1_000, 10));
        // 50 launches since the start, 5 of which are in doubt.
        let running = batch(55, counter);
        let rows = [
            (report(1_045, "2026-03"), DoubtCount::NoneLaunched),
            (report(1_048, "2026-03"), DoubtCount::Launched(3)),
            (report(1_060, "2026-03"), DoubtCount::Launched(15)),
            (report(45, "2026-04"), DoubtCount::Unknown),
            (AccountReport::default(), DoubtCount::Unknown),
        ];
        for (report, expected) in rows {
            assert_eq!(DoubtCount::new(&running, &report), expected, "{report:?}");
        }
        let unknown = DoubtCount::new(&batch(55, None), &report(1_045, "2026-03"));
        assert_eq!(unknown, DoubtCount::Unknown);
    }

    #[test]
    fn a_doubt_is_explained() {
        let record = DoubtRecord {
            fence: Fence::new(BatchId::random(), 7, 1),
            since: Timestamp::UNIX_EPOCH,
            worker: None,
            end: Some(AttemptEnd::Doubt),
            detail: Some("timed out".to_owned()),
            raw: Vec::new(),
        };
        assert_eq!(
            Doubt::from(record.clone()).to_string(),
            "row 7, attempt 1, at 1970-01-01T00:00:00Z: the launch was sent, but its response is \
            lost (timed out)",
        );
        let late = Doubt::from(DoubtRecord { end: Some(AttemptEnd::NotLaunched), ..record });
        assert!(late.is_harmless());
    }
}
