//! The spans and events of this crate: their names, fields and levels. The
//! crate's documentation lists them.
//!
//! Nothing is formatted, allocated or computed unless somebody listens.

use std::time::Duration;

use tracing::field::{Empty, display};
use tracing::{Level, Span, enabled, info_span};

use waterfall_api::Deviation;

use crate::kind::JobKind;
use crate::{Error, Job, JobId, Snapshot};
use job_polling::wait_state::{Expectation, StopReason};

/// An event with a name that stays.
macro_rules! tell {
    ($level:ident, $name:literal, $message:literal, $($fields:tt)+) => {
        tracing::$level!(name: $name, target: "waterfall", { $($fields)+ }, $message)
    };
}

/// The span of a job that is waited for, launched with it or not.
pub(crate) fn job(kind: &'static str, index: Option<usize>) -> Span {
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

/// The span of a launch that nothing waits for yet.
pub(crate) fn launch(kind: &'static str) -> Span {
    info_span!(
        target: "waterfall",
        "waterfall.launch",
        job.id = Empty,
        job.kind = kind,
        job.launch_attempts = Empty,
        error.type = Empty,
    )
}

/// The span of a fetch.
pub(crate) fn fetch(id: JobId, kind: &'static str) -> Span {
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

/// Which job a span is about.
pub(crate) fn is_job(span: &Span, id: JobId) {
    if !span.is_disabled() {
        span.record("job.id", display(id));
    }
}

/// What came of a launch.
pub(crate) fn launch_ended<K: JobKind>(span: &Span, outcome: &Result<Job<K>, Error>) {
    if span.is_disabled() {
        return;
    }
    match outcome {
        Ok(job) => {
            is_job(span, job.id());
            span.record("job.launch_attempts", job.launch_attempts());
        }
        Err(error) => {
            error.job_id().inspect(|id| is_job(span, *id));
            span.record("job.launch_attempts", error.launch_attempts());
            span.record("job.outcome", error.kind().as_str());
            span.record("error.type", error.kind().as_str());
        }
    }
}

/// What came of a fetch.
pub(crate) fn fetch_ended<K: JobKind>(span: &Span, outcome: &Result<Snapshot<K>, Error>) {
    if !span.is_disabled() {
        record(span, outcome);
        span.record("job.reads", reads(outcome));
    }
}

/// A wait has come to its end.
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
        tell!(
            debug,
            "waterfall.job.ended",
            "wait ended",
            job.outcome = word(outcome),
            job.reads = reads,
            job.waited_s = waited,
        );
    });
}

fn record<K: JobKind>(span: &Span, outcome: &Result<Snapshot<K>, Error>) {
    // A job that failed is an answer here, and an error there.
    let (over, error) = match outcome {
        Ok(last) => {
            let failed = last.is_final() && !last.is_success();
            (last.is_final().then(|| last.elapsed()), failed.then_some("job_failed"))
        }
        Err(error) => {
            let over = error.last().filter(|last| last.is_final());
            (over.map(|last| last.elapsed), Some(error.kind().as_str()))
        }
    };
    span.record("job.outcome", word(outcome));
    span.record("job.lasted_s", over.flatten().map(seconds));
    span.record("error.type", error);
}

fn reads<K: JobKind>(outcome: &Result<Snapshot<K>, Error>) -> u32 {
    match outcome {
        Ok(last) => last.reads(),
        Err(error) => error.reads().unwrap_or(0),
    }
}

/// The state of a job that is over, or what else ended the wait.
fn word<K: JobKind>(outcome: &Result<Snapshot<K>, Error>) -> &str {
    match outcome {
        Ok(last) => last.state().as_str(),
        Err(error) => match error.last() {
            Some(last) if last.is_final() => last.state.as_str(),
            _ => error.kind().as_str(),
        },
    }
}

pub(crate) fn launched(id: JobId, took: Duration) {
    tell!(debug, "waterfall.launched", "launched", job.id = %id, took_s = seconds(took));
}

/// A launch was sent and failed.
pub(crate) fn launch_failed(error: &Error) {
    if error.may_have_launched() {
        tell!(
            warn,
            "waterfall.launch.in_doubt",
            "a launch is in doubt: a job may be running",
            error.type = error.kind().as_str(),
            http.response.status_code = status(error),
            job.id = error.job_id().map(display),
        );
    } else {
        tell!(
            debug,
            "waterfall.launch.failed",
            "launch failed, nothing was launched",
            error.type = error.kind().as_str(),
            http.response.status_code = status(error),
        );
    }
}

/// The caller of a launch has gone before there was an answer.
pub(crate) fn launch_abandoned(error: Option<&Error>) {
    tell!(
        debug,
        "waterfall.launch.abandoned",
        "nobody waited for a launch that came to nothing",
        error.type = error.map(|error| error.kind().as_str()),
        sent = error.is_some(),
    );
}

/// Nobody waits for a job any more: `handed_over` to the caller's hook, or lost
/// but for this.
pub(crate) fn orphaned(id: JobId, kind: &'static str, handed_over: bool) {
    if handed_over {
        tell!(
            debug,
            "waterfall.job.orphaned",
            "nobody waits for this job any more: it goes to the hook for orphans",
            job.id = %id,
            job.kind = kind,
        );
    } else {
        tell!(
            warn,
            "waterfall.job.orphaned",
            "nobody waits for this job any more",
            job.id = %id,
            job.kind = kind,
        );
    }
}

/// A call failed and is tried again after a pause.
pub(crate) fn retry(error: &Error, tries: u32, pause: Duration) {
    tell!(
        debug,
        "waterfall.retry",
        "failed, to be tried again",
        retry.attempt = tries,
        error.type = error.kind().as_str(),
        http.response.status_code = status(error),
        retry.after_s = error.retry_after().map(seconds),
        pause_s = seconds(pause),
    );
}

/// A call failed and is not tried again.
pub(crate) fn retries_ended(error: &Error, tries: u32, why: &'static str) {
    tell!(
        debug,
        "waterfall.retry.ended",
        "failed, not to be tried again",
        retry.attempt = tries,
        error.type = error.kind().as_str(),
        http.response.status_code = status(error),
        why,
    );
}

/// A read of a wait has come to an answer, or not.
pub(crate) fn read<K: JobKind>(outcome: &Result<Snapshot<K>, Error>, reads: u32, took: Duration) {
    match outcome {
        Ok(snapshot) => tell!(
            debug,
            "waterfall.read",
            "read",
            job.reads = reads,
            job.state = snapshot.state().as_str(),
            job.age_s = snapshot.elapsed().map(seconds),
            took_s = seconds(took),
        ),
        Err(error) => tell!(
            debug,
            "waterfall.read.failed",
            "read failed",
            job.reads = reads,
            error.type = error.kind().as_str(),
            http.response.status_code = status(error),
            retry.after_s = error.retry_after().map(seconds),
            survivable = error.is_survivable(),
            took_s = seconds(took),
        ),
    }
}

/// A delivery has ended a wait, or came to one.
pub(crate) fn delivered<K: JobKind>(snapshot: &Snapshot<K>) {
    tell!(
        debug,
        "waterfall.delivered",
        "delivered",
        job.reads = snapshot.reads(),
        job.state = snapshot.state().as_str(),
        job.age_s = snapshot.elapsed().map(seconds),
    );
}

/// An answer or a delivery has values of unexpected types.
pub(crate) fn deviations(job_id: Option<JobId>, deviations: &[Deviation]) {
    for deviation in deviations {
        tell!(
            info,
            "waterfall.deviation",
            "a value has an unexpected type: it reads as absent",
            job.id = job_id.map(display),
            json.path = deviation.path(),
            json.expected = deviation.expected(),
            json.found = deviation.found(),
        );
    }
}

/// When the next read of a wait is due, and what speaks for it.
pub(crate) fn next_read(pause: Duration, expectation: impl FnOnce() -> Option<Expectation>) {
    if !enabled!(target: "waterfall", Level::DEBUG) {
        return;
    }
    let Some(Expectation { policy, age, chance_over, lag, price, .. }) = expectation() else {
        return;
    };
    tell!(
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

/// A wait ends before its job.
pub(crate) fn gave_up(why: StopReason) {
    let (why, pause) = match why {
        StopReason::Deadline => ("deadline", None),
        StopReason::RetryAfterBeyondDeadline(pause) => ("retry_after_beyond_deadline", Some(pause)),
    };
    tell!(debug, "waterfall.read.none", "no further read", why, retry.after_s = pause.map(seconds));
}

/// A request has to wait for its turn.
pub(crate) fn meter_waiting(waiting: usize) {
    tell!(debug, "waterfall.rate_limiter.waiting", "waiting for a slot of the key", waiting);
}

/// A 429 has stopped everything.
pub(crate) fn meter_frozen(pause: Duration) {
    tell!(
        warn,
        "waterfall.rate_limiter.paused",
        "429: no request with this key leaves until the pause is over",
        pause_s = seconds(pause),
    );
}

/// The API tells another limit.
pub(crate) fn meter_limit(requests: u32, window: Duration) {
    tell!(
        info,
        "waterfall.rate_limiter.limit",
        "the key's limit is told",
        requests,
        window_s = seconds(window),
    );
}

/// Requests were counted that are none of ours.
pub(crate) fn meter_shared(requests: u32) {
    tell!(debug, "waterfall.rate_limiter.shared", "others use the key as well", requests);
}

fn status(error: &Error) -> Option<u16> {
    error.status().map(|status| status.as_u16())
}

/// To the millisecond.
fn seconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e3).round() / 1e3
}
