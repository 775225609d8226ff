//! [`BatchItem`]: the result of one input.

use crate::error::Error;
use crate::job_id::JobId;
use crate::kind::{ContactEnrichment, JobKind};
use crate::snapshot::Snapshot;

/// The result of one input of a [`Batch`](crate::Batch).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct BatchItem<Key = (), K: JobKind = ContactEnrichment> {
    /// The index of the input, counted from 0 in the order of the inputs.
    pub index: usize,
    /// The key of the input: that of a `(key, input)` pair, by move.
    pub key: Key,
    /// The job, if its ID is known.
    pub job_id: Option<JobId>,
    /// The outcome, as of [`Client::enrich`](crate::Client::enrich) or
    /// [`Job::wait`](crate::Job::wait).
    pub result: Result<Snapshot<K>, Error>,
}
