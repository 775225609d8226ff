//! [`RateLimiter`]: the request budget of an API key.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::driver::{Acquire, Shared};
use super::queue::{Priority, Purpose};
use super::window::{Limit, LimitPolicy, SlidingWindow, Supply};

/// The request budget of an API key: no request with the key leaves without a
/// slot of it.
///
/// The API lets each key make so many requests in any 60 seconds, 50 unless
/// agreed otherwise, launches and reads alike, and answers what is over with
/// a 429. A client has a meter of its own by default. Clones of a meter are the
/// same meter: give it to every client that uses the same key.
///
/// ```
/// use std::time::Duration;
///
/// use job_polling::limiter::{Priority, RateLimiter, Purpose, RateLimitHeaders};
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let rate_limiter = RateLimiter::per_minute(120);
/// let permit = rate_limiter.permit(Priority::Interactive, Purpose::Read, Duration::MAX);
/// let mut permit = permit.await.expect("no 429 is waited out");
/// permit.sending();
/// // … send the request, receive the response …
/// permit.answered(RateLimitHeaders::default());
/// assert_eq!((rate_limiter.available(), rate_limiter.waiting()), (119, 0));
/// # }
/// ```
///
/// # What it promises
///
/// In no window does the server see more requests than the limit, however long
/// they are under way: a slot comes back one window after the answer was there.
/// It comes back at once if nothing was sent (no connection could be made). If a
/// request was given up, by a time-out or because its future was dropped, the
/// slot comes back one window after that; should the request reach the server
/// even later than it was given up, which nobody here can know, it may be one
/// too many.
///
/// As long as half of the budget is free, requests leave at once. After that, and
/// when many wait, they leave more and more evenly, because what is spent in a
/// burst comes back in one. Only where batches have a key for themselves, and no other
/// request was made for ten windows, all leave as soon as they can: results come earlier
/// then, and nobody waits for a slot. Requests wait first come, first served, but reads and
/// launches take turns while both wait, so that jobs are read while others are still
/// to be launched; those of [`Priority::Batch`]
/// wait behind all others, but get one slot of four at least.
///
/// # What it learns
///
/// - `X-RateLimit-Limit` and `X-RateLimit-Interval`, on any answer, replace the limit
///   that was set; with [`at_most`](Self::at_most) they can only lower it. What
///   is no whole number, or not within 1 to 100,000 requests and 1 to 3,600
///   seconds, is ignored.
/// - `X-RateLimit-Remaining` that is lower than it should be shows that others
///   use the key; their share is left to them for a window.
/// - A 429 stops everybody until its `Retry-ReadOutcome` (seconds or a date, at most one hour;
///   without a valid one 1 s, then 2 s, 4 s, and so on, at most a window).
///   Then requests leave evenly for a window.
///
/// # Time
///
/// Only tokio's clock counts, which never runs backwards: setting the
/// system's clock changes nothing, but for a `Retry-ReadOutcome` that is a date in an
/// answer without a `Date`.
#[derive(Clone)]
#[doc(alias = "rate limiter")]
#[doc(alias = "throttle")]
#[doc(alias = "quota")]
pub struct RateLimiter {
    shared: Arc<Shared>,
}

impl RateLimiter {
    /// So many requests in any window of this length, until answers tell
    /// another limit. A limit is brought into the range from 1 to 100,000
    /// requests, a window into that from 1 ms to one hour.
    pub fn new(requests: u32, window: Duration) -> Self {
        Self::with_rule(LimitPolicy::RateLimitHeaders(Limit::new(requests, window)))
    }

    /// So many requests in any 60 seconds, until answers tell another limit.
    pub fn per_minute(requests: u32) -> Self {
        Self::new(requests, Duration::from_secs(60))
    }

    /// Never more than so many requests in any window of this length: answers
    /// can lower the limit, and not raise it. For a key whose budget is shared
    /// out among several programs. The ranges are those of [`new`](Self::new).
    pub fn at_most(requests: u32, window: Duration) -> Self {
        Self::with_rule(LimitPolicy::AtMost(Limit::new(requests, window)))
    }

    /// No limit, whatever answers tell. A 429 stops everybody nevertheless;
    /// after it, requests leave 100 ms apart for a minute.
    pub fn unlimited() -> Self {
        Self::with_rule(LimitPolicy::Unlimited)
    }

    /// A new meter with the same rule, which uses a share of the limit: for one of several
    /// processes with the same key. 0.5 is half of it; at least one request per window
    /// remains, and a share outside of 0 to 1 is brought into that range.
    ///
    /// The share is of the limit that answers report, and follows it: of 50 requests a share of
    /// 0.5 is 25, and if the API reports 120, it is 60. Requests of the other processes count
    /// as theirs as long as they keep to their shares; what they use beyond them is left to
    /// them as well. The shares of all processes should add up to 1 at most.
    ///
    /// Clones that were made before remain meters of the whole limit. A meter without a limit
    /// has no shares.
    ///
    /// ```
    /// use job_polling::limiter::RateLimiter;
    ///
    /// let rate_limiter = RateLimiter::default().with_share(0.5);
    /// assert_eq!(rate_limiter.available(), 25);
    /// let rate_limiter = RateLimiter::per_minute(120).with_share(1.0 / 3.0);
    /// assert_eq!(rate_limiter.available(), 40);
    /// ```
    #[must_use]
    pub fn with_share(self, share: f64) -> Self {
        let window = self.shared.state().line.window().renewed(share);
        Self { shared: Arc::new(Shared::new(window)) }
    }

    fn with_rule(rule: LimitPolicy) -> Self {
        Self { shared: Arc::new(Shared::new(SlidingWindow::new(rule))) }
    }

    /// How many slots are free, whether somebody waits for them or not. 0 while a
    /// 429 is waited out; `u32::MAX` without a limit.
    pub fn available(&self) -> u32 {
        self.shared.state().line.window().available(self.shared.now())
    }

    /// How long until the first in line may send; zero if that is now. `None` if
    /// all slots are held by requests that are under way, so that it depends on
    /// their answers.
    pub fn next_slot(&self) -> Option<Duration> {
        let now = self.shared.now();
        let state = self.shared.state();
        let opening = state.line.window().opening(now, state.line.queue().len())?;
        Some(opening.saturating_sub(now))
    }

    /// How many requests wait for a slot.
    pub fn waiting(&self) -> usize {
        self.shared.state().line.queue().len()
    }

    /// The limit as it is known now, or the [share](Self::with_share) of it: requests, and
    /// the window that they are counted in. `None` without a limit.
    pub fn limit(&self) -> Option<(u32, Duration)> {
        let limit = self.shared.state().line.window().limit()?;
        Some((limit.requests, limit.window))
    }

    /// How scarce requests are: 0 if the whole budget is free and nobody waits,
    /// 1 if it is used up or spoken for, or a 429 is waited out. In between, the
    /// part that is used or waited for. Without a limit 0.
    pub fn scarcity(&self) -> f64 {
        let now = self.shared.now();
        let state = self.shared.state();
        state.line.window().scarcity(now, state.line.queue().len())
    }

    /// How many requests can leave within this time, as [`SlidingWindow::supply`](super::SlidingWindow::supply) says.
    pub fn supply(&self, within: Duration) -> Supply {
        let now = self.shared.now();
        self.shared.state().line.window().supply(now, within)
    }

    /// Waits for a slot, but not for one that a 429 keeps from everybody for
    /// longer than `patience`. Dropped, it gives its place in the line back.
    pub fn permit(&self, class: Priority, purpose: Purpose, patience: Duration) -> Acquire {
        Acquire::new(self.shared.clone(), class, purpose, patience)
    }
}

impl Default for RateLimiter {
    /// What the API gives a key unless agreed otherwise: 50 requests in 60 s,
    /// until answers tell another limit.
    fn default() -> Self {
        Self::with_rule(LimitPolicy::RateLimitHeaders(Limit::default()))
    }
}

impl fmt::Debug for RateLimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meter")
            .field("limit", &self.limit())
            .field("available", &self.available())
            .field("waiting", &self.waiting())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
