//! [`RateLimitHeaders`]: what a response says of the budget.

use std::time::Duration;

/// More requests are the same as so many. One that is held takes 16 bytes.
pub const MOST_REQUESTS: u32 = 100_000;

/// What an answer says of the budget. What is not there, or makes no sense, is
/// `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RateLimitHeaders {
    /// It is a 429, and says how long to stay away or not.
    pub refused: Option<Option<Duration>>,
    /// `X-RateLimit-Limit`: requests in an interval.
    pub limit: Option<u32>,
    /// `X-RateLimit-Interval`, in seconds.
    pub window: Option<Duration>,
    /// `X-RateLimit-Remaining`: requests that are left.
    pub remaining: Option<u32>,
}
