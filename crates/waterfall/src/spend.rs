//! The cost of requests, as reported by the API, per client and per batch.

pub(crate) mod ledger;
pub(crate) mod spent;
pub(crate) mod usd;

use self::ledger::SpendLedger;
use self::spent::Spent;
use crate::client::Client;
use crate::error::Error;
use crate::kind::JobKind;
use crate::snapshot::Snapshot;

impl SpendLedger {
    /// Counts a result that was read or delivered.
    pub(crate) fn count_result<K: JobKind>(&self, snapshot: &Snapshot<K>) {
        if snapshot.is_final() {
            self.count(Some(snapshot.job_id()), snapshot.is_success(), snapshot.usage());
        }
    }

    /// Counts the outcome of a wait.
    pub(crate) fn count_outcome<K: JobKind>(&self, outcome: &Result<Snapshot<K>, Error>) {
        let snapshot = match outcome {
            Ok(snapshot) => Some(snapshot),
            Err(error) => error.snapshot_of(),
        };
        if let Some(snapshot) = snapshot {
            self.count_result(snapshot);
        }
    }
}

impl Client {
    /// Returns the cost of the jobs of this client and its clones so far, according to the `usage`
    /// in the results that it has received: from reads, waits, batches, immediate operations, the
    /// [generated client](Self::raw), [`request`](Self::request), and deliveries that ended a wait.
    ///
    /// A job counts once, regardless of the number of reads: the last 65,536 jobs are remembered.
    /// Jobs whose results were not received don't count, so this is not a replacement for
    /// [`account`](Self::account).
    pub fn spent(&self) -> Spent {
        self.settings().spending.spent()
    }
}
