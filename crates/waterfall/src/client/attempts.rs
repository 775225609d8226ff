//! [`Attempts`]: the attempts of one call, on tokio's clock.

use std::time::Duration;

use job_polling::RetryPolicy;
use job_polling::retry::{Retrier, RetryDecision};
use reqwest::StatusCode;
use tokio::time::Instant;

use crate::error::{AttemptStats, Error};
use crate::telemetry::retries;

/// The attempts of one call, on tokio's clock.
#[derive(Debug)]
pub(crate) struct Attempts {
    retrier: Retrier,
    start: Instant,
    /// The start of the time that counts towards the deadline.
    since: Instant,
    patient: bool,
    /// Whether the next attempt waits for the rate limiter after a 429, without a deadline.
    queued: bool,
}

impl Attempts {
    /// Starts the first attempt now.
    pub(crate) fn start(policy: RetryPolicy) -> Self {
        let start = Instant::now();
        let retrier = Retrier::new(policy);
        Self { retrier, start, since: start, patient: false, queued: false }
    }

    /// If `patient`, the pause after a 429 does not count towards the deadline.
    pub(crate) fn patient(self, patient: bool) -> Self {
        Self { patient, ..self }
    }

    /// Returns the pause before the next attempt, or `None` if there is no further attempt.
    pub(crate) fn after(&mut self, error: &Error) -> Option<Duration> {
        self.queued = self.patient && error.status() == Some(StatusCode::TOO_MANY_REQUESTS);
        let (now, retry_after) = if self.queued {
            // The rate limiter determines the time and the order.
            (Duration::ZERO, None)
        } else {
            (self.since.elapsed(), error.retry_after())
        };
        let decision = self.retrier.failed(now, error.is_retryable(), retry_after, fastrand::f64());
        let attempts = self.retrier.attempts();
        match decision {
            RetryDecision::Retry(pause) => {
                retries::retry(error, attempts, pause);
                Some(pause)
            }
            RetryDecision::Stop(why) => {
                retries::ended(error, attempts, why.as_str());
                None
            }
        }
    }

    /// Returns the time left for further attempts.
    pub(crate) fn left(&self) -> Duration {
        if self.queued {
            return Duration::MAX;
        }
        self.retrier.deadline().saturating_sub(self.since.elapsed())
    }

    /// Starts the next attempt now.
    pub(crate) fn resume(&mut self) {
        if std::mem::take(&mut self.queued) {
            self.since = Instant::now();
        }
    }

    /// Returns the statistics of the attempts so far, including the one that has just completed.
    pub(crate) fn completed(&self) -> AttemptStats {
        AttemptStats { attempts: self.retrier.attempts() + 1, spent: self.start.elapsed() }
    }

    /// Returns the statistics of the attempts so far, all of which failed.
    pub(crate) fn failed(&self) -> AttemptStats {
        AttemptStats { attempts: self.retrier.attempts(), spent: self.start.elapsed() }
    }
}
