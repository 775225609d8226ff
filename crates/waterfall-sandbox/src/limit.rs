//! The rate limit: a sliding window of requests for each key.

use std::collections::VecDeque;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue};
use tokio::time::Instant;

/// How many requests a key has.
///
/// The rule is the API's: launches and finder requests of a key count, in any
/// 60 seconds there are at most `requests` of them, 50 unless agreed otherwise,
/// and a request over the limit is answered with a 429. What the API does not
/// tell, these settings choose: whether refused requests count, and whether
/// other answers carry the `X-RateLimit-*` headers.
///
/// A request leaves the window exactly one interval after it arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    requests: Option<u32>,
    interval: Duration,
    count_refused: bool,
    headers_on_all: bool,
}

impl RateLimit {
    /// At most `requests` in 60 seconds. The default is 50.
    pub fn per_minute(requests: u32) -> Self {
        Self {
            requests: Some(requests),
            interval: Duration::from_secs(60),
            count_refused: false,
            headers_on_all: false,
        }
    }

    /// No limit at all.
    pub fn unlimited() -> Self {
        Self { requests: None, ..Self::default() }
    }

    /// Changes the interval, which the API has at 60 s always: for tests on a
    /// real clock. `X-RateLimit-Interval` tells it in seconds, rounded up.
    #[must_use]
    pub fn with_interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// Lets refused requests count as well (by default they don't).
    #[must_use]
    pub fn counting_refused(mut self) -> Self {
        self.count_refused = true;
        self
    }

    /// Puts the `X-RateLimit-*` headers on every answer to a key (by default
    /// they are on a 429 only, which is all that the API promises).
    #[must_use]
    pub fn with_headers_on_all(mut self) -> Self {
        self.headers_on_all = true;
        self
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

    /// The headers of a 429 that was asked for.
    pub(crate) fn too_many_requests_headers(&self, retry_after: u64) -> HeaderMap {
        let told = Self { requests: Some(self.requests.unwrap_or(50)), ..*self };
        told.headers(0, Some(retry_after))
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

/// The requests of one key that still count.
#[derive(Debug, Default)]
pub(crate) struct Window {
    hits: VecDeque<Instant>,
}

impl Window {
    /// Lets a request in, with the headers that its answer carries, or refuses
    /// it, with the headers of the 429.
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
        if limit.count_refused {
            self.hits.push_back(now);
        }
        Err(limit.headers(0, Some(whole_seconds(self.wait(requests, limit.interval, now)))))
    }

    /// How long until fewer than `requests` count.
    fn wait(&self, requests: u32, interval: Duration, now: Instant) -> Duration {
        let oldest = self.hits.len().saturating_sub(requests as usize);
        self.hits.get(oldest).map_or(interval, |hit| interval - now.duration_since(*hit))
    }
}

/// Rounded up, at least 1: a client that waits so long has waited enough.
fn whole_seconds(time: Duration) -> u64 {
    (time.as_secs() + u64::from(time.subsec_nanos() > 0)).max(1)
}
