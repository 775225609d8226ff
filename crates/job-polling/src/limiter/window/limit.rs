//! [`Limit`] and [`LimitPolicy`]: the number of requests that a key allows.

use std::time::Duration;

use crate::limiter::headers::MAX_REQUESTS;

/// The default limit.
pub(super) const DEFAULT_LIMIT: Limit = Limit { requests: 50, window: Duration::from_secs(60) };

/// The range of a window.
pub(super) const LONGEST_WINDOW: Duration = Duration::from_secs(60 * 60);
const SHORTEST_WINDOW: Duration = Duration::from_millis(1);

/// Compensates for rounding errors of a product.
const ROUNDING: f64 = 1e-6;

/// A number of requests in any window of this length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Limit {
    /// The maximum number of requests.
    pub requests: u32,
    /// The length of the window.
    pub window: Duration,
}

impl Limit {
    /// Creates a limit, restricted to 1 to 100,000 requests and 1 ms to one hour.
    pub fn new(requests: u32, window: Duration) -> Self {
        Self {
            requests: requests.clamp(1, MAX_REQUESTS),
            window: window.clamp(SHORTEST_WINDOW, LONGEST_WINDOW),
        }
    }

    /// Returns a share of the limit, rounded down to whole requests, at least one.
    pub(super) fn share(self, share: f64) -> Self {
        // Rounding errors of the product must not cost a request.
        let requests = (f64::from(self.requests) * share + ROUNDING).floor();
        Self::new(requests as u32, self.window)
    }
}

impl Default for Limit {
    fn default() -> Self {
        DEFAULT_LIMIT
    }
}

/// The source of the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum LimitPolicy {
    /// This limit, until responses report another one.
    Reported(Limit),
    /// This limit, or a lower one that responses report.
    AtMost(Limit),
    /// No limit.
    Unlimited,
}
