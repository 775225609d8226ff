//! The request budget of a key.
//!
//! [`Window`] is the budget as the server sees it at worst; it has no clock. With the
//! feature `tokio`, [`Meter`] drives it on tokio's clock, and decides which of the waiting
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
pub use self::driver::{Acquire, Frozen, Permit};
pub use self::headers::{MOST_REQUESTS, Told};
#[cfg(feature = "tokio")]
pub use self::queue::{Class, Purpose};
#[cfg(feature = "tokio")]
pub use self::rate_limiter::Meter;
pub use self::window::{Change, End, Limit, Rule, Supply, Taken, Window};

/// A longer `Retry-After` counts as this one: a misconfigured gateway must not stop a
/// caller for a year.
pub const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60 * 60);
