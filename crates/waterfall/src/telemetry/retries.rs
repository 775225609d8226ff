//! Events of retries.

use std::time::Duration;

use super::{seconds, status};
use crate::error::Error;

/// A call failed, and is retried after a pause.
pub(crate) fn retry(error: &Error, attempt: u32, pause: Duration) {
    event!(
        debug,
        "waterfall.retry",
        "attempt failed, retrying",
        retry.attempt = attempt,
        error.type = error.kind().as_str(),
        http.response.status_code = status(error),
        retry.after_s = error.retry_after().map(seconds),
        pause_s = seconds(pause),
    );
}

/// A call failed, and is not retried.
pub(crate) fn ended(error: &Error, attempt: u32, why: &'static str) {
    event!(
        debug,
        "waterfall.retry.ended",
        "attempt failed, not retrying",
        retry.attempt = attempt,
        error.type = error.kind().as_str(),
        http.response.status_code = status(error),
        why,
    );
}
