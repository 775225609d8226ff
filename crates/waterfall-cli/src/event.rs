//! [`Event`]: what `--json` reports on stderr while a command runs.

use serde::Serialize;
use serde_json::value::RawValue;
use waterfall::JobId;

use crate::deviations::Entry;
use crate::run::many::ledger::Counts;

/// An object on a line of its own. `index` and `line` are those of the input; a single
/// query has the index 0 and no line.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum Event {
    /// Written before the first byte of the request. A single query is not repeated
    /// here.
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
    /// The ids of this many launches in flight are waited for.
    Stopping {
        launching: usize,
    },
    /// A job that goes on, or one that may have been launched.
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
        // Texts, numbers and JSON: there is nothing that could fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}
