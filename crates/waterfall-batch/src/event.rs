//! [`BatchEvent`] and [`RunEnd`]: what a run reports.

use std::fmt;

use waterfall::{Error, JobId};

use crate::error::JournalError;
use crate::limits::Halt;
use crate::money::Usd;
use crate::progress::Progress;
use crate::row::Outcome;

/// What a run reports. Rows are named by their positions in the input, from 0.
#[derive(Debug)]
#[non_exhaustive]
pub enum BatchEvent {
    /// A job was launched, and its id is stored.
    Launched {
        /// The row.
        row: u64,
        /// Its job.
        job: JobId,
    },
    /// A row ended, and its result is stored.
    Ended {
        /// The row.
        row: u64,
        /// How it ended.
        outcome: Outcome,
        /// Its job, if it had one.
        job: Option<JobId>,
        /// What it cost, if the API reports that.
        cost: Option<Usd>,
    },
    /// A launch may or may not have been acted on. See [`Batch::doubts`](crate::Batch::doubts).
    InDoubt {
        /// The row.
        row: u64,
        /// The error of the launch.
        error: Error,
    },
    /// How far the batch is. It is reported every few seconds.
    Progress(Box<Progress>),
    /// The journal can't be used, so nothing is sent: why.
    Blocked(String),
    /// The journal can be used again.
    Unblocked,
    /// The run is over. This is the last event.
    RunEnded(RunEnd),
}

/// Why a run is over.
#[derive(Debug)]
#[non_exhaustive]
pub enum RunEnd {
    /// No row is left that can change without a decision of the operator.
    Complete,
    /// The run or the batch was asked to stop. The next run continues.
    Stopped,
    /// A limit is reached, and the results of all launches are here.
    Halted(Halt),
    /// Some jobs did not end in the time that a run waits for each. The next run reads them.
    StillRunning,
    /// The API refused a request for a reason that is not the row's: the key, the quota, the
    /// permission, the base URL.
    Refused(Error),
    /// Several launches in a row are in doubt: the API or the network is not in order.
    TooManyDoubts(Error),
    /// The journal failed for good.
    Journal(JournalError),
}

impl RunEnd {
    /// The reason as a word, for example `complete`. These words are stable.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Stopped => "stopped",
            Self::Halted(halt) => halt.as_str(),
            Self::StillRunning => "still_running",
            Self::Refused(_) => "refused",
            Self::TooManyDoubts(_) => "too_many_doubts",
            Self::Journal(_) => "journal",
        }
    }
}

impl fmt::Display for RunEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Complete => f.write_str("all rows are done"),
            Self::Stopped => f.write_str("stopped as asked; the next run continues"),
            Self::Halted(Halt::MaxLaunches) => f.write_str("the limit of launches is reached"),
            Self::Halted(Halt::MaxSpend) => f.write_str("the limit of spending is reached"),
            Self::Halted(Halt::LowBalance) => f.write_str("the balance is below its limit"),
            Self::Halted(Halt::Stopped) => f.write_str("stopped as asked; the next run continues"),
            Self::StillRunning => {
                f.write_str("some jobs are still running; run again to read them")
            }
            Self::Refused(error) => write!(f, "nothing more is launched: {error}"),
            Self::TooManyDoubts(error) => write!(
                f,
                "nothing more is launched, because several launches in a row are in doubt: {error}"
            ),
            Self::Journal(error) => error.fmt(f),
        }
    }
}
