//! [`RateLimiter`]: the request budget of an API key.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::driver::{Acquire, Shared};
use super::queue::{Priority, Purpose};
use super::window::{Limit, LimitPolicy, SlidingWindow, Supply};

/// The request budget of an API key: each request with the key takes a slot before it is sent.
///
/// The API allows each key at most a number of requests in any 60 seconds, 50 unless agreed
/// otherwise. The limit includes launches and reads, and the API rejects further requests with a
/// 429. By default, a client has its own rate limiter. Clones share one budget: pass a clone to
/// every client that uses the same key.
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
/// let mut permit = permit.await.expect("no 429 is being waited out");
/// permit.sending();
/// // … send the request, receive the response …
/// permit.answered(RateLimitHeaders::default());
/// assert_eq!((rate_limiter.available(), rate_limiter.waiting()), (119, 0));
/// # }
/// ```
///
/// # Guarantees
///
/// In no window does the server receive more requests than the limit, however long they are in
/// flight: a slot returns one window after the response was received. It returns at once if nothing
/// was sent (no connection could be made). If a request was abandoned, by a timeout or because its
/// future was dropped, its slot returns one window after that. If such a request reaches the server
/// only after it was abandoned, which the client can't detect, the server may count one request too
/// many.
///
/// While at least half of the budget is free, requests are sent at once. Below that, and when many
/// requests wait, they are spaced more and more evenly, because slots that are spent in a burst
/// return in a burst. If a batch has the key to itself and no interactive request was made for ten
/// windows, its requests are sent as soon as possible: results arrive earlier, and no other request
/// waits. Waiting requests are served in order of arrival, with two exceptions. Reads and launches
/// alternate while both wait, so that jobs are read while others are still to be launched. Requests
/// of [`Priority::Batch`] wait behind all others, but get at least one slot of four.
///
/// # Learning from responses
///
/// - `X-RateLimit-Limit` and `X-RateLimit-Interval`, on any response, replace the configured
///   limit; with [`at_most`](Self::at_most) they can only lower it. Values that are not whole
///   numbers from 1 to 100,000 requests and from 1 to 3,600 seconds are ignored.
/// - An `X-RateLimit-Remaining` that is lower than expected shows that other processes use the key.
///   Their requests are counted for a window.
/// - A 429 pauses all requests until its `Retry-After` (seconds or a date, at most one hour;
///   without a valid one 1 s, then 2 s, 4 s, and so on, at most a window). After that, requests
///   are spaced evenly for a window.
///
/// # Time
///
/// All times are those of tokio's clock, which never runs backwards. Setting the system clock has
/// no effect, except on a `Retry-After` that is a date in a response without a `Date`.
#[derive(Clone)]
#[doc(alias = "rate limiter")]
#[doc(alias = "throttle")]
#[doc(alias = "quota")]
pub struct RateLimiter {
    shared: Arc<Shared>,
}

impl RateLimiter {
    /// Allows at most `requests` in any window of this length, until responses report another
    /// limit. The limit is restricted to 1 to 100,000 requests, and the window to 1 ms to one hour.
    pub fn new(requests: u32, window: Duration) -> Self {
        Self::with_policy(LimitPolicy::Reported(Limit::new(requests, window)))
    }

    /// Allows at most `requests` in any 60 seconds, until responses report another limit.
    pub fn per_minute(requests: u32) -> Self {
        Self::new(requests, Duration::from_secs(60))
    }

    /// Never allows more than `requests` in any window of this length: responses can lower the
    /// limit but not raise it. Use it for a key whose budget is divided among several programs. The
    /// ranges are those of [`new`](Self::new).
    pub fn at_most(requests: u32, window: Duration) -> Self {
        Self::with_policy(LimitPolicy::AtMost(Limit::new(requests, window)))
    }

    /// Sets no limit, even if responses report one. A 429 still pauses all requests. After it,
    /// requests are sent 100 ms apart for a minute.
    pub fn unlimited() -> Self {
        Self::with_policy(LimitPolicy::Unlimited)
    }

    /// Returns a new rate limiter with the same settings that uses a share of the limit, for one of
    /// several processes with the same key. 0.5 is half of the limit. At least one request per
    /// window remains, and the share is restricted to 0 to 1.
    ///
    /// The share follows the limit that responses report: a share of 0.5 is 25 of 50 requests,
    /// and 60 if the API reports 120. Requests of the other processes are expected up to their
    /// shares, and counted beyond them. The shares of all processes should add up to at most 1.
    ///
    /// Existing clones continue to use the whole limit. A rate limiter without a limit ignores the
    /// share.
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
        let window = self.shared.state().dispatcher.window().renewed(share);
        Self { shared: Arc::new(Shared::new(window)) }
    }

    fn with_policy(policy: LimitPolicy) -> Self {
        Self { shared: Arc::new(Shared::new(SlidingWindow::new(policy))) }
    }

    /// Returns the number of free slots, including those that requests are waiting for. 0 while a
    /// 429 pauses requests; `u32::MAX` without a limit.
    pub fn available(&self) -> u32 {
        self.shared.state().dispatcher.window().available(self.shared.now())
    }

    /// Returns the time until the next request may be sent; zero if it may be sent now. `None` if
    /// all slots are held by requests in flight, so that the time depends on their responses.
    pub fn next_slot(&self) -> Option<Duration> {
        let now = self.shared.now();
        let state = self.shared.state();
        let opening = state.dispatcher.window().opening(now, state.dispatcher.queue().len())?;
        Some(opening.saturating_sub(now))
    }

    /// Returns the number of requests that wait for a slot.
    pub fn waiting(&self) -> usize {
        self.shared.state().dispatcher.queue().len()
    }

    /// Returns the current limit, or the [share](Self::with_share) of it: a number of requests, and
    /// the window in which they are counted. `None` without a limit.
    pub fn limit(&self) -> Option<(u32, Duration)> {
        let limit = self.shared.state().dispatcher.window().limit()?;
        Some((limit.requests, limit.window))
    }

    /// Returns the share of the budget that is used or waited for, from 0 to 1; 1 while a 429
    /// pauses requests, 0 without a limit. See [`QuotaPressure`](crate::schedule::QuotaPressure).
    pub fn quota_pressure(&self) -> f64 {
        let now = self.shared.now();
        let state = self.shared.state();
        state.dispatcher.window().quota_pressure(now, state.dispatcher.queue().len())
    }

    /// Returns the number of requests that can be sent within this time. See
    /// [`SlidingWindow::supply`](super::SlidingWindow::supply).
    pub fn supply(&self, within: Duration) -> Supply {
        let now = self.shared.now();
        self.shared.state().dispatcher.window().supply(now, within)
    }

    /// Waits for a slot. Fails with [`RateLimited`](super::RateLimited) if a 429 pauses all
    /// requests for longer than `patience`. If the future is dropped, it leaves the queue.
    pub fn permit(&self, priority: Priority, purpose: Purpose, patience: Duration) -> Acquire {
        Acquire::new(self.shared.clone(), priority, purpose, patience)
    }
}

impl Default for RateLimiter {
    /// Allows at most 50 requests in any 60 s, until responses report another limit.
    fn default() -> Self {
        Self::with_policy(LimitPolicy::Reported(Limit::default()))
    }
}

impl fmt::Debug for RateLimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimiter")
            .field("limit", &self.limit())
            .field("available", &self.available())
            .field("waiting", &self.waiting())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
