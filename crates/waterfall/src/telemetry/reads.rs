//! The spans and events of reads and waits.

use std::time::Duration;

use job_polling::wait_state::{Expectation, StopReason};
use tracing::field::Empty;
use tracing::{Level, Span, enabled, info_span};

use super::{seconds, status};
use crate::error::Error;
use crate::job_id::JobId;
use crate::kind::JobKind;
use crate::snapshot::Snapshot;

/// Returns the span of a wait, including the launch if both are one call.
pub(crate) fn job_span(kind: &'static str, index: Option<usize>) -> Span {
    info_span!(
        target: "waterfall",
        "waterfall.job",
        job.id = Empty,
        job.kind = kind,
        job.launch_attempts = Empty,
        job.reads = Empty,
        job.outcome = Empty,
        job.lasted_s = Empty,
        job.waited_s = Empty,
        error.type = Empty,
        batch.index = index,
    )
}

/// Returns the span of a fetch.
pub(crate) fn fetch_span(id: JobId, kind: &'static str) -> Span {
    info_span!(
        target: "waterfall",
        "waterfall.fetch",
        job.id = %id,
        job.kind = kind,
        job.reads = Empty,
        job.outcome = Empty,
        error.type = Empty,
    )
}

/// A fetch ended.
pub(crate) fn fetch_ended<K: JobKind>(span: &Span, outcome: &Result<Snapshot<K>, Error>) {
    if !span.is_disabled() {
        record(span, outcome);
        span.record("job.reads", reads(outcome));
    }
}

/// A wait ended.
pub(crate) fn wait_ended<K: JobKind>(
    span: &Span,
    outcome: &Result<Snapshot<K>, Error>,
    waited: Duration,
) {
    if span.is_disabled() && !enabled!(target: "waterfall", Level::DEBUG) {
        return;
    }
    record(span, outcome);
    let (reads, waited) = (reads(outcome), seconds(waited));
    span.record("job.reads", reads).record("job.waited_s", waited);
    span.in_scope(|| {
        event!(
            debug,
            "waterfall.job.ended",
            "wait ended",
            job.outcome = outcome_word(outcome),
            job.reads = reads,
            job.waited_s = waited,
        );
    });
}

fn record<K: JobKind>(span: &Span, outcome: &Result<Snapshot<K>, Error>) {
    // A failed job is an error of `enrich` and `wait`, but a snapshot for other calls.
    let (finished, error) = match outcome {
        Ok(last) => {
            let failed = last.is_final() && !last.is_success();
            (last.is_final().then(|| last.elapsed()), failed.then_some("job_failed"))
        }
        Err(error) => {
            let finished = error.last().filter(|last| last.is_final());
            (finished.map(|last| last.elapsed), Some(error.kind().as_str()))
        }
    };
    span.record("job.outcome", outcome_word(outcome));
    span.record("job.lasted_s", finished.flatten().map(seconds));
    span.record("error.type", error);
}

fn reads<K: JobKind>(outcome: &Result<Snapshot<K>, Error>) -> u32 {
    match outcome {
        Ok(last) => last.reads(),
        Err(error) => error.reads().unwrap_or(0),
    }
}

/// Returns the state of a finished job, or the kind of the error that ended the wait.
fn outcome_word<K: JobKind>(outcome: &Result<Snapshot<K>, Error>) -> &str {
    match outcome {
        Ok(last) => last.state().as_str(),
        Err(error) => match error.last() {
            Some(last) if last.is_final() => last.state.as_str(),
            _ => error.kind().as_str(),
        },
    }
}

/// A read of a wait ended.
pub(crate) fn read<K: JobKind>(outcome: &Result<Snapshot<K>, Error>, reads: u32, took: Duration) {
    match outcome {
        Ok(snapshot) => event!(
            debug,
            "waterfall.read",
            "read",
            job.reads = reads,
            job.state = snapshot.state().as_str(),
            job.age_s = snapshot.elapsed().map(seconds),
            took_s = seconds(took),
        ),
        Err(error) => event!(
            debug,
            "waterfall.read.failed",
            "read failed",
            job.reads = reads,
            error.type = error.kind().as_str(),
            http.response.status_code = status(error),
            retry.after_s = error.retry_after().map(seconds),
            survivable = error.is_transient(),
            took_s = seconds(took),
        ),
    }
}

/// A delivery ended a wait.
pub(crate) fn delivered<K: JobKind>(snapshot: &Snapshot<K>) {
    event!(
        debug,
        "waterfall.delivered",
        "delivered",
        job.reads = snapshot.reads(),
        job.state = snapshot.state().as_str(),
        job.age_s = snapshot.elapsed().map(seconds),
    );
}

/// The next read of a wait is planned. The reasons are computed only if they are logged.
pub(crate) fn next_read(pause: Duration, expectation: impl FnOnce() -> Option<Expectation>) {
    if !enabled!(target: "waterfall", Level::DEBUG) {
        return;
    }
    let Some(Expectation { policy, age, chance_over, lag, price, .. }) = expectation() else {
        return;
    };
    event!(
        debug,
        "waterfall.read.planned",
        "next read",
        pause_s = seconds(pause),
        poll.policy = %policy,
        job.age_s = age.map(seconds),
        poll.chance_over = chance_over.map(|chance| (chance * 1e3).round() / 1e3),
        poll.expected_lag_s = lag.map(seconds),
        poll.read_cost_s = price.map(seconds),
    );
}

/// A wait ended before its job.
pub(crate) fn stopped(why: StopReason) {
    let (why, pause) = match why {
        StopReason::Deadline => ("deadline", None),
        StopReason::RetryAfterBeyondDeadline(pause) => ("retry_after_beyond_deadline", Some(pause)),
    };
    event!(
        debug,
        "waterfall.read.none",
        "no further read",
        why,
        retry.after_s = pause.map(seconds)
    );
}
