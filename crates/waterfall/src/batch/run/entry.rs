//! [`Entry`]: a pending job of a batch, and how it becomes the result of its input.

use job_polling::batch::bytes_per_job;
use tracing::Span;

use crate::error::{AttemptStats, Error, LastState, WaitEnd};
use crate::job_id::JobId;
use crate::kind::{ContactEnrichment, JobKind, Query};
use crate::snapshot::Snapshot;
use crate::telemetry::reads;

/// The result of an input.
pub(in crate::batch) struct Done<K: JobKind> {
    pub(in crate::batch) index: usize,
    pub(in crate::batch) job_id: Option<JobId>,
    pub(in crate::batch) result: Result<Snapshot<K>, Error>,
}

/// A pending job.
#[derive(Clone)]
pub(in crate::batch) struct Entry<K: JobKind> {
    pub(super) index: usize,
    pub(super) id: JobId,
    /// The query, if this batch has launched it.
    pub(super) query: Option<Query<K>>,
    pub(super) launch_attempts: Option<u32>,
    pub(super) span: Span,
}

/// The memory of a pending job, with the counters of its query's [`Arc`](std::sync::Arc).
pub(in crate::batch) const BYTES_PER_JOB: usize =
    bytes_per_job::<Entry<ContactEnrichment>>() + 2 * size_of::<usize>();

/// Returns the result of a query that was not sent.
pub(super) fn not_sent<K: JobKind>(index: usize, query: Query<K>, error: Error) -> Done<K> {
    let result = Err(error.of_launch(query, Some(AttemptStats::NONE)));
    Done { index, job_id: None, result }
}

impl<K: JobKind> Entry<K> {
    /// Returns the result of the input, from the last read or the delivery.
    pub(super) fn finished(self, end: WaitEnd, read: Result<Snapshot<K>, Error>) -> Done<K> {
        let Self { index, id, query, launch_attempts, span } = self;
        let result = conclude(id, end, read)
            .map(|last| last.with_launch_attempts(launch_attempts))
            .map_err(|error| match query {
                Some(query) => error.after_launch(query, launch_attempts),
                None => error,
            });
        reads::wait_ended(&span, &result, end.spent);
        Done { index, job_id: Some(id), result }
    }
}

/// Returns the outcome of the wait, without the launch.
fn conclude<K: JobKind>(
    id: JobId,
    end: WaitEnd,
    read: Result<Snapshot<K>, Error>,
) -> Result<Snapshot<K>, Error> {
    match read {
        read if end.stopped.is_some() => {
            let (last, failure) = match read {
                Ok(snapshot) => (Some(LastState::from(&snapshot.with_reads(end.reads))), None),
                Err(error) => (None, Some(error)),
            };
            Err(Error::wait_timeout(id, end, last, failure))
        }
        Ok(last) => {
            let into_result = last.with_reads(end.reads).into_result();
            into_result.map_err(|error| error.in_wait(end, None))
        }
        Err(error) => Err(error.in_wait(end, None)),
    }
}
