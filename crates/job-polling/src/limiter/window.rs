//! [`SlidingWindow`]: the request budget of a key, as the server counts it in the worst case.
//!
//! The window has no clock, async or random numbers: times are measured from any fixed moment. Time
//! that runs backwards is treated as standing still.
//!
//! A slot is taken before a request is sent, and returns one window after its response was
//! received. The request arrived before that, so the next request with the same slot arrives at
//! least a window later. Therefore no window has more arrivals than there are slots, regardless of
//! the time in flight.

mod learning;
mod limit;

use std::collections::VecDeque;
use std::time::Duration;

use self::limit::{DEFAULT_LIMIT, LONGEST_WINDOW};
pub use self::limit::{Limit, LimitPolicy};
use super::headers::{MAX_REQUESTS, RateLimitHeaders};

/// The share of a rate limiter that has the key to itself.
const WHOLE: f64 = 1.0;

/// The share that corresponds to one request of the highest limit.
const SMALLEST_SHARE: f64 = 1.0 / MAX_REQUESTS as f64;

/// The maximum gap between requests, in even shares of the window. It is less than one, to
/// compensate for delays by responses of uneven duration.
const MAX_GAP: f64 = 0.9;

/// The maximum delay of reads by a launch, in intervals between requests.
const TOLERATED_INTERVALS: u32 = 4;

/// The gap between requests after a 429 if there is no limit.
const UNLIMITED_GAP: Duration = Duration::from_millis(100);

/// A slot in use. Pass it to [`SlidingWindow::end`] with the outcome of the request. With the
/// feature `serde` it can be stored with its window.
#[derive(Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Reservation {
    at: Duration,
    /// When the previous request was sent.
    before: Option<Duration>,
    /// The number of slots that had returned until then.
    returned: u64,
}

/// The outcome of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RequestOutcome {
    /// No part of the request was sent, so it never arrives.
    NotSent,
    /// The response is no longer awaited. If the request arrives at all, it has already arrived.
    GivenUp,
    /// A response was received, complete or not, with these headers.
    Answered(RateLimitHeaders),
}

/// The changes due to a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct LimitUpdate {
    /// No request is sent for this duration.
    pub paused_for: Option<Duration>,
    /// The new limit, if it changed.
    pub limit: Option<Limit>,
    /// The number of requests of other processes that were detected.
    pub foreign: u32,
}

/// The requests available to a batch, from [`SlidingWindow::supply`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Supply {
    /// The number of requests that can be sent within the horizon.
    pub requests: usize,
    /// The average interval between requests in the long run; zero without a limit.
    pub interval: Duration,
}

impl Supply {
    /// A supply without a limit.
    pub const UNLIMITED: Self = Self { requests: usize::MAX, interval: Duration::ZERO };
}

/// The slots of a key. In no window does the server receive more requests than the limit,
/// regardless of their time in flight.
///
/// With the feature `serde` it can be stored: a budget that several processes share is a window in
/// a database, with times from the database's clock.
///
/// ```
/// use std::time::Duration;
/// use job_polling::limiter::{RequestOutcome, Limit, LimitPolicy, RateLimitHeaders, SlidingWindow};
///
/// let (seconds, limit) = (Duration::from_secs, Limit::new(1, Duration::from_secs(60)));
/// let mut window = SlidingWindow::new(LimitPolicy::Reported(limit));
/// let Some(reservation) = window.take(seconds(0), 0) else { panic!("all slots are free") };
/// assert_eq!(window.opening(seconds(1), 1), None);
/// window.end(seconds(2), reservation, RequestOutcome::Answered(RateLimitHeaders::default()));
/// assert_eq!(window.opening(seconds(2), 1), Some(seconds(62)));
/// ```
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SlidingWindow {
    policy: LimitPolicy,
    /// The limit of the key.
    whole: Limit,
    /// The share of the limit that is used here.
    share: f64,
    /// The resulting limit.
    limit: Limit,
    latest: Duration,
    in_flight: u32,
    /// The end times of requests whose slots have not returned, oldest first.
    ended: VecDeque<Duration>,
    /// The number of slots that have returned.
    returned: u64,
    last_taken: Option<Duration>,
    paused_until: Duration,
    spaced_until: Duration,
    rejections: u32,
    bursts: bool,
}

impl SlidingWindow {
    /// Creates a window with all slots free.
    pub fn new(policy: LimitPolicy) -> Self {
        Self::with_share(policy, WHOLE)
    }

    /// Creates a window with a share of the limit, including one that responses report, and all
    /// slots free. The share is restricted to 0.00001 to 1; NaN counts as 1.
    pub fn with_share(policy: LimitPolicy, share: f64) -> Self {
        let whole = match policy {
            LimitPolicy::Reported(limit) | LimitPolicy::AtMost(limit) => limit,
            LimitPolicy::Unlimited => DEFAULT_LIMIT,
        };
        let share = if share.is_nan() { WHOLE } else { share.clamp(SMALLEST_SHARE, WHOLE) };
        Self {
            policy,
            whole,
            share,
            limit: whole.share(share),
            latest: Duration::ZERO,
            in_flight: 0,
            ended: VecDeque::new(),
            returned: 0,
            last_taken: None,
            paused_until: Duration::ZERO,
            spaced_until: Duration::ZERO,
            rejections: 0,
            bursts: false,
        }
    }

    /// Replaces the limit. Slots in use remain in use.
    pub fn set_policy(&mut self, policy: LimitPolicy) {
        if policy == self.policy {
            return;
        }
        let fresh = Self::with_share(policy, self.share);
        (self.policy, self.whole, self.limit) = (fresh.policy, fresh.whole, fresh.limit);
    }

    /// Moves all times back by `offset`, for a clock that was set back.
    pub fn rebase(&mut self, offset: Duration) {
        let times = [&mut self.latest, &mut self.paused_until, &mut self.spaced_until];
        let times = times.into_iter().chain(&mut self.ended).chain(&mut self.last_taken);
        times.for_each(|time| *time = time.saturating_sub(offset));
    }

    /// Returns the latest time that the window has received.
    pub fn latest(&self) -> Duration {
        self.latest
    }

    /// Returns a window with the same settings, another share, and all slots free.
    pub(crate) fn renewed(&self, share: f64) -> Self {
        Self::with_share(self.policy, share)
    }

    /// Sets whether requests are sent as soon as there is a slot. By default, those beyond half of
    /// the budget are spaced more and more evenly.
    pub fn allow_bursts(&mut self, allowed: bool) {
        self.bursts = allowed;
    }

    /// Returns the current limit, or the share of it; `None` without a limit.
    pub fn limit(&self) -> Option<Limit> {
        (self.policy != LimitPolicy::Unlimited).then_some(self.limit)
    }

    /// Returns the number of free slots; zero while a 429 pauses requests.
    pub fn available(&self, now: Duration) -> u32 {
        let now = now.max(self.latest);
        if now < self.paused_until { 0 } else { self.free(now) }
    }

    /// Returns the number of requests that can be sent within this time and four intervals: slots
    /// are not saved to avoid delays of reads up to that.
    pub fn supply(&self, now: Duration, within: Duration) -> Supply {
        let Some(limit) = self.limit() else { return Supply::UNLIMITED };
        let now = now.max(self.latest);
        let interval = limit.window / limit.requests;
        let late = (interval * TOLERATED_INTERVALS).min(limit.window / TOLERATED_INTERVALS);
        let until = within.saturating_add(late).min(LONGEST_WINDOW);
        let rounds = until.saturating_sub(limit.window);
        let held = self.ended.len() - self.back(now.saturating_add(until));
        let under_way = if rounds.is_zero() { self.in_flight as usize } else { 0 };
        let again = (rounds.as_secs_f64() / interval.as_secs_f64()) as usize;
        let requests = (limit.requests as usize).saturating_sub(held + under_way) + again;
        Supply { requests, interval }
    }

    /// Returns when the next request may be sent, `now` or later, if `waiting` requests wait.
    /// `None` if that depends on the responses to requests in flight.
    pub fn opening(&self, now: Duration, waiting: usize) -> Option<Duration> {
        let now = now.max(self.latest);
        let earliest = self.next_free(now)?.max(self.paused_until);
        let gap = self.gap(earliest, waiting);
        let paced = self.last_taken.map_or(Duration::ZERO, |last| last + gap);
        Some(earliest.max(paced))
    }

    /// Takes a slot if a request may be sent now while `waiting` requests wait.
    pub fn take(&mut self, now: Duration, waiting: usize) -> Option<Reservation> {
        let now = self.advance(now);
        if self.opening(now, waiting) != Some(now) {
            return None;
        }
        self.in_flight += 1;
        let before = self.last_taken.replace(now);
        Some(Reservation { at: now, before, returned: self.returned })
    }

    /// Reports the outcome of a request.
    pub fn end(
        &mut self,
        now: Duration,
        reservation: Reservation,
        outcome: RequestOutcome,
    ) -> LimitUpdate {
        let now = self.advance(now);
        self.in_flight = self.in_flight.saturating_sub(1);
        match outcome {
            RequestOutcome::NotSent => {
                self.returned += 1;
                if self.last_taken == Some(reservation.at) {
                    self.last_taken = reservation.before;
                }
            }
            RequestOutcome::GivenUp => self.hold(now, 1),
            RequestOutcome::Answered(headers) => {
                self.hold(now, 1);
                return self.learn(now, &reservation, &headers);
            }
        }
        LimitUpdate::default()
    }

    /// Returns how long a 429 continues to pause requests; zero if none does.
    pub fn paused_for(&self, now: Duration) -> Duration {
        self.paused_until.saturating_sub(now.max(self.latest))
    }

    /// Returns the share of the budget that is used or waited for, from 0 to 1; 1 while a 429
    /// pauses requests.
    pub fn quota_pressure(&self, now: Duration, waiting: usize) -> f64 {
        let now = now.max(self.latest);
        if now < self.paused_until {
            return 1.0;
        }
        self.demand(now, waiting)
    }

    /// Returns the share of the budget that is used or waited for, regardless of pauses.
    fn demand(&self, now: Duration, waiting: usize) -> f64 {
        let Some(limit) = self.limit() else { return 0.0 };
        let used = limit.requests - self.free(now);
        ((f64::from(used) + waiting as f64) / f64::from(limit.requests)).min(1.0)
    }

    fn advance(&mut self, now: Duration) -> Duration {
        self.latest = now.max(self.latest);
        let back = self.back(self.latest);
        self.ended.drain(..back);
        self.returned += back as u64;
        self.latest
    }

    /// Returns the number of slots of ended requests that have returned.
    fn back(&self, now: Duration) -> usize {
        let is_back = |end: &Duration| *end + self.limit.window <= now;
        // Usually, none has returned.
        if self.ended.front().is_some_and(is_back) {
            self.ended.partition_point(is_back)
        } else {
            0
        }
    }

    fn free(&self, now: Duration) -> u32 {
        let Some(limit) = self.limit() else { return u32::MAX };
        let held = self.in_flight as usize + self.ended.len() - self.back(now);
        limit.requests.saturating_sub(u32::try_from(held).unwrap_or(u32::MAX))
    }

    fn next_free(&self, now: Duration) -> Option<Duration> {
        let Some(limit) = self.limit() else { return Some(now) };
        let held = self.in_flight as usize + self.ended.len();
        match held.checked_sub(limit.requests as usize) {
            None => Some(now),
            Some(too_many) => self.ended.get(too_many).map(|end| (*end + limit.window).max(now)),
        }
    }

    /// Returns the gap after the last request. It is zero while half of the budget is free and no
    /// request waits. From there it grows, because slots that are spent in a burst return in a
    /// burst.
    fn gap(&self, at: Duration, waiting: usize) -> Duration {
        let spaced = at < self.spaced_until;
        match self.limit() {
            None if spaced => UNLIMITED_GAP,
            None => Duration::ZERO,
            Some(limit) if spaced => limit.window / limit.requests,
            Some(_) if self.bursts => Duration::ZERO,
            Some(limit) => match 2.0 * self.demand(at, waiting) - 1.0 {
                pressure if pressure > 0.0 => {
                    (limit.window / limit.requests).mul_f64(MAX_GAP * pressure)
                }
                _ => Duration::ZERO,
            },
        }
    }

    fn hold(&mut self, now: Duration, slots: u32) {
        if self.policy != LimitPolicy::Unlimited {
            self.ended.extend(std::iter::repeat_n(now, slots as usize));
        }
    }
}

#[cfg(test)]
mod tests;
