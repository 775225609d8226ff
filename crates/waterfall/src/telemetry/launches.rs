//! The span and the events of launches.

use std::time::Duration;

use tracing::field::Empty;
use tracing::{Span, info_span};

use super::{seconds, set_job, status};
use crate::error::Error;
use crate::job_id::JobId;

/// Returns the span of a launch without a wait.
pub(crate) fn span(kind: &'static str) -> Span {
    info_span!(
        target: "waterfall",
        "waterfall.launch",
        job.id = Empty,
        job.kind = kind,
        job.launch_attempts = Empty,
        error.type = Empty,
    )
}

/// A launch ended: with a job and the number of attempts, if that is known, or with an error.
pub(crate) fn ended(span: &Span, outcome: Result<(JobId, Option<u32>), &Error>) {
    if span.is_disabled() {
        return;
    }
    match outcome {
        Ok((id, attempts)) => {
            set_job(span, id);
            span.record("job.launch_attempts", attempts);
        }
        Err(error) => {
            error.job_id().inspect(|id| set_job(span, *id));
            span.record("job.launch_attempts", error.launch_attempts());
            span.record("job.outcome", error.kind().as_str());
            span.record("error.type", error.kind().as_str());
        }
    }
}

/// An attempt to launch succeeded.
pub(crate) fn launched(id: JobId, took: Duration) {
    event!(debug, "waterfall.launched", "launched", job.id = %id, took_s = seconds(took));
}

/// An attempt to launch failed.
pub(crate) fn failed(error: &Error) {
    if error.may_have_launched() {
        event!(
            warn,
            "waterfall.launch.in_doubt",
            "a launch is in doubt: a job may be running",
            error.type = error.kind().as_str(),
            http.response.status_code = status(error),
            job.id = error.job_id().map(display),
        );
    } else {
        event!(
            debug,
            "waterfall.launch.failed",
            "launch failed, nothing was launched",
            error.type = error.kind().as_str(),
            http.response.status_code = status(error),
        );
    }
}

/// A launch whose future was dropped started no job.
pub(crate) fn abandoned(error: Option<&Error>) {
    event!(
        debug,
        "waterfall.launch.abandoned",
        "the future of a launch was dropped, and nothing was launched",
        error.type = error.map(|error| error.kind().as_str()),
        sent = error.is_some(),
    );
}

/// A job lost its last waiter. If it is not `handed_over` to the caller's hook, this event is the
/// only record of it.
pub(crate) fn orphaned(id: JobId, kind: &'static str, handed_over: bool) {
    if handed_over {
        event!(
            debug,
            "waterfall.job.orphaned",
            "this job has lost its last waiter: calling the hook for orphans",
            job.id = %id,
            job.kind = kind,
        );
    } else {
        event!(
            warn,
            "waterfall.job.orphaned",
            "this job has lost its last waiter",
            job.id = %id,
            job.kind = kind,
        );
    }
}
