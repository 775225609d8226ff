//! [`BatchEvent`] and [`RunEnd`]: the reports of a run.

use std::fmt;

use waterfall::{Error, JobId};

use crate::error::JournalError;
use crate::limits::Halt;
use crate::progress::Progress;
use crate::row::Outcome;
use waterfall::Usd;

/// A report of a run. Rows are identified by their positions in the input, counted from 0.
#[derive(Debug)]
#[non_exhaustive]
pub enum BatchEvent {
    /// A job was launched, and its ID is stored.
    Launched {
        /// The row.
        row: u64,
        /// The job.
        job: JobId,
    },
    /// A row ended, and its result is stored.
    Ended {
        /// The row.
        row: u64,
        /// The outcome.
        outcome: Outcome,
        /// The job, if there was one.
        job: Option<JobId>,
        /// The cost, if the API reports it.
        cost: Option<Usd>,
    },
    /// A launch may or may not have started a job. See [`Batch::doubts`](crate::Batch::doubts).
    InDoubt {
        /// The row.
        row: u64,
        /// The error of the launch.
        error: Error,
    },
    /// The progress of the batch, every few seconds.
    Progress(Box<Progress>),
    /// The journal can't be used, so nothing is sent. Contains the error.
    Blocked(String),
    /// The journal can be used again.
    Unblocked,
    /// The run has ended. This is the last event.
    RunEnded(RunEnd),
}

/// The reason for the end of a run.
#[derive(Debug)]
#[non_exhaustive]
pub enum RunEnd {
    /// Every remaining row needs a decision of the operator, if there is any.
    Complete,
    /// The run or the batch was asked to stop. The next run continues.
    Stopped,
    /// A limit is reached, and the results of all launches are stored.
    Halted(Halt),
    /// Some jobs did not end within the maximum wait. The next run reads them.
    StillRunning,
    /// The API refused a request for a reason that affects all rows: the key, the quota, the
    /// permission or the base URL.
    Refused(Error),
    /// Several consecutive launches are in doubt: the API or the network does not work properly.
    TooManyDoubts(Error),
    /// The journal failed permanently.
    Journal(JournalError),
}

impl RunEnd {
    /// Returns the reason as a word, for example `complete`. These words are stable.
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
            Self::Stopped => f.write_str("stopped as requested; the next run continues"),
            Self::Halted(Halt::MaxLaunches) => f.write_str("the limit of launches is reached"),
            Self::Halted(Halt::MaxSpend) => f.write_str("the limit of spending is reached"),
            Self::Halted(Halt::LowBalance) => f.write_str("the balance is below its limit"),
            Self::Halted(Halt::Stopped) => f.write_str(
                "stopped as requested; the next run \
                continues",
            ),
            Self::StillRunning => {
                f.write_str("some jobs are still running; run again to read them")
            }
            Self::Refused(error) => write!(f, "nothing more is launched: {error}"),
            Self::TooManyDoubts(error) => write!(
                f,
                "nothing more is launched, because several consecutive launches are in doubt: \
                {error}"
            ),
            Self::Journal(error) => error.fmt(f),
        }
    }
}
