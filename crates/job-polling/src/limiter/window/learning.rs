//! Learns from responses: the limit, the requests of other processes, and pauses.

use std::time::Duration;

use super::limit::{Limit, LimitPolicy};
use super::{LimitUpdate, Reservation, SlidingWindow};
use crate::limiter::headers::{LONGEST_RETRY_AFTER, RateLimitHeaders};

/// The pause after a first 429 without a `Retry-After`. It doubles with each further one, up to the
/// window.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

impl SlidingWindow {
    pub(super) fn learn(
        &mut self,
        now: Duration,
        reservation: &Reservation,
        headers: &RateLimitHeaders,
    ) -> LimitUpdate {
        let limit = self.set_limit(headers);
        if let Some(pause) = headers.rate_limited {
            let paused_for = self.pause(now, reservation, pause);
            return LimitUpdate { paused_for: Some(paused_for), limit, foreign: 0 };
        }
        self.rejections = 0;
        let foreign = self.foreign(now, reservation, headers);
        self.hold(now, foreign);
        LimitUpdate { paused_for: None, limit, foreign }
    }

    fn set_limit(&mut self, headers: &RateLimitHeaders) -> Option<Limit> {
        let requests = headers.limit.unwrap_or(self.whole.requests);
        let window = headers.window.unwrap_or(self.whole.window);
        let mut whole = Limit::new(requests, window);
        match self.policy {
            LimitPolicy::Unlimited => return None,
            LimitPolicy::Reported(_) => {}
            LimitPolicy::AtMost(most) => {
                whole.requests = whole.requests.min(most.requests);
                whole.window = whole.window.max(most.window);
            }
        }
        self.whole = whole;
        let limit = whole.share(self.share);
        let changed = limit != self.limit;
        self.limit = limit;
        changed.then_some(limit)
    }

    /// Returns the minimum number of requests of other processes that the server has counted: its
    /// count minus all requests that were sent here. The shares of others are not counted.
    fn foreign(&self, now: Duration, reservation: &Reservation, headers: &RateLimitHeaders) -> u32 {
        let (Some(limit), Some(remaining)) = (self.limit(), headers.remaining) else { return 0 };
        // With `AtMost`, the server's limit may be higher than the one used here.
        let whole = headers.limit.unwrap_or(self.whole.requests);
        let theirs = u64::from(whole.saturating_sub(limit.requests));
        let counted = u64::from(whole.saturating_sub(remaining));
        let held = u64::from(limit.requests - self.free(now));
        let ours = held + (self.returned - reservation.returned);
        u32::try_from(counted.saturating_sub(ours + theirs)).unwrap_or(0)
    }

    /// Pauses all requests. Afterwards they are spaced evenly for a window, because the budget is
    /// smaller than expected by an unknown amount.
    fn pause(
        &mut self,
        now: Duration,
        reservation: &Reservation,
        pause: Option<Duration>,
    ) -> Duration {
        // Rejections of requests that were sent before the pause provide no new information.
        if self.rejections == 0 || reservation.at >= self.paused_until {
            self.rejections += 1;
        }
        let doubled = FIRST_PAUSE * 2_u32.saturating_pow(self.rejections.min(16) - 1);
        let pause = pause.unwrap_or(doubled.min(self.limit.window)).min(LONGEST_RETRY_AFTER);
        self.paused_until = self.paused_until.max(now + pause);
        self.spaced_until = self.paused_until + self.limit.window;
        self.paused_until - now
    }
}
