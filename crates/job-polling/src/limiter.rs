//! The request budget of a key.
//!
//! [`SlidingWindow`] is the budget as the server sees it at worst; it has no clock. With the
//! feature `tokio`, [`RateLimiter`] drives it on tokio's clock, and decides which of the waiting
//! requests is next.

use std::time::Duration;

#[cfg(feature = "tokio")]
mod dispatcher;
#[cfg(feature = "tokio")]
mod driver;
mod headers;
#[cfg(feature = "tokio")]
mod queue;
#[cfg(feature = "tokio")]
mod rate_limiter;
mod window;

#[cfg(feature = "tokio")]
pub use self::driver::{Acquire, Permit, RateLimited};
pub use self::headers::{MOST_REQUESTS, RateLimitHeaders};
#[cfg(feature = "tokio")]
pub use self::queue::{Priority, Purpose};
#[cfg(feature = "tokio")]
pub use self::rate_limiter::RateLimiter;
pub use self::window::{
    Limit, LimitPolicy, LimitUpdate, RequestOutcome, Reservation, SlidingWindow, Supply,
};

/// A longer `Retry-ReadOutcome` counts as this one: a misconfigured gateway must not stop a
/// caller for a year.
pub const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60 * 60);
