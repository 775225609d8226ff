//! The rate limit: a sliding window of requests per key.

use std::collections::VecDeque;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue};
use tokio::time::Instant;

/// The rate limit of each key.
///
/// The rule is that of the API: launches and finder requests of a key count; at most `requests` of
/// them (50 by default) are allowed in any 60 seconds; a request over the limit returns a 429.
/// Settings cover undocumented behavior of the API: whether rejected requests count, and whether
/// other responses have the `X-RateLimit-*` headers.
///
/// A request leaves the window exactly one interval after its arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    requests: Option<u32>,
    interval: Duration,
    count_rejected: bool,
    headers_on_all: bool,
}

impl RateLimit {
    /// Allows at most `requests` requests in any 60 seconds.
    pub fn per_minute(requests: u32) -> Self {
        Self {
            requests: Some(requests),
            interval: Duration::from_secs(60),
            count_rejected: false,
            headers_on_all: false,
        }
    }

    /// Sets no limit.
    pub fn unlimited() -> Self {
        Self { requests: None, ..Self::default() }
    }

    /// Sets the interval, for tests on a real clock. The API always uses 60 s, the
    /// default. `X-RateLimit-Interval` reports it in seconds, rounded up.
    #[must_use]
    pub fn with_interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// Counts rejected requests as well. By default, they do not count.
    #[must_use]
    pub fn counting_refused(mut self) -> Self {
        self.count_rejected = true;
        self
    }

    /// Adds the `X-RateLimit-*` headers to every response to a key. By default, only a 429 has
    /// them, which is all that the API guarantees.
    #[must_use]
    pub fn with_headers_on_all(mut self) -> Self {
        self.headers_on_all = true;
        self
    }

    /// Returns the maximum number of requests; `None` without a limit.
    pub(crate) fn requests(&self) -> Option<u32> {
        self.requests
    }

    /// Returns the same limit with this number of requests, if there is a limit.
    pub(crate) fn or_requests(self, requests: Option<u32>) -> Self {
        Self { requests: requests.or(self.requests), ..self }
    }

    fn headers(&self, remaining: u32, retry_after: Option<u64>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let Some(requests) = self.requests else { return headers };
        if let Some(seconds) = retry_after {
            headers.insert("retry-after", HeaderValue::from(seconds));
        }
        headers.insert("x-ratelimit-limit", HeaderValue::from(requests));
        headers.insert("x-ratelimit-interval", HeaderValue::from(whole_seconds(self.interval)));
        headers.insert("x-ratelimit-remaining", HeaderValue::from(remaining));
        headers
    }

    /// Returns the headers of a 429 that a fault injects.
    pub(crate) fn too_many_requests_headers(&self, retry_after: u64) -> HeaderMap {
        let reported = Self { requests: Some(self.requests.unwrap_or(50)), ..*self };
        reported.headers(0, Some(retry_after))
    }
}

impl Default for RateLimit {
    fn default() -> Self {
        Self::per_minute(50)
    }
}

impl From<u32> for RateLimit {
    fn from(requests: u32) -> Self {
        Self::per_minute(requests)
    }
}

/// The requests of one key that currently count.
#[derive(Debug, Default)]
pub(crate) struct Window {
    hits: VecDeque<Instant>,
}

impl Window {
    /// Admits a request and returns the headers of its response, or rejects it with the
    /// headers of the 429.
    pub(crate) fn admit(
        &mut self,
        limit: &RateLimit,
        now: Instant,
    ) -> Result<HeaderMap, HeaderMap> {
        let Some(requests) = limit.requests else { return Ok(HeaderMap::new()) };
        while self.hits.front().is_some_and(|hit| now.duration_since(*hit) >= limit.interval) {
            self.hits.pop_front();
        }
        let used = u32::try_from(self.hits.len()).unwrap_or(u32::MAX);
        if used < requests {
            self.hits.push_back(now);
            let headers = limit.headers(requests - used - 1, None);
            return Ok(if limit.headers_on_all { headers } else { HeaderMap::new() });
        }
        if limit.count_rejected {
            self.hits.push_back(now);
        }
        Err(limit.headers(0, Some(whole_seconds(self.wait(requests, limit.interval, now)))))
    }

    /// Returns the time until fewer than `requests` requests count.
    fn wait(&self, requests: u32, interval: Duration, now: Instant) -> Duration {
        let oldest = self.hits.len().saturating_sub(requests as usize);
        self.hits.get(oldest).map_or(interval, |hit| interval - now.duration_since(*hit))
    }
}

/// Rounds up, to at least 1, so that a client that waits this long is admitted.
fn whole_seconds(time: Duration) -> u64 {
    (time.as_secs() + u64::from(time.subsec_nanos() > 0)).max(1)
}
