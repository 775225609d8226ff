//! The request budget of an API key.
//!
//! [`SlidingWindow`] is the budget as the server counts it in the worst case, without a clock. With
//! the feature `tokio`, [`RateLimiter`] runs it on tokio's clock and determines which of the
//! waiting requests is next.

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
pub use self::headers::{LONGEST_RETRY_AFTER, MAX_REQUESTS, RateLimitHeaders};
#[cfg(feature = "tokio")]
pub use self::queue::{Priority, Purpose};
#[cfg(feature = "tokio")]
pub use self::rate_limiter::RateLimiter;
pub use self::window::{
    Limit, LimitPolicy, LimitUpdate, RequestOutcome, Reservation, SlidingWindow, Supply,
};
