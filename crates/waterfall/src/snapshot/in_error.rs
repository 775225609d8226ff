//! The snapshot of an error.

use std::sync::Arc;

use super::Snapshot;
use crate::error::{Error, LastState};
use crate::kind::JobKind;

impl Error {
    /// Returns the last response with the state of the job. Present for
    /// [`JobFailed`](crate::ErrorKind::JobFailed), and for an error that ended a wait if an earlier
    /// read succeeded.
    pub fn snapshot(&self) -> Option<&Snapshot> {
        self.snapshot_of()
    }

    /// Like [`snapshot`](Self::snapshot), for a job of the kind `K`; `None` for a job of another
    /// kind.
    pub fn snapshot_of<K: JobKind>(&self) -> Option<&Snapshot<K>> {
        self.last()?.snapshot.downcast_ref()
    }
}

impl<K: JobKind> From<&Snapshot<K>> for LastState {
    fn from(snapshot: &Snapshot<K>) -> Self {
        let (state, elapsed) = (snapshot.state().clone(), snapshot.elapsed());
        Self { state, elapsed, snapshot: Arc::new(snapshot.clone()) }
    }
}

impl<K: JobKind> Snapshot<K> {
    /// Converts a job that ended in a state other than `SUCCEEDED` to an error, like
    /// [`Job::wait`](crate::Job::wait). A running job is not an error.
    ///
    /// # Errors
    ///
    /// [`JobFailed`](crate::ErrorKind::JobFailed), which contains this snapshot.
    pub fn into_result(self) -> Result<Self, Error> {
        if self.is_final() && !self.is_success() {
            Err(Error::job_failed(self.job_id(), self.error_message(), LastState::from(&self)))
        } else {
            Ok(self)
        }
    }
}
