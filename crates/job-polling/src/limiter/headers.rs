//! [`RateLimitHeaders`]: the information about the budget in a response.

use std::time::Duration;

/// The largest limit. A larger reported limit is ignored, and a larger configured one is reduced to
/// it. Each counted request takes 16 bytes.
pub const MAX_REQUESTS: u32 = 100_000;

/// The longest pause. A longer `Retry-After` is reduced to it: a misconfigured gateway must not
/// stop a caller for a year.
pub const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60 * 60);

/// The information about the budget in a response. `None` means that a header is missing or
/// invalid.
///
/// ```
/// use job_polling::limiter::RateLimitHeaders;
///
/// let mut headers = RateLimitHeaders::default();
/// headers.limit = Some(120);
/// headers.remaining = Some(119);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct RateLimitHeaders {
    /// `Some` if the status is 429, with the `Retry-After` of the response if it has one.
    pub rate_limited: Option<Option<Duration>>,
    /// `X-RateLimit-Limit`: requests per interval.
    pub limit: Option<u32>,
    /// `X-RateLimit-Interval`, in seconds.
    pub window: Option<Duration>,
    /// `X-RateLimit-Remaining`: the number of requests that are left.
    pub remaining: Option<u32>,
}
