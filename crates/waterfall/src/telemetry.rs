//! The [`tracing`] spans and events of this crate.
//!
//! There is a span for each job and an event for each decision, with the target `waterfall`. They
//! contain job IDs, states, counts and times, but never the API key, a query, a body or a URL.
//! Names and fields are stable, and times are in seconds. Without a subscriber, the cost is
//! negligible.
//!
//! # Spans
//!
//! All spans have the level `info`.
//!
//! | span | covers | fields |
//! |---|---|---|
//! | `waterfall.job` | [`Client::enrich`], [`Job::wait`], [`Job::watch`], each job of a [`Batch`] | `job.id`, `job.kind`, `job.launch_attempts`, `job.reads`, `job.outcome`, `job.lasted_s` (the job, by the API's clock), `job.waited_s` (the wait), `error.type`, `batch.index` |
//! | `waterfall.launch` | [`Client::launch`] | `job.id`, `job.kind`, `job.launch_attempts`, `error.type` |
//! | `waterfall.fetch` | [`Job::fetch`] | `job.id`, `job.kind`, `job.reads`, `job.outcome`, `error.type` |
//! | `waterfall.operation` | an immediate operation or one of its pages, [`Client::account`], [`Client::api_keys`], [`Client::request`] | `operation.name`, `job.id`, `error.type` |
//!
//! `error.type` is the word for the [`ErrorKind`]. `job.outcome` is the state of a finished job,
//! otherwise that word; it is absent if the wait was dropped.
//!
//! # Events
//!
//! | event | level | reports |
//! |---|---|---|
//! | `waterfall.launched` | debug | the job's ID, and how long the launch took |
//! | `waterfall.launch.failed` | debug | nothing was launched |
//! | `waterfall.launch.in_doubt` | warn | a job may have been launched |
//! | `waterfall.launch.abandoned` | debug | the future of a launch was dropped, and nothing was launched |
//! | `waterfall.job.orphaned` | warn | the job has lost its last waiter; debug if there is an [`on_orphan`] hook |
//! | `waterfall.retry` | debug | which attempt failed and why, and the pause (`pause_s`) before the next one |
//! | `waterfall.retry.ended` | debug | `why` there is no further attempt: `not_safe`, `attempts`, `deadline` or `retry_after_beyond_deadline` |
//! | `waterfall.read` | debug | the job's state, the number of the read, and how long it took |
//! | `waterfall.read.failed` | debug | how a read failed, and whether the wait continues (`survivable`) |
//! | `waterfall.read.planned` | debug | the time until the next read (`pause_s`) and the reasons: `poll.policy`, the job's age at that time, the probability that it is finished (`poll.chance_over`), the expected lag, and the current cost of a read (`poll.read_cost_s`) |
//! | `waterfall.read.none` | debug | `why` there is no further read: `deadline` or `retry_after_beyond_deadline` |
//! | `waterfall.delivered` | debug | a webhook delivered the result: the job's state, and the number of reads before |
//! | `waterfall.deviation` | info | a response deviates from the API's description: `operation.id`, `json.path` (with `*` for indices and for names that may be data), `json.deviation` (a word of [`DeviationKind`]), `json.expected`, `json.found`. A client logs each operation, path and deviation once, and [counts](crate::Client::deviations) all; a delivery that is decoded logs its values of unexpected types each time |
//! | `waterfall.observer.panicked` | warn | the [`observer`] hook has panicked; the response is not affected |
//! | `waterfall.job.ended` | debug | outcome, reads and duration of a wait |
//! | `waterfall.operation.failed` | debug | a request of an immediate operation failed without an effect |
//! | `waterfall.operation.in_doubt` | warn | such a request may have been processed and billed |
//! | `waterfall.operation.lost` | warn | the future of such a request was dropped, and nothing can return its result again |
//! | `waterfall.rate_limiter.waiting` | debug | a request must wait for a permit, and how many requests wait |
//! | `waterfall.rate_limiter.paused` | warn | a 429 pauses all requests with the key (`pause_s`) |
//! | `waterfall.rate_limiter.limit` | info | the API reports a limit that differs from the known one |
//! | `waterfall.rate_limiter.shared` | debug | other clients use the same key |
//! | `waterfall.recording.failed` | warn | a request could not be recorded (feature `recording`); its response is not affected |
//!
//! The module `webhook` logs deliveries that it refuses, and keys that it can't fetch, with the
//! target `waterfall::webhook`.
//!
//! # Request counts in results
//!
//! Results contain the numbers of requests as well: [`Snapshot::reads`],
//! [`Snapshot::launch_attempts`], [`Error::reads`](crate::Error::reads) and
//! [`Error::launch_attempts`](crate::Error::launch_attempts).
//!
//! [`Batch`]: crate::Batch
//! [`Client::account`]: crate::Client::account
//! [`Client::api_keys`]: crate::Client::api_keys
//! [`Client::enrich`]: crate::Client::enrich
//! [`Client::launch`]: crate::Client::launch
//! [`Client::request`]: crate::Client::request
//! [`DeviationKind`]: crate::DeviationKind
//! [`ErrorKind`]: crate::ErrorKind
//! [`Job::fetch`]: crate::Job::fetch
//! [`Job::wait`]: crate::Job::wait
//! [`Job::watch`]: crate::Job::watch
//! [`Snapshot::launch_attempts`]: crate::Snapshot::launch_attempts
//! [`Snapshot::reads`]: crate::Snapshot::reads
//! [`observer`]: crate::ClientBuilder::observer
//! [`on_orphan`]: crate::ClientBuilder::on_orphan

use std::time::Duration;

use tracing::Span;
use tracing::field::display;

use crate::error::Error;
use crate::job_id::JobId;

/// An event with a stable name.
macro_rules! event {
    ($level:ident, $name:literal, $message:literal, $($fields:tt)+) => {
        tracing::$level!(name: $name, target: "waterfall", { $($fields)+ }, $message)
    };
}

// Placed after the macro because the modules use it.
pub(crate) mod deviations;
pub(crate) mod launches;
pub(crate) mod limiter;
pub(crate) mod operations;
pub(crate) mod reads;
#[cfg(feature = "recording")]
pub(crate) mod recordings;
pub(crate) mod retries;

/// Records the job of a span.
pub(crate) fn set_job(span: &Span, id: JobId) {
    if !span.is_disabled() {
        span.record("job.id", display(id));
    }
}

fn status(error: &Error) -> Option<u16> {
    error.status().map(|status| status.as_u16())
}

/// Rounds to milliseconds.
fn seconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e3).round() / 1e3
}
