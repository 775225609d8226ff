//! [`Attempts`]: the tries of one call, on tokio's clock.

use std::time::Duration;

use job_polling::RetryPolicy;
use job_polling::retry::{Retrier, RetryDecision};
use reqwest::StatusCode;
use tokio::time::Instant;

use crate::error::Error;
use crate::telemetry;

/// How much was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AttemptStats {
    pub(crate) attempts: u32,
    pub(crate) spent: Duration,
}

/// The tries of one call, on tokio's clock.
#[derive(Debug)]
pub(crate) struct Attempts {
    retrier: Retrier,
    start: Instant,
    /// Since when the deadline counts.
    since: Instant,
    patient: bool,
    /// Whether it stands in line again after a 429, for as long as that takes.
    in_line: bool,
}

impl Attempts {
    /// The first one starts now.
    pub(crate) fn start(policy: RetryPolicy) -> Self {
        let start = Instant::now();
        let retrier = Retrier::new(policy);
        Self { retrier, start, since: start, patient: false, in_line: false }
    }

    /// The time that is lost by a 429 doesn't count towards the deadline.
    pub(crate) fn patient(self, patient: bool) -> Self {
        Self { patient, ..self }
    }

    /// How long to pause before the next try, if there is to be one.
    pub(crate) fn after(&mut self, error: &Error) -> Option<Duration> {
        self.in_line = self.patient && error.status() == Some(StatusCode::TOO_MANY_REQUESTS);
        let (now, retry_after) = if self.in_line {
            // The meter knows when, and who is next.
            (Duration::ZERO, None)
        } else {
            (self.since.elapsed(), error.retry_after())
        };
        let verdict = self.retrier.failed(now, error.is_retryable(), retry_after, fastrand::f64());
        let tries = self.retrier.attempts();
        match verdict {
            RetryDecision::Retry(pause) => {
                telemetry::retry(error, tries, pause);
                Some(pause)
            }
            RetryDecision::Stop(why) => {
                telemetry::retries_ended(error, tries, why.as_str());
                None
            }
        }
    }

    /// After this nothing is tried again.
    pub(crate) fn left(&self) -> Duration {
        if self.in_line {
            return Duration::MAX;
        }
        self.retrier.deadline().saturating_sub(self.since.elapsed())
    }

    /// The next try starts now.
    pub(crate) fn resume(&mut self) {
        if std::mem::take(&mut self.in_line) {
            self.since = Instant::now();
        }
    }

    /// How much was tried, with the try that has come to an answer.
    pub(crate) fn answered(&self) -> AttemptStats {
        AttemptStats { attempts: self.retrier.attempts() + 1, spent: self.start.elapsed() }
    }

    /// How much was tried, all of it failed.
    pub(crate) fn failed(&self) -> AttemptStats {
        AttemptStats { attempts: self.retrier.attempts(), spent: self.start.elapsed() }
    }
}
