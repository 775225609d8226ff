//! The span and the events of immediate operations.

use tracing::field::Empty;
use tracing::{Span, info_span};

use super::{set_job, status};
use crate::error::{Error, OperationCall};
use crate::job_id::JobId;

/// Returns the span of one request, its retries and, if there is one, its wait.
pub(crate) fn span(call: OperationCall) -> Span {
    info_span!(
        target: "waterfall",
        "waterfall.operation",
        operation.name = call.name,
        job.id = Empty,
        error.type = Empty,
    )
}

/// The operation ended, with a job if it has one.
pub(crate) fn ended(span: &Span, outcome: Result<Option<JobId>, &Error>) {
    let (job_id, error) = match outcome {
        Ok(job_id) => (job_id, None),
        Err(error) => (error.job_id(), Some(error.kind().as_str())),
    };
    job_id.inspect(|id| set_job(span, *id));
    span.record("error.type", error);
}

/// An attempt failed.
pub(crate) fn failed(call: OperationCall, error: &Error) {
    if error.may_have_launched() {
        event!(
            warn,
            "waterfall.operation.in_doubt",
            "a request is in doubt: it may have been processed and billed",
            operation.name = call.name,
            error.type = error.kind().as_str(),
            http.response.status_code = status(error),
            job.id = error.job_id().map(display),
        );
    } else {
        event!(
            debug,
            "waterfall.operation.failed",
            "request failed, without an effect",
            operation.name = call.name,
            error.type = error.kind().as_str(),
            http.response.status_code = status(error),
        );
    }
}

/// The caller of an operation without a finder was dropped, so the response is lost.
pub(crate) fn lost(call: OperationCall) {
    event!(
        warn,
        "waterfall.operation.lost",
        "the future of a request was dropped, and its result is lost",
        operation.name = call.name,
    );
}
