//! [`Event`]: the events that `--json` writes to stderr.

use serde::Serialize;
use serde_json::value::RawValue;
use waterfall::JobId;

use crate::batch::progress_state::Counts;
use crate::deviations::Entry;

/// An object on its own line. `index` and `line` are those of the input; a single query has the
/// index 0 and no line.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum Event {
    /// Written before the first byte of the request. `input` is present only in a batch.
    Launching {
        index: usize,
        line: Option<u64>,
        input: Option<Box<RawValue>>,
    },
    Launched {
        index: usize,
        line: Option<u64>,
        job_id: JobId,
    },
    /// A launch failed.
    Failed {
        index: usize,
        line: Option<u64>,
        may_have_launched: bool,
    },
    /// Launching has stopped, and the IDs of the launches in flight are awaited.
    Stopping {
        launching: usize,
    },
    /// A job that continues to run, or that may have been launched.
    Left {
        index: usize,
        line: Option<u64>,
        job_id: Option<JobId>,
    },
    NotLaunched {
        index: usize,
        line: Option<u64>,
        input: Box<RawValue>,
    },
    /// A result has values of unexpected types.
    Deviations {
        index: usize,
        line: Option<u64>,
        job_id: JobId,
        deviations: Vec<Entry>,
    },
    Ended(Counts),
}

impl Event {
    pub(crate) fn line(&self) -> String {
        // Serializing strings, numbers and raw JSON can't fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}
